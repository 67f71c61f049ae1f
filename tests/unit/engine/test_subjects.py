"""What the numbers of each subject are: sensors, zones in zones, locations, and parts of them."""

from typing import Any

import pytest

from countline.engine.desk import NewSource
from countline.errors import BadQuery, Impossible, NotFound
from countline.model.query import Row
from tests.engine_house import HOUR_S, LOCATION, House, at, passing, source_named

MORNING = at("2026-06-02 08:00")
SPAN = (MORNING, MORNING + 60)


class Mall:
    """An outer zone with two shops in it, a wall between the shops, and two sensors."""

    def __init__(self, house: House) -> None:
        self.house = house

    async def build(self) -> "Mall":
        house = self.house
        self.outer = await house.location(time_zone="UTC")
        self.left = await house.zone("Left", self.outer)
        self.right = await house.zone("Right", self.outer)
        for sensor_id, channels in (("S1", ("1000", "1001")), ("S2", ("1000", "1001"))):
            await house.sensor(sensor_id)
            known = [passing(MORNING - HOUR_S, 0, channel=c) for c in channels]
            await house.counts(sensor_id, *known, geometry=False)
        self.main = await house.line(None, self.outer, "S1/1000", name="main")
        self.to_left = await house.line(self.outer, self.left, "S2/1000", name="left")
        self.wall = await house.line(self.left, self.right, "S1/1001", name="wall")
        self.back = await house.line(self.right, None, "S2/!1001", name="back")
        return self

    async def counts(self) -> None:
        house = self.house
        await house.counts(
            "S1", passing(MORNING, 10, 1), passing(MORNING, 4, 2, channel="1001"), geometry=False
        )
        # the back door is drawn the other way round: forward comes in
        await house.counts(
            "S2", passing(MORNING, 6, 3), passing(MORNING, 5, 7, channel="1001"), geometry=False
        )

    async def row(self, **subject: Any) -> Row:
        (row,) = await self.house.rows(*SPAN, "1m", **subject)
        return row


async def mall(house: House) -> Mall:
    made = await Mall(house).build()
    await made.counts()
    return made


def both(row: Row) -> tuple[int | None, int | None]:
    return row.ins, row.outs


def test_a_location_is_all_lines_with_outside_on_one_side(run: Any) -> None:
    async def story(house: House) -> None:
        m = await mall(house)
        assert both(await m.row(location=LOCATION)) == (10 + 5, 1 + 7)
        assert (await m.row(location=LOCATION)).occupancy == 7

    run(story, MORNING)


def test_a_zone_is_its_own_boundary_with_all_that_is_nested_in_it(run: Any) -> None:
    async def story(house: House) -> None:
        m = await mall(house)
        assert both(await m.row(zone=m.outer)) == (15, 8)
        assert both(await m.row(zone=m.left)) == (6 + 2, 3 + 4)
        assert both(await m.row(zone=m.right)) == (4 + 5, 2 + 7)

    run(story, MORNING)


def test_a_sensor_counts_each_crossing_once_towards_the_inner_side(run: Any) -> None:
    async def story(house: House) -> None:
        m = await mall(house)
        # S1: main door inwards; the wall between two zones as deep as each other: side B
        assert both(await m.row(sensor="S1")) == (10 + 4, 1 + 2)
        # S2: into the deeper zone; the back door inwards
        assert both(await m.row(sensor="S2")) == (6 + 5, 3 + 7)

    run(story, MORNING)


def test_a_zone_at_a_sensor_is_only_what_that_sensor_sees_of_it(run: Any) -> None:
    async def story(house: House) -> None:
        m = await mall(house)
        assert both(await m.row(sensor="S1", zone=m.left)) == (2, 4)
        assert both(await m.row(sensor="S2", zone=m.left)) == (6, 3)
        assert both(await m.row(sensor="S1", zone=m.outer)) == (10, 1)
        assert both(await m.row(sensor="S2", zone=m.outer)) == (5, 7)

    run(story, MORNING)


def test_a_zone_that_a_sensor_does_not_touch_is_refused(run: Any) -> None:
    async def story(house: House) -> None:
        m = await mall(house)
        other = await house.zone("Cellar")
        with pytest.raises(Impossible) as caught:
            await m.row(sensor="S1", zone=other)
        assert caught.value.error_code == "zone_not_of_sensor"
        for subject, code in (
            ({"sensor": "S9"}, "sensor_not_found"),
            ({"zone": 99}, "zone_not_found"),
            ({"sensor": "S1", "zone": 99}, "zone_not_found"),
            ({"location": "NOWHERE"}, "location_not_found"),
        ):
            with pytest.raises(NotFound) as missing:
                await m.row(**subject)
            assert missing.value.error_code == code

    run(story, MORNING)


