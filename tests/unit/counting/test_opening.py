"""Opening hours: on the wall, past midnight, on days of 23 and 25 hours, and against a plain oracle."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countline.counting.opening import closed_stretches, hours_on, is_open, open_stretches
from countline.model.ids import LocationId
from countline.model.interval import DAY_S, DayGrid
from countline.model.opening import WHOLE_DAY, ExceptionalDate, Holiday, OpenHours, Opening

ZURICH = DayGrid("Europe/Zurich")
H = 3_600
SHOP = OpenHours(9 * H, 18 * H)
NIGHT = OpenHours(22 * H, 27 * H)


def opening(*weekly: tuple[OpenHours, ...], **more: object) -> Opening:
    return Opening(location_id=LocationId("L"), weekly=weekly, **more)  # type: ignore[arg-type]


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def told(stretches: list[tuple[int, int]], zone: str = "Europe/Zurich") -> list[str]:
    return [
        " - ".join(datetime.fromtimestamp(s, ZoneInfo(zone)).isoformat() for s in stretch)
        for stretch in stretches
    ]


# -- by hand ---------------------------------------------------------------------------------------
def test_several_stretches_a_day_are_told_in_utc() -> None:
    week = opening(*[(OpenHours(9 * H, 12 * H), OpenHours(13 * H, 18 * H))] * 5, (), ())
    day = open_stretches(week, ZURICH, at("2026-01-05T00:00+01:00"), at("2026-01-06T00:00+01:00"))
    assert told(day) == [
        "2026-01-05T09:00:00+01:00 - 2026-01-05T12:00:00+01:00",
        "2026-01-05T13:00:00+01:00 - 2026-01-05T18:00:00+01:00",
    ]


def test_hours_past_midnight_belong_to_the_date_on_which_they_begin() -> None:
    saturday = opening((), (), (), (), (), (NIGHT,), ())
    assert is_open(saturday, ZURICH, at("2026-01-11T02:59+01:00"))  # a Sunday
    assert not is_open(saturday, ZURICH, at("2026-01-11T03:00+01:00"))
    assert not is_open(saturday, ZURICH, at("2026-01-11T22:30+01:00"))
    closed_sunday = opening(*saturday.weekly, exceptions=(ExceptionalDate(date(2026, 1, 11)),))
    assert is_open(closed_sunday, ZURICH, at("2026-01-11T02:59+01:00"))


def test_a_place_that_never_closes_is_one_stretch() -> None:
    always = opening(*[(WHOLE_DAY,)] * 7)
    start_s, end_s = at("2026-03-20T00:00Z"), at("2026-04-20T00:00Z")
    assert open_stretches(always, ZURICH, start_s, end_s) == [(start_s, end_s)]
    assert closed_stretches(always, ZURICH, start_s, end_s) == []


def test_without_hours_a_place_is_always_open() -> None:
    assert open_stretches(None, ZURICH, 10, 20) == [(10, 20)]
    assert open_stretches(None, ZURICH, 20, 20) == []
    assert is_open(None, ZURICH, 0)


def test_with_no_hours_at_all_it_is_always_closed() -> None:
    assert closed_stretches(opening(), ZURICH, 10, 20) == [(10, 20)]
    assert not is_open(opening(), ZURICH, 10)


def test_an_exception_goes_before_a_holiday_and_a_holiday_before_the_weekday() -> None:
    week = opening(
        *[(SHOP,)] * 7,
        exceptions=(ExceptionalDate(date(2026, 8, 1), (OpenHours(10 * H, 12 * H),), "party"),),
        holidays=(Holiday(date(2026, 8, 1), "National Day"), Holiday(date(2026, 12, 25), "Xmas")),
    )
    assert hours_on(week, date(2026, 8, 1)) == (OpenHours(10 * H, 12 * H),)
    assert hours_on(week, date(2026, 12, 25)) == ()
    assert hours_on(week, date(2026, 12, 24)) == (SHOP,)


@pytest.mark.parametrize(
    ("day", "hours", "seconds"),
    [
        ("2026-03-29", OpenHours(0, DAY_S), 23 * H),
        ("2026-10-25", OpenHours(0, DAY_S), 25 * H),
        ("2026-03-29", OpenHours(2 * H, 3 * H), 0),  # 02:00-03:00 is not there
        ("2026-03-29", OpenHours(H, 2 * H + 1800), H),
        ("2026-10-25", OpenHours(0, 2 * H + 1800), 2 * H + 1800),  # closes the first time
        ("2026-10-25", OpenHours(2 * H + 1800, 4 * H), 2 * H + 1800),  # opens the first time
        ("2026-10-24", OpenHours(20 * H, 28 * H), 9 * H),  # the night that has an hour more
        ("2026-03-28", OpenHours(20 * H, 28 * H), 7 * H),
    ],
)
def test_hours_on_days_on_which_the_clock_is_set(day: str, hours: OpenHours, seconds: int) -> None:
    one = opening(exceptions=(ExceptionalDate(date.fromisoformat(day), (hours,)),))
    start_s = at(f"{day}T00:00Z")
    found = open_stretches(one, ZURICH, start_s - DAY_S, start_s + 2 * DAY_S)
    assert sum(b - a for a, b in found) == seconds


def test_a_date_that_a_place_skipped_has_no_hours() -> None:
    apia = DayGrid("Pacific/Apia")  # there was no 30 December 2011
    one = opening(exceptions=(ExceptionalDate(date(2011, 12, 30), (SHOP,)),))
    assert open_stretches(one, apia, at("2011-12-28T00:00Z"), at("2012-01-02T00:00Z")) == []


# -- against the oracle ----------------------------------------------------------------------------
STEP_S = 900


def first_at(zone: ZoneInfo, wall: datetime) -> int:
    """The first quarter at which the clock at the wall shows `wall` or later."""
    at_s = int(wall.replace(tzinfo=UTC).timestamp()) - 30 * H
    while datetime.fromtimestamp(at_s, zone).replace(tzinfo=None) < wall:
        at_s += STEP_S
    return at_s


def open_quarters(week: Opening, zone: ZoneInfo, start_s: int, end_s: int) -> set[int]:
    """Every quarter that is open, hours by hours."""
    found: set[int] = set()
    day = datetime.fromtimestamp(start_s, UTC).date() - timedelta(days=3)
    while day <= datetime.fromtimestamp(end_s, UTC).date() + timedelta(days=2):
        midnight = datetime(day.year, day.month, day.day)
        for a, b in hours_on(week, day):
            opens_s = first_at(zone, midnight + timedelta(seconds=a))
            closes_s = first_at(zone, midnight + timedelta(seconds=b))
            found |= set(range(max(start_s, opens_s), min(end_s, closes_s), STEP_S))
        day += timedelta(days=1)
    return found


quarters_of_day = st.integers(0, 95).map(lambda n: n * STEP_S)
hours = st.builds(
    lambda start_s, length: OpenHours(start_s, start_s + length),
    quarters_of_day,
    st.integers(1, 96).map(lambda n: n * STEP_S),
)
days = st.lists(hours, max_size=3).map(tuple)
CLOCK_SET = {
    "Europe/Zurich": ("2026-03-29", "2026-10-25"),
    "Australia/Lord_Howe": ("2026-04-05", "2026-10-04"),
    "Africa/Cairo": ("2026-04-24", "2026-10-30"),
    "Asia/Kathmandu": ("2026-05-01",),
}
places = st.sampled_from([(zone, day) for zone, found in CLOCK_SET.items() for day in found])


@given(place=places, week=st.tuples(*[days] * 7), odd=days)
def test_open_stretches_are_what_the_oracle_finds(
    place: tuple[str, str], week: tuple[tuple[OpenHours, ...], ...], odd: tuple[OpenHours, ...]
) -> None:
    zone, day = place
    start_s = at(f"{day}T00:00Z") - DAY_S
    end_s = start_s + 3 * DAY_S
    made = opening(*week, exceptions=(ExceptionalDate(date.fromisoformat(day), odd),))
    found = open_stretches(made, DayGrid(zone), start_s, end_s)
    assert all(a < b for a, b in found)
    assert all(b < c for (_, b), (c, _) in pairwise(found))
    quarters = {t for a, b in found for t in range(a, b, STEP_S)}
    assert quarters == open_quarters(made, ZoneInfo(zone), start_s, end_s)
    shut = {t for a, b in closed_stretches(made, DayGrid(zone), start_s, end_s)
            for t in range(a, b, STEP_S)}  # fmt: skip
    assert shut == set(range(start_s, end_s, STEP_S)) - quarters
