"""An operator says how many people are in a zone."""

from typing import Any

import pytest

from countline.drivers import Reading
from countline.errors import BadQuery, Impossible, NotFound
from countline.limits import PEOPLE_OF_ZONE_MAX
from countline.model.event import Event
from countline.model.ids import SensorId
from countline.model.place import Anchor, Source
from countline.model.query import Adjustment
from tests.engine_house import LOCATION, House, at, measured_zone, passing

MORNING = at("2026-06-02 08:00")


async def busy(house: House, count: int = 5) -> int:
    """A door through which one comes in each minute."""
    zone = await house.location(time_zone="UTC")
    await house.sensor("S1")
    await house.counts("S1", *(passing(MORNING + 60 * n, 1) for n in range(count)))
    await house.follow()
    return zone


async def anchors(house: House) -> list[Anchor]:
    return await house.engine.store.read(lambda view: view.records(Anchor))


def test_what_an_operator_says_is_so_from_then_on(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await busy(house)
        house.clock.set(MORNING + 300)
        assert (await house.present(zone=zone)).people == 5
        made = await house.engine.desk.set_occupancy(zone, 40, reason="the panel at the door")
        assert (made.at_s, made.value, made.cause) == (MORNING + 300, 40, "operator")
        assert (made.told_s, made.reason) == (MORNING + 300, "the panel at the door")
        await house.follow()
        assert (await house.present(zone=zone)).people == 40
        await house.counts("S1", passing(MORNING + 300, 2))
        house.clock.set(MORNING + 360)
        await house.follow()
        assert (await house.present(zone=zone)).people == 42

    run(story, MORNING)


def test_a_past_instant_changes_what_was_from_there_on_and_nothing_before(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await busy(house)
        house.clock.set(MORNING + 300)
        await house.engine.desk.set_occupancy(zone, 0, at_s=MORNING + 170, reason="counted by hand")
        await house.follow()
        rows = await house.rows(MORNING, MORNING + 300, "1m", zone=zone)
        assert [row.occupancy for row in rows] == [1, 2, 3, 1, 2]
        assert rows[3].adjustment == (Adjustment("operator", -3),)

    run(story, MORNING)


def test_the_second_word_within_a_minute_replaces_the_first(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await busy(house)
        house.clock.set(MORNING + 300)
        desk = house.engine.desk
        first = await desk.set_occupancy(zone, 40, reason="first")
        house.clock.set(MORNING + 320)
        second = await desk.set_occupancy(zone, 7, reason="second")
        assert second.anchor_id == first.anchor_id
        house.clock.set(MORNING + 335)
        third = await desk.set_occupancy(zone, 8, reason="the minute after")
        assert [(a.value, a.reason) for a in await anchors(house)] == [
            (7, "second"),
            (8, "the minute after"),
        ]
        assert third.at_s == MORNING + 360
        await house.follow()
        assert (await house.present(zone=zone)).people == 7
        house.clock.set(MORNING + 361)
        assert (await house.present(zone=zone)).people == 8

    run(story, MORNING)


def test_followers_are_told_where_to_begin(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await busy(house)
        house.clock.set(MORNING + 300)
        _, head = await house.engine.store.read(lambda view: view.head())
        await house.engine.desk.set_occupancy(zone, 1, reason="")
        events: list[Event] = await house.engine.store.read(lambda view: view.events(head, 10))
        assert [(e.kind, e.location_id, e.start_s) for e in events] == [
            ("catalogue.changed", LOCATION, MORNING + 300)
        ]

    run(story, MORNING)


@pytest.mark.parametrize("people", [-1, PEOPLE_OF_ZONE_MAX + 1])
def test_no_zone_holds_fewer_than_nobody_or_more_than_any_hall(run: Any, people: int) -> None:
    async def story(house: House) -> None:
        zone = await busy(house)
        with pytest.raises(BadQuery, match="from 0 to"):
            await house.engine.desk.set_occupancy(zone, people, reason="")
        assert await anchors(house) == []

    run(story, MORNING)


def test_nobody_knows_the_future(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await busy(house)
        with pytest.raises(BadQuery, match="future"):
            await house.engine.desk.set_occupancy(zone, 1, at_s=MORNING + 900, reason="")

    run(story, MORNING)


def test_a_zone_that_is_not_there_is_named(run: Any) -> None:
    async def story(house: House) -> None:
        await busy(house)
        with pytest.raises(NotFound, match="no zone 77"):
            await house.engine.desk.set_occupancy(77, 1, reason="")

    run(story, MORNING)


def test_where_a_sensor_sees_the_people_there_is_nothing_to_say(run: Any) -> None:
    async def story(house: House) -> None:
        await house.location(time_zone="UTC")
        room = await house.zone("Room")
        await house.sensor("S1")
        seen = Reading("2000", MORNING, 60, 60, (("present", 3),))
        await house.counts("S1", seen, channels=[measured_zone()], geometry=False)
        sensor = (await house.engine.desk.fresh()).sensor_by_id[SensorId("S1")].sensor
        await house.engine.desk.save(
            Source(source_id=900, sensor=sensor, channel="single/2000", zone_id=room)
        )
        with pytest.raises(Impossible, match="seen by a sensor"):
            await house.engine.desk.set_occupancy(room, 1, reason="")
        assert await anchors(house) == []

    run(story, MORNING)
