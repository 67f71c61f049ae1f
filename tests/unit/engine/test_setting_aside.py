"""Records that a wrong clock wrote, or that come too late, are kept aside and not counted."""

from dataclasses import replace
from typing import Any

from tests.engine_house import DAY_S, HOUR_S, House, at, passing

DAY = at("2026-06-02")
MORNING = DAY + 8 * HOUR_S


async def a_door(house: House) -> None:
    await house.location(time_zone="UTC")
    await house.sensor("S1")


def test_a_clock_may_run_five_minutes_ahead_and_no_more(run: Any) -> None:
    async def story(house: House) -> None:
        await a_door(house)
        readings = [passing(MORNING + 300, 2), passing(MORNING + 360, 9)]
        await house.counts("S1", *readings, at_s=MORNING)
        (kept,) = await house.kept("clock")
        assert kept.code == "clock_skew"
        assert (await house.health("S1"))["codes"] == ["clock_skew"]
        house.clock.set(MORNING + HOUR_S)
        rows = await house.rows(DAY, DAY + DAY_S, "1m", sensor="S1")
        assert [(r.start_s, r.ins) for r in rows if r.ins] == [(MORNING + 300, 2)]

    run(story, MORNING)


def test_a_clock_far_ahead_makes_nothing_expected_and_is_no_life_sign_of_tomorrow(run: Any) -> None:
    async def story(house: House) -> None:
        await a_door(house)
        await house.counts("S1", passing(MORNING, 1))
        await house.counts("S1", passing(MORNING + 10 * DAY_S, 1), at_s=MORNING + 65)
        house.clock.set(MORNING + 2 * HOUR_S)
        assert (await house.health("S1"))["health"] == "offline"
        assert (await house.present(sensor="S1")).quality == "unknown"

    run(story, MORNING)


def test_a_first_package_from_tomorrow_begins_no_expected_period(run: Any) -> None:
    async def story(house: House) -> None:
        await a_door(house)
        await house.counts("S1", passing(MORNING + DAY_S, 1), at_s=MORNING)
        house.clock.set(MORNING + 3 * DAY_S)
        assert await house.rows(DAY, DAY + 3 * DAY_S, sensor="S1") == []

    run(story, MORNING)


def test_a_package_may_be_partly_too_late(run: Any) -> None:
    async def story(house: House) -> None:
        await a_door(house)
        old_s = MORNING - 61 * DAY_S
        await house.counts("S1", passing(old_s, 5), passing(MORNING, 2), at_s=MORNING + 60)
        (kept,) = await house.kept("late")
        assert kept.code == "too_late"
        rows = await house.rows(DAY, DAY + DAY_S, "1m", sensor="S1")
        assert [row.ins for row in rows] == [2, None]

    run(story, MORNING)


def test_what_came_too_late_is_counted_by_a_replay(run: Any) -> None:
    async def story(house: House) -> None:
        await a_door(house)
        old_s = MORNING - 61 * DAY_S
        await house.counts("S1", passing(old_s, 5), at_s=MORNING)
        assert await house.rows(old_s, old_s + HOUR_S, sensor="S1") == []
        report = await house.engine.replaying.replay()
        assert (report.tried, report.counted, report.kept) == (1, 1, 0)
        assert await house.kept() == []
        (row, *_) = await house.rows(old_s, old_s + HOUR_S, sensor="S1")
        assert row.ins == 5

    run(story, MORNING)


def test_what_lay_ahead_is_counted_by_a_replay_once_a_clock_was_set_right(run: Any) -> None:
    async def story(house: House) -> None:
        await a_door(house)
        await house.counts("S1", passing(MORNING + DAY_S, 5), at_s=MORNING)
        report = await house.engine.replaying.replay()
        assert (report.tried, report.counted, report.kept) == (1, 0, 1)
        (kept,) = await house.kept()
        assert kept.code == "clock_skew"
        house.clock.set(MORNING + DAY_S + 60)
        report = await house.engine.replaying.replay()
        assert (report.tried, report.counted, report.kept) == (1, 1, 0)
        (row, _) = await house.rows(MORNING + DAY_S, MORNING + DAY_S + 120, "1m", sensor="S1")
        assert row.ins == 5

    run(story, MORNING)


def test_a_replay_of_what_fails_again_ends(run: Any) -> None:
    async def story(house: House) -> None:
        await a_door(house)
        for body in (b"{", b"nothing", b"[]"):
            await house.push_body("S1", body, at_s=MORNING)
        report = await house.engine.replaying.replay()
        assert (report.tried, report.counted, report.kept) == (3, 0, 3)
        assert len(await house.kept("failed")) == 3

    run(story, MORNING)


def test_a_body_that_cannot_be_read_is_kept_with_its_reason_and_can_be_dismissed(run: Any) -> None:
    async def story(house: House) -> None:
        await a_door(house)
        assert await house.push_body("S1", b'{"logics_data": 3}', at_s=MORNING) is not None
        (kept,) = await house.kept("failed")
        assert kept.body == b'{"logics_data": 3}' or kept.body == b""
        assert kept.detail
        await house.engine.replaying.dismiss(kept.push_id)
        assert await house.kept() == []

    run(story, MORNING)


def test_a_device_with_another_sensors_secret_is_kept_as_failed_and_not_counted(run: Any) -> None:
    async def story(house: House) -> None:
        await a_door(house)
        await house.sensor("S2")
        mine, other = "00:6e:02:00:00:0a", "00:6e:02:00:00:0b"
        await house.counts("S1", passing(MORNING, 1), serial=mine)
        await house.counts("S2", passing(MORNING, 1), serial=other)
        for sensor_id, serial in (("S1", other), ("S2", mine), ("S1", "00:6e:02:00:00:0c")):
            await house.counts(sensor_id, passing(MORNING + 60, 7), serial=serial)
        codes = [kept.code for kept in await house.kept("failed")]
        assert codes == ["device_of_other_sensor", "device_of_other_sensor", "device_mismatch"]
        for sensor_id in ("S1", "S2"):
            rows = await house.rows(DAY, DAY + DAY_S, sensor=sensor_id)
            assert [row.ins for row in rows] == [1]

    run(story, MORNING)


def test_a_replay_counts_what_failed_once_the_reason_is_gone(run: Any) -> None:
    async def story(house: House) -> None:
        await a_door(house)
        await house.counts("S1", passing(MORNING, 1), serial="00:6e:02:00:00:0a")
        await house.counts("S1", passing(MORNING + 60, 7), serial="00:6e:02:00:00:0c")
        (device,) = (await house.engine.desk.fresh()).devices.values()
        await house.engine.desk.save(replace(device, serial="00:6e:02:00:00:0c"))
        report = await house.engine.replaying.replay()
        assert report.counted == 1
        rows = await house.rows(DAY, MORNING + 120, "1m", sensor="S1")
        assert [row.ins for row in rows] == [1, 7]

    run(story, MORNING)
