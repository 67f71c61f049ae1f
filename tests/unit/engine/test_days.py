"""Days, hours and longer, through the whole engine: changes of clocks, starts of day, weeks, months."""

from datetime import date
from typing import Any

import pytest

from countline.model.interval import DayGrid
from tests.engine_house import DAY_S, HOUR_S, LOCATION, House, at, passing

QUARTER_S = 900


async def busy(house: House, time_zone: str, start_s: int, end_s: int, **more: Any) -> None:
    """One person in each quarter, and one out in each whole hour."""
    await house.location(time_zone=time_zone, **more)
    await house.sensor("S1")
    await house.counts(
        "S1",
        *(
            passing(at_s, 1, 0 if at_s % HOUR_S else 1, length_s=QUARTER_S)
            for at_s in range(start_s, end_s, QUARTER_S)
        ),
    )


@pytest.mark.parametrize(
    ("time_zone", "day", "begins", "hours"),
    [
        ("Europe/Zurich", "2026-03-29", "2026-03-28 23:00", 23),
        ("Europe/Zurich", "2026-10-25", "2026-10-24 22:00", 25),
        ("America/New_York", "2026-03-08", "2026-03-08 05:00", 23),
        ("America/New_York", "2026-11-01", "2026-11-01 04:00", 25),
        ("Africa/Cairo", "2026-04-24", "2026-04-23 22:00", 23),
        ("Asia/Beirut", "2026-03-29", "2026-03-28 22:00", 23),
        ("America/Santiago", "2026-09-06", "2026-09-06 04:00", 23),
        ("Australia/Lord_Howe", "2026-04-05", "2026-04-04 13:00", 24.5),
        ("Australia/Lord_Howe", "2026-10-04", "2026-10-03 13:30", 23.5),
        ("Asia/Kolkata", "2026-06-02", "2026-06-01 18:30", 24),
    ],
)
def test_hours_sum_to_the_day_when_clocks_change(
    run: Any, time_zone: str, day: str, begins: str, hours: float
) -> None:
    begins_s = at(begins)
    ends_s = begins_s + int(hours * HOUR_S)

    async def story(house: House) -> None:
        await busy(house, time_zone, begins_s - 6 * HOUR_S, ends_s + 6 * HOUR_S)
        for follow in (False, True):
            if follow:
                await house.follow()
            (row,) = await house.rows(begins_s, ends_s, "1d", location=LOCATION)
            assert (row.start_s, row.end_s) == (begins_s, ends_s)
            assert str(row.local_date) == day
            assert (row.ins, row.coverage) == (4 * hours, 1.0)
            parts = await house.rows(begins_s, ends_s, "1h", location=LOCATION)
            assert sum(part.end_s - part.start_s for part in parts) == ends_s - begins_s
            assert [part.start_s for part in parts[1:]] == [part.end_s for part in parts[:-1]]
            assert sum(part.ins or 0 for part in parts) == row.ins
            assert sum(part.outs or 0 for part in parts) == row.outs
            assert sum(part.person_s or 0 for part in parts) == row.person_s
            assert parts[-1].occupancy == row.occupancy
            assert max(part.occupancy_max or 0 for part in parts) == row.occupancy_max
            assert all(part.ins is not None for part in parts)

    run(story, begins_s - DAY_S)


def test_a_half_hour_change_makes_one_short_row(run: Any) -> None:
    begins_s = at("2026-04-04 13:00")

    async def story(house: House) -> None:
        await busy(house, "Australia/Lord_Howe", begins_s, begins_s + DAY_S)
        rows = await house.rows(begins_s, begins_s + DAY_S, location=LOCATION)
        lengths = [row.end_s - row.start_s for row in rows]
        assert lengths.count(1800) == 1
        assert set(lengths) == {1800, 3600}
        assert [row.ins for row in rows if row.end_s - row.start_s == 1800] == [2]

    run(story, begins_s - DAY_S)


