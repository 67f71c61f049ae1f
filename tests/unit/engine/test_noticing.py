"""What is noticed of zones and sensors: told once, in the order in which it came to be, and shown."""

from typing import Any

import msgspec
import pytest

from countline.engine.messages import write_documents
from countline.engine.noticing import DUE_AT_ONCE, SENSORS_S, Noticing
from countline.engine.telling import Teller
from countline.engine.ventilation_settings import Wanted
from countline.model.event import FACT_KINDS, Event
from countline.model.ids import SensorId, ZoneId
from countline.wire.events import MESSAGES
from tests.engine_house import HOUR_S, MINUTE_S, House, at, passing

MORNING = at("2026-06-02 08:00")


async def told(house: House, after: int = 0) -> list[Event]:
    """Facts that stand in the log."""
    events = await house.engine.store.read(lambda view: view.events(after, 10_000))
    return [event for event in events if event.kind in FACT_KINDS]


async def notice(house: House) -> None:
    await house.follow()
    await house.engine.noticing.step()


async def minute(house: House, start_s: int, ins: int, outs: int = 0) -> None:
    """A minute is pushed, followed and noticed."""
    await house.counts("S1", passing(start_s, ins, outs))
    await notice(house)


async def a_room(house: House, **more: Any) -> ZoneId:
    zone = await house.location(time_zone="UTC")
    if more:
        await house.engine.desk.change_zone(zone, **more)
    await house.sensor("S1")
    return zone


async def short(house: House) -> list[tuple[str, Any]]:
    """Kinds with what matters of each."""
    names = {"occupancy.changed": "people", "zone.occupied": "people", "zone.empty": "people"}
    return [(e.kind, e.detail[names.get(e.kind, "light")]) for e in await told(house)]


