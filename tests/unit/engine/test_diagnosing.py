"""Everything that is wrong, in one list: gravest first, within sight, with its evidence."""

from dataclasses import replace
from typing import Any

from countline.engine.diagnosing import is_clean
from countline.engine.watch import disk_findings
from countline.model.adoption import Hole, HoleState
from countline.model.diagnosis import sentence_of
from countline.model.health import DeviceFacts, Finding, Thresholds
from countline.model.ids import LocationId, SensorId
from countline.store.seam import StoreFacts
from tests.engine_house import LOCATION, House, at, in_memory, on_disk, package, passing

MORNING = at("2026-06-02 08:00")


async def found(house: House, sight: Any = None, **asked: Any) -> list[Finding]:
    await house.follow()
    now_s = house.clock.ms // 1000
    return await house.engine.diagnosing.findings(sight, now_s=now_s, **asked)


async def two_doors(house: House) -> None:
    await house.location(time_zone="UTC")
    await house.location("ELSEWHERE", time_zone="UTC")
    await house.sensor("S1")
    await house.sensor("S2", location_id="ELSEWHERE")
    for sensor_id in ("S1", "S2"):
        await house.counts(sensor_id, passing(MORNING, 1))


def test_a_well_installation_has_nothing_to_tell(run: Any) -> None:
    async def story(house: House) -> None:
        await two_doors(house)
        assert await found(house) == []
        assert is_clean([])

    run(story, MORNING)


def test_the_list_is_gravest_first_and_within_what_is_asked(run: Any) -> None:
    async def story(house: House) -> None:
        await two_doors(house)
        later = MORNING + 3_600
        await house.counts("S1", passing(later, 1), passing(later, 2, channel="1001"))
        listed = await found(house)
        assert [(f.code, f.sensor_id) for f in listed] == [("silent", "S2"), ("unmapped", "S1")]
        assert listed[0].since_s == MORNING + 60
        here = frozenset({LOCATION})
        for told in (await found(house, here), await found(house, location_id=LOCATION)):
            assert [f.code for f in told] == ["unmapped"]
        assert [f.code for f in await found(house, severity="warning")] == ["silent"]
        assert await found(house, location_id=LocationId("NOWHERE")) == []
        await house.engine.desk.retire_sensor("S2")
        assert [f.code for f in await found(house)] == ["unmapped"]
        assert is_clean(await found(house))

    run(story, MORNING)


def test_a_device_that_waits_is_told_to_those_who_see_everything(run: Any) -> None:
    async def story(house: House) -> None:
        await two_doors(house)
        said = package(passing(MORNING + 60, 1), serial="00:6e:02:00:00:77")
        await house.push(None, said, at_s=MORNING + 125)
        (told,) = await found(house)
        assert (told.code, told.subject, told.since_s) == (
            "device_waiting",
            "device",
            MORNING + 125,
        )
        assert "00:6e:02:00:00:77" in sentence_of(told)
        assert not is_clean([told])
        assert await found(house, frozenset({LOCATION, LocationId("ELSEWHERE")})) == []

    run(story, MORNING)


def test_kept_pushes_and_overlapping_bins_are_told_of_their_sensor() -> None:
    async def story(house: House) -> None:
        await two_doors(house)
        await house.counts("S1", passing(MORNING + 86_400, 1), at_s=MORNING + 120)
        await house.counts("S1", passing(MORNING, 9, length_s=300), at_s=MORNING + 305)
        told = {one.code: one for one in await found(house)}
        assert set(told) == {"clock_skew", "pushes_kept", "overlapped"}
        assert told["pushes_kept"].said == {"pushes": 1, "codes": "clock_skew"}
        assert told["pushes_kept"].since_s == MORNING + 120
        assert told["overlapped"].said == {"bins": 2}  # both ways
        assert {one.sensor_id for one in told.values()} == {"S1"}
        sensor = house.engine.desk.current().sensor_by_id[SensorId("S1")]
        now_s = house.clock.ms // 1000
        assert await house.engine.diagnosing.overlapped(sensor.sensor, now_s=now_s) == 2

    on_disk(story, MORNING)


