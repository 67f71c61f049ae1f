"""What reaches a gateway from one sensor, in order of time: pure, without clock or network."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import heappop, heappush, merge

from countline.drivers import Reading
from countline.emulator.bodies import agent_of, body_of
from countline.emulator.chance import chance
from countline.emulator.schedule import KINDS, Kind, Package, Schedule
from countline.emulator.sensor import Sensor
from countline.model.ids import SensorId

DAY_MS = 86_400_000
BEHIND_MS = 500  # a shuffled package leaves so long after a later one


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One body on its way, and all that it says. `repeat` is 1 for the second copy of a package."""

    at_ms: int  # true time
    sensor_id: SensorId
    serial: str
    kind: Kind
    agent: str
    package: int
    body: bytes
    readings: tuple[Reading, ...] = ()
    repeat: int = 0


def deliveries(
    sensor: Sensor, start_ms: int, end_ms: int, *, kinds: Iterable[Kind] = KINDS
) -> Iterator[Delivery]:
    """Everything that leaves in [start, end) and is not lost, in order of time.

    Lazy, so the end may be far. Two stretches end to end give what the whole stretch gives.
    """
    schedule = Schedule(sensor)
    streams = [_arriving(schedule, kind, start_ms, end_ms) for kind in kinds]
    for at_ms, _, repeat, package in merge(*streams, key=lambda arrival: arrival[:2]):
        yield _delivery(schedule, package, at_ms, repeat)


Arrival = tuple[int, int, int, Package]  # at_ms, package number, repeat, package


def _arriving(schedule: Schedule, kind: Kind, start_ms: int, end_ms: int) -> Iterator[Arrival]:
    faults = schedule.sensor.faults
    waiting: list[Arrival] = []
    look_ms = start_ms - faults.lateness_s_max * 1000
    for package in schedule.packages(kind, look_ms, end_ms):
        while waiting and waiting[0][0] <= package.at_ms:
            arrival = heappop(waiting)
            if arrival[0] >= start_ms:
                yield arrival
        for repeat, at_ms in enumerate(_fate(schedule.sensor, package)):
            heappush(waiting, (at_ms, package.number, repeat, package))
    while waiting and waiting[0][0] < end_ms:
        arrival = heappop(waiting)
        if arrival[0] >= start_ms:
            yield arrival


def _fate(sensor: Sensor, package: Package) -> list[int]:
    """When a package arrives: never, once, or twice.

    Every draw is made whatever is switched on, so that one more fault does not move the others.
    """
    faults = sensor.faults
    if not (faults.lost or faults.doubled or faults.shuffled or faults.late or faults.days_late):
        return [package.at_ms]
    dice = chance(sensor.seed, sensor.plan.serial, package.kind, package.number)
    lost, doubled, shuffled, late, days_late = (dice.random() for _ in range(5))
    if lost < faults.lost:
        return []
    at_ms = package.at_ms
    if package.kind == "counts":
        at_ms += _delay_ms(sensor, dice, shuffled, late, days_late)
    again_ms = at_ms + dice.randint(2_000, 20_000)
    arrivals = [at_ms, again_ms] if doubled < faults.doubled else [at_ms]
    return [_online_ms(sensor, at_ms) for at_ms in arrivals]


def _delay_ms(
    sensor: Sensor, dice: random.Random, shuffled: float, late: float, days_late: float
) -> int:
    faults = sensor.faults
    if days_late < faults.days_late:
        return dice.randint(DAY_MS, faults.days_late_max * DAY_MS)
    if late < faults.late:
        return dice.randint(min(60_000, faults.late_s_max * 1000), faults.late_s_max * 1000)
    if shuffled < faults.shuffled:
        return dice.randint(1, 3) * 60_000 + BEHIND_MS
    return 0


def _online_ms(sensor: Sensor, at_ms: int) -> int:
    """What would arrive within an outage arrives when it is over."""
    while ends := [e for s, e in sensor.faults.outages if s * 1000 <= at_ms < e * 1000]:
        at_ms = max(ends) * 1000
    return at_ms


def _delivery(schedule: Schedule, package: Package, at_ms: int, repeat: int) -> Delivery:
    sensor = schedule.sensor
    readings = tuple(r for minute in package.minutes for r in sensor.record(minute))
    return Delivery(
        at_ms=at_ms,
        sensor_id=sensor.plan.sensor_id,
        serial=sensor.plan.serial,
        kind=package.kind,
        agent=agent_of(sensor.plan, package.kind),
        package=package.number,
        body=body_of(schedule, package, readings),
        readings=readings,
        repeat=repeat,
    )
