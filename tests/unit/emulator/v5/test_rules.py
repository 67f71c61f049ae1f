"""What is drawn and put together after installation counts the world too: options, logics by hand."""

from typing import Any

from countline.emulator.v5.observing import Observer
from tests.unit.emulator.v5.hall_device import EVENTS_ONLY, Bench

AT = "/singlesensor/analysis"


def total(bench: Bench, counter: int) -> int:
    return bench.device.part(Observer).context("/singlesensor").total(counter)


def template(kind: str, **options: Any) -> dict[str, Any]:
    return {"name": kind, "template": {"type": kind, "options": options}}


def counters(bench: Bench, logic: int) -> dict[str, int]:
    found = bench.ask("GET", f"{AT}/counters")["counters"]
    return {c["name"]: c["id"] for c in found if c["logic_id"] == logic}


def made(bench: Bench, body: dict[str, Any]) -> dict[str, int]:
    """The counters of a new logic, by name."""
    return counters(bench, bench.ask("POST", f"{AT}/logics/templates", body)["id"])


def test_a_new_logic_over_the_same_line_counts_the_same_from_then_on() -> None:
    bench = Bench()
    same = made(bench, template("XLT_4X_LINE_IN_OUT_COUNT", count_line_id=1000))
    before = total(bench, 1000001)
    bench.until(14)
    assert total(bench, same["fw"]) == total(bench, 1000001) - before > 0


def test_splits_add_up_to_the_whole() -> None:
    bench = Bench()
    options = {"count_line_id": 1000, "recognize_gender": True, "recognize_face_mask": True}
    split = made(bench, template("XLT_LINE_IN_OUT_COUNT", **options))
    bench.agent(
        "LIVE_DATA", bench.connect(), filters={**EVENTS_ONLY, "included_objects": ["PERSON"]}
    )
    bench.until(18)
    whole = total(bench, split["fw"])
    assert whole == total(bench, split["fw-male"]) + total(bench, split["fw-female"])
    assert whole == total(bench, split["fw-mask"]) + total(bench, split["fw-no_mask"])
    assert 0 < total(bench, split["fw-male"]) < whole
    seen = bench.bodies()[0]["live_data"]["frames"][0]["tracked_objects"][0]["attributes"]
    assert seen["gender"] in ("MALE", "FEMALE")
    assert seen["face_mask"] in ("MASK", "NO_MASK")


def test_heights_leave_some_out() -> None:
    bench = Bench()
    tall = made(bench, template("XLT_LINE_IN_OUT_COUNT", count_line_id=1000, min_person_height=1.7))
    small = made(
        bench, template("XLT_LINE_IN_OUT_COUNT", count_line_id=1000, max_person_height=1.69)
    )
    before = total(bench, 1000001)
    bench.until(18)
    parts = [total(bench, tall["fw"]), total(bench, small["fw"])]
    assert all(parts)
    assert sum(parts) == total(bench, 1000001) - before


def test_objects_that_never_come_by_are_never_counted() -> None:
    bench = Bench()
    bikes = made(bench, template("XLT_BICYCLE_LINE_IN_OUT_COUNT", count_line_id=1000))
    groups = made(bench, template("XLT_GROUP_LINE_IN_OUT_COUNT", count_line_id=1000))
    bench.until(14)
    assert total(bench, bikes["fw"]) == 0
    assert total(bench, groups["fw"]) > 0


def test_in_and_out_of_a_zone_make_its_balance() -> None:
    bench = Bench()
    zone = made(bench, template("XLT_ZONE_IN_OUT_COUNT", zone_id=1001))
    before = total(bench, 1001001)
    bench.until(14)
    change = total(bench, zone["in"]) - total(bench, zone["out"])
    assert change == total(bench, 1001001) - before
    assert total(bench, zone["in"]) > 0


def test_a_logic_by_hand_is_moved_by_its_modifiers() -> None:
    bench = Bench()
    logic = bench.ask("POST", f"{AT}/logics", {"name": "Both ways"})["id"]
    counter = bench.ask(
        "POST", f"{AT}/counters", {"name": "all", "logic_id": logic, "type": "accumulation"}
    )["id"]
    modifier = {
        "logic_id": logic,
        "trigger": {"type": "line_cross", "line_id": 1000},
        "count_events": [{"type": "COUNT_INCREMENT", "counter_id": counter}],
    }
    bench.ask("POST", f"{AT}/modifiers", modifier)
    before = total(bench, 1000001) + total(bench, 1000002)
    bench.until(14)
    after = total(bench, 1000001) + total(bench, 1000002)
    assert total(bench, counter) == after - before > 0


def test_a_line_drawn_the_other_way_counts_the_other_way() -> None:
    bench = Bench()
    line = bench.ask("GET", "/singlesensor/scene/geometries/1000")
    turned = {**line, "geometry": line["geometry"][::-1]}
    before = total(bench, 1000001), total(bench, 1000002)
    bench.ask("PUT", "/singlesensor/scene/geometries/1000", turned)
    bench.until(18)
    grown = total(bench, 1000001) - before[0], total(bench, 1000002) - before[1]
    world = bench.device.sensor.world
    counts = world.counts(
        world.building.lines[0].line_id, bench.time.at_ms - 8 * 3_600_000, bench.time.at_ms
    )
    assert grown == (counts.backward, counts.forward)


def test_counts_may_wait_until_the_track_ends() -> None:
    bench = Bench()
    bench.device.part(Observer).count_on_deletion()
    bench.agent("LIVE_DATA", bench.connect(), filters={"included_objects": ["PERSON"]})
    bench.until(10.5)
    for body in bench.bodies():
        for frame in body["live_data"]["frames"]:
            counted = {e["type"] for e in frame["events"] if e["category"] == "COUNT"}
            if any(e["attributes"].get("logic_id") == 1000 for e in frame["events"] if counted):
                assert "TRACK_DELETE" in {e["type"] for e in frame["events"]}


def test_bins_of_ages_add_up_to_their_counter() -> None:
    bench = Bench("5.9")
    options = {"count_line_id": 1000, "age_histogram": [18.0, 40.0, 65.0]}
    ages = made(bench, template("XLT_LINE_IN_OUT_COUNT", **options))
    bench.agent("LOGICS", bench.connect(), resolution="ONE_HOUR")
    bench.until(18.1)
    live = bench.ask("GET", f"/singlesensor/data/live/counts/{ages['fw-age']}")["count"]
    assert live["value"] == sum(live["bins"]) == total(bench, ages["fw"])
    assert live["histogram"] == [18.0, 40.0, 65.0]
    assert len(live["bins"]) == 4
    pushed = [
        c
        for b in bench.bodies()
        for logic in b["logics_data"]["logics"]
        for record in logic["records"]
        for c in record["counts"]
        if c["id"] == ages["fw-age"]
    ]
    assert pushed
    assert all(sum(c["bins"]) == c["value"] for c in pushed)
    bench.ask("POST", "/singlesensor/data/live/counts/reset", status=200)
    again = bench.ask("GET", f"/singlesensor/data/live/counts/{ages['fw-age']}")["count"]
    assert again["bins"] == [0, 0, 0, 0]