def test_parts_of_the_house_that_fail_are_told_beside_the_server_too() -> None:
    async def story(house: House) -> None:
        await two_doors(house)
        watch = house.engine.watch
        watch.trouble("upkeep", "Old data could not be moved")
        (told,) = await found(house)
        assert (told.code, told.part, told.since_s) == ("upkeep_failing", "upkeep", MORNING + 65)
        assert sentence_of(told) == "Old data could not be moved."
        await watch.flush()
        watch.trouble("upkeep", None)
        await watch.load()  # as a command beside the server does
        assert [one.code for one in await found(house)] == ["upkeep_failing"]
        await watch.flush()
        assert await found(house) == []

    in_memory(story, MORNING)


def test_a_disk_that_fills_up_is_told_in_time() -> None:
    facts = StoreFacts(
        kind="sqlite", bytes=1, flush_ms=0.0, commit=0, seq=0,
        detail={"disk_bytes": 100_000_000, "disk_free_bytes": 4_900_000},
    )  # fmt: skip
    (told,) = disk_findings(facts, Thresholds())
    assert sentence_of(told) == "The disk of the store is 95 % full; 4 MB are left."
    roomy = {"disk_bytes": 100_000_000, "disk_free_bytes": 5_000_000}
    assert disk_findings(replace(facts, detail=roomy), Thresholds()) == []
    assert disk_findings(replace(facts, detail={}), Thresholds()) == []


def test_since_when_is_remembered_for_what_pushes_tell(run: Any) -> None:
    async def story(house: House) -> None:
        await two_doors(house)
        for n in range(1, 8):
            begun = MORNING + 60 * n
            await house.counts("S1", passing(begun, 1), at_s=begun + 260)
        (told,) = [one for one in await found(house) if one.code == "push_late"]
        assert told.since_s == MORNING + 60 + 260
        await house.counts("S1", passing(MORNING + 780, 1))
        assert await found(house, frozenset({LOCATION})) == []

    run(story, MORNING)


def test_one_long_step_does_not_hide_the_next_silence(run: Any) -> None:
    async def story(house: House) -> None:
        await two_doors(house)
        for n in range(1, 5):
            await house.counts("S1", passing(MORNING + 60 * n, 1))
        back = MORNING + 86_400
        await house.counts("S1", passing(back, 1))
        house.clock.set(back + 60 + 901)
        assert (await house.health("S1"))["codes"] == ["silent"]

    run(story, MORNING)


def test_what_is_asked_and_what_is_pushed_go_together(run: Any) -> None:
    async def story(house: House) -> None:
        await two_doors(house)
        told = DeviceFacts(at_s=MORNING + 60, reachable=True, illumination="INSUFFICIENT")
        await house.engine.watch.note_facts("S1", told)
        assert (await house.health("S1"))["codes"] == ["illumination_low"]
        gone = DeviceFacts(at_s=MORNING + 61, reachable=False, error="timed out")
        await house.engine.watch.note_facts("S1", gone)
        assert (await house.health("S1"))["codes"] == ["unreachable", "illumination_low"]

    run(story, MORNING)


def test_missing_minutes_are_told_with_what_becomes_of_them(run: Any) -> None:
    async def story(house: House) -> None:
        await two_doors(house)
        sensor = house.engine.desk.current().sensor_by_id[SensorId("S1")].sensor
        holes: tuple[tuple[HoleState, int, int, str], ...] = (
            ("open", 3_600, 600, "The device refuses the connection."),
            ("healed", 7_200, 900, ""),
            ("permanent", 86_400, 120, "Its memory does not reach back so far."),
            ("permanent", 8 * 86_400, 60, "Long ago."),
        )
        for n, (state, before_s, length_s, why) in enumerate(holes, start=1):
            from_s = MORNING - before_s
            hole = Hole(hole_id=n, sensor=sensor, from_s=from_s, to_s=from_s + length_s)
            await house.engine.desk.save(replace(hole, state=state, reason=why))
        told = await found(house)
        assert [sentence_of(one) for one in told] == [
            "2 of its minutes are missing for good (Its memory does not reach back so far).",
            "10 of its minutes are missing and are being fetched (The device refuses the connection).",
        ]
        assert is_clean(told)

    run(story, MORNING)
