"""An emulated sensor without faults: what it says of the world, and when."""

from dataclasses import replace
from datetime import date
from itertools import pairwise

import msgspec

from countline.drivers import Push, Reading
from countline.drivers.xovis_v5 import DRIVER
from countline.emulator import (
    NO_FAULTS,
    Building,
    Faults,
    LogicPlan,
    Sensor,
    SensorPlan,
    World,
    deliveries,
    demo_building,
    flows,
    said,
)
from countline.emulator.building import CAFE, MAIN
from countline.model.ids import LineId, SensorId
from tests.unit.emulator.hall import (
    END_MS,
    END_S,
    HALL,
    NOON_S,
    START_MS,
    START_S,
    WORLD,
    day_of,
    sensor,
    starts,
)

# -- a perfect sensor ------------------------------------------------------------------------------


def test_a_perfect_sensor_says_what_happened_minute_by_minute() -> None:
    found = day_of(NO_FAULTS)
    assert starts(found) == list(range(START_S, END_S - 60, 60))  # the last leaves after midnight
    world = {at: tuple(counts) for at, counts in WORLD.minutes(LineId(1), START_S, END_S)}
    for delivery in found:
        (reading,) = delivery.readings
        values = dict(reading.values)
        assert (values["forward"], values["backward"]) == world[reading.start_s]


def test_package_ids_rise_by_one_for_each_kind() -> None:
    for kind in ("counts", "live", "status"):
        found = day_of(NO_FAULTS, kind)
        assert [delivery.package for delivery in found] == list(range(1, len(found) + 1))
        assert len({delivery.agent for delivery in found}) == 1


def test_a_body_decodes_to_the_readings_that_it_was_made_of() -> None:
    for delivery in day_of(NO_FAULTS)[700:720]:
        (decoded,) = DRIVER.decode(
            Push(driver="xovis_v5", body=delivery.body, received_ms=delivery.at_ms)
        )
        assert tuple(decoded.readings) == delivery.readings
        assert decoded.device is not None
        assert decoded.device.serial == delivery.serial == HALL.sensors[0].serial
        assert (decoded.agent, decoded.sequence) == (delivery.agent, delivery.package)
        assert decoded.names_geometry
        assert decoded.channels == sensor().channels
        assert decoded.notes == ()


def test_a_record_leaves_within_seconds_of_its_minute() -> None:
    for delivery in day_of(NO_FAULTS):
        (start_s,) = starts([delivery])
        assert 0 < delivery.at_ms - (start_s + 60) * 1000 < 15_000


def test_live_frames_count_up_to_what_the_minutes_say() -> None:
    events = [
        event["attributes"] | {"at": frame["time"]}
        for delivery in day_of(NO_FAULTS, "live", until_ms=END_MS + 5_000)
        for frame in msgspec.json.decode(delivery.body)["live_data"]["frames"]
        for event in frame["events"]
        if event["category"] == "COUNT" and frame["time"] < END_MS
    ]
    crossed = WORLD.crossings(LineId(1), START_MS, END_MS)
    assert [event["at"] for event in events] == [crossing.at_ms for crossing in crossed]
    for name, way in (("fw", True), ("bw", False)):
        totals = [event["counter_value"] for event in events if event["counter_name"] == name]
        assert totals == list(range(1, 1 + sum(c.forward is way for c in crossed)))


def test_live_bodies_hold_persons_and_decode_to_signs_of_life() -> None:
    (first, *_) = day_of(NO_FAULTS, "live")
    frame = msgspec.json.decode(first.body)["live_data"]["frames"][0]
    assert len(frame["tracked_objects"]) == 1
    (decoded,) = DRIVER.decode(Push(driver="xovis_v5", body=first.body, received_ms=first.at_ms))
    assert decoded.purpose == "live"
    assert decoded.readings == []


def test_status_every_five_minutes_with_a_rising_uptime() -> None:
    found = day_of(NO_FAULTS, "status")
    assert len(found) == 288
    told = [
        DRIVER.decode(Push(driver="xovis_v5", body=d.body, received_ms=d.at_ms))[0].status
        for d in found
    ]
    uptimes = [status.uptime_s for status in told if status and status.uptime_s]
    assert [b - a for a, b in pairwise(uptimes)] == [300] * 287
    assert all(s and s.device_time_ms == d.at_ms for s, d in zip(told, found, strict=True))


