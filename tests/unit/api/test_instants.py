"""Times as callers write them."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countline.api.instants import NaiveTime, read_instant, whole_s, with_offset


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2023-10-27T00:00:00Z", datetime(2023, 10, 27, tzinfo=UTC)),
        ("2023-10-27T00:00Z", datetime(2023, 10, 27, tzinfo=UTC)),
        ("2023-10-27t00:00:00z", datetime(2023, 10, 27, tzinfo=UTC)),
        ("2023-10-27T02:00:00+02:00", datetime(2023, 10, 27, tzinfo=UTC)),
        ("2023-10-27T02:00:00+0200", datetime(2023, 10, 27, tzinfo=UTC)),
        ("2023-10-26T20:00:00-04", datetime(2023, 10, 27, tzinfo=UTC)),
        ("2023-10-27T00:00:00.250Z", datetime(2023, 10, 27, microsecond=250_000, tzinfo=UTC)),
    ],
)
def test_an_offset_makes_an_instant(text: str, instant: datetime) -> None:
    assert read_instant(text) == instant


@pytest.mark.parametrize("text", ["2023-10-27T00:00:00", "2023-10-27T00:00", "2023-10-27"])
def test_a_time_without_offset_names_no_instant(text: str) -> None:
    with pytest.raises(NaiveTime) as caught:
        read_instant(text)
    assert caught.value.wall == datetime(2023, 10, 27)


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "1700000000", "2023-W43-5T00:00:00Z", "2023-10-27 00:00:00Z", "20231027T00Z",
     "2023-13-01T00:00:00Z", "2023-10-27T25:00:00Z", "2023-10-27T00:00:60Z", "２０２３-10-27T00:00Z"],
)  # fmt: skip
def test_what_is_no_time_is_refused_with_its_text(text: str) -> None:
    with pytest.raises(ValueError, match="is not"):
        read_instant(text)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00"])
def test_instants_outside_two_centuries_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="1900 and 2200"):
        read_instant(text)


def test_a_plus_that_became_a_space_is_recognised() -> None:
    with pytest.raises(ValueError, match="2023-10-27T02:00:00%2B02:00"):
        read_instant("2023-10-27T02:00:00 02:00")


def test_a_naive_time_is_shown_in_utc_and_in_the_locations_offset() -> None:
    wall = datetime(2023, 10, 27)
    assert with_offset(wall, None) == "2023-10-27T00:00:00Z"
    assert with_offset(wall, ZoneInfo("America/New_York")) == "2023-10-27T00:00:00-04:00"
    assert with_offset(wall, ZoneInfo("Europe/Zurich")) == "2023-10-27T00:00:00%2B02:00"


@given(st.datetimes(datetime(1901, 1, 1), datetime(2199, 1, 1)), st.integers(-14 * 60, 14 * 60))
def test_every_offset_of_an_instant_reads_as_that_instant(wall: datetime, minutes: int) -> None:
    written = wall.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert read_instant(written.isoformat()) == written


def test_whole_seconds_are_the_first_not_before() -> None:
    assert whole_s(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)) == 1
    assert whole_s(datetime(1970, 1, 1, 0, 0, 1, 1, tzinfo=UTC)) == 2
    assert whole_s(datetime(1969, 12, 31, 23, 59, 59, 1, tzinfo=UTC)) == 0
