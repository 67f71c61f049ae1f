"""Instants with the letters of a time zone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from countline.drivers.xovis_v5.zone_times import lettered_ms

ZURICH = ZoneInfo("Europe/Zurich")


def utc_ms(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp() * 1000)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2025-03-14T09:26:53.120 CET", None, utc_ms(2025, 3, 14, 8, 26, 53) + 120),
        ("2025-07-14T09:26:53 CEST", ZURICH, utc_ms(2025, 7, 14, 7, 26, 53)),
        ("2025-10-26T02:30:00 CEST", ZURICH, utc_ms(2025, 10, 26, 0, 30)),
        ("2025-10-26T02:30:00 CET", ZURICH, utc_ms(2025, 10, 26, 1, 30)),
        ("2025-03-14 09:26:53 UTC", ZURICH, utc_ms(2025, 3, 14, 9, 26, 53)),
        ("2025-07-14T09:26:53 IST", ZoneInfo("Asia/Kolkata"), utc_ms(2025, 7, 14, 3, 56, 53)),
        ("2025-07-14T09:26:53 IST", ZoneInfo("Europe/Dublin"), utc_ms(2025, 7, 14, 8, 26, 53)),
        ("2025-07-14T09:26:53+0100", None, utc_ms(2025, 7, 14, 8, 26, 53)),
        ("2025-07-14T09:26:53Z", None, utc_ms(2025, 7, 14, 9, 26, 53)),
        (1741940813120, None, 1741940813120),
    ],
)
def test_the_instant(text: str | int, zone: ZoneInfo | None, expected: int) -> None:
    assert lettered_ms(text, zone) == expected


@pytest.mark.parametrize(
    "text", ["", "CET", "2025-07-14T09:26:53 IST", "2025-13-14T09:26:53 CET", "2025-07-14T09:26:53"]
)
def test_what_names_no_instant(text: str) -> None:
    with pytest.raises(ValueError, match="'"):
        lettered_ms(text)