def test_a_day_that_does_not_exist_has_no_row(run: Any) -> None:
    begins_s = at("2011-12-29 10:00")

    async def story(house: House) -> None:
        await busy(house, "Pacific/Apia", begins_s, begins_s + 3 * DAY_S)
        rows = await house.rows(begins_s, begins_s + 3 * DAY_S, "1d", location=LOCATION)
        assert date(2011, 12, 30) not in [row.local_date for row in rows]
        assert [row.end_s for row in rows[:-1]] == [row.start_s for row in rows[1:]]

    run(story, begins_s - DAY_S)


def test_weeks_begin_on_monday_and_months_on_the_first(run: Any) -> None:
    first = at("2026-05-28 00:00")

    async def story(house: House) -> None:
        await house.location(time_zone="UTC")
        await house.sensor("S1")
        await house.counts(
            "S1", *(passing(first + n * DAY_S, 1, length_s=DAY_S) for n in range(14))
        )
        house.clock.set(first + 60 * DAY_S)
        await house.follow()
        span = first - 60 * DAY_S, first + 15 * DAY_S
        weeks = await house.rows(*span, "1w", location=LOCATION)
        assert [(str(row.local_date), row.ins) for row in weeks[:3]] == [
            ("2026-05-25", 4),
            ("2026-06-01", 7),
            ("2026-06-08", 3),
        ]
        months = await house.rows(*span, "1mo", location=LOCATION)
        assert [(str(row.local_date), row.ins) for row in months] == [
            ("2026-05-01", 4),
            ("2026-06-01", 10),
        ]
        assert [row.occupancy for row in weeks[:2]] == [1, 1]

    run(story, first)


@pytest.mark.parametrize("day_start_s", [0, 4 * HOUR_S, 6 * HOUR_S + QUARTER_S])
def test_a_day_may_begin_at_any_quarter_and_hours_still_sum_to_it(
    run: Any, day_start_s: int
) -> None:
    midnight = at("2026-03-28 23:00")  # in Zürich, the night in which clocks change

    async def story(house: House) -> None:
        await busy(
            house,
            "Europe/Zurich",
            midnight - DAY_S,
            midnight + 2 * DAY_S,
            day_start_s=day_start_s,
        )
        await house.follow()
        span = midnight - DAY_S, midnight + 2 * DAY_S
        days = await house.rows(*span, "1d", location=LOCATION)
        hours = await house.rows(*span, "1h", location=LOCATION)
        grid = DayGrid("Europe/Zurich", day_start_s)
        for day in days[:-1]:
            assert day.local_date is not None
            assert grid.day_start(day.local_date) == day.start_s
            mine = [row for row in hours if day.start_s <= row.start_s < day.end_s]
            assert sum(row.ins or 0 for row in mine) == day.ins
            assert sum(row.end_s - row.start_s for row in mine) == day.end_s - day.start_s
            assert mine[-1].occupancy == day.occupancy

    run(story, midnight - 2 * DAY_S)


@pytest.mark.parametrize(
    "changes",
    [{"day_start_s": 6 * HOUR_S}, {"time_zone": "America/New_York"}, {"time_zone": "Asia/Kolkata"}],
)
def test_another_grid_of_days_is_as_if_it_had_always_been(
    run: Any, changes: dict[str, Any]
) -> None:
    start_s = at("2026-06-01 00:00")
    span = start_s - DAY_S, start_s + 6 * DAY_S

    async def story(house: House) -> list[Any]:
        await busy(house, "Europe/Zurich", start_s, start_s + 4 * DAY_S)
        await house.follow()
        await house.engine.desk.change_location(LOCATION, **changes)
        looks = []
        for _ in range(2):
            looks.append(
                [
                    [row._replace(revision=0) for row in await house.rows(*span, g, sensor="S1")]
                    for g in ("1h", "1d", "1w")
                ]
            )
            await house.follow()
        assert looks[0] == looks[1]
        return looks[0]

    async def always(house: House) -> list[Any]:
        await busy(
            house,
            **{"time_zone": "Europe/Zurich"} | changes,
            start_s=start_s,
            end_s=start_s + 4 * DAY_S,
        )
        await house.follow()
        return [
            [row._replace(revision=0) for row in await house.rows(*span, g, sensor="S1")]
            for g in ("1h", "1d", "1w")
        ]

    assert run(story, start_s) == run(always, start_s)
