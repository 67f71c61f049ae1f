"""Schedules of agents: cron in the sensor's own time, and intervals."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countline.emulator.v5.schedules import INTERVALS_S, Cron, check_schedule, next_push_s

ZURICH = ZoneInfo("Europe/Zurich")
UTC = ZoneInfo("UTC")


def at(text: str, zone: ZoneInfo = ZURICH, fold: int = 0) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).timestamp())


@pytest.mark.parametrize(
    ("cron", "after", "then"),
    [
        ("15 0/5 * ? * *", "2026-03-10T10:02:00", "2026-03-10T10:05:15"),
        ("15 0/5 * ? * *", "2026-03-10T10:05:15", "2026-03-10T10:10:15"),
        ("* 0/15 * ? * *", "2026-03-10T10:15:10", "2026-03-10T10:15:11"),
        ("* 0/15 * ? * *", "2026-03-10T10:15:59", "2026-03-10T10:30:00"),
        ("0 30 6 * * ?", "2026-03-10T10:00:00", "2026-03-11T06:30:00"),
        ("0 0 8-10/2 ? * MON-FRI", "2026-03-13T10:00:00", "2026-03-16T08:00:00"),
        ("0 0 0 1 JAN,JUL ?", "2026-03-13T10:00:00", "2026-07-01T00:00:00"),
        ("0 0 12 29 2 ?", "2026-03-13T10:00:00", "2028-02-29T12:00:00"),
        ("0 0 12 ? * 1", "2026-03-13T10:00:00", "2026-03-15T12:00:00"),
        ("30 1-3 10 * * ?", "2026-03-13T10:03:30", "2026-03-14T10:01:30"),
    ],
)
def test_cron_fires_next(cron: str, after: str, then: str) -> None:
    assert Cron.parse(cron).next_after(at(after), ZURICH) == at(then)


def test_cron_skips_a_time_that_the_clock_skips() -> None:
    """02:30 does not exist on 29 March 2026 in Zurich."""
    fires = Cron.parse("0 30 2 * * ?").next_after(at("2026-03-28T03:00:00"), ZURICH)
    assert fires == at("2026-03-30T02:30:00")


def test_cron_fires_twice_in_the_hour_that_happens_twice() -> None:
    cron = Cron.parse("0 30 2 * * ?")
    first = cron.next_after(at("2026-10-24T12:00:00"), ZURICH)
    assert first == at("2026-10-25T02:30:00")
    assert cron.next_after(first, ZURICH) == first + 3600


def test_cron_that_never_fires_is_none() -> None:
    assert Cron.parse("0 0 0 30 2 ?").next_after(at("2026-01-01T00:00:00"), ZURICH) is None


@pytest.mark.parametrize(
    ("cron", "says"),
    [
        ("0 0 * * *", "5 fields"),
        ("60 0 * * * ?", "sec '60'"),
        ("0 0 24 * * ?", "hour '24'"),
        ("0 0 5-3 * * ?", "runs backwards"),
        ("0 0 0 ? FOO *", "mon 'FOO'"),
        ("0 0 0 L * ?", "dom 'L'"),
        ("0 0/0 * * * ?", "min '0'"),
    ],
)
def test_wrong_cron_names_the_field(cron: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        check_schedule({"type": "PERIODIC", "cron": cron})


def test_unknown_interval_is_refused() -> None:
    with pytest.raises(ValueError, match="interval: 'TWO_DAYS'"):
        check_schedule({"type": "INTERVAL", "interval": "TWO_DAYS"})


@given(
    interval=st.sampled_from(sorted(INTERVALS_S)),
    after_s=st.integers(1_700_000_000, 1_800_000_000),
    lag_s=st.integers(0, 14),
)
def test_interval_fires_once_in_each_step(interval: str, after_s: int, lag_s: int) -> None:
    scheduler = {"type": "INTERVAL", "interval": interval}
    first = next_push_s(scheduler, after_s, UTC, lag_s=lag_s)
    assert first is not None
    assert 0 < first - after_s <= INTERVALS_S[interval]
    assert next_push_s(scheduler, first, UTC, lag_s=lag_s) == first + INTERVALS_S[interval]
    assert (first - lag_s) % INTERVALS_S[interval] == 0 or lag_s >= INTERVALS_S[interval]


def test_daily_interval_fires_at_local_midnight() -> None:
    fires = next_push_s(
        {"type": "INTERVAL", "interval": "ONE_DAY"}, at("2026-06-01T12:00:00"), ZURICH
    )
    assert fires == at("2026-06-02T00:00:00")


def test_immediate_has_no_time_of_its_own() -> None:
    assert next_push_s({"type": "IMMEDIATE"}, 0, UTC) is None
