"""A device above the hall's door at a time that is stepped, asked and pushed without sockets."""

import asyncio
import json
from typing import Any

from countline.drivers import Push, Reading
from countline.drivers.xovis_v5 import DRIVER
from countline.emulator.v5 import Device, Release, answer, emulated_sensor
from countline.emulator.v5.delivering import Outcome
from countline.emulator.v5.sending import Sending
from countline.emulator.v5.stepping import OK, SteppedTime, simulate
from tests.unit.emulator.hall import HALL, START_MS, START_S

HOUR_MS = 3_600_000
LINE = HALL.lines[0].line_id
LOGICS_DATA = {"resolution": "ONE_MINUTE", "package_size": 5, "format": {"type": "JSON"}}
LIVE_DATA = {"resolution": "MAX", "package_size": 1, "format": {"type": "JSON"}}
EVENTS_ONLY = {"included_objects": "NONE", "included_scene_events": "NONE"}
RETRY = {"mode": "INTERVAL", "delay_interval_min": 20, "delay_interval_max": 40}


class Bench:
    """One device, its time, and all that it delivered."""

    def __init__(self, personality: Release = "5.6", hour: float = 10, **more: Any) -> None:
        self.time = SteppedTime(START_MS + round(hour * HOUR_MS))
        self.device: Device = emulated_sensor(
            personality, true_ms=self.time, installed_s=START_S, **more
        )
        self.got: list[Sending] = []
        self.answers: Any = lambda sending: OK

    def ask(self, method: str, path: str, body: Any = None, status: int | None = None) -> Any:
        """The JSON answer of a request by the administrator."""
        headers = {"authorization": "Basic YWRtaW46cGFzcw=="}
        raw = b"" if body is None else json.dumps(body).encode()
        reply = asyncio.run(answer(self.device, method, f"/api/v5{path}", headers, raw))
        assert reply is not None
        assert reply.status == (status or (201 if method == "POST" else 200)), reply.body
        is_json = reply.content_type == "application/json" and reply.body
        return json.loads(reply.body) if is_json else reply

    def connect(self, query: str = "", **config: Any) -> int:
        body = {
            "name": "to gateway",
            "protocol": "HTTP",
            "config": {"uri": "http://127.0.0.1/push", **config},
        }
        return int(self.ask("POST", f"/singlesensor/data/push/connections{query}", body)["id"])

    def agent(
        self, kind: str, connection: int, query: str = "", *, retry: Any = RETRY,
        schedule: Any = None, filters: Any = None, **data: Any,
    ) -> int:  # fmt: skip
        defaults = LIVE_DATA if kind == "LIVE_DATA" else LOGICS_DATA
        body = {
            "name": kind,
            "type": kind,
            "enabled": True,
            "connection": connection,
            "config": {
                "data": defaults | data,
                "filters": filters,
                "scheduler": {"type": "IMMEDIATE", **(schedule or {}), "retry": retry},
            },
        }
        return int(self.ask("POST", f"/singlesensor/data/push/agents{query}", body)["id"])

    def until(self, hour: float) -> None:
        """Let time pass to an hour of the day; what is acknowledged is kept."""
        simulate([self.device], self.time, START_MS + round(hour * HOUR_MS), self._receive)

    def _receive(self, sending: Sending) -> Outcome:
        outcome: Outcome = self.answers(sending)
        if outcome.acknowledged:
            self.got.append(sending)
        return outcome

    def bodies(self, kind: str = "") -> list[Any]:
        return [json.loads(s.body) for s in self.got if kind in ("", s.kind)]

    def readings(self) -> list[Reading]:
        """What the driver understands of everything delivered."""
        found: list[Reading] = []
        for sending in self.got:
            push = Push(driver="xovis_v5", body=sending.body, received_ms=self.time.at_ms)
            found += [r for decoded in DRIVER.decode(push) for r in decoded.readings]
        return found


def refusing(status: int = 503) -> Outcome:
    return Outcome(status, "no")


def truth(bench: Bench) -> dict[int, tuple[int, int]]:
    world = bench.device.sensor.world
    return {s: (c.forward, c.backward) for s, c in world.minutes(LINE, START_S, START_S + 86_400)}


def told(bench: Bench) -> dict[int, tuple[int, int]]:
    """The last word on each minute of the door."""
    return {
        r.start_s: (dict(r.values)["forward"], dict(r.values)["backward"])
        for r in bench.readings()
        if r.channel == "1000"
    }
