"""Days, hours and resets on every zone's grid, by the table of known days and against `zoneinfo`."""

import zoneinfo
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countline.model.interval import DayGrid, Granularity, Interval, Slice

HOUR_S, DAY_S = 3_600, 86_400


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


zones = st.sampled_from(sorted(zoneinfo.available_timezones()))
days = st.dates(date(2000, 1, 1), date(2037, 12, 31))
instants = st.integers(at("2000-01-01T00:00Z"), at("2037-12-31T00:00Z"))
starts = st.sampled_from((0, 4 * HOUR_S, 6 * HOUR_S + 900, 23 * HOUR_S + 2_700))
grids = st.builds(DayGrid, zones, starts)
civil = st.sampled_from((Granularity.DAY, Granularity.WEEK, Granularity.MONTH))
any_granularity = st.sampled_from(list(Granularity))


# -- Interval --------------------------------------------------------------------------------------


def test_an_interval_is_kept_in_utc() -> None:
    east = timezone(timedelta(hours=2))
    found = Interval(datetime(2026, 1, 1, 2, tzinfo=east), datetime(2026, 1, 1, 3, tzinfo=east))
    assert found.start == datetime(2026, 1, 1, tzinfo=UTC)
    assert found.start.tzinfo is UTC
    assert found.end.tzinfo is UTC
    assert found == Interval.of(at("2026-01-01T00:00Z"), at("2026-01-01T01:00Z"))
    assert (found.start_s, found.end_s) == (at("2026-01-01T00:00Z"), at("2026-01-01T01:00Z"))


