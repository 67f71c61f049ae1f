"""First contact: which line a sensor gets by itself, and what stays unmapped until somebody says."""

from typing import Any

from countline.drivers import ChannelInfo, Measured
from tests.engine_house import (
    DAY_S,
    LOCATION,
    House,
    at,
    door,
    measured_zone,
    package,
    passing,
)

MORNING = at("2026-06-02 08:00")


async def hall(house: House) -> int:
    zone = await house.location(time_zone="UTC")
    await house.sensor("S1")
    return zone


def test_the_smallest_line_becomes_the_way_from_outside_into_the_default_zone(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await hall(house)
        readings = [passing(MORNING, 3, 1, channel=c) for c in ("1000", "999", "1001")]
        await house.counts("S1", *readings, channels=[door("999", name="Main")])
        catalogue = await house.engine.desk.fresh()
        (line,) = catalogue.lines_of(LOCATION)
        assert (line.name, line.side_a, line.side_b, line.role) == ("Main", None, zone, "boundary")
        (source,) = catalogue.sources
        assert (source.channel, source.invert, source.valid_from_s) == ("single/999", False, 0)
        (row,) = await house.rows(MORNING, MORNING + 1, "1m", location=LOCATION)
        assert (row.ins, row.outs) == (3, 1)

    run(story, MORNING)


def test_later_packages_never_replace_it(run: Any) -> None:
    async def story(house: House) -> None:
        await hall(house)
        await house.counts("S1", passing(MORNING, 1, channel="1005"))
        await house.counts("S1", passing(MORNING + 60, 1, channel="1000"))
        catalogue = await house.engine.desk.fresh()
        assert [source.channel for source in catalogue.sources] == ["single/1005"]

    run(story, MORNING)


def test_a_package_without_geometry_waits_for_one_that_has_it(run: Any) -> None:
    async def story(house: House) -> None:
        await hall(house)
        await house.counts("S1", passing(MORNING, 4), geometry=False)
        await house.follow()
        assert not (await house.engine.desk.fresh()).lines
        await house.counts("S1", passing(MORNING + 60, 2))
        for _ in range(2):
            rows = await house.rows(MORNING, MORNING + 120, "1m", location=LOCATION)
            assert [(row.ins, row.occupancy) for row in rows] == [(4, 4), (2, 6), (None, None)][:2]
            await house.follow()
        assert await house.people() == 6

    run(story, MORNING)


def test_a_line_that_is_no_door_is_stored_and_mapped_to_nothing(run: Any) -> None:
    async def story(house: House) -> None:
        await hall(house)
        bicycles = ChannelInfo(
            "1000",
            "Bikes",
            "XLT_BICYCLE_LINE_IN_OUT_COUNT",
            "other",
            (
                Measured("forward", "accumulating", "1000001", "fw"),
                Measured("backward", "accumulating", "1000002", "bw"),
            ),
        )
        await house.counts(
            "S1", passing(MORNING, 9), passing(MORNING, 2, channel="1001"), channels=[bicycles]
        )
        catalogue = await house.engine.desk.fresh()
        assert [source.channel for source in catalogue.sources] == ["single/1001"]
        assert {channel for _, channel in catalogue.channels} == {"single/1000", "single/1001"}
        (row,) = await house.rows(MORNING, MORNING + 1, "1m", sensor="S1")
        assert row.ins == 2

    run(story, MORNING)


def test_a_sensor_that_only_measures_a_zone_gets_no_line(run: Any) -> None:
    async def story(house: House) -> None:
        await hall(house)
        seen = passing(MORNING, 0, channel="2000")._replace(values=(("present", 4),))
        await house.counts("S1", seen, channels=[measured_zone()])
        catalogue = await house.engine.desk.fresh()
        assert not catalogue.lines
        assert not catalogue.sources

    run(story, MORNING)


def test_each_sensor_of_a_location_gets_a_line_of_its_own(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await hall(house)
        await house.sensor("S2")
        for sensor_id in ("S1", "S2", "S1"):
            await house.counts(sensor_id, passing(MORNING, 5, 2))
        catalogue = await house.engine.desk.fresh()
        assert [(x.side_a, x.side_b) for x in catalogue.lines_of(LOCATION)] == [(None, zone)] * 2
        (row,) = await house.rows(MORNING, MORNING + 1, "1m", zone=zone)
        assert (row.ins, row.outs, row.occupancy) == (10, 4, 6)

    run(story, MORNING)


def test_two_contexts_of_one_device_are_two_sensors_channels_apart(run: Any) -> None:
    async def story(house: House) -> None:
        await hall(house)
        serial = "00:6e:02:00:00:0a"
        for context, forward in (("single", 1), ("multi:1", 10)):
            said = package(passing(MORNING, forward), serial=serial, context=context)
            await house.push("S1", said, at_s=MORNING + 65)
        catalogue = await house.engine.desk.fresh()
        assert [kept.code for kept in await house.kept("failed")] == ["device_mismatch"]
        assert {channel for _, channel in catalogue.channels} == {"single/1000"}

    run(story, MORNING)


def test_what_is_unmapped_counts_from_the_beginning_once_somebody_says_what_it_is(
    run: Any,
) -> None:
    async def story(house: House) -> None:
        zone = await hall(house)
        room = await house.zone("Room", zone)
        for n in range(3):
            both = [passing(MORNING + 60 * n, 1), passing(MORNING + 60 * n, 5, channel="1001")]
            await house.counts("S1", *both)
        await house.follow()
        await house.line(zone, room, "S1/1001")
        for _ in range(2):
            rows = await house.rows(MORNING, MORNING + 180, "1m", zone=room)
            assert [(row.ins, row.occupancy) for row in rows] == [(5, 5), (5, 10), (5, 15)]
            (day,) = await house.rows(MORNING - DAY_S, MORNING + DAY_S, "1d", zone=zone)
            assert (day.ins, day.occupancy) == (3, 3)
            await house.follow()

    run(story, MORNING)