def test_a_boundary_is_complete_where_one_sensor_encloses_what_it_counts(run: Any) -> None:
    async def story(house: House) -> None:
        await house.location(time_zone="UTC")
        await house.sensor("S1")
        await house.counts("S1", passing(MORNING, 1))

        async def boundary(sensor: str) -> str | None:
            return (await house.answer(*SPAN, sensor=sensor)).boundary

        assert await boundary("S1") == "complete"
        await house.sensor("S2")
        await house.counts("S2", passing(MORNING, 1))
        assert await boundary("S1") == await boundary("S2") == "partial"
        assert (await house.answer(*SPAN, location=LOCATION)).boundary is None

    run(story, MORNING)


def test_a_line_between_two_zones_makes_a_boundary_partial(run: Any) -> None:
    async def story(house: House) -> None:
        m = await mall(house)
        for subject in ({"sensor": "S1"}, {"sensor": "S1", "zone": m.left}):
            assert (await house.answer(*SPAN, **subject)).boundary == "partial"

    run(story, MORNING)


def test_groups_by_line_add_up_to_the_subject(run: Any) -> None:
    async def story(house: House) -> None:
        m = await mall(house)
        answer = await house.answer(*SPAN, "1m", zone=m.right, group_by="line")
        found = {group.line_id: both(group.rows[0]) for group in answer.groups}
        assert found == {m.wall: (4, 2), m.back: (5, 7)}
        assert all(group.rows[0].occupancy is None for group in answer.groups)

    run(story, MORNING)


def test_groups_by_zone_are_the_zones_of_the_subject(run: Any) -> None:
    async def story(house: House) -> None:
        m = await mall(house)
        for subject, zones in (
            ({"location": LOCATION}, {m.outer, m.left, m.right}),
            ({"zone": m.outer}, {m.left, m.right}),
            ({"sensor": "S2"}, {m.outer, m.left, m.right}),
        ):
            answer = await house.answer(*SPAN, "1m", group_by="zone", **subject)
            found = {group.zone_id: both(group.rows[0]) for group in answer.groups}
            assert set(found) == zones
            if "sensor" not in subject:
                assert found[m.left] == (8, 7)

    run(story, MORNING)


def test_a_line_that_is_turned_round_swaps_ins_and_outs_from_then_on(run: Any) -> None:
    async def story(house: House) -> None:
        m = await mall(house)
        await house.follow()
        later = MORNING + HOUR_S
        await house.engine.desk.change_line(
            m.main, sources=[source_named("S1/!1000")], valid_from_s=later
        )
        await house.counts("S1", passing(later, 3, 8), geometry=False)
        for _ in range(2):
            rows = await house.rows(MORNING, later + 60, "1m", sensor="S1", zone=m.outer)
            assert both(rows[0]) == (10, 1)
            assert both(rows[-1]) == (8, 3)
            assert rows[-1].occupancy == 9 + 5
            await house.follow()

    run(story, MORNING)


def test_a_line_turned_round_for_the_past_is_counted_anew(run: Any) -> None:
    async def story(house: House) -> None:
        m = await mall(house)
        await house.follow()
        await house.engine.desk.change_line(
            m.main, sources=[source_named("S1/!1000")], valid_from_s=0
        )
        for _ in range(2):
            row = await m.row(sensor="S1", zone=m.outer)
            assert (both(row), row.occupancy) == ((1, 10), 0)
            await house.follow()

    run(story, MORNING)


def test_two_sensors_over_one_door_count_once_and_the_second_when_the_first_is_gone(
    run: Any,
) -> None:
    async def story(house: House) -> None:
        zone = await house.location(time_zone="UTC")
        for sensor_id in ("S1", "S2"):
            await house.sensor(sensor_id)
            await house.counts(sensor_id, passing(MORNING - 60, 0), geometry=False)
        sources = [
            NewSource(sensor_id=s, channel="single/1000", order=n)
            for n, s in enumerate(("S1", "S2"))
        ]
        await house.line(None, zone, *sources)
        for sensor_id in ("S1", "S2"):
            await house.counts(sensor_id, passing(MORNING, 5, 1), geometry=False)
        house.clock.set(MORNING + 7 * 60)
        await house.follow()
        await house.engine.desk.retire_sensor("S1")
        await house.counts("S2", passing(MORNING + 7 * 60, 2), geometry=False)
        for _ in range(2):
            rows = await house.rows(MORNING, MORNING + HOUR_S, "1h", location=LOCATION)
            assert [(r.ins, r.outs, r.occupancy) for r in rows] == [(7, 1, 6)]
            assert rows[0].expected_s == 8 * 60 + 5
            await house.follow()
        assert both((await house.rows(MORNING, MORNING + HOUR_S, sensor="S2"))[0]) == (7, 1)

    run(story, MORNING)