def test_people_are_told_when_they_change_and_not_otherwise(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await a_room(house)
        await minute(house, MORNING, 3)
        await minute(house, MORNING + 60, 0)
        await notice(house)
        await minute(house, MORNING + 120, 0, 3)
        assert await short(house) == [
            ("occupancy.changed", 3),
            ("zone.occupied", 3),
            ("occupancy.changed", 0),
            ("zone.empty", 0),
        ]
        first = (await told(house))[0]
        assert first.detail == {
            "location_id": "HALL",
            "zone_id": zone,
            "as_of": "2026-06-02T08:01:00Z",
            "people": 3,
            "last_known": 3,
            "quality": "good",
            "in_today": 3,
            "out_today": 0,
        }
        assert first.at_ms == (MORNING + 65) * 1000

    run(story, MORNING)


def test_a_restart_tells_nothing_again_and_keeps_the_totals(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await a_room(house)
        await minute(house, MORNING, 3)
        before, shown = await told(house), house.engine.board.zones[zone]
        engine = house.engine
        again = Noticing(
            engine.desk,
            engine.watch,
            engine.questions,
            engine.ventilating,
            engine.board,
            now_s=lambda: house.clock.ms // 1000,
        )
        await again.step()
        assert await told(house) == before
        assert engine.board.zones[zone] == shown

    run(story, MORNING)


def test_what_is_not_known_is_told_as_such_and_is_neither_empty_nor_green(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await a_room(house, capacity=4)
        await minute(house, MORNING, 4)
        house.clock.pass_by(HOUR_S)
        await notice(house)
        now = house.engine.board.zones[zone]
        assert (now.people, now.last_known, now.quality) == (None, 4, "unknown")
        assert (now.occupied, now.light, now.utilisation) == (None, None, None)
        people = [e.detail for e in await told(house) if e.kind == "occupancy.changed"]
        assert (people[-1]["people"], people[-1]["quality"]) == (None, "unknown")
        await minute(house, MORNING + 2 * HOUR_S, 0)
        kinds = [event.kind for event in await told(house)]
        assert kinds.count("zone.occupied") == 1, "it was occupied before, and is so again"
        assert kinds.count("capacity.reached") == 1

    run(story, MORNING)


def test_a_full_zone_is_told_and_once_more_when_it_has_emptied_enough(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await a_room(house, capacity=20, hysteresis_percent=10)
        steps = ((16, 0), (4, 0), (0, 1), (1, 0), (0, 2), (0, 3))
        lights = []
        for n, (ins, outs) in enumerate(steps):
            await minute(house, MORNING + 60 * n, ins, outs)
            lights.append(house.engine.board.zones[zone].light)
            assert (await house.present(zone=zone)).light == lights[-1], "answers say the same"
        assert lights == ["amber", "red", "red", "red", "amber", "amber"]
        capacity = [event for event in await told(house) if event.kind.startswith("capacity")]
        assert [(e.kind, e.detail["people"], e.detail["light"]) for e in capacity] == [
            ("capacity.reached", 20, "red"),
            ("capacity.cleared", 18, "amber"),
        ]
        assert capacity[0].detail["limit"] == 20

    run(story, MORNING)


def test_totals_run_over_days_and_never_fall(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await a_room(house)
        await minute(house, MORNING, 5, 2)
        tomorrow = MORNING + 24 * HOUR_S
        await minute(house, tomorrow, 1, 1)
        now = house.engine.board.zones[zone]
        assert (now.in_today, now.out_today) == (1, 1)
        assert (now.in_total, now.out_total) == (6, 3)
        await house.counts("S1", passing(MORNING + 60, 4), at_s=tomorrow + 90)  # a day late
        await notice(house)
        assert house.engine.board.zones[zone].in_total == 10
        await house.counts("S1", passing(tomorrow, 0, 1), at_s=tomorrow + 95, sequence=9)
        await notice(house)
        now = house.engine.board.zones[zone]
        assert now.in_total == 10, "a correction to less is made up for by whoever comes next"

    run(story, MORNING)


def test_a_zone_that_is_gone_is_taken_down(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await a_room(house)
        await minute(house, MORNING, 1)
        board = house.engine.board
        assert set(board.zones) == {zone}
        assert set(board.sensors) == {"S1"}
        await house.engine.desk.retire_sensor("S1")
        house.clock.pass_by(SENSORS_S)
        await notice(house)
        assert not board.sensors

    run(story, MORNING)


def test_who_comes_in_does_not_wait_until_all_zones_were_looked_at(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await a_room(house)
        for n in range(3 * DUE_AT_ONCE):
            await house.zone(f"Room {n}")
        await minute(house, MORNING, 3)
        noticing, board = house.engine.noticing, house.engine.board
        while noticing.behind:
            await noticing.step()
        house.clock.pass_by(MINUTE_S)
        await noticing.step()
        await minute(house, MORNING + 60, 1)
        assert board.zones[zone].people == 4
        behind = []
        for _ in range(2):
            behind.append(noticing.behind)
            await noticing.step()
        assert behind == [True, True], "the others have their turn afterwards"
        assert not noticing.behind

    run(story, MORNING)


def test_a_sensor_falls_silent_and_comes_back(run: Any) -> None:
    async def story(house: House) -> None:
        await a_room(house)
        await minute(house, MORNING, 1)
        house.clock.pass_by(HOUR_S)
        await notice(house)
        assert house.engine.board.sensors[SensorId("S1")].health == "offline"
        await minute(house, MORNING + 2 * HOUR_S, 1)
        sensors = [event for event in await told(house) if event.kind.startswith("sensor.")]
        assert [(e.kind, e.detail["sensor_id"]) for e in sensors] == [
            ("sensor.silent", "S1"),
            ("sensor.back", "S1"),
        ]
        (why,) = sensors[0].detail["reasons"]
        assert (why["code"], why["since"]) == ("silent", "2026-06-02T08:01:00Z")

    run(story, MORNING)


def test_every_fact_is_written_as_its_document_says(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await a_room(house, capacity=2, area_m2=50.0)
        await house.engine.ventilating.put(zone, Wanted(category="office", design_population=10))
        await minute(house, MORNING, 2)
        house.clock.pass_by(HOUR_S)
        await notice(house)
        events = await told(house)
        assert {event.kind for event in events} == {
            "occupancy.changed",
            "zone.occupied",
            "capacity.reached",
            "ventilation.request",
            "ventilation.fallback",
            "sensor.silent",
        }
        teller = Teller(house.engine.store, house.engine.desk)
        found = [d async for t in teller.tell(events) for d in write_documents(t)]
        assert [document.type for document in found] == [event.kind for event in events]
        for document, event in zip(found, events, strict=True):
            message = msgspec.json.decode(document.body, type=MESSAGES[document.type])
            assert message.data.sequence == event.seq
            assert msgspec.to_builtins(message.data) == {**event.detail, "sequence": event.seq}

    run(story, MORNING)


@pytest.mark.parametrize("cut", [True, False])
def test_a_day_in_a_lecture_room_with_the_sensor_cut_at_noon(run: Any, cut: bool) -> None:
    """Air follows the people; cut off from them, it is for as many as the room was made for."""

    async def story(house: House) -> None:
        zone = await a_room(house, area_m2=120.0)
        rules = await house.engine.ventilating.put(
            zone, Wanted(category="lecture_classroom", design_population=80)
        )
        noon = MORNING + 4 * HOUR_S
        for n in range(5 * 60):
            start_s = MORNING + n * MINUTE_S
            ins = 60 if n == 60 else 0  # nine o'clock: the lecture begins
            outs = 55 if n == 150 else 0  # half past ten: five stay
            if cut and start_s >= noon:
                house.clock.set(start_s + 65)
                await notice(house)
            else:
                await minute(house, start_s, ins, outs)
        asked = [e.detail for e in await told(house) if e.kind == "ventilation.request"]
        for one in asked:
            past = await house.engine.ventilating.demand(zone, at(one["as_of"].rstrip("Z")))
            assert round(past.request.flow, 1) == one["outdoor_air"], "asked later, it is the same"
            assert past.reasons, "and says why"
        flows = {one["as_of"]: one["outdoor_air"] for one in asked}
        design = asked[0]["design_outdoor_air"]
        lecture = [flow for at_, flow in flows.items() if "T09:01" <= at_[10:] < "T10:30"]
        assert lecture
        assert all(0.7 * design < flow < design for flow in lecture), "for sixty of eighty"
        fallback = [e.detail for e in await told(house) if e.kind == "ventilation.fallback"]
        after = [one for one in fallback if one["as_of"] > "2026-06-02T12:00:00Z"]
        now = house.engine.board.zones[zone].air
        assert now is not None
        if cut:
            (fell,) = after
            stale_s = house.engine.watch.stale_after_s(
                (await house.engine.desk.fresh()).sensor_by_id[SensorId("S1")].sensor
            )
            assert at(fell["as_of"].rstrip("Z")) <= noon + stale_s + 2 * MINUTE_S
            assert (now.flow, now.fallback) == (design, True)
            assert now.population == rules.design_population
        else:
            assert not after
            assert now.flow < 0.5 * design

    run(story, MORNING)
