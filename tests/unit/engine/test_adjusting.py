"""Adjustments: values and deltas, of zones and locations, late data under them, withdrawn, repeated."""

from typing import Any

import pytest

from countline.engine.adjusting import Said, adjustments_of
from countline.errors import BadQuery, Conflict, NotFound
from tests.engine_house import DAY_S, LOCATION, House, asked, at, passing

MORNING = at("2026-06-02 08:00")


async def busy(house: House) -> int:
    """A hall with ten people in it at eight."""
    zone = await house.location(time_zone="UTC")
    await house.sensor("S1")
    for minute in range(10):
        await house.counts("S1", passing(MORNING - 600 + 60 * minute, 1))
    await house.follow()
    house.clock.set(MORNING + 600)
    return zone


async def ends(house: House, *minutes: int, **subject: Any) -> list[int | None]:
    rows = await house.rows(MORNING - 900, MORNING + 1800, "1m", **subject)
    known = {row.end_s: row.occupancy for row in rows}
    return [known[MORNING + 60 * minute] for minute in minutes]


async def heard(house: House) -> None:
    """The door is quiet for half an hour, so that rows are known."""
    for minute in range(30):
        await house.counts("S1", passing(MORNING + 60 * minute, 0))
    await house.follow()


def test_a_delta_stays_a_delta_when_late_data_changes_what_was_before(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await busy(house)
        await heard(house)
        desk = house.engine.desk
        await desk.adjust(asked(zone=zone), Said(delta=-2, at_s=MORNING + 300, reason="back door"))
        await house.follow()
        assert await ends(house, 5, 6, 30, zone=zone) == [10, 8, 8]
        await house.counts("S1", passing(MORNING - 700, 5), at_s=house.clock.ms // 1000)
        assert await ends(house, 5, 6, 30, zone=zone) == [15, 13, 13], "not yet followed"
        await house.follow()
        assert await ends(house, 5, 6, 30, zone=zone) == [15, 13, 13]
        (hour,) = await house.rows(MORNING, MORNING + 3600, zone=zone)
        assert hour.adjustment == (("operator", -2),)

    run(story, MORNING)


def test_a_value_holds_whatever_comes_late_before_it(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await busy(house)
        await heard(house)
        await house.engine.desk.set_occupancy(zone, 4, at_s=MORNING + 300, reason="by hand")
        await house.counts("S1", passing(MORNING - 700, 5), at_s=house.clock.ms // 1000)
        await house.follow()
        assert await ends(house, 5, 6, 30, zone=zone) == [15, 4, 4]

    run(story, MORNING)


def test_a_delta_after_the_last_count_acts_with_the_clock(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await busy(house)
        await house.engine.desk.adjust(asked(zone=zone), Said(delta=3, reason="a group"))
        await house.follow()
        for seconds, people in ((599, 10), (600, 13), (900, 13)):
            house.clock.set(MORNING + seconds)
            assert (await house.present(zone=zone)).last_known == people
        await house.counts("S1", passing(MORNING + 1800, 1), at_s=MORNING + 1900)
        await house.follow()
        assert (await house.present(zone=zone)).people == 14

    run(story, MORNING)


def test_what_is_said_of_the_location_leaves_its_zones_alone(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await busy(house)
        await heard(house)
        where = asked(location=LOCATION)
        await house.engine.desk.adjust(where, Said(value=99, at_s=MORNING + 300, reason="gates"))
        await house.follow()
        assert await ends(house, 30, location=LOCATION) == [99]
        assert await ends(house, 30, zone=zone) == [10]

    run(story, MORNING)


def test_a_word_that_is_withdrawn_was_never_said(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await busy(house)
        await heard(house)
        desk, where = house.engine.desk, asked(zone=zone)
        first = await desk.adjust(where, Said(value=1, at_s=MORNING + 300, reason="x"))
        second = await desk.adjust(where, Said(delta=1, at_s=MORNING + 400, reason="y"))
        with pytest.raises(NotFound, match="no adjustment"):
            await desk.withdraw(asked(location=LOCATION), first.anchor_id)
        await desk.withdraw(where, first.anchor_id)
        await house.follow()
        assert await ends(house, 30, zone=zone) == [11]
        assert adjustments_of(await desk.fresh(), where) == (second,)
        with pytest.raises(NotFound) as told:
            await desk.withdraw(where, first.anchor_id)
        assert told.value.error_code == "adjustment_not_found"

    run(story, MORNING)


def test_a_word_sent_twice_under_one_token_is_said_once(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await busy(house)
        desk, where = house.engine.desk, asked(zone=zone)
        said = Said(delta=2, reason="x", token="a")
        first = await desk.adjust(where, said)
        house.clock.pass_by(90)
        assert await desk.adjust(where, said) == first
        assert len(adjustments_of(await desk.fresh(), where)) == 1
        with pytest.raises(Conflict) as told:
            await desk.adjust(where, Said(delta=3, reason="x", token="a"))
        assert told.value.error_code == "token_reused"
        await desk.adjust(where, Said(delta=2, reason="x", token="b"))
        assert len(adjustments_of(await desk.fresh(), where)) == 2

    run(story, MORNING)


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        (Said(reason="x"), "give either"),
        (Said(value=1, delta=1), "give either"),
        (Said(delta=0), "delta: must be from 1"),
        (Said(delta=-1_000_001), "delta: must be from 1"),
        (Said(value=1, at_s=MORNING + 600 + 301), "at: lies in the future"),
        (Said(value=1, at_s=MORNING - 61 * DAY_S), "at: lies more than 60 days back"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(run: Any, said: Said, complaint: str) -> None:
    async def story(house: House) -> None:
        zone = await busy(house)
        with pytest.raises(BadQuery, match=complaint):
            await house.engine.desk.adjust(asked(zone=zone), said)
        assert not adjustments_of(await house.engine.desk.fresh(), asked(zone=zone))

    run(story, MORNING)
