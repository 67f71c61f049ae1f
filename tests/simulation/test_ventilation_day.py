"""A day in a lecture room: air follows people, the sensor is cut at noon, and each step is explained."""

from dataclasses import dataclass
from random import Random

import pytest

from countline.counting.ventilation import BLOCK_S, design_flow, flow_of
from countline.engine.ventilating import Demand
from countline.engine.ventilation_settings import Wanted
from countline.model.ids import ZoneId
from tests.engine_house import HOUR_S, MINUTE_S, House, at, on_disk, open_house, passing

DAY_S = at("2026-06-02T00:00:00")
NOON_S = DAY_S + 12 * HOUR_S
STALE_S = 15 * MINUTE_S
NEAR_S = 30 * MINUTE_S
LECTURES = ((8, 60), (10, 90))  # hour at which it begins, students; each lasts 90 minutes
DESIGN = 100


@dataclass(frozen=True, slots=True)
class Room:
    """A lecture room of 200 m2 with one door."""

    house: House
    zone: ZoneId

    async def demand(self, at_s: int | None = None) -> Demand:
        return await self.house.engine.ventilating.demand(self.zone, at_s)


async def lecture_room(house: House) -> Room:
    zone = await house.location(time_zone="UTC")
    await house.engine.desk.change_zone(zone, area_m2=200.0)
    await house.sensor()
    room = Room(house, zone)
    wanted = Wanted(category="lecture_classroom", design_population=DESIGN, ramp_percent=5.0)
    await house.engine.ventilating.put(zone, wanted)
    return room


def steps(dice: Random) -> dict[int, tuple[int, int]]:
    """Who comes and goes in each minute from 04:00 to 20:00."""
    made = dict.fromkeys(range(DAY_S + 4 * HOUR_S, DAY_S + 20 * HOUR_S, MINUTE_S), (0, 0))
    for hour, students in LECTURES:
        begins_s = DAY_S + hour * HOUR_S
        for _ in range(students):
            for at_s, way in ((begins_s, (1, 0)), (begins_s + 90 * MINUTE_S, (0, 1))):
                minute_s = at_s + dice.randrange(-4, 5) * MINUTE_S
                ins, outs = made[minute_s]
                made[minute_s] = (ins + way[0], outs + way[1])
    return made


async def live_through(room: Room) -> list[tuple[int, int, Demand]]:
    """Minutes from 04:00 on, each one around noon: when, how many are really there, and what was asked for."""
    told, people = [], 0
    for start_s, (ins, outs) in steps(Random(7)).items():
        end_s = start_s + MINUTE_S
        people += ins - outs
        if end_s <= NOON_S:
            await room.house.counts("S1", passing(start_s, ins, outs), at_s=end_s + 2)
            await room.house.follow()
        else:
            room.house.clock.set(end_s + 2)
        if end_s % (5 * MINUTE_S) == 0 or abs(end_s - NOON_S) <= NEAR_S:
            told.append((end_s, people, await room.demand()))
    return told


def test_air_follows_people_until_nobody_counts_them() -> None:
    async def work(house: House) -> None:
        room = await lecture_room(house)
        told = await live_through(room)
        rules = told[0][2].rules
        design = design_flow(rules)
        greatest = 0.0
        for at_s, people, demand in told:
            request = demand.request
            assert request.moment.at_s == at_s
            assert demand.reasons, "every step is explained"
            codes = [one.code for one in demand.reasons]
            if at_s <= NOON_S + STALE_S:
                assert not request.fallback
                assert request.moment.people == people
                assert request.standby or request.flow >= flow_of(rules, min(people, DESIGN))
                assert codes[0] == "follows_people"
                greatest = max(greatest, request.flow if at_s > DAY_S + 6 * HOUR_S else 0)
            else:
                assert (request.flow, request.fallback) == (design, True)
                assert codes[0] in ("stale", "unknown")
        flows = {at_s: demand.request.flow for at_s, _, demand in told}
        assert flow_of(rules, 90) <= greatest <= design
        assert flows[DAY_S + 7 * HOUR_S] == 0.0, "standby before anybody came"
        assert flows[DAY_S + 9 * HOUR_S] < flows[DAY_S + 11 * HOUR_S] == greatest
        falling = [
            d for at_s, _, d in told if 570 * MINUTE_S < at_s - DAY_S < 600 * MINUTE_S
        ]  # 09:30 to 10:00
        seen = {one.code for demand in falling for one in demand.reasons}
        assert {"held", "ramp"} <= seen
        first = next(at_s for at_s, _, demand in told if demand.request.fallback)
        assert first == NOON_S + STALE_S + MINUTE_S
        await look_back(room, told)

    on_disk(work, DAY_S)


async def look_back(room: Room, told: list[tuple[int, int, Demand]]) -> None:
    """What is asked of a past minute is what was told then, alone and in a preview."""
    for at_s, _, demand in told[::19]:
        assert (await room.demand(at_s)).request == demand.request
        assert (await room.demand(at_s + 59)).request == demand.request
    near = [demand.request for at_s, _, demand in told if abs(at_s - NOON_S) <= NEAR_S]
    flows = [request.flow for request in near]
    seen = await room.house.engine.ventilating.preview(
        room.zone, NOON_S - NEAR_S, NOON_S + NEAR_S + MINUTE_S
    )
    assert seen.whole.minutes == len(flows) == 61
    assert seen.whole.not_moved == pytest.approx(sum(seen.design_flow - flow for flow in flows))
    assert seen.whole.below_design == sum(flow < seen.design_flow for flow in flows)
    assert seen.whole.fallback == sum(request.fallback for request in near) == 15
    assert [day.isoformat() for day, _ in seen.days] == ["2026-06-02"]


def test_an_answer_is_the_same_after_a_restart() -> None:
    """Another engine over the same file, which saw nothing of the day, says the same."""

    async def work(house: House) -> None:
        room = await lecture_room(house)
        for start_s, (ins, outs) in steps(Random(3)).items():
            if start_s < NOON_S and (ins or outs or start_s % (5 * MINUTE_S) == 0):
                await house.counts("S1", passing(start_s, ins, outs), at_s=start_s + 62)
        await house.follow()
        house.clock.set(NOON_S)
        before = [await room.demand(NOON_S - back * MINUTE_S) for back in range(0, 480, 7)]
        await house.engine.watch.flush()
        async with open_house(house.engine.store, NOON_S) as other:
            for one in before:
                again = await other.engine.ventilating.demand(room.zone, one.request.moment.at_s)
                assert again == one

    on_disk(work, DAY_S)


def test_people_of_the_day_before_are_gone_with_the_reset() -> None:
    async def work(house: House) -> None:
        room = await lecture_room(house)
        evening_s = DAY_S + 20 * HOUR_S
        for n in range(10):
            await house.counts("S1", passing(evening_s + n * MINUTE_S, 30, 0))
        for n in range(60):
            await house.counts("S1", passing(DAY_S + (27 * 60 + 45 + n) * MINUTE_S, 0, 0))
        await house.follow()
        reset_s = DAY_S + 28 * HOUR_S
        before, after = [
            (await room.demand(at_s)).request for at_s in (reset_s, reset_s + MINUTE_S)
        ]
        assert (before.moment.people, before.moment.crossings) == (300, 300)
        assert (after.moment.people, after.moment.crossings) == (0, 0)
        assert after.flow == before.flow, "held"
        assert BLOCK_S > HOUR_S

    on_disk(work, DAY_S)
