"""A whole day, asked at a thousand moments: people now are the plain fold of what was acknowledged.

`make test` runs one perfect and one faulty day, `make sim` more of both, `make sim SEED=7` that one.
"""

import asyncio
import os

import pytest

from countline.cli.furnishing import draw_lines, register_sensors
from countline.emulator import Delivery
from countline.model.ids import LocationId
from tests.engine_house import HOUR_S, MINUTE_S, House, on_disk
from tests.simulation.day import Day

MOMENTS = 1_000
SHORT_SEEDS = 1
ONE = os.environ.get("COUNTLINE_SIM_SEED", "")
SEEDS = [int(ONE)] if ONE else range(10)


@pytest.mark.parametrize("perfect", [True, False], ids=["perfect", "faulty"])
@pytest.mark.parametrize(
    "seed",
    [
        pytest.param(n, marks=[pytest.mark.long] if n >= SHORT_SEEDS and not ONE else [])
        for n in SEEDS
    ],
)
def test_a_day_of(seed: int, perfect: bool) -> None:
    day = Day(seed, perfect=perfect)

    async def story(house: House) -> None:
        await build(house, day)
        arrivals = day.arrivals()
        coming = next(arrivals, None)
        asked = 0
        for moment_s in day.moments(MOMENTS):
            due: list[Delivery] = []
            while coming is not None and coming.at_ms <= moment_s * 1000:
                due.append(coming)
                coming = next(arrivals, None)
            await push(house, day, due)
            house.clock.set(moment_s)
            await everybody_agrees(house, day, moment_s)
            asked += 1
        assert asked == MOMENTS
        assert await house.kept() == []
        if perfect:
            await the_truth_was_told(house, day)

    on_disk(story, day.start_s)


async def build(house: House, day: Day) -> None:
    await register_sensors(house.engine, day.building)
    await draw_lines(house.engine, day.building)
    zones = (await house.engine.desk.fresh()).zones
    assert [zones[z.zone_id].parent_id for z in day.building.zones] == [
        z.parent_id for z in day.building.zones
    ]
    for sensor in day.sensors:
        await house.secret(sensor.plan.sensor_id)


async def push(house: House, day: Day, due: list[Delivery]) -> None:
    """Each at its own moment, those of one second at once."""
    for at_ms in sorted({delivery.at_ms // 1000 for delivery in due}):
        together = [d for d in due if d.at_ms // 1000 == at_ms]
        house.clock.ms = together[-1].at_ms
        await asyncio.gather(*(house.push_body(d.sensor_id, d.body) for d in together))
        for delivery in together:
            day.acknowledged(delivery)


async def everybody_agrees(house: House, day: Day, now_s: int) -> None:
    """Once followers have caught up, the location's number and each zone's are the plain fold."""
    await house.follow()
    location_id = LocationId(day.building.location_id)
    rows = await house.engine.questions.current(location_id, None)
    assert [row.zone_id for row in rows] == day.zones()
    for row in rows:
        assert row.last_known == day.people(row.zone_id, now_s), (row.zone_id, now_s)
        assert row.people in (row.last_known, None)
        assert (row.people is None) == (row.quality == "unknown")


async def the_truth_was_told(house: House, day: Day) -> None:
    """Perfect sensors tell what happened: every crossing once, and nobody too many inside."""
    last_s = max(cell.start_s for cell in day.cells) + MINUTE_S
    house.clock.set(last_s - 1)
    catalogue = await house.engine.desk.fresh()
    for line in day.building.lines:
        (source,) = catalogue.sources_of_line[line.line_id]
        said = {
            measure: sum(
                value
                for cell, value in day.cells.items()
                if (cell.sensor_id, cell.channel, cell.measure)
                == (
                    catalogue.sensors[source.sensor].sensor_id,
                    source.channel.removeprefix("single/"),
                    measure,
                )
            )
            for measure in ("forward", "backward")
        }
        true = day.world.counts(line.line_id, day.start_s * 1000, last_s * 1000)
        assert (said["forward"], said["backward"]) == true
    for zone in day.zones():
        subject = {"location": day.building.location_id} if zone is None else {"zone": zone}
        ins = outs = 0
        inside = day.building.inside(zone)
        for line in day.building.lines:
            way = (line.side_b in inside) - (line.side_a in inside)
            if line.role == "boundary" and way:
                true = day.world.counts(line.line_id, day.start_s * 1000, last_s * 1000)
                ins += true.forward if way > 0 else true.backward
                outs += true.backward if way > 0 else true.forward
        for granularity in ("1m", "15m", "1h", "1d"):
            span = day.start_s - 24 * HOUR_S, last_s + 24 * HOUR_S
            rows = await house.rows(*span, granularity, **subject)
            assert sum(row.ins or 0 for row in rows) == ins
            assert sum(row.outs or 0 for row in rows) == outs
            assert rows[-1].occupancy == day.world.present(zone, last_s * 1000)
