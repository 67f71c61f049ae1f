"""Sensors that push as fast as they are let, and the list of everything that was acknowledged."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

from countline.drivers import Reading
from tests.chaos import corpus
from tests.chaos.connection import Connection
from tests.engine_house import door, passing

MINUTE_S, DAY_S = 60, 86_400
RETRY_S = 0.02

Bin = tuple[int, int]  # what went in and out within a minute


@dataclass(frozen=True, slots=True)
class Package:
    """One body, and what it claims by the start of each minute."""

    sequence: int
    bins: dict[int, Bin]
    body: bytes


@dataclass(slots=True)
class Ledger:
    """What one sensor was acknowledged, and the package of which it does not know."""

    won: dict[int, tuple[int, Bin]] = field(default_factory=dict)  # by minute: sequence, value
    pending: Package | None = None
    last: Package | None = None  # the newest that was acknowledged

    def acknowledge(self, package: Package) -> None:
        self.won.update(self.after(package))
        self.pending, self.last = None, package

    def after(self, package: Package) -> dict[int, tuple[int, Bin]]:
        """What a package changes; of two about one minute the greater sequence wins."""
        return {
            at_s: (package.sequence, value)
            for at_s, value in package.bins.items()
            if self.won.get(at_s, (-1, (0, 0)))[0] <= package.sequence
        }

    def values(self) -> dict[int, Bin]:
        """Every minute that counts, in time."""
        return {at_s: self.won[at_s][1] for at_s in sorted(self.won)}


@dataclass(slots=True)
class Sensor:
    """One door. `history`: backlogs of a quarter, sometimes a whole day, and corrections."""

    number: int
    secret: str
    dice: Random
    start_s: int
    history: bool
    limit_s: int  # how far it may come for now
    next_s: int = 0
    sequence: int = 0
    sent: list[tuple[int, int]] = field(default_factory=list)  # start and end of each package
    ledger: Ledger = field(default_factory=Ledger)

    @property
    def sensor_id(self) -> str:
        return f"S{self.number}"

    def next_package(self) -> Package | None:
        """What it says next; None where it has nothing to say for now."""
        luck = self.dice.random()
        if self.ledger.last is not None and luck < 0.1:
            return self.ledger.last  # a second time: the first acknowledgement was late
        if self.history and self.sent and (luck < 0.2 or self.next_s >= self.limit_s):
            return self._package(*self.dice.choice(self.sent))
        end_s = min(self.next_s + self._length_s(luck) * MINUTE_S, self.limit_s)
        if self.next_s >= end_s:
            return None
        package = self._package(self.next_s, end_s)
        if len(self.sent) < 10_000:
            self.sent.append((self.next_s, min(end_s, self.next_s + 900)))
        self.next_s = end_s
        return package

    def _length_s(self, luck: float) -> int:
        if not self.history:
            return self.dice.randint(1, 3)
        return 1_440 if luck > 0.97 and not self.next_s % DAY_S else 15

    def _package(self, start_s: int, end_s: int) -> Package:
        self.sequence += 1
        bins = {
            at_s: (self.dice.randint(0, 5), self.dice.randint(0, 5))
            for at_s in range(start_s, end_s, MINUTE_S)
        }
        readings: list[Reading] = [passing(at_s, *value) for at_s, value in bins.items()]
        body = corpus.counts_of(self.number, self.sequence, (door(),), readings)
        return Package(self.sequence, bins, body)


class Load:
    """Keeps all sensors pushing while the gate is open; each sends one package at a time."""

    def __init__(self, sensors: list[Sensor], port: int) -> None:
        self.sensors = sensors
        self.port = port
        self.acknowledged = 0
        self.open = asyncio.Event()
        self.draining = False
        self._acked = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "Load":
        self._tasks = [asyncio.create_task(self._push(sensor)) for sensor in self.sensors]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def more(self, count: int) -> None:
        """Return after so many further acknowledgements; fails with the load."""
        wanted = self.acknowledged + count
        while self.acknowledged < wanted:
            self._check()
            self._acked.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._acked.wait(), 1)

    async def quiet(self) -> None:
        """Close the gate, and wait until every package is acknowledged."""
        self.open.clear()
        while any(sensor.ledger.pending for sensor in self.sensors):
            self._check()
            await asyncio.sleep(0.01)

    def _check(self) -> None:
        for task in self._tasks:
            if task.done():
                task.result()

    async def _push(self, sensor: Sensor) -> None:
        async with Connection(self.port) as connection:
            while True:
                await self._turn(sensor)
                package = sensor.ledger.pending or sensor.next_package()
                if package is None:
                    await asyncio.sleep(RETRY_S)
                    continue
                sensor.ledger.pending = package
                if await self._taken(connection, sensor, package):
                    sensor.ledger.acknowledge(package)
                    self.acknowledged += 1
                    self._acked.set()
                else:
                    await asyncio.sleep(RETRY_S)

    async def _taken(self, connection: Connection, sensor: Sensor, package: Package) -> bool:
        headers = {"X-Push-Key": sensor.secret, "Content-Type": "application/json"}
        try:
            status, _ = await connection.ask("POST", "/push/xovis_v5", headers, package.body)
        except (ConnectionError, asyncio.IncompleteReadError):
            connection.close()
            return False
        assert status in (204, 503), f"{sensor.sensor_id} was answered {status}"
        return status == 204

    async def _turn(self, sensor: Sensor) -> None:
        """Wait for the gate; what is pending may still go through a closed one while it is up."""
        while not self.open.is_set():
            if sensor.ledger.pending and self.draining:
                return
            await asyncio.sleep(RETRY_S)


def every_bin(sensors: list[Sensor]) -> Iterator[tuple[int, int]]:
    """(end of the minute, what it adds to a room) of every bin of some sensors."""
    for sensor in sensors:
        for at_s, (ins, outs) in sensor.ledger.values().items():
            yield at_s + MINUTE_S, ins - outs


def plain_fold(sensors: list[Sensor]) -> int:
    """People in a room by the plain rule: minute by minute, never below nobody."""
    flows: dict[int, int] = {}
    for end_s, more in every_bin(sensors):
        flows[end_s] = flows.get(end_s, 0) + more
    people = 0
    for end_s in sorted(flows):
        people = max(0, people + flows[end_s])
    return people
