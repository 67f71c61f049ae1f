"""Files: where they go, what they join, what they are refused for, and that twice is once."""

from collections.abc import Callable
from typing import Any

import pytest

from countline.errors import BadPush, BadQuery, Conflict, CountlineError, Impossible, NotFound
from tests.engine_house import DAY_S, HOUR_S, LOCATION, House, at, passing

DAY = at("2026-06-02")
MORNING = DAY + 8 * HOUR_S
NOW = DAY + 3 * DAY_S
HEAD = "start,end,in,out\n"


def hour(n: int, ins: int, outs: int = 0, *, head: str = "") -> str:
    return f"{head}2026-06-02T{n:02}:00:00Z,2026-06-02T{n + 1:02}:00:00Z,{ins},{outs}\n"


async def refused(kind: type[CountlineError], house: House, text: str, **more: Any) -> str:
    before = await house.engine.store.read(lambda view: view.head())
    with pytest.raises(kind) as caught:
        await house.file(text, **more)
    after = await house.engine.store.read(lambda view: view.head())
    assert before == after, "what is refused writes nothing"
    return caught.value.error_code


async def ins(house: House, **subject: Any) -> list[int | None]:
    return [row.ins for row in await house.rows(DAY, DAY + DAY_S, **subject)]


def test_what_is_missing_is_made_and_told(run: Any) -> None:
    async def story(house: House) -> None:
        report = await house.file(
            "location,sensor,zone,start,end,in,out\n"
            "HALL,S1,Café,2026-06-02 08:00,2026-06-02 09:00,5,2\n",
            time_zone="Europe/Zurich",
        )
        catalogue = await house.engine.desk.fresh()
        location = catalogue.locations[LOCATION]
        assert location.time_zone == "Europe/Zurich"
        zones = {zone.name: zone.zone_id for zone in catalogue.zones_of(LOCATION)}
        (line,) = catalogue.lines_of(LOCATION)
        assert (line.side_a, line.side_b) == (None, zones["Café"])
        assert len(report.created) == 4
        (row,) = await house.rows(DAY, DAY + DAY_S, zone=zones["Café"])
        assert (row.start_s, row.ins) == (DAY + 6 * HOUR_S, 5)

    run(story, NOW)


def test_a_new_location_needs_a_time_zone_and_keeps_it(run: Any) -> None:
    async def story(house: House) -> None:
        where = {"location": LOCATION, "sensor": "S1"}
        text = "start,end,in,out\n2026-06-02 08:00,2026-06-02 09:00,5,2\n"
        await refused(CountlineError, house, text, **where)
        await house.file(text, time_zone="Europe/Zurich", **where)
        await house.file(text.replace("08:00", "10:00").replace("09:00", "11:00"), **where)
        await house.file(
            text.replace("08:00", "10:00").replace("09:00", "11:00"), time_zone="UTC", **where
        )
        rows = await house.rows(DAY, DAY + DAY_S, sensor="S1")
        assert [row.start_s - DAY for row in rows] == [6 * HOUR_S, 8 * HOUR_S, 10 * HOUR_S]
        assert (await house.engine.desk.fresh()).locations[LOCATION].time_zone == "Europe/Zurich"

    run(story, NOW)


@pytest.mark.parametrize("text", ["", "start,end,in,out\n", HEAD + "x,y,1,2\n", HEAD + "1,2\n"])
def test_a_file_that_cannot_be_read_is_refused_whole(run: Any, text: str) -> None:
    async def story(house: House) -> None:
        await house.location(time_zone="UTC")
        await refused(BadPush, house, text, location=LOCATION, sensor="S1")

    run(story, NOW)


def test_a_bad_row_refuses_the_whole_file(run: Any) -> None:
    async def story(house: House) -> None:
        await house.location(time_zone="UTC")
        text = HEAD + hour(8, 5) + "2026-06-02T09:00:00Z,2026-06-02T10:00:00Z,-1,0\n"
        await refused(BadPush, house, text, location=LOCATION, sensor="S1")
        assert not (await house.engine.desk.fresh()).sensors

    run(story, NOW)


