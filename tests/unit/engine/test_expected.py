"""Expected periods: which rows there are, what is null, and how much of a row is covered."""

from collections.abc import Sequence
from typing import Any

from countline.model.claim import Claim
from countline.model.query import Row
from countline.store.seam import Accepted
from tests.engine_house import DAY_S, HOUR_S, LOCATION, House, at, passing

DAY = at("2026-06-02")
MORNING = DAY + 8 * HOUR_S


def numbers(rows: Sequence[Row]) -> list[tuple[int, int | None, int | None]]:
    return [(row.start_s, row.ins, row.outs) for row in rows]


async def a_door(house: House) -> None:
    await house.location(time_zone="UTC")
    await house.sensor("S1")


def test_a_sensor_that_begins_within_a_quarter_is_counted_from_its_first_bin(run: Any) -> None:
    async def story(house: House) -> None:
        await a_door(house)
        begins_s = MORNING + 7 * 60
        await house.counts("S1", *(passing(begins_s + 60 * n, 2, 1) for n in range(60)))
        for granularity, expected in (
            ("15m", [(16, 8), (30, 15), (30, 15), (30, 15), (14, 7)]),
            ("1h", [(106, 53), (14, 7)]),
            ("1d", [(120, 60)]),
        ):
            rows = await house.rows(DAY, DAY + DAY_S, granularity, sensor="S1")
            assert [(row.ins, row.outs) for row in rows] == expected
            assert all(row.coverage == 1.0 for row in rows[:-1])
        (row,) = await house.rows(MORNING, MORNING + HOUR_S, sensor="S1")
        assert (row.covered_s, row.expected_s) == (53 * 60, 53 * 60)

    run(story, DAY)


def test_there_is_no_row_before_the_first_bin_nor_after_now(run: Any) -> None:
    async def story(house: House) -> None:
        await a_door(house)
        await house.counts("S1", passing(MORNING, 1), at_s=MORNING + 2 * HOUR_S + 60)
        rows = await house.rows(DAY, DAY + DAY_S, sensor="S1")
        assert numbers(rows) == [
            (MORNING, 1, 0),
            (MORNING + HOUR_S, None, None),
            (MORNING + 2 * HOUR_S, None, None),
        ]
        assert [row.expected_s for row in rows] == [HOUR_S, HOUR_S, 60]
        assert [row.reason for row in rows] == ["unknown"] * 3
        assert not any(row.final for row in rows)

    run(story, DAY)


def test_a_quiet_minute_is_zero_and_a_missing_one_is_null(run: Any) -> None:
    async def story(house: House) -> None:
        await a_door(house)
        await house.counts("S1", passing(MORNING, 0), passing(MORNING + 120, 0))
        rows = await house.rows(MORNING, MORNING + 180, "1m", sensor="S1")
        assert [row.ins for row in rows] == [0, None, 0]
        assert [row.occupancy for row in rows] == [0, None, 0]
        assert [row.coverage for row in rows] == [1, 0, 1]

    run(story, DAY)


def test_a_zero_that_nothing_covers_is_not_known(run: Any) -> None:
    async def story(house: House) -> None:
        await a_door(house)
        await house.counts("S1", passing(MORNING, 0, covered_s=0), at_s=MORNING + HOUR_S)
        await house.follow()
        for granularity in ("1m", "15m", "1h", "1d"):
            for subject in ({"sensor": "S1"}, {"location": LOCATION}):
                for row in await house.rows(DAY, DAY + DAY_S, granularity, **subject):
                    assert (row.covered_s, row.ins, row.outs, row.occupancy) == (0, *[None] * 3)

    run(story, DAY)


def test_no_measure_is_zero_without_coverage(run: Any) -> None:
    async def story(house: House) -> None:
        await house.location(time_zone="UTC")
        await house.file(
            "start,end,in,out,passby,in_staff,out_staff\n"
            "2026-06-02T08:00:00Z,2026-06-02T09:00:00Z,5,2,9,1,2\n"
            "2026-06-02T10:00:00Z,2026-06-02T11:00:00Z,5,2,9,1,2\n",
            location=LOCATION,
            sensor="S1",
            measures=("in_staff", "out_staff"),
        )
        series = (await house.engine.desk.fresh()).series
        nothing = [Claim(n, MORNING + HOUR_S, HOUR_S, 1, 0, 1, 0) for n in series]
        await house.engine.intake.apply([Accepted(received_ms=house.clock.ms, claims=nothing)])
        rows = await house.rows(MORNING, MORNING + 3 * HOUR_S, location=LOCATION)
        told = [(r.ins, r.outs, r.passby, r.in_staff, r.out_staff) for r in rows]
        assert told == [(5, 2, 9, 1, 2), (None,) * 5, (5, 2, 9, 1, 2)]

    run(story, DAY + DAY_S)


