"""Opening hours as a caller wants them: checked, with the holidays written down, and saved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from countline.calendars import UnknownCalendar, holidays_of
from countline.engine.changes import bad_field
from countline.model.ids import LocationId, ZoneId
from countline.model.interval import DAY_S
from countline.model.opening import (
    WHOLE_LOCATION,
    ExceptionalDate,
    Holiday,
    OpenHours,
    Opening,
)
from countline.store.seam import Transaction

YEARS_BACK, YEARS_AHEAD = 10, 20  # of holidays that are written down


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedHours:
    """Hours of each weekday, Monday first, of dates, and of the holidays of a country or region."""

    weekly: tuple[tuple[OpenHours, ...], ...]
    exceptions: tuple[ExceptionalDate, ...] = ()
    country: str = ""
    region: str = ""
    holiday_hours: tuple[OpenHours, ...] = ()


def opening_from(
    wanted: WantedHours, location_id: LocationId, zone_id: ZoneId, now_s: int
) -> Opening:
    """The hours as they are kept. Raises `BadQuery` that names the part which cannot be."""
    for name, hours in _named(wanted):
        if any(not 0 <= a < DAY_S or not a < b <= a + DAY_S for a, b in hours):
            raise bad_field(name, "hours begin on their date and last a day at most")
    days = [one.day for one in wanted.exceptions]
    if twice := next((day for day in days if days.count(day) > 1), None):
        raise bad_field("opening.exceptions", f"{twice} is there twice")
    return Opening(
        location_id=location_id,
        zone_id=zone_id,
        weekly=wanted.weekly,
        exceptions=tuple(sorted(wanted.exceptions)),
        country=wanted.country,
        region=wanted.region,
        holiday_hours=wanted.holiday_hours,
        holidays=_holidays(wanted, now_s),
        changed_s=now_s,
    )


def keep_hours(
    tx: Transaction,
    location_id: LocationId,
    zone_id: ZoneId | None,
    wanted: WantedHours | None,
    now_s: int,
) -> None:
    """Save the hours of a location or of one of its zones; None forgets them."""
    place = (location_id, zone_id or WHOLE_LOCATION)
    if wanted is not None:
        tx.save(opening_from(wanted, *place, now_s))
    elif (known := tx.record(Opening, *place)) is not None:
        tx.delete(known)


def _named(wanted: WantedHours) -> Sequence[tuple[str, Sequence[OpenHours]]]:
    return [
        *(("opening.weekly", hours) for hours in wanted.weekly),
        *(("opening.exceptions", one.hours) for one in wanted.exceptions),
        ("opening.holidays.hours", wanted.holiday_hours),
    ]


def _holidays(wanted: WantedHours, now_s: int) -> tuple[Holiday, ...]:
    if not wanted.country:
        return ()
    year = datetime.fromtimestamp(now_s, UTC).year
    years = range(year - YEARS_BACK, year + YEARS_AHEAD + 1)
    try:
        return tuple(holidays_of(wanted.country, wanted.region, years))
    except UnknownCalendar as error:
        raise bad_field(f"opening.holidays.{error.part}", str(error)) from None
