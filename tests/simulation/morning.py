"""A simulated morning: sensors with faults push into an engine over a file, and the truth is folded beside it.

Everything is drawn from one seed: people, faults, which pushes travel together, and when somebody asks.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from heapq import merge
from random import Random

from countline.emulator import (
    USUAL,
    Building,
    Cell,
    Delivery,
    Sensor,
    World,
    deliveries,
    doors_building,
    faults_named,
    flows,
    said,
)
from countline.emulator.chance import chance
from countline.model.query import Row
from tests.engine_house import HOUR_S, MINUTE_S, House

DOORS = 3
LEAD_S = 2 * HOUR_S  # counting begins this long before the nightly reset, and so covers it
LENGTH_S = 7 * HOUR_S
BATCH_MAX = 25
SILENT_S = 10 * MINUTE_S  # less than any sensor may be silent before its zone is called stale


@dataclass(slots=True)
class Morning:
    """One seed's building, its deliveries in order of arrival, and what was acknowledged so far."""

    seed: int
    dice: Random = field(init=False)
    building: Building = field(init=False)
    sensors: list[Sensor] = field(init=False)
    day_s: int = field(init=False)
    delivered: list[Delivery] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.dice = chance("simulation", self.seed)
        self.building = doors_building(DOORS, people_per_door=self.dice.choice((20, 200, 900)))
        world = World(self.building, self.seed)
        self.day_s = world.span_ms(date(2026, 6, 2))[0] // 1000
        words = [word for word in USUAL if self.dice.random() < 0.4]
        self.sensors = [
            Sensor(
                plan,
                world,
                installed_s=self.start_s,
                faults=faults_named(
                    words,
                    seed=self.seed,
                    sensor=plan.serial,
                    start_s=self.start_s,
                    end_s=self.end_s,
                ),
            )
            for plan in self.building.sensors
        ]

    @property
    def start_s(self) -> int:
        return self.reset_s - LEAD_S

    @property
    def end_s(self) -> int:
        return self.start_s + LENGTH_S

    @property
    def reset_s(self) -> int:
        """04:00, when occupancy starts anew from 0."""
        return self.day_s + 4 * HOUR_S

    def arrivals(self) -> Iterator[Delivery]:
        """Count packages of all sensors, in order of arrival."""
        streams = (
            deliveries(sensor, self.start_s * 1000, self.end_s * 1000, kinds=("counts",))
            for sensor in self.sensors
        )
        return merge(*streams, key=lambda delivery: delivery.at_ms)

    def batches(self) -> Iterator[list[Delivery]]:
        """Arrivals that travel together, a random number at a time."""
        batch: list[Delivery] = []
        size = 1
        for arrival in self.arrivals():
            batch.append(arrival)
            if len(batch) >= size:
                yield batch
                batch, size = [], self.dice.randint(1, BATCH_MAX)
        if batch:
            yield batch

    # -- the truth --------------------------------------------------------------------------------
    def cells(self) -> dict[Cell, int]:
        return said(self.delivered)

    def people(self) -> int:
        """The plain rule, minute by minute: never below 0, and 0 at the reset."""
        people, anchored = 0, False
        for start_s, flow in sorted(flows(self.building, None, self.cells()).items()):
            if start_s >= self.reset_s and not anchored:
                people, anchored = 0, True
            people = max(0, people + flow)
        return people

    def everyone_was_heard(self, now_s: int) -> bool:
        last = {
            d.sensor_id: max(r.start_s for r in d.readings) for d in self.delivered if d.readings
        }
        return len(last) == DOORS and min(last.values()) > now_s - SILENT_S


async def build(house: House, morning: Morning) -> None:
    location = morning.building.location
    await house.location(location.location_id, time_zone=location.time_zone)
    for sensor in morning.sensors:
        await house.sensor(
            sensor.plan.sensor_id, serial=sensor.plan.serial, location_id=location.location_id
        )


def sums(rows: Iterable[Row]) -> tuple[int, int]:
    found = list(rows)
    return sum(row.ins or 0 for row in found), sum(row.outs or 0 for row in found)
