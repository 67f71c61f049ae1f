"""When a place is open: hours of the week, dates of exception, and holidays."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from countline.model.ids import LocationId, ZoneId
from countline.model.interval import DAY_S

WHOLE_LOCATION = ZoneId(0)  # hours of a location, in the place of a zone's number


class OpenHours(NamedTuple):
    """Open from one time on the wall to another, in seconds after midnight of the date it opens.

    `end_s` beyond `DAY_S` is past midnight; a day's hours end at most a day after they began.
    """

    start_s: int
    end_s: int


WHOLE_DAY = OpenHours(0, DAY_S)


class ExceptionalDate(NamedTuple):
    """One date that has other hours than its weekday, or none."""

    day: date
    hours: tuple[OpenHours, ...] = ()
    name: str = ""


class Holiday(NamedTuple):
    """A public holiday, as it was known when the hours were set."""

    day: date
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """When a location is open, or one zone of it that has hours of its own.

    `weekly` has the hours of each weekday, Monday first. Of a date, an exception goes before a
    holiday, and a holiday before the weekday. Holidays are dates, written down when the hours are
    set, so that what was open yesterday does not depend on which release is installed today.
    """

    location_id: LocationId
    zone_id: ZoneId = WHOLE_LOCATION
    weekly: tuple[tuple[OpenHours, ...], ...] = ()
    exceptions: tuple[ExceptionalDate, ...] = ()
    country: str = ""  # whose holidays; "": none
    region: str = ""
    holiday_hours: tuple[OpenHours, ...] = ()  # none: closed
    holidays: tuple[Holiday, ...] = ()
    changed_s: int = 0
