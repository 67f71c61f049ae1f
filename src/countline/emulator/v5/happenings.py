"""What happens under a sensor: people who cross its lines, and who enter and leave its zones."""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import date
from typing import Literal, NamedTuple

from countline.emulator.people import Crossing
from countline.emulator.sensor import Sensor

What = Literal["forward", "backward", "entry", "exit"]
Person = tuple[date | None, int]


class Happening(NamedTuple):
    """One person at one line or at the edge of one zone, as the sensor saw it."""

    at_ms: int  # true time
    place: int  # of the logic in the sensor's plan
    what: What
    person: Person


def happenings(sensor: Sensor, start_ms: int, end_ms: int) -> list[Happening]:
    """Everything from one true instant to another, in order. The sensor is taken to be up."""
    if start_ms >= end_ms:
        return []
    return sorted([*_at_lines(sensor, start_ms, end_ms), *_at_zones(sensor, start_ms, end_ms)])


def _at_lines(sensor: Sensor, start_ms: int, end_ms: int) -> Iterator[Happening]:
    for at_ms, place, forward, person in sensor.sightings(start_ms, end_ms):
        yield Happening(at_ms, place, "forward" if forward else "backward", (None, person))


def _at_zones(sensor: Sensor, start_ms: int, end_ms: int) -> Iterator[Happening]:
    world = sensor.world
    days = world.dates_touching(start_ms, end_ms)
    for place, logic in enumerate(sensor.plan.logics):
        if logic.zone is None:
            continue
        inside = world.building.inside(logic.zone)
        for line in world.building.lines:
            enters = (line.side_b in inside) - (line.side_a in inside)
            if line.role != "boundary" or not enters:
                continue
            for day in days:
                for crossing in _within(world.day(day).by_line[line.line_id], start_ms, end_ms):
                    what: What = "entry" if crossing.forward == (enters > 0) else "exit"
                    yield Happening(crossing.at_ms, place, what, (day, crossing.person))


def _within(found: list[Crossing], start_ms: int, end_ms: int) -> list[Crossing]:
    return found[bisect_left(found, (start_ms,)) : bisect_left(found, (end_ms,))]
