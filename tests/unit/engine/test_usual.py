"""A silent line matters as much as people usually cross it."""

from typing import Any

from countline.engine.subject import plan_of
from countline.engine.usual import Usual
from tests.engine_house import DAY_S, House, asked, at, passing

NOON = at("2026-06-02 12:00")


async def two_doors(house: House, main: int, side: int, *, days_ago: int = 7) -> int:
    """Doors that so many crossed some days ago; then both are heard until noon, when one falls silent."""
    zone = await house.location(time_zone="UTC")
    for number in (1, 2):
        await house.sensor(f"S{number}")
        await house.counts(f"S{number}", passing(NOON - 960, 0), geometry=False)
        await house.line(None, zone, f"S{number}/1000")
    for minute in range(-15, 100):
        await house.counts("S1", passing(NOON + 60 * minute, 0), geometry=False)
        if minute < 0:
            await house.counts("S2", passing(NOON + 60 * minute, 0), geometry=False)
    for sensor, people in (("S1", main), ("S2", side)):
        past = passing(NOON - days_ago * DAY_S, people)
        await house.counts(sensor, past, geometry=False, at_s=NOON + 6000)
    await house.follow()
    return zone


async def quality(house: House, zone: int, minute: int) -> str:
    house.clock.set(NOON + 60 * minute)
    return (await house.present(zone=zone)).quality


def test_a_side_door_that_few_use_may_be_silent(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await two_doors(house, main=90, side=10)
        assert await quality(house, zone, 50) == "good"

    run(story, NOON)


def test_a_main_door_may_not(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await two_doors(house, main=60, side=40)
        told = [await quality(house, zone, minute) for minute in (15, 16, 30, 31, 90)]
        assert told == ["good", "stale", "stale", "unknown", "unknown"]
        assert (await house.present(zone=zone)).last_known is not None

    run(story, NOON)


def test_what_was_crossed_more_than_four_weeks_ago_is_forgotten(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await two_doors(house, main=90, side=10, days_ago=30)
        assert await quality(house, zone, 59) != "good", "without history they weigh alike"

    run(story, NOON)


def test_ventilation_judges_past_minutes_by_the_same_rule(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await two_doors(house, main=90, side=10)
        from countline.engine.ventilation_settings import Wanted

        wanted = Wanted(people_rate=8.0, area_rate=0.4, design_population=500, area=50.0)
        await house.engine.ventilating.put(zone, wanted)
        house.clock.set(NOON + 3600)
        demand = await house.engine.ventilating.demand(zone, NOON + 50 * 60)
        assert demand.request.moment.quality == "good"

    run(story, NOON)


def test_two_sources_of_one_line_count_the_same_people(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await house.location(time_zone="UTC")
        for number, people in ((1, 30), (2, 50)):
            await house.sensor(f"S{number}")
            await house.counts(f"S{number}", passing(NOON - 7 * DAY_S, people, 5), geometry=False)
        await house.line(None, zone, "S1/1000", "S2/1000")
        catalogue = await house.engine.desk.fresh()
        plan = plan_of(catalogue, asked(zone=zone))

        def usual(view: Any) -> list[int]:
            return Usual(view, plan).of([0, 1], NOON)

        assert await house.engine.store.read(usual) == [55, 55]

    run(story, NOON)
