"""Stretches of time: intervals, granularities, and the days and hours of a place's time zone.

Instants are whole UTC seconds (`_s`); a *wall* time is local seconds since 1970-01-01T00:00 on the
clock at the wall. Days run from one `day_start` to the next, so that hours always sum to the day.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches
from enum import StrEnum
from functools import cache, partial
from itertools import pairwise, repeat
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

DAY_S = 86_400
HOUR_S = 3_600
QUARTER_S = 900
MINUTE_S = 60

INSTANT_MIN = datetime(1900, 1, 1, tzinfo=UTC)  # beyond these no rules of time zones are known
INSTANT_MAX = datetime(2200, 1, 1, tzinfo=UTC)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_BLOCK_BITS = 25  # offsets are looked up in blocks of 2**25 s, a little more than a year
_NEAR_S = DAY_S  # beyond any offset; two changes of one zone lie more than twice as far apart


@dataclass(frozen=True, slots=True)
class Interval:
    """A half-open stretch `[start, end)`, kept in UTC. Raises `ValueError` when it is none."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        for name in ("start", "end"):
            object.__setattr__(self, name, _to_utc(name, getattr(self, name)))
        if self.start >= self.end:
            raise ValueError(f"start {self.start} is not before end {self.end}")

    @classmethod
    def of(cls, start_s: int, end_s: int) -> "Interval":
        """The interval between two instants."""
        return cls(_EPOCH + timedelta(seconds=start_s), _EPOCH + timedelta(seconds=end_s))

    @property
    def start_s(self) -> int:
        """The first whole second that is not before `start`."""
        return _ceil_s(self.start)

    @property
    def end_s(self) -> int:
        """The first whole second that is not before `end`: what starts earlier is inside."""
        return _ceil_s(self.end)


def _to_utc(name: str, instant: datetime) -> datetime:
    if instant.utcoffset() is None:
        raise ValueError(f"{name} {instant} has no time zone; add an offset, or Z for UTC")
    if not INSTANT_MIN <= instant <= INSTANT_MAX:
        raise ValueError(f"{name} {instant} is not between 1900 and 2200")
    return instant.astimezone(UTC)