def test_a_sensor_belongs_to_one_location_for_good(run: Any) -> None:
    async def story(house: House) -> None:
        await house.location(time_zone="UTC")
        await house.location("OTHER", time_zone="UTC")
        await house.file(HEAD + hour(8, 5), location=LOCATION, sensor="S1")
        text = HEAD + hour(9, 5)
        assert await refused(Conflict, house, text, location="OTHER", sensor="S1") == (
            "sensor_elsewhere"
        )
        await house.file(text, sensor="S1")  # the sensor says where
        assert await ins(house, sensor="S1") == [5, 5]

    run(story, NOW)


def test_zones_are_named_by_number_or_name(run: Any) -> None:
    async def story(house: House) -> None:
        default = await house.location(time_zone="UTC")
        room = await house.zone("Room", default)
        where = {"location": LOCATION, "sensor": "S1"}
        await house.file(HEAD + hour(8, 5), zone="Room", **where)
        await house.file(HEAD + hour(9, 6), zone=str(room), **where)
        assert await ins(house, zone=room) == [5, 6]
        code = await refused(Impossible, house, HEAD + hour(9, 6), zone="99", **where)
        assert code == "zone_not_found"

    run(story, NOW)


def test_measured_passby_belongs_to_zone_sensor_and_location(run: Any) -> None:
    async def story(house: House) -> None:
        default = await house.location(time_zone="UTC")
        text = "start,end,in,out,passby\n2026-06-02T08:00:00Z,2026-06-02T09:00:00Z,5,2,40\n"
        await house.file(text, location=LOCATION, sensor="S1")
        for subject in ({"zone": default}, {"sensor": "S1"}, {"location": LOCATION}):
            for granularity in ("1h", "1d"):
                (row,) = await house.rows(DAY, DAY + DAY_S, granularity, **subject)
                assert (row.passby, row.passby_source) == (40, "measured")

    run(story, NOW)


def test_a_file_over_pushed_time_is_refused_unless_it_joins_the_channel(run: Any) -> None:
    async def story(house: House) -> None:
        await house.location(time_zone="UTC")
        await house.sensor("S1")
        await house.counts("S1", *(passing(MORNING + 60 * n, 1) for n in range(30)))
        house.clock.set(NOW)
        text = HEAD + hour(8, 100) + hour(9, 50)
        with pytest.raises(Conflict) as caught:
            await house.file(text, sensor="S1")
        assert caught.value.error_code == "channel_covers"
        assert "--channel single/1000" in caught.value.detail
        assert (await ins(house, sensor="S1"))[0] == 30
        # history goes before pushes: the hour replaces the minutes that it overlaps
        await house.file(text, sensor="S1", channel="single/1000")
        assert (await ins(house, sensor="S1"))[:2] == [100, 50]
        assert len((await house.engine.desk.fresh()).lines) == 1

    run(story, MORNING)


def test_a_channel_that_is_not_there_cannot_be_joined(run: Any) -> None:
    async def story(house: House) -> None:
        await house.location(time_zone="UTC")
        await house.sensor("S1")
        text = HEAD + hour(8, 1)
        code = await refused(NotFound, house, text, sensor="S1", channel="single/7")
        assert code == "channel_not_found"

    run(story, NOW)


def test_a_file_for_a_sensor_that_has_a_line_says_which_line_it_counts(run: Any) -> None:
    async def story(house: House) -> None:
        await house.location(time_zone="UTC")
        await house.sensor("S1")
        await house.counts("S1", passing(MORNING + 4 * HOUR_S, 1), at_s=NOW)
        text = HEAD + hour(8, 10) + hour(9, 20)
        with pytest.raises(Impossible) as caught:
            await house.file(text, sensor="S1")
        (line_id,) = (await house.engine.desk.fresh()).lines
        assert caught.value.error_code == "line_needed"
        assert f"--line {line_id}" in caught.value.detail
        code = await refused(NotFound, house, text, sensor="S1", line=line_id + 1)
        assert code == "line_not_found"
        await house.file(text, sensor="S1", line=line_id)
        for _ in range(2):
            assert (await ins(house, sensor="S1"))[:2] == [10, 20]
            assert (await ins(house, location=LOCATION))[:2] == [10, 20]
            rows = await house.rows(DAY, NOW, fill="none", location=LOCATION)
            assert [(row.ins, row.occupancy) for row in rows] == [(10, 10), (20, 30), (1, 31)]
            await house.file(text, sensor="S1", line=line_id)
        assert len((await house.engine.desk.fresh()).sources) == 2

    run(story, NOW)


