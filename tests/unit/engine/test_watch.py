"""Health and gaps: each sensor judged by its own rhythm, and why there is no data while there is none."""

from typing import Any

import pytest

from countline.drivers import Decoded, StatusInfo
from countline.errors import NotFound
from countline.model.health import Licence
from tests.engine_house import DAY_S, HOUR_S, LOCATION, House, at, in_memory, passing

MORNING = at("2026-06-02 08:00")


async def a_door(house: House) -> None:
    await house.location(time_zone="UTC")
    await house.sensor("S1")


async def tell(house: House, at_s: int, **status: Any) -> None:
    said = Decoded(purpose="status", agent="2", sequence=1, status=StatusInfo(**status))
    await house.push("S1", said, at_s=at_s)


async def judged(house: House) -> tuple[str, list[str]]:
    told = await house.health("S1")
    return told["health"], told["codes"]


def test_health_from_never_heard_to_silent(run: Any) -> None:
    async def story(house: House) -> None:
        await a_door(house)
        assert await judged(house) == ("unknown", ["never_pushed"])
        await house.counts("S1", passing(MORNING, 1))
        assert await judged(house) == ("healthy", [])
        for n in range(1, 8):
            begun = MORNING + 60 * n
            await house.counts("S1", passing(begun, 1), at_s=begun + 60 + 121)
            late = n > 5  # a backlog is soon over
            assert await judged(house) == (("degraded", ["push_late"]) if late else ("healthy", []))
        house.clock.set(MORNING + 480 + 901)
        assert await judged(house) == ("offline", ["silent"])
        system = await house.engine.watch.system()
        assert (system.health, system.sensors["offline"]) == ("degraded", 1)
        await house.counts("S1", passing(MORNING + HOUR_S, 1))
        assert await judged(house) == ("healthy", [])
        await house.engine.desk.retire_sensor("S1")
        assert await judged(house) == ("unknown", ["retired"])

    run(story, MORNING)


def test_a_sensor_of_files_alone_is_told_as_such(run: Any) -> None:
    async def story(house: House) -> None:
        await house.location(time_zone="UTC")
        text = "start,end,in,out\n2026-06-01T08:00:00Z,2026-06-01T09:00:00Z,5,2\n"
        await house.file(text, location=LOCATION, sensor="S1")
        assert await judged(house) == ("unknown", ["fed_by_files"])

    run(story, MORNING)


def test_what_a_sensor_says_of_itself_is_kept_over_a_restart(run: Any) -> None:
    async def story(house: House) -> None:
        await a_door(house)
        await house.counts("S1", passing(MORNING, 1))
        await tell(
            house,
            MORNING + 90,
            uptime_s=77,
            temperature_c=48,
            firmware="5.6.2",
            device_time_ms=(MORNING + 90) * 1000 + 200,
        )
        told = await house.engine.watch.sensor("S1", None)
        assert (told.uptime_s, told.temperature_c, told.firmware) == (77, 48, "5.6.2")
        assert told.last_push_s == MORNING + 90
        await house.engine.watch.flush()
        await house.engine.watch.load()
        assert await house.engine.watch.sensor("S1", None) == told

    run(story, MORNING)


def test_health_is_only_told_of_what_is_in_sight() -> None:
    async def story(house: House) -> None:
        await a_door(house)
        watch = house.engine.watch
        for sensor_id, sight in (("S1", frozenset({"ELSEWHERE"})), ("S9", None)):
            with pytest.raises(NotFound):
                await watch.sensor(sensor_id, sight)  # type: ignore[arg-type]
        assert await watch.sensors(frozenset()) == []
        assert [one.sensor_id for one in await watch.sensors(None)] == ["S1"]

    in_memory(story, MORNING)


def test_silence_is_a_gap_with_a_reason_until_counts_come_again(run: Any) -> None:
    async def story(house: House) -> None:
        await a_door(house)
        await house.counts("S1", passing(MORNING, 1))
        house.clock.set(MORNING + 2 * HOUR_S)
        await house.engine.watch.flush()
        rows = await house.rows(MORNING, MORNING + 2 * HOUR_S, sensor="S1")
        assert [row.reason for row in rows] == ["sensor_offline"] * 2
        back_s = MORNING + 3 * HOUR_S
        await house.counts("S1", *(passing(back_s + 60 * n, 1) for n in range(60)))
        await house.engine.watch.flush()
        house.clock.set(back_s + HOUR_S + 600)
        rows = await house.rows(MORNING + HOUR_S, back_s + 2 * HOUR_S, sensor="S1")
        assert [row.reason for row in rows] == ["sensor_offline"] * 2 + [None, "unknown"]

    run(story, MORNING)


def test_a_retired_sensors_silence_is_no_gap_any_more(run: Any) -> None:
    async def story(house: House) -> None:
        await a_door(house)
        await house.sensor("S2")
        await house.counts("S1", passing(MORNING, 1))
        house.clock.set(MORNING + 2 * HOUR_S)
        await house.engine.watch.flush()
        await house.engine.desk.retire_sensor("S1")
        await house.engine.watch.flush()
        later = MORNING + DAY_S
        await house.counts("S2", passing(later, 1), at_s=later + 2 * HOUR_S)
        rows = await house.rows(later + HOUR_S, later + 2 * HOUR_S, location=LOCATION)
        assert [row.reason for row in rows] == ["unknown"]

    run(story, MORNING)


def test_what_status_pushes_tell_of_licences_and_reboots_is_judged(run: Any) -> None:
    async def story(house: House) -> None:
        await a_door(house)
        await house.counts("S1", passing(MORNING, 1))
        await tell(house, MORNING + 70, uptime_s=500, licences=(Licence("PISTE", "enabled", 9),))
        assert await judged(house) == ("degraded", ["licence_ending"])
        await tell(house, MORNING + 90, uptime_s=5)
        told = await house.engine.watch.sensor("S1", None)
        assert (told.facts.reboots, told.facts.reboots_s) == (1, (MORNING + 85,))
        assert [one.code for one in told.findings] == ["licence_ending", "rebooted"]

    run(story, MORNING)


def test_a_clock_that_is_behind_is_told_from_words_that_were_held_up(run: Any) -> None:
    async def story(house: House) -> None:
        await a_door(house)
        await house.counts("S1", passing(MORNING, 1))

        async def heard(at_s: int, behind_s: int) -> float | None:
            await tell(house, at_s, device_time_ms=(at_s - behind_s) * 1000)
            return (await house.engine.watch.sensor("S1", None)).clock_offset_s

        start = MORNING + 90
        assert [await heard(start + n, 500 - 50 * n) for n in range(8)] == [None] * 8  # a backlog
        assert await heard(start + 10, 1) == -1
        for n in range(20):
            offset_s = await heard(start + 60 * n, 45)
        assert offset_s == -45
        assert "clock_offset" in (await judged(house))[1]
        assert await heard(start + 1_260, -3) == 3
        assert "clock_offset" not in (await judged(house))[1]

    run(story, MORNING)
