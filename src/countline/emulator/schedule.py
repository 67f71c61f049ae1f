"""When a sensor makes which package, and with which number: counts, live frames and status."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Literal, NamedTuple

from countline.emulator.chance import chance
from countline.emulator.sensor import MINUTE_MS, Sensor, Sighting

Kind = Literal["counts", "live", "status"]
KINDS: tuple[Kind, ...] = ("counts", "live", "status")

LATENCY_MS = 1_340  # from the crossing to the push of its frame
STATUS_MS = 300_000
LOOK_MS = 3_600_000  # how far ahead live frames are looked for at once


class Frame(NamedTuple):
    """A crossing, and the total of its counter after it."""

    sighting: Sighting
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """What leaves a sensor at an instant (true time), if nothing goes wrong on the way."""

    kind: Kind
    number: int
    at_ms: int
    minutes: tuple[int, ...] = ()  # of counts: which minutes of its clock
    frame: Frame | None = None  # of live


class Backlog(NamedTuple):
    """Minutes that an outage held back, and the instants at which their packages leave."""

    minutes: tuple[int, ...]
    leave_ms: tuple[int, ...]


class Schedule:
    """The packages of one sensor. Numbers rise by one within a kind, over reboots and outages."""

    def __init__(self, sensor: Sensor) -> None:
        self.sensor = sensor
        dice = chance(sensor.seed, sensor.plan.serial, "schedule")
        self.after_ms = 2_000 + dice.randrange(12_000)  # a record leaves so long after its minute
        self.first_minute = -(-sensor.own_ms(sensor.installed_s * 1000) // MINUTE_MS)
        self.lost = self._lost_minutes()
        self.backlogs = [b for b in map(self._backlog, self._outages()) if b.minutes]
        self.held = {minute: b for b in self.backlogs for minute in b.minutes}

    def _lost_minutes(self) -> list[int]:
        own, faults = self.sensor.own_ms, self.sensor.faults
        near = {
            minute
            for down in faults.reboots
            for minute in range(
                own(down * 1000) // MINUTE_MS,
                own((down + faults.reboot_s) * 1000) // MINUTE_MS + 1,
            )
        }
        return sorted(m for m in near if m >= self.first_minute and self.sensor.is_lost(m))

    def _outages(self) -> list[tuple[int, int]]:
        """[from, to) in ms, in order, none overlapping another."""
        merged: list[tuple[int, int]] = []
        for start_s, end_s in sorted(self.sensor.faults.outages):
            if merged and start_s * 1000 <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(merged[-1][1], end_s * 1000))
            else:
                merged.append((start_s * 1000, end_s * 1000))
        return merged

    def leaves_ms(self, minute: int) -> int:
        """When the record of a minute of its clock would leave."""
        return (minute + 1) * MINUTE_MS - self.sensor.skew_ms + self.after_ms

    def _first_leaving(self, from_ms: int) -> int:
        """The first minute whose record leaves no earlier."""
        return -((self.leaves_ms(-1) - from_ms) // MINUTE_MS) - 1

    def _backlog(self, outage: tuple[int, int]) -> Backlog:
        first, after = (self._first_leaving(edge_ms) for edge_ms in outage)
        held = range(max(first, self.first_minute), after)
        minutes = tuple(m for m in held if m not in self.lost)
        packages = -(-len(minutes) // self.sensor.faults.backlog_records)
        room_ms = self.leaves_ms(after) - outage[1]
        step_ms = min(1_000, room_ms // (packages + 1))
        return Backlog(minutes, tuple(outage[1] + n * step_ms for n in range(packages)))

    def _number(self, minute: int) -> int:
        """The number of the next count package when a minute begins."""
        number = minute - self.first_minute + 1 - bisect_left(self.lost, minute)
        return number - sum(
            len(b.minutes) - len(b.leave_ms) for b in self.backlogs if b.minutes[-1] < minute
        )

    def packages(self, kind: Kind, start_ms: int, end_ms: int) -> Iterator[Package]:
        """Those that leave in [start, end), in order. Lazy: the end may be far."""
        make = {"counts": self._counts, "live": self._live, "status": self._status}[kind]
        for package in make(start_ms):
            if package.at_ms >= end_ms:
                return
            if package.at_ms >= start_ms:
                yield package

    def _counts(self, start_ms: int) -> Iterator[Package]:
        look_ms = start_ms - 2 * MINUTE_MS  # a backlog takes less than a minute
        for begins_ms, ends_ms in self._outages():
            if begins_ms <= look_ms < ends_ms:
                look_ms = begins_ms
        for minute in count(max(self.first_minute, self._first_leaving(look_ms))):
            backlog = self.held.get(minute)
            if backlog is not None:
                if minute == backlog.minutes[-1]:
                    yield from self._late(backlog)
            elif not self.sensor.is_lost(minute):
                number, at_ms = self._number(minute), self.leaves_ms(minute)
                yield Package(kind="counts", number=number, at_ms=at_ms, minutes=(minute,))

    def _late(self, backlog: Backlog) -> Iterator[Package]:
        size = self.sensor.faults.backlog_records
        first = self._number(backlog.minutes[0])
        for n, at_ms in enumerate(backlog.leave_ms):
            minutes = backlog.minutes[n * size : (n + 1) * size]
            yield Package(kind="counts", number=first + n, at_ms=at_ms, minutes=minutes)

    def _live(self, start_ms: int) -> Iterator[Package]:
        """A frame for each crossing; what is dropped in an outage has its number all the same."""
        sensor, number = self.sensor, 0
        totals = [0] * (2 * len(sensor.plan.logics))
        for look_ms in count(sensor.installed_s * 1000, LOOK_MS):
            for sighting in sensor.sightings(look_ms, look_ms + LOOK_MS):
                counter = 2 * sighting.logic + (not sighting.forward)
                totals[counter] += 1
                number += 1
                at_ms = sighting.at_ms + LATENCY_MS
                if at_ms >= start_ms and not sensor.faults.is_offline(at_ms / 1000):
                    frame = Frame(sighting, totals[counter])
                    yield Package(kind="live", number=number, at_ms=at_ms, frame=frame)

    def _status(self, start_ms: int) -> Iterator[Package]:
        sensor = self.sensor
        first = -(-sensor.own_ms(sensor.installed_s * 1000) // STATUS_MS)
        after_ms = self.after_ms - sensor.skew_ms
        for nth in count(max(first, (start_ms - after_ms) // STATUS_MS)):
            at_ms = nth * STATUS_MS + after_ms
            if not sensor.faults.is_down(at_ms / 1000) and not sensor.faults.is_offline(
                at_ms / 1000
            ):
                yield Package(kind="status", number=nth - first + 1, at_ms=at_ms)

    def uptime_s(self, at_ms: int) -> int:
        return (at_ms - self.sensor.booted_ms(at_ms)) // 1000