def test_what_a_sensor_sends_late_moves_the_moment_from_which_it_counts(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await house.location(time_zone="UTC")
        for sensor_id in ("S1", "S2"):
            await house.sensor(sensor_id)
            await house.counts(sensor_id, passing(MORNING + 4 * HOUR_S, 0), geometry=False)
        sources = [
            NewSource(sensor_id=s, channel="single/1000", order=n)
            for n, s in enumerate(("S1", "S2"))
        ]
        await house.line(None, zone, *sources)
        now = MORNING + 5 * HOUR_S
        for n in range(4):
            await house.counts("S2", passing(MORNING + n * HOUR_S, 1), geometry=False, at_s=now)
        await house.follow()
        assert (await house.present(location=LOCATION)).last_known == 4
        await house.counts("S1", passing(MORNING, 1), geometry=False, at_s=now)
        for _ in range(2):
            rows = await house.rows(MORNING, now, location=LOCATION)
            assert [row.ins for row in rows] == [1, None, None, None, 0]
            assert rows[-1].occupancy == 1
            await house.follow()

    run(story, MORNING)


def test_a_file_of_the_first_of_two_sensors_over_one_door_takes_its_time(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await house.location(time_zone="UTC")
        head, row = "start,end,in,out\n", "2026-06-02T{:02}:00:00Z,2026-06-02T{:02}:00:00Z,{},0\n"
        for sensor_id, hour in (("S1", 20), ("S2", 8)):
            text = "".join(row.format(hour + n, hour + n + 1, 10 + n) for n in range(3))
            await house.file(head + text, location=LOCATION, sensor=sensor_id)
        catalogue = await house.engine.desk.fresh()
        sources = [
            NewSource(sensor_id=s, channel=f"file/tidy-{zone}", order=n)
            for n, s in enumerate(("S1", "S2"))
        ]
        first, second = sorted(catalogue.lines)
        await house.engine.desk.change_line(first, sources=sources, valid_from_s=0)
        await house.engine.desk.change_line(second, sources=[], valid_from_s=0)
        await house.follow()
        await house.file(head + row.format(9, 10, 3), location=LOCATION, sensor="S1")
        rows = await house.rows(MORNING, MORNING + 3 * HOUR_S, location=LOCATION)
        assert [(r.ins, r.occupancy) for r in rows] == [(10, 10), (3, 13), (12, 25)]

    run(story, MORNING + 48 * HOUR_S)


def test_staff_have_measures_of_their_own_and_change_nothing_else(run: Any) -> None:
    async def story(house: House) -> None:
        await house.location(time_zone="UTC")
        await house.file(
            "start,end,in,out,in_staff,out_staff\n"
            "2026-06-02T08:00:00Z,2026-06-02T09:00:00Z,5,2,1,2\n",
            location=LOCATION,
            sensor="S1",
            measures=("in_staff", "out_staff"),
        )
        for subject in ({"sensor": "S1"}, {"location": LOCATION}):
            (row,) = await house.rows(MORNING, MORNING + HOUR_S, **subject)
            assert (row.ins, row.outs, row.in_staff, row.out_staff) == (5, 2, 1, 2)
            assert row.occupancy == 3

    run(story, MORNING + 2 * HOUR_S)


def test_a_zone_may_not_lie_inside_itself(run: Any) -> None:
    async def story(house: House) -> None:
        m = await mall(house)
        with pytest.raises(BadQuery):
            await house.engine.desk.change_zone(m.outer, parent_id=m.left)

    run(story, MORNING)


def test_zones_that_are_nested_anew_are_counted_anew(run: Any) -> None:
    async def story(house: House) -> None:
        m = await mall(house)
        await house.follow()
        await house.engine.desk.change_zone(m.right, parent_id=m.left)
        for _ in range(2):
            row = await m.row(zone=m.left)
            assert (both(row), row.occupancy) == ((6 + 5, 3 + 7), 1)
            await house.follow()

    run(story, MORNING)
