"""Daily events at a time on the wall: on every date once, whatever the clocks do."""

import zoneinfo
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countline.model.interval import DayGrid

HOUR_S, DAY_S = 3_600, 86_400

zones = st.sampled_from(sorted(zoneinfo.available_timezones()))
days = st.dates(date(2000, 1, 1), date(2037, 12, 31))


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def test_a_reset_time_that_does_not_exist_happens_at_the_first_instant_after() -> None:
    found = DayGrid("Europe/Zurich").resets(
        [2 * HOUR_S + 1_800, 4 * HOUR_S], at("2026-03-29T00:00Z"), at("2026-03-30T00:00Z")
    )
    assert found == [at("2026-03-29T01:00Z"), at("2026-03-29T02:00Z")]


def test_a_reset_time_that_occurs_twice_fires_once_the_first_time() -> None:
    found = DayGrid("Europe/Zurich").resets(
        [2 * HOUR_S + 1_800], at("2026-10-25T00:00Z"), at("2026-10-25T23:00Z")
    )
    assert found == [at("2026-10-25T00:30Z")]


def test_reset_times_do_not_move_with_the_start_of_the_day() -> None:
    span = (at("2026-06-01T00:00Z"), at("2026-06-02T00:00Z"))
    assert DayGrid("Europe/Zurich", 6 * HOUR_S).resets([4 * HOUR_S], *span) == [
        at("2026-06-01T02:00Z")
    ]


@pytest.mark.parametrize(
    ("time_s", "expected"),
    [
        (4 * HOUR_S + 29, "2026-06-01T04:00Z"),
        (4 * HOUR_S + 30, "2026-06-01T04:01Z"),
        (DAY_S - 30, "2026-06-01T00:00Z"),  # that of the day before
    ],
)
def test_reset_times_are_whole_minutes(time_s: int, expected: str) -> None:
    span = (at("2026-06-01T00:00Z"), at("2026-06-02T00:00Z"))
    assert DayGrid("UTC").resets([time_s], *span) == [at(expected)]


def test_resets_are_half_open_and_each_once() -> None:
    grid = DayGrid("UTC")
    four, five = at("2026-06-01T04:00Z"), at("2026-06-01T05:00Z")
    assert grid.resets([5 * HOUR_S, 4 * HOUR_S, 4 * HOUR_S], four, five) == [four]
    assert grid.resets([5 * HOUR_S, 4 * HOUR_S], four, five + 1) == [four, five]
    assert grid.resets([], four, five) == []


@given(zones, days, st.integers(0, 1_439))
def test_every_date_has_each_reset_once(time_zone: str, day: date, minute: int) -> None:
    grid = DayGrid(time_zone)
    zone = zoneinfo.ZoneInfo(time_zone)
    start_s, end_s = grid.day_start(day), grid.day_start(day + timedelta(days=1))
    found = grid.resets([minute * 60], start_s, end_s)
    assert len(found) == (start_s < end_s)
    for at_s in found:
        wall = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minute)
        shown = datetime.fromtimestamp(at_s, zone).replace(tzinfo=None)
        before = datetime.fromtimestamp(at_s - 1, zone).replace(tzinfo=None)
        assert before < wall <= shown
        assert shown == wall or shown - before > timedelta(seconds=1)
