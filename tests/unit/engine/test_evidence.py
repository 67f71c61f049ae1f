"""What a sensor that sees a zone, and closed hours, make of the number of people."""

from typing import Any

from countline.engine.hours import WantedHours
from countline.model.interval import MINUTE_S
from countline.model.opening import OpenHours
from countline.model.query import Row
from tests.engine_house import LOCATION, House
from tests.evidence_world import NINE, cross, quiet_door, room, see


async def minutes(house: House, zone: int, first: int, last: int, **more: Any) -> list[Row]:
    house.clock.set(max(house.clock.ms // 1000, NINE + 60 * last + 60))
    span = (NINE + MINUTE_S * first, NINE + MINUTE_S * last)
    return await house.rows(*span, "1m", zone=zone, **more)


async def ends(house: House, zone: int, first: int, last: int) -> list[int | None]:
    return [row.occupancy for row in await minutes(house, zone, first, last)]


# -- nobody is seen -------------------------------------------------------------------------------
def test_a_missed_exit_is_mended_when_nobody_was_seen_for_ten_minutes(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await room(house)
        await quiet_door(house, range(31))
        await cross(house, (1, 3, 0), (5, 0, 2))  # one went out unseen
        await see(house, [0, 3, 3, 3, 3, *[0] * 26])
        await house.follow()
        rows = await minutes(house, zone, 0, 31)
        assert [row.occupancy for row in rows] == [0, *[3] * 4, *[1] * 10, *[0] * 16]
        assert [dict(r.adjustment) for r in rows if r.adjustment] == [{"evidence": -1}]
        assert rows[15].adjustment == (("evidence", -1),)
        (hour,) = await house.rows(NINE, NINE + 3600, zone=zone)
        assert (hour.ins, hour.outs, hour.occupancy) == (3, 2, 0)
        assert hour.adjustment == (("evidence", -1),)
        assert (await house.present(zone=zone)).basis == "fused"

    run(story, NINE)


def test_a_gap_in_what_is_seen_proves_nothing(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await room(house)
        await quiet_door(house, range(31))
        await cross(house, (1, 3, 0))
        await see(house, [0, 3, 3, *[0] * 8, None, *[0] * 8])
        await house.follow()
        assert await ends(house, zone, 1, 20) == [3] * 19

    run(story, NINE)


def test_who_comes_in_begins_the_time_anew(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await room(house)
        await quiet_door(house, range(31))
        await cross(house, (1, 2, 0), (9, 1, 0))  # the second is seen a minute later by the sensor
        await see(house, [*[0] * 10, *[1] * 20])
        await house.follow()
        assert await ends(house, zone, 1, 30) == [*[2] * 8, *[3] * 21]

    run(story, NINE)


def test_a_sensor_that_sees_a_part_never_proves_that_nobody_is_there(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await room(house, covers="part")
        await quiet_door(house, range(31))
        await cross(house, (1, 3, 0))
        await see(house, [0] * 30)
        await house.follow()
        assert await ends(house, zone, 1, 30) == [3] * 29

    run(story, NINE)


def test_the_setting_says_whether_lines_or_the_sensor_are_heard_alone(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await room(house, fusion="lines")
        await quiet_door(house, range(31))
        await cross(house, (1, 3, 0))
        await see(house, [0, *[1] * 14, *[0] * 15])
        await house.follow()
        assert await ends(house, zone, 1, 30) == [3] * 29
        assert (await house.present(zone=zone)).basis == "lines"
        await house.engine.desk.change_zone(zone, fusion="measured")
        await house.follow()
        assert await ends(house, zone, 1, 30) == [*[1] * 14, *[0] * 15]
        assert (await house.present(zone=zone)).basis == "measured"
        (hour,) = await house.rows(NINE, NINE + 3600, zone=zone)
        assert (hour.ins, hour.outs, hour.occupancy) == (3, 0, 0)
        assert hour.adjustment == (("measured", -3),)
        await house.engine.desk.change_zone(zone, fusion="both", absence_after_s=120)
        await house.follow()
        assert await ends(house, zone, 1, 30) == [*[3] * 16, *[0] * 13]

    run(story, NINE)


# -- at least so many are seen --------------------------------------------------------------------
def test_a_missed_entry_is_mended_when_more_are_seen_than_were_counted(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await room(house)
        await quiet_door(house, range(31))
        await cross(house, (1, 2, 0), (25, 0, 1))
        await see(house, [0, 2, *[4, 3, 5, 4] * 6, 3, 3, 3])
        await house.follow()
        rows = await minutes(house, zone, 0, 29)
        people = [row.occupancy for row in rows]
        # Ten minutes after the second minute three were seen all the time.
        assert people == [0, *[2] * 11, *[3] * 13, *[2] * 4]
        assert rows[12].adjustment == (("evidence", 1),)

    run(story, NINE)


def test_fewer_seen_than_counted_prove_nothing(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await room(house)
        await quiet_door(house, range(31))
        await cross(house, (1, 9, 0))
        await see(house, [0, *[4] * 29])
        await house.follow()
        assert await ends(house, zone, 1, 30) == [9] * 29

    run(story, NINE)


def test_what_an_operator_says_stands_until_more_is_proved(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await room(house)
        await quiet_door(house, range(40))
        await see(house, [*[3] * 20, *[5] * 20])
        await house.engine.desk.set_occupancy(zone, 1, reason="", at_s=NINE + 15 * 60)
        await house.follow()
        people = await ends(house, zone, 0, 40)
        assert people[9:16] == [0, *[3] * 5, 1]
        assert people[28:] == [1, 1, *[5] * 10]

    run(story, NINE)


# -- late, corrected, asked before it is followed -------------------------------------------------
def test_what_is_seen_late_moves_what_was_proved(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await room(house)
        await quiet_door(house, range(40))
        await cross(house, (1, 3, 0), (20, 1, 0))
        await see(house, [0, *[None] * 29, *[0] * 8])
        await house.follow()
        assert await ends(house, zone, 1, 38) == [*[3] * 19, *[4] * 18]
        await see(house, [0] * 29, minute=1)
        wanted = [*[3] * 11, *[0] * 8, *[1] * 11, *[0] * 7]
        assert await ends(house, zone, 1, 38) == wanted, "not yet followed"
        await house.follow()
        assert await ends(house, zone, 1, 38) == wanted
        before = await folds(house, zone)
        await house.engine.follower.rebuild()
        assert await folds(house, zone) == before

    run(story, NINE)


def test_a_late_crossing_takes_a_proof_away(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await room(house)
        await quiet_door(house, [*range(8), *range(10, 40)])
        await cross(house, (1, 3, 0))
        await see(house, [0] * 15)
        await house.follow()
        assert await ends(house, zone, 10, 15) == [3, 3, 0, 0, 0]
        await cross(house, (8, 1, 0))
        await house.follow()
        assert await ends(house, zone, 10, 15) == [4] * 5

    run(story, NINE)


async def folds(house: House, zone: int) -> Any:
    return await house.engine.store.read(lambda view: view.folds(f"zone:{zone}", 0, 2**40))


# -- closed hours ---------------------------------------------------------------------------------
SHOP = WantedHours(weekly=((OpenHours(6 * 3600, 10 * 3600),),) * 7)
TEN = 60  # ten o'clock, in minutes after nine


def test_an_hour_after_closing_nobody_is_there(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await room(house, fusion="lines")
        await house.engine.desk.change_location(LOCATION, opening=SHOP, absence_when_closed_s=3600)
        await quiet_door(house, range(250))
        await cross(house, (1, 3, 0))
        await house.follow()
        rows = await minutes(house, zone, 118, 122)
        assert [row.occupancy for row in rows] == [3, 3, 0, 0]
        assert rows[2].adjustment == (("evidence", -3),)
        assert (await house.present(zone=zone)).people == 0

    run(story, NINE)


def test_cleaners_hold_it_back_and_the_number_follows_the_clock_alone(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await room(house, fusion="lines")
        await house.engine.desk.change_location(LOCATION, opening=SHOP, absence_when_closed_s=3600)
        await quiet_door(house, range(120))
        await cross(house, (1, 3, 0), (TEN + 30, 2, 0))
        await house.follow()
        for minute, people in ((TEN + 89, 5), (TEN + 90, 5), (TEN + 91, 0), (TEN + 200, 0)):
            house.clock.set(NINE + 60 * minute)
            assert (await house.present(zone=zone)).last_known == people, minute

    run(story, NINE)


def test_a_zone_may_have_hours_and_a_rule_of_its_own(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await room(house, fusion="lines", absence_when_closed_s=1800)
        await house.engine.desk.change_zone(zone, opening=SHOP)
        await quiet_door(house, range(250))
        await cross(house, (1, 3, 0))
        await house.follow()
        assert await ends(house, zone, TEN + 28, TEN + 32) == [3, 3, 0, 0]
        catalogue = await house.engine.desk.fresh()
        assert catalogue.opening_of(LOCATION) is None
        await house.engine.desk.change_zone(zone, absence_when_closed_s=0)
        await house.follow()
        assert await ends(house, zone, TEN + 28, TEN + 32) == [3] * 4
        await house.engine.desk.change_zone(zone, absence_when_closed_s=1800, opening=None)
        await house.follow()
        assert await ends(house, zone, TEN + 28, TEN + 32) == [3] * 4

    run(story, NINE)
