"""Who is there now: as far as followers have come, and how far that is to be believed."""

from typing import Any

from countline.model.place import Source
from tests.engine_house import (
    DAY_S,
    HOUR_S,
    LOCATION,
    House,
    asked,
    at,
    measured_zone,
    passing,
)

MORNING = at("2026-06-02 08:00")


async def a_door(house: House) -> int:
    zone = await house.location(time_zone="UTC")
    await house.sensor("S1")
    return zone


async def minutes(house: House, sensor_id: str, start_s: int, count: int, ins: int = 1) -> None:
    """A push each minute, as a sensor's clock goes."""
    for n in range(count):
        await house.counts(sensor_id, passing(start_s + 60 * n, ins))


def test_people_are_as_many_as_followers_have_come_to(run: Any) -> None:
    async def story(house: House) -> None:
        await a_door(house)
        await house.counts("S1", passing(MORNING, 5, 1))
        assert await house.people() is None
        await house.follow()
        assert await house.people() == 4
        await house.counts("S1", passing(MORNING + 60, 3))
        assert await house.people() == 4
        now = await house.present(location=LOCATION)
        assert now.as_of_s == MORNING + 60
        await house.follow()
        now = await house.present(location=LOCATION)
        assert (now.people, now.as_of_s, now.quality) == (7, MORNING + 120, "good")
        assert (now.low, now.high) == (None, None)

    run(story, MORNING)


def test_a_reset_acts_when_its_time_has_come_whether_or_not_anything_is_pushed(run: Any) -> None:
    async def story(house: House) -> None:
        await a_door(house)
        night = at("2026-06-03 03:50")
        await minutes(house, "S1", night, 5, ins=2)
        await house.follow()
        for now_s, people in (
            (at("2026-06-03 03:59") + 59, 10),
            (at("2026-06-03 04:00"), 0),
            (at("2026-06-03 04:05"), 0),
        ):
            house.clock.set(now_s)
            assert (await house.present(location=LOCATION)).last_known == people

    run(story, MORNING)


