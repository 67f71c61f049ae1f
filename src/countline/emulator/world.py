"""The ground truth: seeded people who arrive, walk between zones, cross lines and leave.

A day is a function of (building, seed, civil date) alone, so the world may be asked in any order
and in any steps. A person belongs to the day on which they appear, and has left for good when the
day after that ends.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from typing import NamedTuple
from zoneinfo import ZoneInfo

from countline.emulator.chance import chance
from countline.emulator.people import Crossing, appear, routes_of
from countline.emulator.plan import Building
from countline.model.ids import LineId, ZoneId
from countline.model.interval import DayGrid

DAY = timedelta(days=1)
CROSSINGS_KEPT = 500_000  # about 100 MB: a hundred days of a shop, a few of a hall of 1,000 doors
DAYS_KEPT_MIN = 3


class Counts(NamedTuple):
    """Crossings in both directions."""

    forward: int
    backward: int


@dataclass(frozen=True, slots=True)
class Day:
    """Every crossing of the people who appear on one civil date, in order of time."""

    crossings: list[Crossing]
    by_line: dict[LineId, list[Crossing]]


class World:
    """A building in motion. Asked by instants in ms or s; every interval is half-open."""

    def __init__(self, building: Building, seed: int) -> None:
        self.building = building
        self.seed = seed
        self._days_of = DayGrid(building.location.time_zone)
        self._time_zone = ZoneInfo(building.location.time_zone)
        self._routes = routes_of(building)
        self._days: dict[date, Day] = {}
        self._kept = 0  # crossings in them
        self._last_asked: tuple[int, int, list[date]] = (0, 0, [])

    def day(self, day: date) -> Day:
        """The crossings of everyone who appears on a civil date."""
        known = self._days.get(day)
        if known is None:
            known = self._days[day] = self._walk(day)
            self._kept += len(known.crossings)
            while self._kept > CROSSINGS_KEPT and len(self._days) > DAYS_KEPT_MIN:
                self._kept -= len(self._days.pop(next(iter(self._days))).crossings)
        return known

    def _walk(self, day: date) -> Day:
        dice = chance(self.seed, self.building.location_id, day.isoformat())
        span = self.span_ms(day)
        crossings = sorted(appear(self.building, self._routes, self._time_zone, day, span, dice))
        by_line: dict[LineId, list[Crossing]] = {line.line_id: [] for line in self.building.lines}
        for crossing in crossings:
            by_line[crossing.line].append(crossing)
        return Day(crossings, by_line)

    def span_ms(self, day: date) -> tuple[int, int]:
        """The first and the last instant of a civil date: 23, 24 or 25 hours."""
        return self._days_of.day_start(day) * 1000, self._days_of.day_start(day + DAY) * 1000

    def date_at(self, at_ms: int) -> date:
        return self._days_of.day_of(at_ms // 1000)

    def dates_touching(self, start_ms: int, end_ms: int) -> list[date]:
        """The dates whose people may cross something in the interval."""
        if end_ms <= start_ms:
            return []
        since_ms, until_ms, dates = self._last_asked
        if since_ms <= start_ms and end_ms <= until_ms:
            return dates
        first, last = self.date_at(start_ms), self.date_at(end_ms - 1)
        dates = [first + n * DAY for n in range(-1, (last - first).days + 1)]
        if first == last:  # who asks about a day asks about it again
            self._last_asked = (*self.span_ms(first), dates)
        return dates

    def crossings(self, line: LineId, start_ms: int, end_ms: int) -> list[Crossing]:
        """Crossings of one line, in order of time."""
        days = [self.day(day).by_line[line] for day in self.dates_touching(start_ms, end_ms)]
        return sorted(chain.from_iterable(_within(found, start_ms, end_ms) for found in days))

    def counts(self, line: LineId, start_ms: int, end_ms: int) -> Counts:
        found = self.crossings(line, start_ms, end_ms)
        forward = sum(crossing.forward for crossing in found)
        return Counts(forward, len(found) - forward)

    def minutes(self, line: LineId, start_s: int, end_s: int) -> Iterator[tuple[int, Counts]]:
        """(start_s, counts) of every minute that starts in the interval, empty ones too."""
        first = -(-start_s // 60) * 60
        last = first + -(-(end_s - first) // 60) * 60
        counted: dict[int, list[int]] = {}
        for crossing in self.crossings(line, first * 1000, last * 1000):
            counted.setdefault(crossing.at_ms // 60_000 * 60, [0, 0])[not crossing.forward] += 1
        for start in range(first, last, 60):
            yield start, Counts(*counted.get(start, (0, 0)))

    def present(self, zone: ZoneId | None, at_ms: int) -> int:
        """People in a zone, nested ones included, at an instant; None: in the whole building.

        A crossing at that very instant has not happened yet.
        """
        inside = self.building.inside(zone)
        people = 0
        for line in self.building.lines:
            if line.role == "boundary":
                enters = (line.side_b in inside) - (line.side_a in inside)
                people += enters * self._net(line.line_id, at_ms) if enters else 0
        return people

    def _net(self, line: LineId, at_ms: int) -> int:
        """Forward less backward of everyone who may still be inside."""
        net = 0
        for day in self.dates_touching(at_ms, at_ms + 1):
            found = self.day(day).by_line[line]
            before = found[: bisect_left(found, (at_ms,))]
            net += 2 * sum(crossing.forward for crossing in before) - len(before)
        return net


def _within(found: list[Crossing], start_ms: int, end_ms: int) -> list[Crossing]:
    return found[bisect_left(found, (start_ms,)) : bisect_left(found, (end_ms,))]
