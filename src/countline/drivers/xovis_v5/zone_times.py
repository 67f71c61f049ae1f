"""Instants that a sensor writes with the letters of its time zone: `2025-03-14T09:26:53.120 CET`."""

import re
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from countline.drivers.xovis_v5.times import to_ms

_LETTERED = re.compile(r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?)\s*([A-Z]{1,5})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
# Letters that mean one offset wherever a sensor says them; others need the sensor's time zone.
_OFFSETS_H = {
    letters: hours
    for hours, known in (
        (0, "UTC GMT Z WET"),
        (1, "CET WEST"),
        (2, "CEST EET"),
        (3, "EEST"),
        (-4, "EDT"),
        (-5, "EST CDT"),
        (-6, "MDT"),
        (-7, "MST PDT"),
        (-8, "PST"),
    )
    for letters in known.split()
}


def lettered_ms(instant: float | str, zone: ZoneInfo | None = None) -> int:
    """Milliseconds since the epoch. `zone` is the sensor's: it says what its letters mean.

    Numbers and RFC 3339 are read too. Raises ValueError with what is wrong.
    """
    found = _LETTERED.fullmatch(instant.strip()) if isinstance(instant, str) else None
    if found is None:
        return to_ms(instant)
    try:
        wall = datetime.fromisoformat(found[1])
    except ValueError:
        raise ValueError(f"'{instant}' is not a time") from None
    letters = found[2]
    for fold in (0, 1):  # in autumn the letters tell the two passes of an hour apart
        moment = wall.replace(tzinfo=zone, fold=fold)
        if zone is not None and moment.tzname() == letters:
            return (moment - _EPOCH) // _MS
    if letters not in _OFFSETS_H:
        raise ValueError(f"'{instant}' is in no known time zone")
    offset = timezone(timedelta(hours=_OFFSETS_H[letters]))
    return (wall.replace(tzinfo=offset) - _EPOCH) // _MS
