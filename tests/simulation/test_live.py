"""A day with live events beside the records: never more than the truth, never less than what was told.

Each counter's total lies between what deliveries say and what the sensor has counted, at any moment:
the difference is what is in flight. `make sim` runs more seeds.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from heapq import merge

import pytest

from countline.drivers import Push
from countline.drivers.xovis_v5 import DRIVER
from countline.emulator import Delivery, Sensor, deliveries
from countline.model.ids import SensorId
from countline.model.sensor import Series
from countline.store.seam import View
from tests.engine_house import MINUTE_S, House, on_disk
from tests.simulation.day import Day
from tests.simulation.test_day import SEEDS, SHORT_SEEDS, build

MOMENTS = 400
Key = tuple[SensorId, str, str]  # sensor, the maker's channel, measure


@dataclass(slots=True)
class Known:
    """What of one sensor's crossings was told so far."""

    sensor: Sensor
    minutes: set[int] = field(default_factory=set)  # of its clock, whose record came
    live: set[tuple[str, str, int]] = field(default_factory=set)  # channel, measure, its own ms

    def hear(self, delivery: Delivery) -> None:
        self.minutes |= {reading.start_s // MINUTE_S for reading in delivery.readings}
        if delivery.kind != "live" or not self.minutes:
            return  # before its first record nobody knows what it counts
        for package in DRIVER.decode(Push(driver=DRIVER.name, body=delivery.body, received_ms=0)):
            for one in package.totals:
                measure = "forward" if "forward" in one.measures else "backward"
                self.live.add((one.channel, measure, one.at_ms))

    def bounds(self, now_ms: int) -> dict[Key, tuple[int, int]]:
        """What was told, and what is true, by counter."""
        told: Counter[Key] = Counter()
        true: Counter[Key] = Counter()
        for one in self.sensor.sightings(self.sensor.installed_s * 1000, now_ms + 1):
            channel = str(self.sensor.plan.logics[one.logic].logic_id)
            measure = "forward" if one.forward else "backward"
            own_ms = self.sensor.own_ms(one.at_ms)
            key = (self.sensor.plan.sensor_id, channel, measure)
            true[key] += 1
            told[key] += own_ms // 60_000 in self.minutes or (channel, measure, own_ms) in self.live
        return {key: (told[key], true[key]) for key in true}


@pytest.mark.parametrize("perfect", [True, False], ids=["perfect", "faulty"])
@pytest.mark.parametrize(
    "seed",
    [
        pytest.param(n, marks=[pytest.mark.long] if n >= SHORT_SEEDS and len(SEEDS) > 1 else [])
        for n in SEEDS
    ],
)
def test_a_live_day_of(seed: int, perfect: bool) -> None:
    day = Day(seed, perfect=perfect)

    async def story(house: House) -> None:
        await build(house, day)
        known = {sensor.plan.sensor_id: Known(sensor) for sensor in day.sensors}
        span_ms = day.start_s * 1000, day.end_s * 1000
        arrivals = merge(
            *(deliveries(s, *span_ms, kinds=("counts", "live")) for s in day.sensors),
            key=lambda delivery: delivery.at_ms,
        )
        coming = next(arrivals, None)
        for moment_s in day.moments(MOMENTS):
            due: list[Delivery] = []
            while coming is not None and coming.at_ms <= moment_s * 1000:
                due.append(coming)
                coming = next(arrivals, None)
            for delivery in sorted(due, key=lambda d: d.kind):
                known[delivery.sensor_id].hear(delivery)
            house.clock.set(moment_s)
            await push(house, due)
            totals = await counted(house)
            for one in known.values():
                for key, (told, true) in one.bounds(moment_s * 1000).items():
                    assert told <= totals.get(key, 0) <= true, (key, moment_s)
        assert await house.kept() == []

    on_disk(story, day.start_s)


async def push(house: House, due: list[Delivery]) -> None:
    """Many at once, in order by kind: what a sensor counts with, its records must tell first."""
    for kind in ("counts", "live"):
        await asyncio.gather(*(house.push_body(d.sensor_id, d.body) for d in due if d.kind == kind))


async def counted(house: House) -> dict[Key, int]:
    """The total of every counter."""

    def work(view: View) -> dict[Key, int]:
        sensors = house.engine.desk.of_view(view).sensors
        series = view.records(Series)
        quarters = view.quarters([s.series for s in series], 0, 2**40)
        return {
            (sensors[s.sensor].sensor_id, s.channel.partition("/")[2], s.measure): sum(
                bucket.value for bucket in quarters[s.series]
            )
            for s in series
        }

    return await house.engine.store.read(work)
