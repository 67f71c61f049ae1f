"""All agents of a device at work, as they are configured: `device.part(Runs)`."""

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING

from countline.emulator.v5.feeding import NEVER_MS, Run
from countline.emulator.v5.observing import Observer

if TYPE_CHECKING:
    from countline.emulator.v5.device import Device, Event

AGENTS = "/data/push/agents"


class Runs:
    """A `Run` for each agent, kept in step with the configuration."""

    def __init__(self, device: "Device") -> None:
        self.by_hand = False  # stepped by somebody, so no task of ours runs them
        self.changed = asyncio.Event()  # set when an agent may have something to do sooner
        self._device = device
        self._runs: dict[tuple[str, int], Run] = {}
        device.part(Observer)
        device.config.watchers.append(self._configured)
        device.events.append(self._happened)
        for root in device.roots():
            self._follow(root)

    def __iter__(self) -> Iterator[Run]:
        return iter(list(self._runs.values()))

    def get(self, root: str, id_: int) -> Run:
        """The run of an agent that is configured."""
        return self._runs[root, id_]

    def attention_ms(self) -> int:
        """When the first of them is to be asked for a package again."""
        return min((run.attention_ms() for run in self), default=NEVER_MS)

    def _configured(self, path: str) -> None:
        if path.endswith((AGENTS, "/data/push/connections")):
            self._follow(path.partition("/data/push/")[0])
        elif path == "/time":
            self._happened("clock_step")
        self.changed.set()

    def _follow(self, root: str) -> None:
        """One run for each agent of a root; a new agent begins with what is counted from now on."""
        config = self._device.config
        items = {**config.items(root + AGENTS), **config.items(root + AGENTS, volatile=True)}
        for key in [key for key in self._runs if key[0] == root and key[1] not in items]:
            del self._runs[key]
        for id_, agent in items.items():
            run = self._runs.get((root, id_))
            if run is None or run.agent["type"] != agent["type"]:
                self._runs[root, id_] = Run(self._device, root, id_, agent)
            elif run.agent != agent:
                run.configure(agent)

    def _happened(self, event: "Event") -> None:
        for run in self:
            if event == "reboot":
                run.rebooted()
            elif event == "clock_step":
                run.plan_next()
        if event in ("data_reset", "factory"):
            for root in {key[0] for key in self._runs}:
                self._follow(root)
        self.changed.set()
