"""A week of adopted devices with all that goes wrong: each minute is the world's, or an honest gap.

`make test` runs sixty hours of one seed, the outage of 26 hours among them; `make sim` whole weeks of
more.
"""

import os

import pytest

from tests.engine_house import DAY_S, HOUR_S, House, on_disk
from tests.simulation import week_checkers as check
from tests.simulation.week import STEP_S, Course, Week

ONE = os.environ.get("COUNTLINE_SIM_SEED", "")
SHORT = 0
SEEDS = [int(ONE)] if ONE else range(8)


async def story(house: House, week: Week) -> None:
    course = Course.of(house, week)
    await house.location("HALL")
    await course.adopt()
    for at_s in range(week.start_s, week.end_s, 6 * HOUR_S):
        await course.pass_until(at_s)
        await check.nobody_is_counted_twice(house, check.Truth(week, at_s))
    await course.pass_until(week.end_s)
    assert await house.kept("failed") == []
    truth, end_s = check.Truth(week, week.end_s), week.end_s - STEP_S
    told = await check.minutes_are_the_worlds(house, truth, end_s)
    assert told["seen"] > 0.99 * told.total(), "a week in which little is to be seen shows little"
    reasons = await check.gaps_are_honest(house, truth, end_s)
    assert reasons.total() > 0
    states = await check.no_hole_could_be_filled(house, truth)
    assert states["healed"] > 0
    await check.sums_agree(house, truth)


@pytest.mark.parametrize(
    "seed",
    [pytest.param(n, marks=[pytest.mark.long] if n != SHORT and not ONE else []) for n in SEEDS],
)
def test_a_week_of(seed: int) -> None:
    week = Week(seed, length_s=60 * HOUR_S if seed == SHORT else 7 * DAY_S)
    on_disk(lambda house: story(house, week), week.start_s)
