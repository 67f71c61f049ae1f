"""Adopted devices are asked how they are, one after the other, every few minutes."""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

import structlog

from countline.clock import set_within
from countline.engine.engine import Engine
from countline.errors import CountlineError, NotFound
from countline.model.adoption import Adoption
from countline.model.health import DeviceFacts
from countline.model.ids import SensorNo

_log = structlog.get_logger("countline.rounds")

EVERY_S = 300
EVERY_S_MAX = 3_600  # a device that does not answer is asked ever more seldom, up to this
SOON_S = 30  # within which a device is asked first, so that a start does not ask all at once
JITTER = 0.1  # a tenth more or less: devices adopted together do not stay together
AT_ONCE = 8
TICK_S = 5


class FactsSource(Protocol):
    """Whoever can ask a device how it is."""

    async def facts(self, adoption: Adoption) -> DeviceFacts:
        """What it says; what it leaves out or cannot say is None. Raises `DeviceError`."""
        ...


@dataclass(frozen=True, slots=True)
class _Turn:
    """When a device is asked next, and how often in a row it did not answer."""

    at_s: float
    failures: int = 0


class Rounds:
    """Asks each adopted device in its turn, a few at the same time."""

    def __init__(
        self,
        engine: Engine,
        source: FactsSource,
        *,
        every_s: int = EVERY_S,
        now_s: Callable[[], int] | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._engine = engine
        self._source = source
        self._every_s = every_s
        self._now_s = now_s or (lambda: engine.now_ms() // 1000)
        self._chance = chance
        self._turns: dict[SensorNo, _Turn] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Ask until stopped."""
        while not stop.is_set():
            try:
                await self.step()
            except Exception:  # a store that does not answer, say: the next time may be better
                self._engine.watch.trouble("rounds", "Devices could not be asked; see the log.")
                _log.exception("rounds_failed")
            else:
                self._engine.watch.trouble("rounds", None)
            await set_within(stop, TICK_S)

    async def step(self) -> int:
        """Ask every device whose turn it is; gives how many."""
        now_s = self._now_s()
        arranged = await self._arranged()
        self._turns = {
            sensor: self._turns.get(sensor) or _Turn(now_s + SOON_S * self._chance())
            for sensor in arranged
        }
        due = [arranged[sensor] for sensor, turn in self._turns.items() if turn.at_s <= now_s]
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(adoption: Adoption) -> None:
            async with gate:
                await self.ask(adoption)

        await asyncio.gather(*(one(adoption) for adoption in due))
        return len(due)

    async def ask(self, adoption: Adoption) -> DeviceFacts:
        """Ask one device now, and note what it says or why it says nothing."""
        try:
            facts = await self._source.facts(adoption)
        except CountlineError as error:
            facts = DeviceFacts(at_s=self._now_s(), reachable=False, error=error.detail.rstrip("."))
        except Exception as error:
            _log.exception("device_not_asked", sensor=adoption.sensor)
            detail = f"it could not be asked, which is a fault of countline: {error!r}"
            facts = DeviceFacts(at_s=self._now_s(), reachable=False, error=detail)
        turn = self._turns.get(adoption.sensor, _Turn(0))
        failures = turn.failures + 1 if facts.reachable is False else 0
        next_s = self._now_s() + pause_s(failures, self._chance(), self._every_s)
        self._turns[adoption.sensor] = _Turn(next_s, failures)
        sensor = self._engine.desk.current().sensors.get(adoption.sensor)
        if sensor is not None:
            with suppress(NotFound):  # it went while it was asked
                await self._engine.watch.note_facts(sensor.sensor_id, facts)
        return facts

    async def _arranged(self) -> dict[SensorNo, Adoption]:
        """Devices to be asked: adopted, with an address, in the place of a sensor that is in use."""
        catalogue = await self._engine.desk.fresh()
        adoptions = await self._engine.store.read(lambda view: view.records(Adoption))
        return {
            one.sensor: one
            for one in adoptions
            if one.state == "adopted"
            and one.address
            and one.sensor in catalogue.sensors
            and catalogue.sensors[one.sensor].state == "adopted"
        }


def pause_s(failures: int, chance: float, every_s: int = EVERY_S) -> float:
    """Until a device is asked again, by how often in a row it did not answer."""
    longest_s = min(max(EVERY_S_MAX, every_s), every_s << min(max(0, failures - 1), 16))
    return longest_s * (1 - JITTER + 2 * JITTER * chance)
