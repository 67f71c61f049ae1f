"""Times of files: instants come back from what a clock on the wall showed."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countline.drivers.local_times import Times, end_of, start_of
from countline.errors import BadPush

# The instants at which clocks change, forward and back.
CHANGES = [
    ("Europe/Zurich", "2025-03-30T01:00Z"),
    ("Europe/Zurich", "2025-10-26T01:00Z"),
    ("America/New_York", "2025-03-09T07:00Z"),
    ("America/New_York", "2025-11-02T06:00Z"),
    ("Australia/Lord_Howe", "2025-04-05T15:00Z"),
    ("Australia/Lord_Howe", "2025-10-04T15:30Z"),
    ("Africa/Cairo", "2025-04-24T22:00Z"),
    ("Africa/Cairo", "2025-10-30T21:00Z"),
    ("America/Santiago", "2025-09-07T04:00Z"),
    ("Asia/Kolkata", "2025-06-01T00:00Z"),
]


def seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def wall(instant_s: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(instant_s, UTC).astimezone(zone).replace(tzinfo=None)


@pytest.mark.parametrize(("name", "change"), CHANGES)
@pytest.mark.parametrize("step_s", [60, 900, 1_800])
def test_rows_across_a_change_come_back_as_they_were(name: str, change: str, step_s: int) -> None:
    zone, times = ZoneInfo(name), Times(name)
    bounds: list[tuple[int, int]] = []
    expected = []
    for start_s in range(seconds(change) - 10_800, seconds(change) + 10_800, step_s):
        expected.append((start_s, start_s + step_s))
        start = times.moment(wall(start_s, zone))
        end = times.moment(wall(start_s + step_s, zone))
        first = start_of(start, *(bounds[-1] if bounds else (None, None)))
        bounds.append((first, end_of(end, start, first)))
    assert bounds == expected


@pytest.mark.parametrize(("name", "change"), CHANGES)
@given(gap=st.sets(st.integers(0, 15), max_size=10))
def test_a_row_is_never_before_the_row_before(name: str, change: str, gap: set[int]) -> None:
    """Rows may be missing: then the second pass may be read as a repeat, but never as the past."""
    zone, times = ZoneInfo(name), Times(name)
    first = seconds(change) - 7_200
    last: tuple[int | None, int | None] = None, None
    for step in sorted(set(range(16)) - gap):
        start = times.moment(wall(first + step * 900, zone))
        start_s = start_of(start, *last)
        assert start_s in start.instants
        assert last[0] is None or start_s >= last[0]
        end = times.moment(wall(first + (step + 1) * 900, zone))
        last = start_s, end_of(end, start, start_s)


def test_a_time_that_clocks_jump_over_is_no_instant() -> None:
    times = Times("Europe/Zurich")
    assert times.moment(datetime(2025, 3, 30, 2, 30)).instants == ()
    jump = times.moment(datetime(2025, 3, 30, 2, 0))
    assert jump.instants == ()
    assert jump.ends == (seconds("2025-03-30T01:00Z"),)


def test_the_end_of_a_row_may_be_written_as_the_jump() -> None:
    times = Times("Europe/Zurich")
    start, end = (
        times.moment(datetime(2025, 3, 30, 1, 0)),
        times.moment(datetime(2025, 3, 30, 2, 0)),
    )
    start_s = start_of(start, None, None)
    assert end_of(end, start, start_s) - start_s == 3_600


def test_a_day_across_a_change_has_its_real_length() -> None:
    times = Times("Europe/Zurich")
    start, end = times.moment(datetime(2025, 10, 26)), times.moment(datetime(2025, 10, 27))
    start_s = start_of(start, None, None)
    assert end_of(end, start, start_s) - start_s == 25 * 3_600
    assert times.after(start, 86_400) == end


def test_a_time_with_offset_needs_no_zone() -> None:
    moment = Times(None).moment(datetime.fromisoformat("2025-06-01T10:00:00+02:00"))
    assert moment.instants == (seconds("2025-06-01T08:00Z"),)
    assert moment.wall_s is None


@pytest.mark.parametrize(
    ("time", "wrong"),
    [
        (datetime(2025, 6, 1), "--tz"),
        (datetime(2025, 6, 1, tzinfo=UTC) + timedelta(milliseconds=1), "whole second"),
        (datetime(1969, 12, 31, tzinfo=UTC), "1970"),
        (datetime(2200, 1, 1, tzinfo=UTC), "2199"),
        (datetime.min.replace(tzinfo=UTC), "1970"),
        (datetime.max.replace(tzinfo=UTC, microsecond=0), "2199"),
    ],
)
def test_what_is_wrong_with_a_time(time: datetime, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        Times(None).moment(time)


@pytest.mark.parametrize(
    "name", ["Europe/Atlantis", "", "../etc/passwd", "/etc/passwd", "\0", "a" * 999]
)
def test_an_unknown_time_zone_is_named(name: str) -> None:
    with pytest.raises(BadPush, match="--tz"):
        Times(name)
