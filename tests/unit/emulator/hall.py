"""A hall with one door on one day, for tests of the sensor above it."""

from datetime import date
from functools import cache

from countline.emulator import (
    NO_FAULTS,
    Delivery,
    Faults,
    Sensor,
    World,
    deliveries,
    doors_building,
)
from countline.emulator.schedule import Kind

HALL = doors_building(1, people_per_door=200)
WORLD = World(HALL, 1)
DAY_MS = 86_400_000
START_MS, END_MS = WORLD.span_ms(date(2026, 6, 2))
START_S, END_S = START_MS // 1000, END_MS // 1000
NOON_S = START_S + 12 * 3600


def sensor(faults: Faults = NO_FAULTS, *, world: World = WORLD, nth: int = 0) -> Sensor:
    return Sensor(world.building.sensors[nth], world, installed_s=START_S, faults=faults)


@cache
def day_of(faults: Faults, kind: Kind = "counts", *, until_ms: int = END_MS) -> list[Delivery]:
    return list(deliveries(sensor(faults), START_MS, until_ms, kinds=(kind,)))


def starts(found: list[Delivery]) -> list[int]:
    """The minutes that deliveries are about, in the order of arrival."""
    return [reading.start_s for delivery in found for reading in delivery.readings]
