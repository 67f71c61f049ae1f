"""How fine an answer may be, how many rows it may have, and which rows it shows."""

from datetime import UTC, datetime
from typing import Any

import pytest

from countline.errors import Impossible
from tests.engine_house import DAY_S, HOUR_S, LOCATION, House, at, passing

MORNING = at("2026-06-02 08:00")
DAY = at("2026-06-02")


async def a_door(house: House) -> None:
    await house.location(time_zone="UTC")
    await house.sensor("S1")


async def refused(house: House, *span: Any, **subject: Any) -> Impossible:
    with pytest.raises(Impossible) as caught:
        await house.answer(*span, **subject)
    return caught.value


@pytest.mark.parametrize(
    ("length_s", "finest"),
    [
        (60, "1m"),
        (300, "15m"),
        (900, "15m"),
        (1800, "1h"),
        (HOUR_S, "1h"),
        (2 * HOUR_S, "1d"),
        (25 * HOUR_S, "1d"),
        (26 * HOUR_S, "1w"),
    ],
)
def test_an_answer_is_never_finer_than_the_data(run: Any, length_s: int, finest: str) -> None:
    granularities = ("1m", "15m", "1h", "1d", "1w", "1mo")

    async def story(house: House) -> None:
        await a_door(house)
        if length_s <= 25 * HOUR_S:
            await house.counts("S1", passing(MORNING, 7, 2, length_s=length_s))
        else:  # as only a file has it
            end = datetime.fromtimestamp(MORNING + length_s, UTC)
            row = f"HALL,S1,2026-06-02T08:00,{end:%Y-%m-%dT%H:%M},7,2"
            await house.file(f"location,sensor,start,end,in,out\n{row}\n", time_zone="UTC")
        span = MORNING - 60 * DAY_S, MORNING + 2 * DAY_S
        fine = granularities.index(finest)
        for granularity in granularities[:fine]:
            error = await refused(house, *span, granularity, sensor="S1")
            assert error.error_code == "granularity_too_fine"
            assert error.extra["finest"] == finest
            answer = await house.answer(*span, granularity, sensor="S1", coarsen=True)
            assert answer.granularity == finest
        for granularity in granularities[fine:]:
            answer = await house.answer(*span, granularity, sensor="S1")
            assert answer.granularity == granularity
            assert sum(row.ins or 0 for row in answer.groups[0].rows) == 7

    run(story, MORNING)


def test_a_long_bin_counts_whole_in_the_row_in_which_it_starts_across_midnight_too(
    run: Any,
) -> None:
    async def story(house: House) -> None:
        await a_door(house)
        late = DAY + 23 * HOUR_S + 1800
        await house.counts("S1", passing(late, 7, 2, length_s=HOUR_S))
        await house.counts("S1", passing(late + HOUR_S, 1, length_s=HOUR_S))
        await house.follow()
        house.clock.set(DAY + 2 * DAY_S)
        days = await house.rows(DAY, DAY + 2 * DAY_S, "1d", sensor="S1")
        assert [(row.ins, row.covered_s, row.expected_s) for row in days] == [
            (7, HOUR_S, HOUR_S),
            (1, HOUR_S, DAY_S - 1800),
        ]
        # its flow acts where it ends: what the row counts and has not yet seen is its spill
        assert days[0].occupancy == 0
        assert sum(a.people for a in days[0].adjustment) == -5
        assert days[1].occupancy == 0 and days[1].occupancy_max == 6

    run(story, DAY)


def test_too_many_rows_are_refused_with_the_granularity_that_fits(run: Any) -> None:
    async def story(house: House) -> None:
        await a_door(house)
        await house.counts("S1", passing(MORNING, 1))
        house.clock.set(MORNING + 50 * DAY_S)
        span = MORNING, MORNING + 50 * DAY_S
        error = await refused(house, *span, "1m", sensor="S1")
        assert error.error_code == "too_many_rows"
        assert error.extra["fits"] == "15m"
        rows = await house.rows(*span, "1m", sensor="S1", rows_max=100_000)
        assert len(rows) == 50 * 1440
        # rows that are not expected are not counted
        early = MORNING - 3000 * DAY_S, MORNING + DAY_S
        assert len(await house.rows(*early, "1m", sensor="S1")) == 1440

    run(story, MORNING)


def test_a_question_that_ends_before_it_begins_is_refused(run: Any) -> None:
    async def story(house: House) -> None:
        await a_door(house)
        error = await refused(house, MORNING, MORNING, "1h", sensor="S1")
        assert error.error_code == "start_not_before_end"

    run(story, MORNING)


def test_a_bin_belongs_by_its_start_and_is_never_cut(run: Any) -> None:
    async def story(house: House) -> None:
        await a_door(house)
        await house.counts("S1", *(passing(MORNING + 60 * n, 1) for n in range(180)))
        rows = await house.rows(MORNING + 1, MORNING + HOUR_S + 1, sensor="S1")
        assert [(row.start_s, row.ins) for row in rows] == [(MORNING + HOUR_S, 60)]
        rows = await house.rows(MORNING, MORNING + 1, sensor="S1")
        assert [(row.start_s, row.ins) for row in rows] == [(MORNING, 60)]

    run(story, MORNING)


def test_rows_of_which_nothing_is_known_may_be_left_out(run: Any) -> None:
    async def story(house: House) -> None:
        await a_door(house)
        await house.counts("S1", passing(MORNING, 1), passing(MORNING + 2 * HOUR_S, 0))
        span = DAY, DAY + DAY_S
        assert [row.ins for row in await house.rows(*span, sensor="S1")] == [1, None, 0]
        rows = await house.rows(*span, sensor="S1", fill="none")
        assert [(row.start_s, row.ins) for row in rows] == [
            (MORNING, 1),
            (MORNING + 2 * HOUR_S, 0),
        ]

    run(story, MORNING)


def test_a_sum_over_too_little_may_be_asked_to_be_null(run: Any) -> None:
    async def story(house: House) -> None:
        await a_door(house)
        minutes = [passing(MORNING + 60 * n, 1) for n in range(105) if n < 45 or n >= 60]
        await house.counts("S1", *minutes, at_s=MORNING + 2 * HOUR_S)
        span = MORNING, MORNING + 2 * HOUR_S
        rows = await house.rows(*span, sensor="S1")
        assert [(row.ins, row.coverage) for row in rows] == [(45, 0.75), (45, 0.75)]
        for min_coverage, expected in ((0.8, None), (0.75, 45), (0.0, 45)):
            rows = await house.rows(*span, sensor="S1", missing="null", min_coverage=min_coverage)
            assert [row.ins for row in rows] == [expected] * 2
            assert [row.occupancy is None for row in rows] == [expected is None] * 2
            assert [row.coverage for row in rows] == [0.75] * 2

    run(story, MORNING)


def test_of_overlapping_lengths_the_shorter_count_and_the_others_are_kept(run: Any) -> None:
    async def story(house: House) -> None:
        await a_door(house)
        await house.counts("S1", passing(MORNING, 50, length_s=HOUR_S), sequence=1)
        await house.counts("S1", passing(MORNING + 600, 3), sequence=2)
        await house.follow()
        (row,) = await house.rows(MORNING, MORNING + HOUR_S, location=LOCATION)
        assert (row.ins, row.covered_s, row.occupancy) == (3, 60, 3)

    run(story, MORNING)
