"""Opening hours between what callers write and what is kept."""

from countline.api.instants import instant, read_time_of_day, time_of_day
from countline.engine.hours import WantedHours
from countline.model.interval import DAY_S
from countline.model.opening import ExceptionalDate, OpenHours, Opening
from countline.wire import v3_opening as wire

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def wanted_hours(said: wire.OpeningWanted | None) -> WantedHours | None:
    """What a caller wants; None forgets the hours."""
    if said is None:
        return None
    holidays = said.holidays
    return WantedHours(
        weekly=tuple(_read(getattr(said.weekly, day)) for day in DAYS),
        exceptions=tuple(ExceptionalDate(e.date, _read(e.hours), e.name) for e in said.exceptions),
        country=holidays.country if holidays else "",
        region=holidays.region if holidays else "",
        holiday_hours=_read(holidays.hours) if holidays else (),
    )


def opening(known: Opening | None) -> wire.Opening | None:
    """The hours as callers see them."""
    if known is None:
        return None
    weekly = known.weekly or ((),) * len(DAYS)
    return wire.Opening(
        weekly=wire.Week(**{day: _told(h) for day, h in zip(DAYS, weekly, strict=True)}),
        exceptions=tuple(
            wire.ExceptionalDate(date=e.day, hours=_told(e.hours), name=e.name)
            for e in known.exceptions
        ),
        holidays=_holidays(known),
        changed_at=instant(known.changed_s),
    )


def _holidays(known: Opening) -> wire.HolidaysKept | None:
    if not known.country:
        return None
    years = [one.day.year for one in known.holidays]
    near = instant(known.changed_s).year
    return wire.HolidaysKept(
        country=known.country,
        region=known.region,
        hours=_told(known.holiday_hours),
        first_year=min(years, default=near),
        last_year=max(years, default=near),
        dates=[
            wire.Holiday(date=one.day, name=one.name)
            for one in known.holidays
            if one.day.year in (near, near + 1)
        ],
    )


def _read(hours: tuple[wire.OpenHours, ...]) -> tuple[OpenHours, ...]:
    found = []
    for one in hours:
        opens_s, closes_s = read_time_of_day(one.opens), read_time_of_day(one.closes)
        found.append(OpenHours(opens_s, closes_s + (DAY_S if closes_s <= opens_s else 0)))
    return tuple(sorted(found))


def _told(hours: tuple[OpenHours, ...]) -> tuple[wire.OpenHours, ...]:
    return tuple(
        wire.OpenHours(opens=time_of_day(a), closes=time_of_day(b % DAY_S)) for a, b in hours
    )