def test_totals_and_package_ids_count_from_the_installation() -> None:
    longer = Sensor(HALL.sensors[0], WORLD, installed_s=START_S)
    shorter = Sensor(HALL.sensors[0], WORLD, installed_s=START_S + 3600)
    later = START_MS + 4 * 3_600_000
    first = next(deliveries(longer, later, END_MS, kinds=("counts",)))
    other = next(deliveries(shorter, later, END_MS, kinds=("counts",)))
    assert first.package - other.package == 60
    assert first.readings == other.readings


def test_old_firmware_counts_its_ids_from_one() -> None:
    plan = replace(
        HALL.sensors[0],
        ids="small",
        logics=(
            LogicPlan(logic_id=1, name="A", line=LineId(1)),
            LogicPlan(logic_id=2, name="B", line=LineId(1), invert=True),
        ),
    )
    old = Sensor(plan, WORLD, installed_s=START_S)
    found = list(deliveries(old, NOON_S * 1000, NOON_S * 1000 + 3_600_000, kinds=("counts",)))
    logics = msgspec.json.decode(found[0].body)["logics_data"]["logics"]
    assert [logic["id"] for logic in logics] == [1, 2]
    assert [c["id"] for logic in logics for c in logic["records"][0]["counts"]] == [1, 2, 3, 4]
    for one, two in (delivery.readings for delivery in found):
        a, b = dict(one.values), dict(two.values)
        assert (a["forward"], a["backward"]) == (b["backward"], b["forward"])


def test_a_logic_of_a_zone_says_who_is_in_it() -> None:
    demo = demo_building()
    world = World(demo, 2)
    start_s = world.span_ms(date(2026, 6, 3))[0] // 1000
    plan = SensorPlan(
        sensor_id=SensorId("CAFE"),
        name="Café",
        serial="00:6e:02:00:00:09",
        logics=(LogicPlan(logic_id=1000, name="Café", zone=CAFE),),
    )
    cafe = Sensor(plan, world, installed_s=start_s)
    noon_ms = (start_s + 12 * 3600) * 1000
    found = list(deliveries(cafe, noon_ms, noon_ms + 3_600_000, kinds=("counts",)))
    for delivery in found:
        (reading,) = delivery.readings
        people = world.present(CAFE, (reading.start_s + 60) * 1000)
        assert reading.values == (("present", people),)
        (decoded,) = DRIVER.decode(Push(driver="xovis_v5", body=delivery.body, received_ms=0))
        assert tuple(decoded.readings) == delivery.readings
    assert any(d.readings[0].values[0][1] for d in found)


# -- taken together --------------------------------------------------------------------------------


def test_flows_of_what_was_delivered_are_the_people_present() -> None:
    demo = demo_building()
    swapped = _swapped(demo)
    world = World(swapped, 3)
    start, end = world.span_ms(date(2026, 6, 5))
    delivered = [
        found
        for plan in swapped.sensors
        for found in deliveries(
            Sensor(
                plan, world, installed_s=start // 1000, faults=Faults(doubled=0.3, shuffled=0.3)
            ),
            start,
            end + 600_000,
            kinds=("counts",),
        )
    ]
    cells = said(delivered)
    for zone in (None, *(zone.zone_id for zone in swapped.zones)):
        people = world.present(zone, start)
        changes = flows(swapped, zone, cells)
        for minute_s in range(start // 1000, end // 1000, 60):
            people += changes.get(minute_s, 0)
            if minute_s % 3600 == 0:
                assert people == world.present(zone, (minute_s + 60) * 1000)


def _swapped(building: Building) -> Building:
    """The same, but the main entrance's sensor hangs the other way round."""
    first, *others = building.sensors
    logics = tuple(replace(g, invert=g.line == MAIN) for g in first.logics)
    return replace(building, sensors=(replace(first, logics=logics), *others))


def test_a_reading_is_what_the_driver_reads() -> None:
    (reading, *_) = sensor().record(NOON_S // 60)
    assert reading == Reading("1000", NOON_S, 60, 60, reading.values)
