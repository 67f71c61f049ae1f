"""What must hold at the end of a week: each minute is the world's, or an honest gap with a reason."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from countline.emulator.plan import LogicPlan
from countline.emulator.v5 import Device
from countline.emulator.v5.running import REBOOT_S
from countline.model.adoption import Hole
from countline.model.claim import Bin
from countline.model.ids import SensorId
from countline.model.query import Row
from countline.model.sensor import Series
from countline.store.seam import View
from tests.engine_house import DAY_S, LOCATION, MINUTE_S, House
from tests.simulation.week import Week

Span = tuple[int, int]  # true ms
Key = tuple[SensorId, str, str]  # sensor, the maker's channel, measure
MINUTE_MS = 1000 * MINUTE_S


class Truth:
    """Which minutes each sensor saw whole, and who passed in them: from the world alone."""

    def __init__(self, week: Week, until_s: int) -> None:
        self.week = week
        self.until_s = until_s
        self.saw = {
            sensor_id: self._saw(sensor_id, week.devices[sensor_id]) for sensor_id in week.devices
        }

    def _saw(self, sensor_id: SensorId, device: Device) -> dict[int, list[Span]]:
        """Minutes of its clock (s) -> the true time of each record of it, in order of storing."""
        found: dict[int, list[Span]] = {}
        for start_ms, end_ms, offset_ms in self.stretches(sensor_id):
            first = -(-(start_ms + offset_ms) // MINUTE_MS)
            for minute in range(first, (end_ms + offset_ms) // MINUTE_MS):
                true_ms = minute * MINUTE_MS - offset_ms
                found.setdefault(minute * MINUTE_S, []).append((true_ms, true_ms + MINUTE_MS))
        return found

    def stretches(self, sensor_id: SensorId) -> Iterator[tuple[int, int, int]]:
        """(start, end, how far its clock was ahead) of the time in which it was up."""
        start_ms, end_ms = (self.week.start_s - self.week.before_s) * 1000, self.until_s * 1000
        downs = [(ms, ms + REBOOT_S * 1000) for ms in self.week.reboots_ms[sensor_id]]
        steps = self.week.steps_ms[sensor_id]
        edges = {start_ms, end_ms, *(ms for ms, _ in steps), *(ms for one in downs for ms in one)}
        for a_ms, b_ms in pairwise(sorted(edges)):
            if not any(down <= a_ms < up for down, up in downs):
                yield a_ms, b_ms, sum(by_ms for ms, by_ms in steps if ms <= a_ms)

    def values(self, sensor_id: SensorId, logic: LogicPlan, span: Span) -> dict[str, int]:
        """What one record of a logic says."""
        if logic.zone is not None:
            return {"present": self.week.world.present(logic.zone, span[1])}
        assert logic.line is not None
        counts = self.week.world.counts(logic.line, *span)
        return {"forward": counts.forward, "backward": counts.backward}

    def passed(self, sensor_id: SensorId, logic: LogicPlan, minute_s: int) -> dict[str, int]:
        """All who passed while its clock showed a minute, seen whole or not."""
        total = Counter[str]()
        for start_ms, end_ms, offset_ms in self.stretches(sensor_id):
            own_ms = minute_s * 1000 - offset_ms
            span = max(start_ms, own_ms), min(end_ms, own_ms + MINUTE_MS)
            if span[0] < span[1]:
                total.update(self.values(sensor_id, logic, span))
        return total


def logics(week: Week, sensor_id: SensorId) -> dict[str, LogicPlan]:
    """The maker's channels of a sensor."""
    plan = week.devices[sensor_id].sensor.plan
    return {str(logic.logic_id): logic for logic in plan.logics}


async def told(house: House) -> dict[Key, dict[int, Bin]]:
    """Everything that counts, by counter and minute."""

    def work(view: View) -> dict[Key, dict[int, Bin]]:
        sensors = house.engine.desk.of_view(view).sensors
        return {
            (sensors[s.sensor].sensor_id, s.channel.partition("/")[2], s.measure): {
                b.start_s: b for b in view.bins([s.series], 0, 2**40)
            }
            for s in view.records(Series)
        }

    return await house.engine.store.read(work)


