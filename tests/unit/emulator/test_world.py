"""The emulated world: nobody is made or lost, and a seed means the same however it is asked."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countline.emulator.building import CAFE, FRONTAGE, MAIN, SHOP, demo_building, doors_building
from countline.emulator.plan import NEVER, Building, Crowd, Rush, Stay
from countline.emulator.world import World
from countline.model.ids import LineId, LocationId, ZoneId
from countline.model.place import Line, Location, VisitorsCross, Zone

DEMO = demo_building()
WEEK = [date(2026, 11, 2) + timedelta(days=n) for n in range(7)]
HOUR_MS = 3_600_000


def walks(world: World, day: date) -> dict[int, list[tuple[int, LineId, bool]]]:
    """The crossings of each person of a day, in order."""
    found: dict[int, list[tuple[int, LineId, bool]]] = {}
    for at_ms, line, forward, person in world.day(day).crossings:
        found.setdefault(person, []).append((at_ms, line, forward))
    return found


def test_everyone_walks_a_way_that_exists_and_leaves() -> None:
    world = World(DEMO, 3)
    for day in WEEK:
        for walk in walks(world, day).values():
            where: ZoneId | None = None
            for _, line_id, forward in walk:
                line = DEMO.line(line_id)
                if line.role == "boundary":
                    sides = (line.side_a, line.side_b) if forward else (line.side_b, line.side_a)
                    assert sides[0] == where
                    where = sides[1]
            assert where is None
            assert all(earlier[0] < later[0] for earlier, later in pairwise(walk))


def test_everyone_who_came_in_has_left_or_is_present() -> None:
    world = World(DEMO, 5)
    start, _ = world.span_ms(WEEK[0])
    for hour in range(7 * 24):
        now = start + hour * HOUR_MS
        doors = [line for line in DEMO.lines if line.role == "boundary" and line.side_a is None]
        counts = [world.counts(line.line_id, start, now) for line in doors]
        inside = world.present(None, start) + sum(c.forward - c.backward for c in counts)
        assert world.present(None, now) == inside
        assert inside >= 0


def test_zones_hold_whole_people_and_make_the_building() -> None:
    world = World(DEMO, 8)
    start, _ = world.span_ms(WEEK[4])
    seen = 0
    for quarter in range(96):
        now = start + quarter * HOUR_MS // 4
        shop, cafe, offices = (world.present(zone.zone_id, now) for zone in DEMO.zones)
        assert 0 <= cafe <= shop
        assert offices >= 0
        assert shop + offices == world.present(None, now)
        seen = max(seen, cafe)
    assert seen > 0


def test_a_crossing_counts_from_its_own_instant_on() -> None:
    world = World(DEMO, 8)
    first = next(c for c in world.day(WEEK[0]).by_line[MAIN] if c.forward)
    before = world.counts(MAIN, first.at_ms - 1, first.at_ms)
    at = world.counts(MAIN, first.at_ms, first.at_ms + 1)
    assert (before.forward, at.forward) == (0, 1)
    assert world.present(SHOP, first.at_ms + 1) == world.present(SHOP, first.at_ms) + 1


def test_minutes_add_up_to_all_crossings() -> None:
    world = World(DEMO, 2)
    start, end = world.span_ms(WEEK[2])
    for line in DEMO.lines:
        minutes = list(world.minutes(line.line_id, start // 1000, end // 1000))
        assert [at for at, _ in minutes] == list(range(start // 1000, end // 1000, 60))
        summed = tuple(map(sum, zip(*(counts for _, counts in minutes), strict=True)))
        assert summed == world.counts(line.line_id, start, end)
        assert sum(summed) == len(world.crossings(line.line_id, start, end))


def test_one_seed_is_one_world_and_another_is_another() -> None:
    day = WEEK[3]
    assert World(DEMO, 4).day(day) == World(DEMO, 4).day(day)
    assert World(DEMO, 4).day(day) != World(DEMO, 5).day(day)


@settings(max_examples=25)
@given(st.permutations(range(5)), st.lists(st.integers(0, 5 * 24 * 60), max_size=6))
def test_the_order_and_the_steps_of_asking_change_nothing(
    order: list[int], cuts: list[int]
) -> None:
    building = doors_building(2, people_per_door=20)
    asked = World(building, 9)
    for n in order:
        asked.day(WEEK[0] + timedelta(days=n))
    start, end = asked.span_ms(WEEK[0])[0], asked.span_ms(WEEK[4])[1]
    edges = sorted({start, end, *(start + cut * 60_000 for cut in cuts)})
    pieces = [c for a, b in pairwise(edges) for c in asked.crossings(LineId(1), a, b)]
    assert pieces == World(building, 9).crossings(LineId(1), start, end)


def test_days_that_were_forgotten_come_back_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("countline.emulator.world.CROSSINGS_KEPT", 0)
    world = World(doors_building(1), 9)
    days = {day: world.day(day) for day in WEEK}
    assert world.day(WEEK[0]) is not days[WEEK[0]]
    assert world.day(WEEK[-1]) is days[WEEK[-1]]
    assert all(world.day(day) == days[day] for day in WEEK)


def test_the_shop_is_open_at_local_hours_and_empty_at_the_reset() -> None:
    zone = ZoneInfo("America/New_York")
    for seed in range(3):
        world = World(DEMO, seed)
        for day in (date(2026, 3, 7) + timedelta(days=n) for n in range(3)):  # clocks change on 8
            start, _ = world.span_ms(day)
            four = next(
                start + h * HOUR_MS // 2 for h in range(24) if _local(start, h, zone) == "04:00"
            )
            assert world.present(None, four) == 0
        for day in WEEK:
            midnight, _ = world.span_ms(day)
            opens = midnight + (9 if day.weekday() == 6 else 7) * HOUR_MS
            assert all(c.at_ms >= opens for c in world.day(day).by_line[MAIN])


def _local(start_ms: int, halves: int, zone: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(start_ms / 1000 + halves * 1800, zone):%H:%M}"


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 8), 23), (date(2026, 3, 9), 24), (date(2026, 11, 1), 25)]
)
def test_days_of_changing_clocks_have_their_own_length(day: date, hours: int) -> None:
    building = doors_building(1, time_zone="America/New_York")
    always = replace(building.crowds[0], people=6_000, hours=((0.0, 24.0),) * 7, out_by=NEVER)
    world = World(replace(building, crowds=(always,)), 1)
    start, end = world.span_ms(day)
    assert end - start == hours * HOUR_MS
    came = [c.at_ms for c in world.day(day).by_line[LineId(1)] if c.forward]
    assert start <= min(came)
    by_hour = [
        sum(start + h * HOUR_MS <= at < start + (h + 1) * HOUR_MS for at in came) for h in range(25)
    ]
    assert all(by_hour[:hours])
    assert sum(by_hour[hours:]) < 10  # who appeared in the last seconds and walks in after midnight


def test_the_hour_that_happens_twice_brings_people_twice() -> None:
    building = doors_building(1, time_zone="America/New_York")
    night = replace(
        building.crowds[0],
        people=2_000,
        spread=0.0,
        rushes=(Rush(hour=1.5, width_h=0.3),),
        hours=((1.0, 2.0),) * 7,
        out_by=NEVER,
    )
    world = World(replace(building, crowds=(night,)), 1)

    def came(day: date) -> int:
        return sum(c.forward for c in world.day(day).by_line[LineId(1)])

    assert (came(date(2026, 10, 31)), came(date(2026, 11, 1))) == (2_000, 4_000)


def test_the_hall_is_empty_at_the_reset_and_nearly_never_else() -> None:
    world = World(doors_building(50), 1)
    midnight, _ = world.span_ms(WEEK[2])
    people = [world.present(None, midnight + hour * HOUR_MS) for hour in range(24)]
    assert people[4] == 0
    assert all(people[:3])
    assert all(people[5:])


@pytest.mark.parametrize(("crosses", "times"), [("none", 0), ("in", 1), ("in_and_out", 2)])
def test_visitors_cross_the_frontage_as_often_as_the_line_says(
    crosses: VisitorsCross, times: int
) -> None:
    here, hall = LocationId("L"), ZoneId(1)
    building = Building(
        location=Location(location_id=here, name="", time_zone="UTC"),
        zones=(Zone(zone_id=hall, location_id=here, name="Hall"),),
        lines=(
            Line(line_id=LineId(1), location_id=here, name="Door", side_a=hall),  # drawn outwards
            Line(
                line_id=LineId(2),
                location_id=here,
                name="Street",
                role="frontage",
                frontage_of=hall,
                visitors_cross=crosses,
            ),
        ),
        crowds=(
            Crowd(
                name="street",
                people=1000,
                rushes=(),
                hours=((8.0, 20.0),) * 7,
                frontage=LineId(2),
                enters=0.3,
                doors=((LineId(1), 1.0),),
                stays=(Stay(zone=hall),),
            ),
        ),
        sensors=(),
    )
    world = World(building, 6)
    day = world.day(WEEK[0])
    people = {c.person for c in day.crossings}
    entered = sum(not c.forward for c in day.by_line[LineId(1)])
    assert 0 < entered < len(people)
    assert len(day.by_line[LineId(2)]) == len(people) - entered + times * entered


def test_the_demo_has_numbers_of_a_small_shop() -> None:
    world = World(DEMO, 1)
    for day in WEEK:
        start, end = world.span_ms(day)
        entered = world.counts(MAIN, start, end).forward
        passed = sum(world.counts(FRONTAGE, start, end))
        assert 150 < entered < 900
        assert entered < passed < 4_000
        busiest = {
            zone.zone_id: max(
                world.present(zone.zone_id, at) for at in range(start, end, 5 * 60_000)
            )
            for zone in DEMO.zones
        }
        for zone in DEMO.zones:
            assert zone.capacity is not None
            assert 0 < busiest[zone.zone_id] <= zone.capacity
    assert world.present(CAFE, world.span_ms(WEEK[5])[0] + 13 * HOUR_MS) > 0