def test_a_silent_location_is_unknown_and_keeps_what_was_known(run: Any) -> None:
    async def story(house: House) -> None:
        await a_door(house)
        await minutes(house, "S1", MORNING, 5)
        await house.follow()
        last_s = MORNING + 300
        for now_s, quality, people in (
            (last_s + 900, "good", 5),
            (last_s + 901, "unknown", None),  # its only line is silent
            (last_s + DAY_S // 4, "unknown", None),
        ):
            house.clock.set(now_s)
            now = await house.present(location=LOCATION)
            assert (now.quality, now.people, now.last_known) == (quality, people, 5)
        await house.counts("S1", passing(last_s + DAY_S // 4, 1))
        await house.follow()
        assert (await house.present(location=LOCATION)).people == 6

    run(story, MORNING)


def test_a_zone_of_which_some_lines_are_silent_is_stale_then_unknown(run: Any) -> None:
    async def story(house: House) -> None:
        await a_door(house)
        await house.sensor("S2")
        await minutes(house, "S1", MORNING, 2)
        await minutes(house, "S2", MORNING, 60)
        await house.follow()
        silent_s = MORNING + 120 + 900
        for now_s, quality, people in (
            (silent_s, "good", 62),
            (silent_s + 1, "stale", 62),
            (silent_s + 900, "stale", 62),
            (silent_s + 901, "unknown", None),
        ):
            house.clock.set(now_s)
            now = await house.present(location=LOCATION)
            assert (now.quality, now.people) == (quality, people)

    run(story, MORNING)


def test_a_sensor_is_given_two_and_a_half_of_its_usual_intervals(run: Any) -> None:
    async def story(house: House) -> None:
        await a_door(house)
        for n in range(6):
            await house.counts("S1", passing(MORNING + n * HOUR_S, 1, length_s=HOUR_S))
        await house.follow()
        last_s = MORNING + 6 * HOUR_S
        for late_s, quality in ((2.5 * HOUR_S, "good"), (2.5 * HOUR_S + 1, "unknown")):
            house.clock.set(last_s + int(late_s))
            assert (await house.present(location=LOCATION)).quality == quality

    run(story, MORNING)


def test_sums_of_today_are_of_the_locations_day(run: Any) -> None:
    async def story(house: House) -> None:
        await house.location(time_zone="UTC", day_start_s=6 * HOUR_S)
        await house.sensor("S1")
        early = at("2026-06-02 05:59")
        await house.counts("S1", passing(early, 3, 1), passing(early + 60, 5, 2))
        await house.follow()
        now = await house.present(sensor="S1")
        assert (now.in_today, now.out_today, now.passby_today) == (5, 2, None)
        house.clock.set(at("2026-06-03 06:30"))
        now = await house.present(sensor="S1")
        assert (now.in_today, now.out_today) == (None, None)

    run(story, MORNING)


def test_every_location_in_sight_first_whole_then_by_zone(run: Any) -> None:
    async def story(house: House) -> None:
        for location_id in ("B", "A"):
            zone = await house.location(location_id, time_zone="UTC")
            await house.zone("Room", zone, location_id=location_id, capacity=9)
        current = await house.engine.questions.current(None, None)
        assert [(row.location_id, row.zone_id) for row in current] == [
            ("A", None),
            ("A", 3),
            ("A", 4),
            ("B", None),
            ("B", 1),
            ("B", 2),
        ]
        assert [row.capacity for row in current] == [None, None, 9] * 2
        assert {row.quality for row in current} == {"unknown"}

    run(story, MORNING)


# -- zones in which people are seen ---------------------------------------------------------------
async def a_room(house: House, **more: Any) -> int:
    """A room of which channel 2000 of S1 says how many are in it."""
    zone = await house.location(time_zone="UTC")
    room = await house.zone("Room", zone)
    await house.sensor("S1")
    await seen(house, MORNING - 60, 0)
    source = Source(source_id=900, sensor=1, channel="single/2000", zone_id=room, **more)  # type: ignore[arg-type]
    await house.engine.desk.save(source)
    return room


async def seen(house: House, start_s: int, present: int, *, channel: str = "2000") -> None:
    said = passing(start_s, 0, channel=channel)._replace(values=(("present", present),))
    await house.counts("S1", said, channels=[measured_zone(channel)], geometry=False)


def test_a_measured_zone_is_what_is_seen_in_it(run: Any) -> None:
    async def story(house: House) -> None:
        room = await a_room(house)
        for n, present in enumerate((3, 7, 2, 0, 4)):
            await seen(house, MORNING + 60 * n, present)
        for _ in range(2):
            rows = await house.rows(MORNING, MORNING + 300, "1m", zone=room)
            assert [row.occupancy for row in rows] == [3, 7, 2, 0, 4]
            assert [(row.ins, row.outs) for row in rows] == [(None, None)] * 5
            (row,) = await house.rows(MORNING, MORNING + 300, "15m", zone=room)
            assert (row.occupancy, row.occupancy_max, row.occupancy_min) == (4, 7, 0)
            (row,) = await house.rows(MORNING, MORNING + 300, "15m", sensor="S1")
            assert row.occupancy == 4
            await house.follow()
        assert (await house.present(zone=room)).people == 4

    run(story, MORNING)


def test_a_measured_zone_needs_no_reset_and_comes_back_right_after_a_long_gap(run: Any) -> None:
    async def story(house: House) -> None:
        room = await a_room(house)
        await seen(house, MORNING, 6)
        await house.follow()
        for days in (1, 3, 40):
            later = MORNING + days * DAY_S
            await seen(house, later, 2)
            for _ in range(2):
                (row,) = await house.rows(later, later + 60, "1m", zone=room)
                assert row.occupancy == 2
                await house.follow()

    run(story, MORNING)


def test_two_sources_of_one_measured_zone_count_once(run: Any) -> None:
    async def story(house: House) -> None:
        room = await a_room(house, valid_to_s=MORNING + 120)
        await seen(house, MORNING - 60, 0, channel="2001")
        second = Source(source_id=901, sensor=1, channel="single/2001", zone_id=room, order=2)  # type: ignore[arg-type]
        await house.engine.desk.save(second)
        for n in range(4):
            await seen(house, MORNING + 60 * n, 5)
            await seen(house, MORNING + 60 * n, 4, channel="2001")
        for _ in range(2):
            rows = await house.rows(MORNING, MORNING + 240, "1m", zone=room)
            assert [row.occupancy for row in rows] == [5, 5, 4, 4]
            assert {row.coverage for row in rows} == {1.0}
            await house.follow()

    run(story, MORNING)


def test_a_zone_with_a_door_uses_the_door(run: Any) -> None:
    async def story(house: House) -> None:
        room = await a_room(house)
        await house.counts("S1", passing(MORNING, 0), geometry=False)
        await house.line(None, room, "S1/1000")
        await house.counts("S1", passing(MORNING + 60, 3, 1), geometry=False)
        await seen(house, MORNING + 60, 9)
        rows = await house.rows(MORNING + 60, MORNING + 120, "1m", zone=room)
        assert [(row.ins, row.occupancy) for row in rows] == [(3, 2)]
        assert (await house.engine.questions.present(asked(zone=room), None))[0].in_today == 3

    run(story, MORNING)
