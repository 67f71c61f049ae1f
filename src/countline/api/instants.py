"""Instants as callers write them: ISO 8601 with an offset, and what to say when one has none."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from countline.errors import BadQuery, FieldError
from countline.model.interval import INSTANT_MAX, INSTANT_MIN

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = INSTANT_MAX - timedelta(days=1)
_EARLIEST = INSTANT_MIN + timedelta(days=1)
_WRITTEN = re.compile(
    r"\d{4}-\d\d-\d\d([Tt]\d\d:\d\d(:\d\d([.,]\d{1,6})?)?(?P<offset>[Zz]|[+-]\d\d(:?\d\d)?)?)?",
    re.ASCII,
)
_LOST_PLUS = re.compile(r"(.+\d\d:\d\d.*) (\d\d(:?\d\d)?)")


class NaiveTime(ValueError):
    """A time that does not say where: it could mean any of 24 hours or more."""

    def __init__(self, text: str, wall: datetime) -> None:
        self.wall = wall
        super().__init__(f"{text!r} has no offset, so it names no instant")


def read_instant(text: str) -> datetime:
    """An aware datetime. Raises `NaiveTime`, or `ValueError` that says how to write it."""
    form = _WRITTEN.fullmatch(text)
    if form is None:
        if lost := _LOST_PLUS.fullmatch(text):
            raise ValueError(
                f"the '+' of the offset in {text!r} arrived as a space; in an address it is written"
                f" '%2B': {lost[1]}%2B{lost[2]}"
            )
        raise ValueError(f"{text!r} is not a time; write it as 2023-10-27T00:00:00Z")
    try:
        instant = datetime.fromisoformat(text.upper())
    except ValueError as error:
        raise ValueError(f"{text!r} is not on the calendar or clock: {error}") from error
    if form["offset"] is None:
        raise NaiveTime(text, instant)
    if not _EARLIEST <= instant <= _LATEST:
        raise ValueError(f"{text!r} is not between 1900 and 2200")
    return instant


def with_offset(wall: datetime, zone: ZoneInfo | None) -> str:
    """How a naive time is written in UTC, or with the offset that it has in a time zone."""
    if zone is None:
        return wall.strftime("%Y-%m-%dT%H:%M:%SZ")
    return wall.replace(tzinfo=zone).isoformat(timespec="seconds").replace("+", "%2B")


def whole_s(instant: datetime) -> int:
    """The first whole second that is not before an instant."""
    return -((_EPOCH - instant) // timedelta(seconds=1))


def body_s(field: str, instant: datetime) -> int:
    """A body's instant in whole seconds. Raises `BadQuery` for one outside the calendar we keep."""
    if not _EARLIEST <= instant <= _LATEST:
        detail = "is not between 1900 and 2200"
        raise BadQuery(f"{field}: {detail}", errors=(FieldError(field=field, detail=detail),))
    return whole_s(instant)


def instant(at_s: int) -> datetime:
    """A whole second as a datetime in UTC."""
    return datetime.fromtimestamp(at_s, UTC)


def instant_or_none(at_s: int | None) -> datetime | None:
    """A whole second as a datetime in UTC; none for none."""
    return None if at_s is None else datetime.fromtimestamp(at_s, UTC)


def read_time_of_day(text: str) -> int:
    """Seconds after midnight of `HH:MM`."""
    return int(text[:2]) * 3600 + int(text[3:5]) * 60


def time_of_day(at_s: int) -> str:
    """`HH:MM` of seconds after midnight."""
    return f"{at_s // 3600:02}:{at_s % 3600 // 60:02}"
