"""When a place is open, and when it is closed: stretches of time, of hours written on the wall.

A time that a date does not have (a clock set forward) is the first instant after it; one that a date
has twice is its first. Hours belong to the date on which they begin, past midnight too: an exception
on Sunday does not shorten Saturday's night. Without hours a place is always open.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from countline.counting.coverage import Stretch, clip, unite
from countline.model.interval import DAY_S, DayGrid
from countline.model.opening import OpenHours, Opening

DAYS_BACK = 2  # hours that began on a date so long ago may still last


def hours_on(opening: Opening, day: date) -> Sequence[OpenHours]:
    """The hours that begin on a date: an exception's, else a holiday's, else the weekday's."""
    return _hours(opening)(day)


def open_stretches(
    opening: Opening | None, grid: DayGrid, start_s: int, end_s: int
) -> list[Stretch]:
    """When it is open in `[start_s, end_s)`: disjoint, ascending, not touching."""
    if start_s >= end_s:
        return []
    if opening is None:
        return [(start_s, end_s)]
    hours_of = _hours(opening)
    day = grid.date_of(start_s) - timedelta(days=DAYS_BACK)
    last = grid.date_of(end_s) + timedelta(days=1)
    found: list[Stretch] = []
    while day <= last:
        hours = hours_of(day)
        if hours and grid.at_wall(day, 0) < grid.at_wall(day, DAY_S):  # else there is no such date
            found += [(grid.at_wall(day, a), grid.at_wall(day, b)) for a, b in hours]
        day += timedelta(days=1)
    return clip(unite(found), start_s, end_s)


def closed_stretches(
    opening: Opening | None, grid: DayGrid, start_s: int, end_s: int
) -> list[Stretch]:
    """When it is closed in `[start_s, end_s)`: the rest."""
    closed: list[Stretch] = []
    at_s = start_s
    for open_s, close_s in open_stretches(opening, grid, start_s, end_s):
        if at_s < open_s:
            closed.append((at_s, open_s))
        at_s = close_s
    if at_s < end_s:
        closed.append((at_s, end_s))
    return closed


def is_open(opening: Opening | None, grid: DayGrid, at_s: int) -> bool:
    """Whether it is open at an instant."""
    return bool(open_stretches(opening, grid, at_s, at_s + 1))


def _hours(opening: Opening) -> Callable[[date], Sequence[OpenHours]]:
    exceptions = {one.day: one.hours for one in opening.exceptions}
    holidays = {one.day for one in opening.holidays}
    weekly = opening.weekly

    def hours_of(day: date) -> Sequence[OpenHours]:
        if (other := exceptions.get(day)) is not None:
            return other
        if day in holidays:
            return opening.holiday_hours
        return weekly[day.weekday()] if weekly else ()

    return hours_of