def test_the_step_of_bins_without_end_is_the_smallest_distance(run: Any) -> None:
    async def story(house: House) -> None:
        await house.location(time_zone="UTC")
        where = {"location": LOCATION, "sensor": "S1"}
        text = "start,in,out\n2026-06-02T08:00:00Z,1,0\n2026-06-02T08:15:00Z,2,0\n"
        report = await house.file(text + "2026-06-02T09:00:00Z,3,0\n", **where)
        assert list(report.step_s.values()) == [900]
        rows = await house.rows(DAY, DAY + DAY_S, "15m", fill="none", sensor="S1")
        assert [row.ins for row in rows] == [1, 2, 3]
        one = "start,in,out\n2026-06-02T12:00:00Z,7,0\n"
        await refused(BadPush, house, one, **where)
        await house.file(one, step_s=HOUR_S, **where)
        assert (await ins(house, sensor="S1"))[-1] == 7

    run(story, NOW)


@pytest.mark.parametrize("again", [str, lambda text: text + hour(10, 9)])
def test_a_second_import_adds_only_what_is_new(run: Any, again: Callable[[str], str]) -> None:
    async def story(house: House) -> None:
        await house.location(time_zone="UTC")
        where = {"location": LOCATION, "sensor": "S1"}
        text = HEAD + hour(8, 5, 1) + hour(9, 6, 2)
        first = await house.file(text, **where)
        assert (first.fresh, first.duplicates) == (4, 0)
        before = await house.rows(DAY, DAY + 10 * HOUR_S, sensor="S1")
        second = await house.file(again(text), **where)
        assert second.duplicates == 4
        assert await house.rows(DAY, DAY + 10 * HOUR_S, sensor="S1") == before
        assert (await house.engine.desk.fresh()).lines.keys() == {1}

    run(story, NOW)


def test_the_later_file_wins_and_the_later_row_within_one(run: Any) -> None:
    async def story(house: House) -> None:
        await house.location(time_zone="UTC")
        where = {"location": LOCATION, "sensor": "S1"}
        await house.file(HEAD + hour(8, 5) + hour(8, 3), **where)
        assert await ins(house, sensor="S1") == [3]
        await house.file(HEAD + hour(8, 1), **where)
        assert await ins(house, sensor="S1") == [1]

    run(story, NOW)


def test_a_file_may_be_as_old_as_it_likes_but_not_of_tomorrow(run: Any) -> None:
    async def story(house: House) -> None:
        await house.location(time_zone="UTC")
        where = {"location": LOCATION, "sensor": "S1"}
        old = "2009-06-02T08:00:00Z,2009-06-02T09:00:00Z,4,0\n"
        await house.file(HEAD + old, **where)
        assert [r.ins for r in await house.rows(0, NOW, "1d", sensor="S1")] == [4]
        report = await house.file(HEAD + hour(8, 1) + hour(8, 1).replace("2026", "2030"), **where)
        assert report.refused == 1
        assert [r.ins for r in await house.rows(DAY, NOW, fill="none", sensor="S1")] == [1]

    run(story, NOW)


def test_a_location_of_files_alone_has_no_people_now(run: Any) -> None:
    async def story(house: House) -> None:
        await house.location(time_zone="UTC")
        await house.file(HEAD + hour(8, 5), location=LOCATION, sensor="S1")
        house.clock.set(MORNING + HOUR_S + 60)
        now = await house.present(location=LOCATION)
        assert (now.people, now.quality, now.last_known) == (None, "unknown", 5)
        assert await house.people() is None

    run(story, NOW)


def test_no_location_no_sensor_is_told_by_name(run: Any) -> None:
    async def story(house: House) -> None:
        await house.location(time_zone="UTC")
        for where, field in (({}, "location"), ({"location": LOCATION}, "sensor")):
            with pytest.raises(BadQuery) as caught:
                await house.file(HEAD + hour(8, 5), **where)
            assert field in caught.value.detail

    run(story, NOW)
