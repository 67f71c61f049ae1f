"""The engine left to itself in simulated time: it follows, watches and forgets nothing while hours jump by."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from countline.cli.furnishing import draw_lines, register_sensors
from countline.drivers import Push
from countline.emulator import Faults, Sensor, deliveries
from countline.engine.engine import Engine, make_engine
from countline.model.ids import LocationId, SensorId
from countline.model.interval import Granularity
from countline.model.query import Query, Row
from countline.store.opening import open_store
from countline.testing.simloop import simulate
from tests.engine_house import HOUR_S, MINUTE_S, asked
from tests.simulation.day import Day

SILENT = SensorId("SNSR_002")
OUTAGE_S = 3 * HOUR_S, 5 * HOUR_S  # of that sensor, after the start
LENGTH_S = 6 * HOUR_S


class Pace:
    """Wall time, as the jumping loop goes."""

    def __init__(self, start_s: int) -> None:
        self.start_s = start_s

    def now_ms(self) -> int:
        return self.start_s * 1000 + round(asyncio.get_running_loop().time() * 1000)

    async def until(self, at_ms: int) -> None:
        await asyncio.sleep(max(0, at_ms - self.now_ms()) / 1000)


async def push_all(engine: Engine, day: Day, sensor: Sensor, pace: Pace, until_s: int) -> None:
    """One sensor's packages, each when it leaves."""
    secret = await engine.access.create_push_secret(
        sensor_id=sensor.plan.sensor_id, driver="xovis_v5"
    )
    span_ms = sensor.installed_s * 1000, until_s * 1000
    for delivery in deliveries(sensor, *span_ms, kinds=("counts", "status")):
        await pace.until(delivery.at_ms)
        admitted = await engine.access.admit(secret)
        push = Push(driver="xovis_v5", body=delivery.body, received_ms=pace.now_ms())
        await engine.intake.submit(push, admitted)
        day.acknowledged(delivery)


async def rows(engine: Engine, start_s: int, end_s: int) -> list[Row]:
    query = Query(
        asked=asked(sensor=SILENT), start_s=start_s, end_s=end_s, granularity=Granularity.MINUTE
    )
    return (await engine.questions.answer(query, None)).groups[0].rows


def test_an_outage_is_seen_while_it_lasts_and_healed_when_it_is_over(tmp_path: Path) -> None:
    day = Day(3, perfect=True)
    start_s = day.start_s + 10 * HOUR_S  # noon
    began_s, ended_s = (start_s + at_s for at_s in OUTAGE_S)
    outage = replace(Faults(), outages=((began_s, ended_s),))
    sensors = [
        Sensor(
            plan,
            day.world,
            installed_s=start_s,
            faults=outage if plan.sensor_id == SILENT else Faults(),
        )
        for plan in day.building.sensors
    ]

    async def main() -> None:
        pace = Pace(start_s)
        store = open_store(tmp_path / "countline.db", threads=False)
        engine = make_engine(store, now_ms=pace.now_ms)
        await engine.start(follow=True)
        await register_sensors(engine, day.building)
        await draw_lines(engine, day.building)
        pushing = [
            asyncio.create_task(push_all(engine, day, sensor, pace, start_s + LENGTH_S))
            for sensor in sensors
        ]
        await pace.until((began_s - MINUTE_S) * 1000)
        before = await engine.watch.sensor(SILENT, None)
        assert (before.health, before.reasons) == ("healthy", ())
        await pace.until((began_s + HOUR_S) * 1000)
        during = await rows(engine, began_s + MINUTE_S, began_s + 30 * MINUTE_S)
        assert {(row.ins, row.reason) for row in during} == {(None, "sensor_offline")}
        assert (await engine.watch.sensor(SILENT, None)).health == "offline"
        assert (await engine.watch.system()).health == "degraded"
        await pace.until((ended_s + 10 * MINUTE_S) * 1000)
        after = await rows(engine, start_s, ended_s)
        assert {(row.coverage, row.reason) for row in after} == {(1.0, None)}
        assert (await engine.watch.sensor(SILENT, None)).health == "healthy"
        await asyncio.gather(*pushing)
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 30)  # nobody pushes; the house goes on
        await engine.settled()
        current = await engine.questions.current(LocationId(day.building.location_id), None)
        for row in current:
            people = day.people(row.zone_id, pace.now_ms() // 1000)
            assert (row.quality, row.people) == ("good", people)
        await engine.close()

    simulate(main())
