"""What can be drawn and counted, within which limits, and what one change takes with it."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countline.emulator.v5 import PERSONALITIES, Device, Release
from countline.emulator.v5.templates import TEMPLATES
from tests.unit.emulator.v5.asking import ask, fresh

GEOMETRIES = "/singlesensor/scene/geometries"
ANALYSIS = "/singlesensor/analysis"
FIRST_LOGIC = {"5.0": 1, "5.3": 1000, "5.6": 1000, "5.9": 1000}


def template(kind: str, **options: Any) -> dict[str, Any]:
    return {"name": kind, "template": {"type": kind, "options": options}}


def names(device: Device, logic: int) -> list[str]:
    counters = ask(device, "GET", f"{ANALYSIS}/counters").json["counters"]
    return [counter["name"] for counter in counters if counter["logic_id"] == logic]


@pytest.mark.parametrize(("release", "first"), [*FIRST_LOGIC.items()])
def test_ids_of_a_personality(release: Release, first: int) -> None:
    device = fresh(release)
    counters = ask(device, "GET", f"{ANALYSIS}/counters").json["counters"]
    drawn = ask(device, "GET", GEOMETRIES).json["geometries"]
    assert [g["id"] for g in drawn] == [first, first + 1]
    ids = [counter["id"] for counter in counters][:3]
    assert ids == ([1, 2, 3] if first == 1 else [1000001, 1000002, 1001001])
    line = {"name": "New", "type": "LINE", "geometry": [[0, 4], [1, 4]]}
    assert ask(device, "POST", GEOMETRIES, line).json == {**line, "id": first + 2}


def test_an_upgraded_device_has_ids_of_both_schemes() -> None:
    device = fresh("5.9", upgraded=True)
    counters = ask(device, "GET", f"{ANALYSIS}/counters").json["counters"]
    assert [c["id"] for c in counters if c["logic_id"] == 1] == [1, 2]
    body = template("XLT_LINE_IN_OUT_COUNT", count_line_id=1, age_histogram=[18])
    assert ask(device, "PUT", f"{ANALYSIS}/logics/templates/1", body).status == 200
    counters = ask(device, "GET", f"{ANALYSIS}/counters").json["counters"]
    assert [c["id"] for c in counters if c["logic_id"] == 1] == [1, 2, 1003, 1004]
    made = ask(device, "POST", f"{ANALYSIS}/logics/templates", body).json
    assert made["id"] == 1000


def test_totals_of_geometries() -> None:
    found = ask(fresh(), "GET", GEOMETRIES).json
    assert (found["total_perimeter"], found["total_vertices"]) == (10.5, 6)


def test_id_modes_of_geometries() -> None:
    device = fresh()
    line = {"name": "New", "type": "LINE", "geometry": [[0, 4], [1, 4]]}
    taken = ask(device, "POST", f"{GEOMETRIES}?id_mode=CLIENT", {**line, "id": 1000})
    assert taken.status == 409
    made = ask(device, "POST", f"{GEOMETRIES}?id_mode=CLIENT", {**line, "id": 5})
    assert (made.status, made.json["id"]) == (201, 5)
    assert ask(device, "POST", f"{GEOMETRIES}?id_mode=CLIENT", line).code == 10010
    assert ask(device, "POST", f"{GEOMETRIES}?id_mode=OTHER", line).code == 10010
    put = ask(device, "PUT", f"{GEOMETRIES}/5", {**line, "id": 99, "name": "Renamed"})
    assert (put.status, put.json["id"], put.json["name"]) == (200, 5, "Renamed")
    assert ask(device, "DELETE", f"{GEOMETRIES}/5").body == b""


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "LINE", "geometry": [[0, 0]]},
        {"type": "LINE", "geometry": [[0, 0], [0, 0]]},
        {"type": "LINE", "geometry": [[0, 0], [1, 1], [2, 2]]},
        {"type": "ZONE", "geometry": [[0, 0], [1, 1]]},
        {"type": "CIRCLE", "geometry": [[0, 0], [1, 1]]},
        {"type": "ZONE", "geometry": [[n, n % 2] for n in range(33)]},
        {"type": "ZONE", "geometry": [[0, 0], [200, 0], [200, 200]]},
        {"type": "LINE", "geometry": [[0, "x"], [1, 1]]},
    ],
)
def test_what_cannot_be_drawn(wrong: dict[str, Any]) -> None:
    device = fresh()
    before = device.snapshot()
    refused = ask(device, "POST", GEOMETRIES, {"name": "Wrong", **wrong})
    assert (refused.status, refused.code) == (400, 10010)
    assert device.snapshot() == before


def test_limits_are_told_and_kept() -> None:
    device = fresh()
    limits = ask(device, "GET", f"{GEOMETRIES}/limits").json
    statuses = [
        ask(
            device,
            "POST",
            GEOMETRIES,
            {"name": str(n), "type": "LINE", "geometry": [[n, 5], [n, 6]]},
        ).status
        for n in range(limits["max_elements"])
    ]
    assert statuses.count(201) == limits["max_elements"] - 2


def test_a_geometry_in_use_stays() -> None:
    device = fresh()
    assert ask(device, "DELETE", f"{GEOMETRIES}/1000").status == 409
    zone = {"name": "Door 1", "type": "ZONE", "geometry": [[0, 0], [1, 0], [1, 1]]}
    assert ask(device, "PUT", f"{GEOMETRIES}/1000", zone).status == 409
    moved = {"name": "Door 1", "type": "LINE", "geometry": [[-1, 0.1], [1, 0.1]]}
    assert ask(device, "PUT", f"{GEOMETRIES}/1000", moved).status == 200


LINE_OPTIONS = {"count_line_id": 1000}
ZONE_OPTIONS = {"zone_id": 1001}


@pytest.mark.parametrize(
    ("kind", "options", "made"),
    [
        ("XLT_LINE_IN_OUT_COUNT", LINE_OPTIONS, ["fw", "bw"]),
        ("XLT_LINE_LATE_COUNT", LINE_OPTIONS, ["fw", "bw"]),
        ("XLT_4X_LINE_IN_OUT_COUNT", LINE_OPTIONS, ["fw", "bw"]),
        ("XLT_BICYCLE_LINE_LATE_COUNT", LINE_OPTIONS, ["fw", "bw"]),
        (
            "XLT_LINE_IN_OUT_COUNT",
            {**LINE_OPTIONS, "recognize_gender": True},
            ["fw", "bw", "fw-male", "bw-male", "fw-female", "bw-female"],
        ),
        (
            "XLT_LINE_IN_OUT_COUNT",
            {**LINE_OPTIONS, "recognize_face_mask": True},
            ["fw", "bw", "fw-mask", "bw-mask", "fw-no_mask", "bw-no_mask"],
        ),
        (
            "XLT_LINE_IN_OUT_COUNT",
            {**LINE_OPTIONS, "age_histogram": [18, 65]},
            ["fw", "bw", "fw-age", "bw-age"],
        ),
        ("XLT_ZONE_OCCUPANCY_COUNT", ZONE_OPTIONS, ["balance", "visits", "dwell_time"]),
        ("XLT_4X_ZONE_COUNT", ZONE_OPTIONS, ["balance"]),
        ("XLT_ZONE_IN_OUT_COUNT", ZONE_OPTIONS, ["in", "out"]),
        ("XLT_ZONE_DOOR_COUNT", {**ZONE_OPTIONS, "count_prams": True},
         ["in", "out", "in-pram", "out-pram"]),
        ("XLT_WRONG_WAY_DETECTION", {"zone_1_id": 1001, "zone_2_id": 1001}, ["wrong-way"]),
        ("XLT_QUEUE_STATISTICS", ZONE_OPTIONS, ["queue-length", "outflow", "queueing-time"]),
        ("XLT_CUSTOM", {}, []),
    ],
)  # fmt: skip
def test_counters_of_a_template(kind: str, options: dict[str, Any], made: list[str]) -> None:
    device = fresh("5.9")
    logic = ask(device, "POST", f"{ANALYSIS}/logics/templates", template(kind, **options)).json
    assert names(device, logic["id"]) == made
    modifiers = ask(device, "GET", f"{ANALYSIS}/modifiers").json["modifiers"]
    moved = {e["counter_id"] for m in modifiers for e in m["count_events"]}
    first = logic["id"] * 1000 + 1
    assert {first + n for n in range(len(made))} <= moved
    assert ask(device, "DELETE", f"{ANALYSIS}/logics/templates/{logic['id']}").status == 200
    assert names(device, logic["id"]) == []


def test_earlier_firmware_knows_fewer_templates_and_options() -> None:
    for release in PERSONALITIES:
        device = fresh(release)
        zone = FIRST_LOGIC[release] + 1
        queue = template("XLT_QUEUE_STATISTICS", zone_id=zone)
        made = ask(device, "POST", f"{ANALYSIS}/logics/templates", queue)
        assert made.status == (201 if release == "5.9" else 400)
        ages = template("XLT_LINE_IN_OUT_COUNT", count_line_id=zone - 1, age_histogram=[18])
        made = ask(device, "POST", f"{ANALYSIS}/logics/templates", ages)
        kept = made.json["template"]["options"]
        assert ("age_histogram" in kept) == (release == "5.9")


def test_a_licence_that_is_missing_shuts_its_templates() -> None:
    device = fresh(licences={112: -1, 113: 0})
    at = f"{ANALYSIS}/logics/templates"
    pram = template("XLT_PRAM_LINE_IN_OUT_COUNT", count_line_id=1000)
    assert ask(device, "POST", at, pram).status == 201
    for kind, more in (
        ("XLT_WHEELCHAIR_LINE_IN_OUT_COUNT", {}),  # expired
        ("XLT_BICYCLE_LINE_IN_OUT_COUNT", {}),
        ("XLT_LINE_IN_OUT_COUNT", {"recognize_gender": True}),
    ):
        before = device.snapshot()
        refused = ask(device, "POST", at, template(kind, count_line_id=1000, **more))
        assert (refused.status, refused.json["info"]) == (403, "License missing")
        assert device.snapshot() == before
    states = {
        one["id"]: one["state"]
        for one in ask(device, "GET", "/license/status/details").json["licenses"]
    }
    assert (states[112], states[113], states[114]) == ("ENABLED", "EXPIRED", "NOT_LICENSED")


def test_counters_beyond_the_limit_leave_nothing_behind() -> None:
    device = fresh()
    at = f"{ANALYSIS}/logics/templates"
    options = {"count_line_id": 1000, "recognize_gender": True, "recognize_face_mask": True}
    refused = None
    for _ in range(PERSONALITIES["5.6"].limits.logics):
        before = device.snapshot()
        made = ask(device, "POST", at, template("XLT_LINE_IN_OUT_COUNT", **options))
        if made.status != 201:
            refused = made
            break
    assert refused is not None
    assert refused.json["info"] == "Max number of counters reached"
    assert device.snapshot() == before


def test_a_logic_with_counters_is_removed_by_force_only() -> None:
    device = fresh()
    assert ask(device, "DELETE", f"{ANALYSIS}/logics/1000").status == 409
    assert ask(device, "DELETE", f"{ANALYSIS}/counters/1000001").status == 409
    assert ask(device, "DELETE", f"{ANALYSIS}/counters/1000001?force=true").status == 200
    assert ask(device, "DELETE", f"{ANALYSIS}/logics/1000?force=true").status == 200
    assert names(device, 1000) == []


def test_a_template_is_changed_and_its_counters_keep_their_ids() -> None:
    device = fresh()
    body = template("XLT_LINE_LATE_COUNT", count_line_id=1000, recognize_gender=True)
    assert ask(device, "PUT", f"{ANALYSIS}/logics/templates/1000", body).status == 200
    assert names(device, 1000)[:2] == ["fw", "bw"]
    body = template("XLT_LINE_LATE_COUNT", count_line_id=1000)
    assert ask(device, "PUT", f"{ANALYSIS}/logics/templates/1000", body).status == 200
    counters = ask(device, "GET", f"{ANALYSIS}/counters").json["counters"]
    assert [c["id"] for c in counters if c["logic_id"] == 1000] == [1000001, 1000002]


def requests_of(*, wrong: bool = False) -> dict[str, Any]:
    event = {"type": "COUNT_INCREMENT", "counter_id": -7}
    trigger = {"type": "line_cross_forward", "line_id": 4711 if wrong else 1000}
    return {
        "requests": [
            {"method": "POST", "target": "/logics", "body": {"id": -1, "name": "Mine"}},
            {
                "method": "POST",
                "target": "/singlesensor/analysis/counters",
                "body": {"id": -7, "name": "fw", "logic_id": -1, "type": "accumulation"},
            },
            {
                "method": "POST",
                "target": "/modifiers",
                "body": {"logic_id": -1, "trigger": trigger, "count_events": [event]},
            },
            {"method": "PUT", "target": "/logics/-1", "body": {"name": "Renamed"}},
        ]
    }


def test_a_transaction_resolves_its_placeholders() -> None:
    device = fresh()
    done = ask(device, "POST", f"{ANALYSIS}/transaction", requests_of())
    logic, counter, modifier, renamed = [one["body"] for one in done.json["requests"]]
    assert counter["logic_id"] == modifier["logic_id"] == logic["id"] == renamed["id"] == 1002
    assert modifier["count_events"][0]["counter_id"] == counter["id"] == 1002001
    assert renamed["name"] == "Renamed"


def test_a_transaction_is_done_whole_or_not_at_all() -> None:
    device = fresh()
    before = device.snapshot()
    refused = ask(device, "POST", f"{ANALYSIS}/transaction", requests_of(wrong=True))
    assert (refused.status, refused.code) == (400, 10010)
    assert "requests[2]" in refused.json["detail"][-1]
    assert device.snapshot() == before


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(sorted(TEMPLATES)), max_size=8), st.booleans())
def test_undone_in_any_order_the_device_is_as_it_was(kinds: list[str], backwards: bool) -> None:
    device = fresh("5.9")
    before = device.snapshot()
    options = {"count_line_id": 1000, "zone_id": 1001, "zone_1_id": 1001, "zone_2_id": 1001}
    at = f"{ANALYSIS}/logics/templates"
    made = [ask(device, "POST", at, template(kind, **options)).json["id"] for kind in kinds]
    for id_ in reversed(made) if backwards else made:
        assert ask(device, "DELETE", f"{at}/{id_}").status == 200
    assert device.snapshot() == before
