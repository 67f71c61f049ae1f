"""A Modbus server on loopback over a board of a test, and pymodbus' own client to read it."""

import asyncio
import functools
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, ParamSpec

from pymodbus.client import AsyncModbusTcpClient

from countline.engine.board import Board
from countline.model.board import AirNow, SensorNow, ZoneNow
from countline.model.ids import LocationId, SensorId, ZoneId
from countline.model.query import Reason
from countline.outlets.modbus.server import ModbusSettings, Ways, run_modbus
from tests.held_time import HeldTime, until

P = ParamSpec("P")
NOW_S = 1_700_000_000

AIR = AirNow(
    as_of_s=NOW_S - 5,
    flow=73.5,
    design_flow=186.0,
    unit="L/s",
    population=15,
    mode="occupied",
    fallback=False,
    setpoint=-1.25,
    setpoint_gives="setpoint_offset",
    setpoint_unit="K",
)


def zone(zone_id: int, **known: Any) -> ZoneNow:
    """A zone of which only what is given is known."""
    return ZoneNow(
        zone_id=ZoneId(zone_id),
        location_id=LocationId("L"),
        name="Hall",
        location_name="House",
        **known,
    )


def full(zone_id: int, **other: Any) -> ZoneNow:
    """A zone of which everything is known."""
    known: dict[str, Any] = {
        "as_of_s": NOW_S - 10,
        "people": 13,
        "last_known": 13,
        "high": 14.2,
        "quality": "good",
        "in_today": 70_000,
        "out_today": 69_987,
        "passby_today": 50,
        "in_total": 305_419_896,
        "out_total": 305_419_883,
        "area_m2": 120.5,
        "capacity": 60,
        "density": 0.1083,
        "utilisation": 0.2167,
        "light": "amber",
        "air": AIR,
    }
    return zone(zone_id, **known | other)


def sensor(sensor_id: str, health: Any) -> SensorNow:
    """A sensor that is as well as it is."""
    return SensorNow(
        sensor_id=SensorId(sensor_id), location_id=LocationId("L"), name="", health=health
    )


@dataclass(slots=True)
class Site:
    """What is served, and what was reported of it."""

    board: Board
    time: HeldTime = field(default_factory=lambda: HeldTime(NOW_S))
    ports: list[int] = field(default_factory=list)
    troubles: dict[str, Reason] = field(default_factory=dict)
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    def report(self, reader: str, trouble: Reason | None) -> None:
        """As the feed keeps it."""
        self.troubles.pop(reader, None)
        if trouble is not None:
            self.troubles[reader] = trouble

    def run(self, port: int = 0, unit: int = 1) -> asyncio.Task[None]:
        """Serve in a task of its own."""
        ways = Ways(
            now_s=self.time.now_s,
            elapsed_s=self.time.elapsed_s,
            again_s=0.01,
            when_up=self.ports.append,
        )
        settings = ModbusSettings(port=port, unit=unit)
        return asyncio.create_task(
            run_modbus(settings, board=self.board, report=self.report, stop=self.stop, ways=ways)
        )

    @asynccontextmanager
    async def caller(self) -> AsyncIterator[AsyncModbusTcpClient]:
        """A client that is connected."""
        client = AsyncModbusTcpClient("127.0.0.1", port=self.ports[-1], retries=0, timeout=30)
        assert await client.connect()
        try:
            yield client
        finally:
            client.close()


@asynccontextmanager
async def served(board: Board | None = None, *, unit: int = 1) -> AsyncIterator[Site]:
    """Serves until the block ends."""
    site = Site(board or Board())
    task = site.run(unit=unit)
    try:
        await until(lambda: bool(site.ports) or task.done())
        yield site
    finally:
        site.stop.set()
        await task


def in_loop(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """A test that is a coroutine, run in a loop of its own."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        asyncio.run(test(*args, **kwargs))

    return run