def test_whole_seconds_keep_what_starts_inside() -> None:
    found = Interval(
        datetime(2026, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
        datetime(2026, 1, 1, 0, 0, 9, 1, tzinfo=UTC),
    )
    assert found.start_s == at("2026-01-01T00:00:01Z")
    assert found.end_s == at("2026-01-01T00:00:10Z")


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        (datetime(2026, 1, 1), datetime(2026, 1, 2, tzinfo=UTC), "start .* has no time zone"),
        (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2), "end .* has no time zone"),
        (datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC), "is not before"),
        (datetime(1, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC), "start .* 1900"),
        (datetime(2026, 1, 1, tzinfo=UTC), datetime(9999, 1, 2, tzinfo=UTC), "end .* 2200"),
    ],
)
def test_what_is_no_interval_is_refused(start: datetime, end: datetime, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Interval(start, end)


def test_the_edges_of_what_is_known() -> None:
    least, most = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
    whole = Interval(least, most)
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        grid = DayGrid(zone)
        assert grid.bucket_of(Granularity.MONTH, whole.start_s).end_s > whole.start_s
        assert grid.slices(Granularity.MONTH, whole.end_s - DAY_S, whole.end_s + DAY_S)
    with pytest.raises(ValueError, match="start"):
        Interval(least - timedelta(seconds=1), most)
    with pytest.raises(ValueError, match="end"):
        Interval(least, most + timedelta(seconds=1))


# -- Granularity -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "granularity", "longest_s"),
    [
        (("1m", "PT1M"), Granularity.MINUTE, 60),
        (("15m", "PT15M"), Granularity.QUARTER, 900),
        (("1h", "PT1H"), Granularity.HOUR, 3_600),
        (("1d", "P1D"), Granularity.DAY, 25 * HOUR_S),
        (("1w", "P1W"), Granularity.WEEK, 7 * DAY_S + HOUR_S),
        (("1mo", "P1M"), Granularity.MONTH, 31 * DAY_S + HOUR_S),
    ],
)
def test_granularities(texts: tuple[str, ...], granularity: Granularity, longest_s: int) -> None:
    assert {Granularity.parse(text) for text in texts} == {granularity}
    assert granularity.longest_s == longest_s
    assert granularity.is_civil == (longest_s > HOUR_S)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1H", "unknown granularity '1H'; did you mean 1h? known are 1m, 15m, 1h, 1d, 1w, 1mo"),
        ("PT24H", "unknown granularity 'PT24H'; did you mean PT1H? known are"),
        ("P1DT", "did you mean P1D?"),
        ("fortnight", "unknown granularity 'fortnight'; known are 1m"),
        ("", "unknown granularity ''; known are 1m"),
    ],
)
def test_an_unknown_granularity_names_the_nearest(text: str, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        Granularity.parse(text)
    assert message in str(caught.value)


# -- the table of days -----------------------------------------------------------------------------

TABLE = [
    ("Europe/Zurich", "2026-03-29", "2026-03-28T23:00Z", 23),
    ("Europe/Zurich", "2026-10-25", "2026-10-24T22:00Z", 25),
    ("America/New_York", "2026-03-08", "2026-03-08T05:00Z", 23),
    ("America/New_York", "2026-11-01", "2026-11-01T04:00Z", 25),
    ("Africa/Cairo", "2026-04-24", "2026-04-23T22:00Z", 23),
    ("Asia/Beirut", "2026-03-29", "2026-03-28T22:00Z", 23),
    ("America/Santiago", "2026-09-06", "2026-09-06T04:00Z", 23),
    ("Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00Z", 24.5),
    ("Australia/Lord_Howe", "2026-10-04", "2026-10-03T13:30Z", 23.5),
    ("Asia/Kolkata", "2026-02-11", "2026-02-10T18:30Z", 24),
]


@pytest.mark.parametrize(("time_zone", "civil_date", "start", "hours"), TABLE)
def test_known_days(time_zone: str, civil_date: str, start: str, hours: float) -> None:
    grid, day = DayGrid(time_zone), date.fromisoformat(civil_date)
    start_s, end_s = at(start), at(start) + int(hours * HOUR_S)
    assert grid.day_start(day) == start_s
    assert grid.slices(Granularity.DAY, start_s, start_s + 1) == [Slice(start_s, end_s, day)]
    found = grid.slices(Granularity.HOUR, start_s, end_s)
    assert (found[0].start_s, found[-1].end_s) == (start_s, end_s)
    short = [hour for hour in found if hour.end_s - hour.start_s != HOUR_S]
    assert [hour.end_s - hour.start_s for hour in short] == ([1_800] if hours % 1 else [])


def test_a_date_that_does_not_exist_has_no_bucket() -> None:
    grid = DayGrid("Pacific/Apia")
    missing, there = date(2011, 12, 30), date(2011, 12, 31)
    assert grid.day_start(missing) == grid.day_start(there) == at("2011-12-30T10:00Z")
    found = grid.slices(Granularity.DAY, at("2011-12-28T00:00Z"), at("2012-01-01T00:00Z"))
    assert [one.local_date for one in found] == [
        date(2011, 12, 28),
        date(2011, 12, 29),
        there,
        date(2012, 1, 1),
    ]
    assert grid.day_of(at("2011-12-30T10:00Z")) == there
    assert grid.day_of(at("2011-12-30T09:59:59Z")) == date(2011, 12, 29)
    assert grid.resets([4 * HOUR_S], at("2011-12-30T00:00Z"), at("2012-01-01T00:00Z")) == [
        at("2011-12-30T14:00Z"),
        at("2011-12-31T14:00Z"),
    ]


def test_two_hours_of_one_wall_time() -> None:
    grid = DayGrid("Europe/Zurich")
    found = grid.slices(Granularity.HOUR, at("2026-10-25T00:00Z"), at("2026-10-25T02:00Z"))
    assert [grid.local_iso(hour.start_s) for hour in found] == [
        "2026-10-25T02:00:00+02:00",
        "2026-10-25T02:00:00+01:00",
    ]


def test_a_clock_set_back_over_midnight_makes_one_long_day() -> None:
    """In 2006 St. John's went from 00:01 on the 29th back to 23:01 on the 28th."""
    grid = DayGrid("America/St_Johns")
    start_s = at("2006-10-29T00:00-02:30")
    assert grid.day_start(date(2006, 10, 29)) == start_s
    for after_s in (0, 60, 3_600):
        assert grid.day_of(start_s + after_s) == date(2006, 10, 29)
    assert grid.day_of(start_s - 1) == date(2006, 10, 28)
    assert grid.day_start(date(2006, 10, 30)) - start_s == 25 * HOUR_S


def test_an_hour_begins_where_the_offset_changes_by_half_an_hour() -> None:
    """In 2015 Pyongyang went from midnight back to 23:30."""
    grid = DayGrid("Asia/Pyongyang")
    hours = grid.slices(Granularity.HOUR, at("2015-08-14T14:00Z"), at("2015-08-14T16:00Z"))
    assert [hour.start_s for hour in hours] == [
        at("2015-08-14T14:00Z"),
        at("2015-08-14T15:00Z"),
        at("2015-08-14T15:30Z"),
    ]
    assert grid.day_start(date(2015, 8, 15)) == at("2015-08-14T15:30Z")
    change_s = at("2015-08-14T15:00Z")
    assert grid.slices(Granularity.HOUR, change_s, change_s + HOUR_S) == hours[1:]
    assert grid.bucket_of(Granularity.HOUR, change_s) == hours[1]
    assert grid.bucket_of(Granularity.HOUR, change_s - 1) == hours[0]


def test_an_hour_goes_on_where_the_offset_changes_by_whole_hours() -> None:
    grid = DayGrid("America/St_Johns")  # the change of 00:01 to 23:01, seen from midnight
    midnight_s = at("2006-10-29T00:00-02:30")
    hours = grid.slices(Granularity.HOUR, midnight_s, midnight_s + 2 * HOUR_S)
    assert [hour.start_s - midnight_s for hour in hours] == [0, HOUR_S]


def test_the_first_instant_of_a_date_that_begins_late_is_of_that_date() -> None:
    grid = DayGrid("Africa/Cairo")
    assert grid.day_of(at("2026-04-23T22:00Z")) == date(2026, 4, 24)
    assert grid.day_of(at("2026-04-23T21:59:59Z")) == date(2026, 4, 23)


# -- buckets of any zone ---------------------------------------------------------------------------


@given(grids, days)
def test_hours_and_quarters_tile_the_day(grid: DayGrid, day: date) -> None:
    start_s, end_s = grid.day_start(day), grid.day_start(day + timedelta(days=1))
    exists = [Slice(start_s, end_s, day)] if start_s < end_s else []
    assert grid.slices(Granularity.DAY, start_s, end_s) == exists
    for granularity in (Granularity.HOUR, Granularity.QUARTER, Granularity.MINUTE):
        found = grid.slices(granularity, start_s, end_s)
        if start_s == end_s:
            assert found == []
            continue
        assert (found[0].start_s, found[-1].end_s) == (start_s, end_s)
        assert all(one.end_s == two.start_s for one, two in pairwise(found))
        assert all(0 < one.end_s - one.start_s <= granularity.longest_s for one in found)


@given(zones, days)
def test_a_day_starts_at_the_first_instant_of_its_date(time_zone: str, day: date) -> None:
    zone, start_s = zoneinfo.ZoneInfo(time_zone), DayGrid(time_zone).day_start(day)
    assert datetime.fromtimestamp(start_s, zone).date() >= day
    assert datetime.fromtimestamp(start_s - 1, zone).date() < day
    earlier = range(start_s - DAY_S, start_s, 900)
    assert all(datetime.fromtimestamp(at_s, zone).date() < day for at_s in earlier)


@given(zones, days, st.integers(0, 95))
def test_a_day_may_start_at_any_quarter_on_the_wall(
    time_zone: str, day: date, quarter: int
) -> None:
    start_s = DayGrid(time_zone, quarter * 900).day_start(day)
    wall = datetime.combine(day, datetime.min.time()) + timedelta(seconds=quarter * 900)
    zone = zoneinfo.ZoneInfo(time_zone)

    def shown(at_s: int) -> datetime:
        return datetime.fromtimestamp(at_s, zone).replace(tzinfo=None)

    assert shown(start_s) >= wall
    assert all(shown(at_s) < wall for at_s in [start_s - 1, *range(start_s - DAY_S, start_s, 900)])


@given(grids, any_granularity, instants, st.integers(1, 40 * DAY_S))
def test_slices_follow_each_other_and_start_inside(
    grid: DayGrid, granularity: Granularity, start_s: int, length_s: int
) -> None:
    end_s = start_s + min(length_s, 500 * granularity.longest_s)
    found = grid.slices(granularity, start_s, end_s)
    assert all(start_s <= one.start_s < min(end_s, one.end_s) for one in found)
    assert all(one.end_s == two.start_s for one, two in pairwise(found))
    first, last = grid.bucket_of(granularity, start_s), grid.bucket_of(granularity, end_s - 1)
    assert first.start_s <= start_s < first.end_s
    assert first.end_s - first.start_s <= granularity.longest_s + HOUR_S
    if first.start_s == start_s:
        assert found[0] == first
    elif found:
        assert found[0].start_s == first.end_s
    else:
        assert first == last
    if found:
        assert found[-1] == last
    assert [grid.bucket_of(granularity, one.end_s - 1) for one in found[:3]] == found[:3]


@given(grids, civil, instants)
def test_buckets_of_days_begin_where_a_day_does(
    grid: DayGrid, granularity: Granularity, at_s: int
) -> None:
    start_s, end_s, local_date = grid.bucket_of(granularity, at_s)
    assert local_date is not None
    assert start_s == grid.day_start(local_date)
    if granularity is Granularity.DAY:
        assert grid.day_of(at_s) == local_date
        assert end_s == grid.day_start(local_date + timedelta(days=1))
    elif granularity is Granularity.WEEK:
        assert local_date.weekday() == 0
        assert end_s == grid.day_start(local_date + timedelta(days=7))
    else:
        assert local_date.day == 1
        following = (local_date.year, local_date.month + 1, 1)
        if local_date.month == 12:
            following = (local_date.year + 1, 1, 1)
        assert end_s == grid.day_start(date(*following))


@given(zones, instants)
def test_hours_begin_at_full_hours_of_the_wall(time_zone: str, at_s: int) -> None:
    start_s, _, local_date = DayGrid(time_zone).bucket_of(Granularity.HOUR, at_s)
    assert local_date is None
    shown = datetime.fromtimestamp(start_s, zoneinfo.ZoneInfo(time_zone))
    before = datetime.fromtimestamp(start_s - 1, zoneinfo.ZoneInfo(time_zone))
    changed = shown.utcoffset() != before.utcoffset()
    assert (shown.minute, shown.second) == (0, 0) or changed


@given(zones, st.integers(2000, 2037))
def test_hours_and_days_of_every_zone_are_made_of_quarters(time_zone: str, year: int) -> None:
    grid, start_s = DayGrid(time_zone), at(f"{year}-01-01T00:00Z")
    for granularity in (Granularity.HOUR, Granularity.DAY):
        found = grid.slices(granularity, start_s, start_s + 366 * DAY_S)
        assert all(one.start_s % 900 == 0 for one in found)


@given(grids, instants, st.integers(0, 40 * DAY_S))
def test_day_edges_are_the_starts_and_the_last_end(
    grid: DayGrid, start_s: int, length_s: int
) -> None:
    edges = grid.day_edges(start_s, start_s + length_s)
    found = grid.slices(Granularity.DAY, start_s, start_s + length_s)
    assert list(pairwise(edges)) == [(one.start_s, one.end_s) for one in found]
    assert bool(edges) == bool(found)


# -- writing, and what is no zone ------------------------------------------------------------------


def test_local_iso_carries_the_offset() -> None:
    grid = DayGrid("America/New_York")
    assert grid.local_iso(at("2023-10-01T08:00Z")) == "2023-10-01T04:00:00-04:00"


@pytest.mark.parametrize(
    ("time_zone", "hint"),
    [
        ("Europe/Zuerich", "did you mean Europe/Zurich?"),
        ("Europe", "unknown time zone 'Europe'"),
        ("../etc/passwd", "unknown time zone"),
        ("", "write it like Europe/Zurich"),
    ],
)
def test_an_unknown_time_zone_names_the_nearest(time_zone: str, hint: str) -> None:
    with pytest.raises(ValueError) as caught:
        DayGrid(time_zone)
    assert hint in str(caught.value)


@pytest.mark.parametrize("day_start_s", [-900, 60, DAY_S])
def test_a_day_starts_at_a_whole_quarter(day_start_s: int) -> None:
    with pytest.raises(ValueError, match="day_start_s"):
        DayGrid("UTC", day_start_s)
