"""Health, diagnostics and compatibility as callers see them: scopes, sight, pages, words."""

from typing import Any

from countline.drivers.xovis_v5.compatibility import OPERATIONS
from countline.model.health import Agent, DeviceFacts, Licence
from tests.unit.api.building import NOW_S, House

SENSOR = "/v3/sensors/SNSR_001/health"


def note(house: House, **facts: Any) -> None:
    house.run(house.engine.watch.note_facts("SNSR_001", DeviceFacts(at_s=NOW_S, **facts)))


def test_what_a_device_said_of_itself_is_in_its_health(house: House) -> None:
    told = house.caller().get(SENSOR).json
    assert (told["reachable"], told["asked_at"], told["agents"]) == (None, None, None)
    note(
        house,
        firmware="5.6.2",
        uptime_s=86_405,
        clock_offset_s=0.25,
        licences=(Licence("PISTE", "enabled", 12),),
        agents=(Agent("1000", "counts", NOW_S - 60, None, "", 0, 0),),
        tilt_degrees=1.5,
        height_m=3.2,
        storage_percent=12.5,
        storage_oldest_s=NOW_S - 86_400,
        illumination="SUFFICIENT",
        config_checksum="abc",
    )
    told = house.caller().get(SENSOR).json
    assert told["reachable"] is True
    assert told["asked_at"] == told["answered_at"] == "2026-01-01T00:00:00Z"
    assert told["licences"] == [{"feature": "PISTE", "state": "enabled", "remaining_days": 12}]
    assert told["agents"][0]["last_ok_at"] == "2025-12-31T23:59:00Z"
    assert told["storage_oldest_at"] == "2025-12-31T00:00:00Z"
    assert (told["height_m"], told["clock_offset_s"], told["overlapped"]) == (3.2, 0.25, 0)
    assert [r["code"] for r in told["reasons"]] == ["licence_ending", "fed_by_files"]
    detail = told["reasons"][0]["detail"]
    assert detail.startswith("The licence for PISTE ends in 12 days. Order its renewal")
    note(house, reachable=False, error="connection refused")
    told = house.caller().get(SENSOR).json
    assert (told["reachable"], told["firmware"]) == (False, "5.6.2")


def test_diagnostics_need_admin_and_tell_what_to_do(house: House) -> None:
    assert house.caller("read", "write").get("/v3/diagnostics").status == 403
    note(house, tilt_degrees=20.0)
    told = house.caller("admin").get("/v3/diagnostics", {"severity": "warning"}).json
    (one,) = [d for d in told["data"] if d["code"] == "tilted"]
    assert one == {
        "subject": "sensor",
        "sensor_id": "SNSR_001",
        "location_id": "LOC_NYC_05",
        "part": None,
        "code": "tilted",
        "severity": "warning",
        "sentence": "It hangs 20 degrees aslant, more than 15.",
        "remedy": one["remedy"],
        "since": "2026-01-01T00:00:00Z",
        "evidence": {"tilt_degrees": 20.0, "limit": 15},
    }
    assert "Straighten it" in one["remedy"]


def test_diagnostics_come_in_pages_within_sight(house: House) -> None:
    note(house, tilt_degrees=20.0)
    admin = house.caller("admin")
    whole = admin.get("/v3/diagnostics").json["data"]
    assert len(whole) > 1
    assert [d["severity"] for d in whole] == sorted(
        (d["severity"] for d in whole), key=["error", "warning", "info"].index
    )
    pages, query = [], {"limit": "1"}
    while True:
        page = admin.get("/v3/diagnostics", query).json
        pages += page["data"]
        if page["next"] is None:
            break
        query = {"limit": "1", "cursor": page["next"]}
    assert pages == whole
    house.run(house.engine.desk.add_location(location_id="LOC_ELSEWHERE", time_zone="UTC"))
    blind = house.caller("admin", locations=("LOC_ELSEWHERE",))
    assert blind.get("/v3/diagnostics").json == {"data": [], "next": None}
    asked = {"location_id": "LOC_NYC_05"}
    assert blind.get("/v3/diagnostics", asked).problem["code"] == "location_not_found"
    assert admin.get("/v3/diagnostics", asked).json["data"]
    assert admin.get("/v3/diagnostics", {"severity": "bad"}).status == 400


def test_compatibility_is_the_table_that_devices_are_asked_by(house: House) -> None:
    told = house.caller().get("/v3/compatibility").json
    assert told["firmwares"] == ["5.0", "5.3", "5.6", "5.9"]
    assert [row["operation"] for row in told["data"]] == list(OPERATIONS)
    by_name = {row["operation"]: row for row in told["data"]}
    assert by_name["multisensors"]["works"] == {
        "5.0": False, "5.3": False, "5.6": True, "5.9": True,
    }  # fmt: skip
    assert all(by_name["device_info"]["works"].values())


def test_a_location_is_as_well_as_the_worst_of_those_that_should_push(house: House) -> None:
    caller = house.caller("read", "admin")
    place = "/v3/locations/LOC_NYC_05/health"
    assert caller.get(place).json["health"] == "unknown"  # files alone feed it
    note(house, tilt_degrees=20.0)
    told = caller.get(place).json
    assert (told["health"], told["sensors"]["degraded"]) == ("degraded", 1)
    house.run(house.engine.desk.retire_sensor("SNSR_001"))
    assert caller.get(place).json["health"] == "unknown"
