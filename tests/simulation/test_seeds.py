"""Whatever the seed: nobody is counted twice or lost, and the answers are the truth of what was acknowledged.

`make test` runs the first few seeds, `make sim` a thousand, `make sim SEED=7` one again.
"""

import asyncio
import os
from typing import Any

import pytest

from countline.emulator import Delivery
from countline.model.query import Row
from tests.engine_house import DAY_S, HOUR_S, House, on_disk
from tests.simulation.morning import Morning, build, sums

SHORT_SEEDS = 3
ONE = os.environ.get("COUNTLINE_SIM_SEED", "")
SEEDS = [int(ONE)] if ONE else range(int(os.environ.get("COUNTLINE_SIM_SEEDS", "1000")))


@pytest.mark.parametrize(
    "seed",
    [
        pytest.param(n, marks=[pytest.mark.long] if n >= SHORT_SEEDS and not ONE else [])
        for n in SEEDS
    ],
)
def test_a_morning_of(seed: int) -> None:
    morning = Morning(seed)

    async def story(house: House) -> None:
        await build(house, morning)
        for batch in morning.batches():
            await push(house, morning, batch)
            if morning.dice.random() < 0.3:
                await ask_who_is_there(house, morning)
        await house.follow()
        house.clock.set(morning.end_s + HOUR_S)
        before = await everything(house, morning)
        assert await house.kept("failed") == []
        await sums_are_what_was_said(house, morning)
        await pushed_again_nothing_changes(house, morning)
        assert await everything(house, morning) == before
        await house.engine.store.rebuild()
        await house.engine.follower.rebuild()
        assert await everything(house, morning) == before

    on_disk(story, morning.start_s)


async def push(house: House, morning: Morning, batch: list[Delivery]) -> None:
    house.clock.ms = batch[-1].at_ms
    await asyncio.gather(*(house.push_body(d.sensor_id, d.body) for d in batch))
    morning.delivered += batch


async def ask_who_is_there(house: House, morning: Morning) -> None:
    """Now and then: the number of people is the plain fold, or is said not to be known."""
    await house.follow()
    people = await house.people(morning.building.location.location_id)
    heard = morning.everyone_was_heard(house.clock.ms // 1000)
    assert people == morning.people() or (people is None and not heard), morning.seed


async def everything(house: House, morning: Morning) -> list[list[Row]]:
    """Every row with its revision, at every granularity, of the location and of each sensor."""
    span = morning.day_s, morning.day_s + DAY_S
    subjects: list[dict[str, Any]] = [{"location": morning.building.location.location_id}]
    subjects += [{"sensor": sensor.plan.sensor_id} for sensor in morning.sensors]
    return [
        await house.rows(*span, granularity, coarsen=True, **subject)
        for subject in subjects
        for granularity in ("1m", "15m", "1h", "1d")
    ]


async def sums_are_what_was_said(house: House, morning: Morning) -> None:
    """Of each sensor, at every granularity; and coverage is honest about what did not come."""
    cells = morning.cells()
    for sensor in morning.sensors:
        own = {
            cell: value for cell, value in cells.items() if cell.sensor_id == sensor.plan.sensor_id
        }
        told = tuple(
            sum(value for cell, value in own.items() if cell.measure == measure)
            for measure in ("forward", "backward")
        )
        for granularity in ("1m", "15m", "1h", "1d"):
            span = morning.day_s, morning.day_s + DAY_S
            rows = await house.rows(*span, granularity, sensor=sensor.plan.sensor_id)
            assert sums(rows) == told
            assert sum(row.covered_s for row in rows) == 60 * len({cell.start_s for cell in own})
            assert all(row.ins is None for row in rows if not row.covered_s)


async def pushed_again_nothing_changes(house: House, morning: Morning) -> None:
    again = morning.dice.sample(morning.delivered, len(morning.delivered))
    for first in range(0, len(again), 200):
        bodies = again[first : first + 200]
        await asyncio.gather(*(house.push_body(d.sensor_id, d.body) for d in bodies))
    await house.follow()