def test_the_time_between_two_files_is_not_expected(run: Any) -> None:
    async def story(house: House) -> None:
        await house.location(time_zone="UTC")
        head = "start,end,in,out\n"
        first = "2026-06-02T08:00:00Z,2026-06-02T09:00:00Z,10,4\n"
        second = "2026-06-02T12:00:00Z,2026-06-02T13:00:00Z,7,2\n"
        for row in (first, second):
            await house.file(head + row, location=LOCATION, sensor="S1")
        rows = await house.rows(DAY, DAY + DAY_S, sensor="S1")
        assert numbers(rows) == [(MORNING, 10, 4), (MORNING + 4 * HOUR_S, 7, 2)]
        assert [row.occupancy for row in rows] == [6, 11]
        (day,) = await house.rows(DAY, DAY + DAY_S, "1d", sensor="S1")
        assert (day.ins, day.outs, day.coverage, day.occupancy) == (17, 6, 1, 11)

    run(story, DAY + 2 * DAY_S)


def test_the_time_within_one_file_is_expected(run: Any) -> None:
    async def story(house: House) -> None:
        await house.location(time_zone="UTC")
        report = await house.file(
            "start,end,in,out\n"
            "2026-06-02T08:00:00Z,2026-06-02T09:00:00Z,10,4\n"
            "2026-06-02T10:00:00Z,2026-06-02T11:00:00Z,7,2\n",
            location=LOCATION,
            sensor="S1",
        )
        assert report.gaps == 1
        rows = await house.rows(DAY, DAY + DAY_S, sensor="S1")
        assert numbers(rows) == [
            (MORNING, 10, 4),
            (MORNING + HOUR_S, None, None),
            (MORNING + 2 * HOUR_S, 7, 2),
        ]

    run(story, DAY + 2 * DAY_S)


def test_a_sensor_of_both_files_and_pushes_has_an_honest_gap_between(run: Any) -> None:
    async def story(house: House) -> None:
        await a_door(house)
        await house.file(
            "start,end,in,out\n2026-06-01T08:00:00Z,2026-06-01T09:00:00Z,10,4\n",
            location=LOCATION,
            sensor="S1",
        )
        await house.counts("S1", passing(MORNING, 3, 1))
        rows = await house.rows(DAY - DAY_S, DAY + DAY_S, sensor="S1")
        assert numbers(rows) == [(MORNING - DAY_S, 10, 4), (MORNING, 3, 1)]

    run(story, DAY)


def test_a_location_is_expected_wherever_any_of_its_sensors_is(run: Any) -> None:
    async def story(house: House) -> None:
        await a_door(house)
        await house.sensor("S2")
        await house.counts("S1", *(passing(MORNING + 60 * n, 1) for n in range(60)))
        second_s = MORNING + HOUR_S
        both = [passing(second_s + 60 * n, 1) for n in range(60)]
        await house.counts("S1", *both)
        await house.counts("S2", *both)
        rows = await house.rows(DAY, second_s + HOUR_S, location=LOCATION)
        assert [(row.ins, row.covered_s, row.expected_s) for row in rows] == [
            (60, HOUR_S, HOUR_S),
            (120, 2 * HOUR_S, 2 * HOUR_S),
        ]

    run(story, DAY)


def test_a_retired_sensor_is_expected_no_more_and_keeps_its_history(run: Any) -> None:
    async def story(house: House) -> None:
        await a_door(house)
        await house.counts("S1", *(passing(MORNING + 60 * n, 1) for n in range(60)))
        house.clock.set(MORNING + HOUR_S)
        await house.engine.desk.retire_sensor("S1")
        house.clock.set(MORNING + 5 * HOUR_S)
        rows = await house.rows(DAY, DAY + DAY_S, sensor="S1")
        assert numbers(rows) == [(MORNING, 60, 0)]
        outcomes = await house.counts("S1", passing(MORNING + 2 * HOUR_S, 1))
        assert [outcome.changed for outcome in outcomes] == [0]
        (kept,) = await house.kept("failed")
        assert kept.code == "sensor_retired"
        assert numbers(await house.rows(DAY, DAY + DAY_S, sensor="S1")) == [(MORNING, 60, 0)]

    run(story, DAY)