async def minutes_are_the_worlds(house: House, truth: Truth, end_s: int) -> Counter[str]:
    """Each minute of each counter; gives how many there are of each kind."""
    found = await told(house)
    tally = Counter[str]()
    for sensor_id, saw in truth.saw.items():
        for channel, logic in logics(truth.week, sensor_id).items():
            for minute_s in range(truth.week.start_s - truth.week.before_s, end_s, MINUTE_S):
                spans = saw.get(minute_s, [])
                records = [truth.values(sensor_id, logic, span) for span in spans]
                measures = ("present",) if logic.zone else ("forward", "backward")
                for measure in measures:
                    bin_ = found[sensor_id, channel, measure].get(minute_s)
                    where = (sensor_id, channel, measure, minute_s, bin_)
                    if records:
                        assert bin_ is not None, where
                        assert bin_.covered_s == MINUTE_S, where
                        assert bin_.value in _allowed(measure, records), (*where, records)
                        tally["seen twice" if len(records) > 1 else "seen"] += 1
                    elif bin_ is None:
                        tally["gap"] += 1
                    else:  # what was told live of a minute that nobody recorded
                        assert bin_.covered_s == 0, where
                        passed = truth.passed(sensor_id, logic, minute_s)
                        assert 0 <= bin_.value <= passed[measure], (*where, passed)
                        tally["told live"] += 1
    return tally


def _allowed(measure: str, records: list[dict[str, int]]) -> set[int]:
    """The later record of a minute; where its history was asked, both together."""
    both = records[-1][measure] if measure == "present" else sum(r[measure] for r in records)
    return {records[-1][measure], both}


async def gaps_are_honest(house: House, truth: Truth, end_s: int) -> Counter[str]:
    """Rows of minutes: null exactly where nothing is known, with a reason; gives the reasons."""
    reasons = Counter[str]()
    for sensor_id, saw in truth.saw.items():
        span = truth.week.start_s - truth.week.before_s, end_s
        for row in await house.rows(*span, "1m", sensor=sensor_id):
            if row.start_s in saw:
                assert (row.coverage, row.reason) == (1.0, None), (sensor_id, row)
                assert not row.provisional, (sensor_id, row)
            else:
                assert row.coverage == 0, (sensor_id, row)
                assert row.ins is None or (row.provisional and row.ins), (sensor_id, row)
                assert row.reason not in (None, "unknown"), (sensor_id, row)
                reasons[str(row.reason)] += 1
    return reasons


async def no_hole_could_be_filled(house: House, truth: Truth) -> Counter[str]:
    """Holes that are not healed are of minutes that the sensor never recorded."""
    states = Counter[str]()
    sensors = (await house.engine.desk.fresh()).sensors
    for hole in await house.engine.store.read(lambda view: view.records(Hole)):
        states[hole.state] += 1
        if hole.state == "healed":
            continue
        saw = truth.saw[sensors[hole.sensor].sensor_id]
        for minute_s in (hole.from_s, hole.to_s - MINUTE_S):
            assert minute_s not in saw, hole
    return states


async def sums_agree(house: House, truth: Truth) -> None:
    """Every granularity tells the same total, and occupancy is the plain fold of the minutes."""
    span = truth.week.start_s - truth.week.before_s - DAY_S, truth.until_s + DAY_S
    minutes = await house.rows(*span, "1m", location=LOCATION)
    for granularity in ("15m", "1h", "1d"):
        rows = await house.rows(*span, granularity, location=LOCATION)
        assert _sums(rows) == _sums(minutes), granularity
    people = 0
    for row in minutes:
        if row.start_s % 86_400 == 4 * 3_600:
            people = 0
        people = max(0, people + (row.ins or 0) - (row.outs or 0))
        assert row.occupancy in (people, None), row
        assert (row.occupancy is None) == (row.covered_s == 0 and not row.provisional), row


def _sums(rows: list[Row]) -> tuple[int, int]:
    return sum(row.ins or 0 for row in rows), sum(row.outs or 0 for row in rows)


async def nobody_is_counted_twice(house: House, truth: Truth) -> None:
    """At any moment no line has more than have passed under its sensor so far."""
    found = await told(house)
    now_ms = house.clock.ms
    for sensor_id in truth.week.devices:
        for channel, logic in logics(truth.week, sensor_id).items():
            if logic.line is None:
                continue
            since_ms = (truth.week.start_s - truth.week.before_s) * 1000
            true = truth.week.world.counts(logic.line, since_ms, now_ms + 1)
            for measure, most in (("forward", true.forward), ("backward", true.backward)):
                bins = found.get((sensor_id, channel, measure), {})
                total = sum(b.value for b in bins.values())
                assert total <= most, (sensor_id, channel, measure, now_ms)