def _ceil_s(instant: datetime) -> int:
    return -((_EPOCH - instant) // timedelta(seconds=1))


class Granularity(StrEnum):
    """How long an answer's rows are; hours and longer are local to the location."""

    MINUTE = "1m"
    QUARTER = "15m"
    HOUR = "1h"
    DAY = "1d"
    WEEK = "1w"
    MONTH = "1mo"

    @classmethod
    def parse(cls, text: str) -> "Granularity":
        """Read `1h` or its ISO form `PT1H`; `ValueError` names the nearest known one."""
        if found := _SPELLINGS.get(text):
            return found
        known = ", ".join(cls)
        is_iso = text[:1] in ("P", "p")
        alike, spellings = (text.upper(), _ISO_FORMS) if is_iso else (text.lower(), tuple(cls))
        near = get_close_matches(alike, spellings, n=1, cutoff=0.5)
        hint = f"; did you mean {near[0]}?" if near else ";"
        raise ValueError(f"unknown granularity {text!r}{hint} known are {known}")

    @property
    def longest_s(self) -> int:
        """The longest that one row can be; what counts in it may be no longer."""
        return _LONGEST_S[self]

    @property
    def is_civil(self) -> bool:
        """Whether rows are days or made of days, and so carry a `local_date`."""
        return self in (Granularity.DAY, Granularity.WEEK, Granularity.MONTH)


_LONGEST_S = {
    Granularity.MINUTE: MINUTE_S,
    Granularity.QUARTER: QUARTER_S,
    Granularity.HOUR: HOUR_S,
    Granularity.DAY: 25 * HOUR_S,
    Granularity.WEEK: 7 * DAY_S + HOUR_S,
    Granularity.MONTH: 31 * DAY_S + HOUR_S,
}
_ISO_FORMS = ("PT1M", "PT15M", "PT1H", "P1D", "P1W", "P1M")
_SPELLINGS = {g.value: g for g in Granularity} | dict(zip(_ISO_FORMS, Granularity, strict=True))


class Slice(NamedTuple):
    """One bucket of time; `local_date` is the date on which it starts, for days and longer."""

    start_s: int
    end_s: int
    local_date: date | None


_new_slice = partial(tuple.__new__, Slice)  # twice as fast as calling it: a year has 8,760 hours


@dataclass(frozen=True, slots=True)
class DayGrid:
    """The days, hours and resets of one time zone; days begin `day_start_s` after midnight.

    `day_start_s` is a time on the wall, in whole quarters. Raises `ValueError` for an unknown zone.
    """

    time_zone: str
    day_start_s: int = 0

    def __post_init__(self) -> None:
        _zone(self.time_zone)
        if self.day_start_s % QUARTER_S or not 0 <= self.day_start_s < DAY_S:
            raise ValueError(f"day_start_s {self.day_start_s} is not a whole quarter of a day")

    def day_start(self, day: date) -> int:
        """The first instant of a day. A day that does not exist starts where the next one does."""
        return _first_at(self.time_zone, _midnight(day) + self.day_start_s)

    def day_of(self, at_s: int) -> date:
        """The day that holds an instant."""
        wall_s = at_s + _offset(self.time_zone, at_s) - self.day_start_s
        ordinal = wall_s // DAY_S + _EPOCH_ORDINAL
        # A clock set back over midnight leaves the new day's first minutes before the old day's end.
        while self.day_start(date.fromordinal(ordinal + 1)) <= at_s:
            ordinal += 1
        return date.fromordinal(ordinal)

    def day_edges(self, start_s: int, end_s: int) -> list[int]:
        """Starts of all days that start in `[start_s, end_s)`, and the end of the last of them."""
        days = self.slices(Granularity.DAY, start_s, end_s)
        return [day.start_s for day in days] + [day.end_s for day in days[-1:]]

    def slices(self, granularity: Granularity, start_s: int, end_s: int) -> list[Slice]:
        """Every bucket whose start lies in `[start_s, end_s)`, ascending."""
        if granularity.is_civil:
            return [
                slice_
                for slice_ in self._civil(granularity, self.day_of(start_s), end_s)
                if slice_.start_s >= start_s
            ]
        if granularity is Granularity.HOUR:
            edges = self._hour_edges(start_s, end_s + HOUR_S)
            edges = edges[: bisect_left(edges, end_s) + 1]
        else:
            step_s = granularity.longest_s
            edges = list(range(-(-start_s // step_s) * step_s, end_s + step_s, step_s))
        rows = zip(edges, edges[1:], repeat(None), strict=False)
        return list(map(_new_slice, rows))

    def bucket_of(self, granularity: Granularity, at_s: int) -> Slice:
        """The bucket that holds an instant."""
        if granularity.is_civil:
            return next(self._civil(granularity, self.day_of(at_s), at_s + 1))
        if granularity is Granularity.HOUR:
            edges = self._hour_edges(at_s - HOUR_S, at_s + HOUR_S)
            after = bisect_right(edges, at_s)
            return Slice(edges[after - 1], edges[after], None)
        step_s = granularity.longest_s
        start_s = at_s // step_s * step_s
        return Slice(start_s, start_s + step_s, None)

    def resets(self, times_s: Iterable[int], start_s: int, end_s: int) -> list[int]:
        """Instants in `[start_s, end_s)` of daily events at the given times on the wall.

        Times are rounded to whole minutes, half up. One that a date does not have happens at the
        first instant after it; one that a date has twice happens once, the first time.
        """
        minutes_s = [(time_s + 30) // MINUTE_S * MINUTE_S for time_s in times_s]
        first, last = start_s // DAY_S - 2, end_s // DAY_S + 2
        midnights = [_first_at(self.time_zone, n * DAY_S) for n in range(first, last + 1)]
        instants = {
            _first_at(self.time_zone, n * DAY_S + minute_s)
            for n, (midnight, following) in zip(
                range(first, last), pairwise(midnights), strict=True
            )
            if midnight < following  # else there is no such date
            for minute_s in minutes_s
        }
        return sorted(at_s for at_s in instants if start_s <= at_s < end_s)

    def at_wall(self, day: date, time_s: int) -> int:
        """The first instant at which the clock at the wall shows a date's midnight and so much more.

        A time that the date does not have is the first instant after it; of two it is the first.
        """
        return _first_at(self.time_zone, _midnight(day) + time_s)

    def date_of(self, at_s: int) -> date:
        """The date on the wall at an instant, whenever days begin."""
        wall_s = at_s + _offset(self.time_zone, at_s)
        return date.fromordinal(wall_s // DAY_S + _EPOCH_ORDINAL)

    def local_iso(self, at_s: int) -> str:
        """An instant as it is written at the place: `2023-10-01T04:00:00-04:00`."""
        return datetime.fromtimestamp(at_s, _zone(self.time_zone)).isoformat()

    def _civil(self, granularity: Granularity, day: date, end_s: int) -> Iterator[Slice]:
        """Buckets of days from the one that holds `day` to the last that starts before `end_s`."""
        first = _first_day(granularity, day)
        start_s = self.day_start(first)
        while start_s < end_s:
            following = _next_first_day(granularity, first)
            following_s = self.day_start(following)
            if start_s < following_s:  # else the civil day does not exist
                yield Slice(start_s, following_s, first)
            first, start_s = following, following_s

    def _hour_edges(self, start_s: int, end_s: int) -> list[int]:
        """Instants in `[start_s, end_s]` at which an hour begins, ascending.

        Hours begin at local full hours, at changes of offset that are not whole hours, and where a
        day begins: `day_start` may be a quarter past, and a clock may skip midnight at half past.
        """
        edges: list[int] = []
        offset_before = _offset(self.time_zone, start_s - 1)
        for from_s, to_s, offset_s in _stretches(self.time_zone, start_s, end_s + 1):
            change_s, offset_before = offset_s - offset_before, offset_s
            if change_s % HOUR_S or (change_s and self.day_start(self.day_of(from_s)) == from_s):
                edges.append(from_s)
            edges.extend(range(from_s + -(from_s + offset_s) % HOUR_S, to_s, HOUR_S))
        if self.day_start_s % HOUR_S:
            edges.extend(self.day_edges(start_s, end_s + 1))
        return sorted(set(edges))


def _first_day(granularity: Granularity, day: date) -> date:
    if granularity is Granularity.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if granularity is Granularity.MONTH else day


def _next_first_day(granularity: Granularity, first: date) -> date:
    if granularity is Granularity.MONTH:
        return (first + timedelta(days=31)).replace(day=1)
    return first + timedelta(days=7 if granularity is Granularity.WEEK else 1)


def _midnight(day: date) -> int:
    return (day.toordinal() - _EPOCH_ORDINAL) * DAY_S


# -- offsets of a time zone, as whole numbers ------------------------------------------------------


@cache
def _zone(time_zone: str) -> ZoneInfo:
    try:
        return ZoneInfo(time_zone)
    except (KeyError, ValueError, OSError):  # not found, not a name, a folder of names
        near = get_close_matches(time_zone, available_timezones(), n=1)
        hint = f"did you mean {near[0]}?" if near else "write it like Europe/Zurich"
        raise ValueError(f"unknown time zone {time_zone!r}; {hint}") from None


@cache
def _block(time_zone: str, block: int) -> tuple[list[int], list[int]]:
    """Where the offset changes in a block, its start included, and the offsets from there on."""
    starts_s = [block << _BLOCK_BITS]
    offsets_s = [_zone_offset(time_zone, starts_s[0])]
    end_s = (block + 1) << _BLOCK_BITS
    for low_s in range(starts_s[0], end_s, DAY_S):
        high_s = min(low_s + DAY_S, end_s) - 1
        if (offset_s := _zone_offset(time_zone, high_s)) != offsets_s[-1]:
            before_s, after_s = low_s - 1, high_s
            while after_s - before_s > 1:
                middle_s = (before_s + after_s) // 2
                if _zone_offset(time_zone, middle_s) == offset_s:
                    after_s = middle_s
                else:
                    before_s = middle_s
            starts_s.append(after_s)
            offsets_s.append(offset_s)
    return starts_s, offsets_s


def _zone_offset(time_zone: str, at_s: int) -> int:
    local = datetime.fromtimestamp(at_s, _zone(time_zone))
    return (local.replace(tzinfo=UTC) - _EPOCH) // timedelta(seconds=1) - at_s


def _offset(time_zone: str, at_s: int) -> int:
    starts_s, offsets_s = _block(time_zone, at_s >> _BLOCK_BITS)
    return offsets_s[bisect_right(starts_s, at_s) - 1]


def _stretches(time_zone: str, start_s: int, end_s: int) -> Iterator[tuple[int, int, int]]:
    """`[start_s, end_s)` cut where the offset may change: (start, end, offset)."""
    for block in range(start_s >> _BLOCK_BITS, (end_s >> _BLOCK_BITS) + 1):
        starts_s, offsets_s = _block(time_zone, block)
        ends_s = [*starts_s[1:], (block + 1) << _BLOCK_BITS]
        for from_s, to_s, offset_s in zip(starts_s, ends_s, offsets_s, strict=True):
            if from_s < end_s and to_s > start_s:
                yield max(from_s, start_s), min(to_s, end_s), offset_s


def _first_at(time_zone: str, wall_s: int) -> int:
    """The first instant at which the clock at the wall has reached `wall_s`."""
    offset_s = _offset(time_zone, wall_s - _NEAR_S)
    if offset_s == _offset(time_zone, wall_s + _NEAR_S):
        return wall_s - offset_s
    return next(
        max(from_s, wall_s - offset_s)
        for from_s, to_s, offset_s in _stretches(time_zone, wall_s - _NEAR_S, wall_s + _NEAR_S)
        if wall_s - offset_s < to_s
    )
