"""Adoption and configuration by the API: who may, what is read, and what is told."""

import msgspec
import pytest

from countline.api.problems import problem_of
from countline.errors import DeviceError
from tests.unit.api.building import House
from tests.unit.api.devices import InventedDevices

ASKED = {"address": "https://10.20.0.17", "password": "very secret", "location_id": "LOC_NYC_05"}
PATH = "/v3/sensors/SNSR_001/config"


def devices(house: House) -> InventedDevices:
    found = house.devices
    assert isinstance(found, InventedDevices)
    return found


def test_adoption_needs_the_scope_admin(house: House) -> None:
    told = house.caller("read", "write")("POST", "/v3/sensors/adopt", body=ASKED)
    assert (told.status, told.problem["code"]) == (403, "scope_missing")


def test_what_is_asked_arrives_and_the_password_is_told_to_nobody(house: House) -> None:
    told = house.caller("admin")(
        "POST", "/v3/sensors/adopt", body={**ASKED, "dry_run": True, "lines": "all"}
    )
    assert told.status == 200
    assert b"very secret" not in told.body
    asked = devices(house).asked[-1]
    assert (asked.dry_run, asked.lines, asked.user) == (True, "all", "admin")
    assert asked.password is not None
    assert asked.password.reveal() == "very secret"
    assert "very secret" not in repr(asked)


@pytest.mark.parametrize("location", [None, "ELSEWHERE"])
def test_a_key_of_some_locations_adopts_into_these_alone(
    house: House, location: str | None
) -> None:
    caller = house.caller("admin", locations=("LOC_NYC_05",))
    before = len(devices(house).asked)
    told = caller("POST", "/v3/sensors/adopt", body={**ASKED, "location_id": location})
    assert (told.status, told.problem["code"]) == (404, "location_not_found")
    assert len(devices(house).asked) == before
    assert caller("POST", "/v3/sensors/adopt", body=ASKED).status == 200


def test_an_unknown_field_is_named(house: House) -> None:
    told = house.caller("admin")("POST", "/v3/sensors/adopt", body={**ASKED, "adress": "x"})
    assert told.status == 400
    assert "address" in told.problem["errors"][0]["detail"]


def test_a_configuration_is_changed_only_as_it_was_seen(house: House) -> None:
    caller = house.caller("admin")
    seen = caller.get(PATH)
    etag = seen.headers["etag"]
    assert seen.json["drift"]
    renamed = caller("PATCH", PATH, body={"name": "North"}, if_match=etag)
    assert (renamed.status, renamed.json["name"]) == (200, "North")
    assert renamed.headers["etag"] != etag
    again = caller("PATCH", PATH, body={"name": "South"}, if_match=etag)
    assert again.problem["code"] == "changed_meanwhile"
    assert caller.get(PATH).json["name"] == "North"


def test_the_parts_of_its_clock_that_are_left_out_stay(house: House) -> None:
    caller = house.caller("admin")
    before = caller.get(PATH).json["time"]
    told = caller("PATCH", PATH, body={"time": {"time_zone": "Europe/Zurich"}}).json["time"]
    assert told == before | {"time_zone": "Europe/Zurich"}
    whole = caller.get(PATH).json
    wanted = {
        n: whole[n] for n in ("name", "group", "privacy_mode", "geometries", "logics", "agents")
    }
    told = caller("PUT", PATH, body={**wanted, "time": {"time_zone": "UTC"}}).json["time"]
    assert told == {"time_zone": "UTC", "ntp_enabled": True, "ntp_servers": []}


def test_a_dry_run_changes_nothing(house: House) -> None:
    caller = house.caller("admin")
    before = caller.get(PATH).json
    told = caller("PATCH", PATH, {"dry_run": "true"}, body={"privacy_mode": 3})
    assert (told.status, told.json["privacy_mode"]) == (200, 3)
    assert told.json["steps"]
    assert caller.get(PATH).json == before


def test_a_whole_configuration_lacks_nothing(house: House) -> None:
    told = house.caller("admin")("PUT", PATH, body={"name": "North"})
    assert (told.status, told.problem["errors"][0]["code"]) == (400, "missing")


def test_a_firmware_that_cannot_is_told_with_the_one_that_can() -> None:
    error = DeviceError(
        "It cannot.", code="firmware_unsupported", found="5.0.3", needed="5.6 or newer"
    )
    told = problem_of(error, docs="/errors")
    assert (told.status, told.found, told.needed) == (409, "5.0.3", "5.6 or newer")
    changed = DeviceError("Another.", code="certificate_changed", found="00", known="01")
    assert problem_of(changed, docs="/errors").found is msgspec.UNSET


def test_version_1_tells_the_same(house: House) -> None:
    caller = house.caller("admin")
    assert caller.get("/api/v1/sensors/SNSR_001/config").json == caller.get(PATH).json


def test_who_changed_what(house: House) -> None:
    told = house.caller("admin").get(f"{PATH}/changes")
    assert [one["who"] for one in told.json["data"]] == ["facility desk"]


def test_a_device_that_is_not_adopted_has_none(house: House) -> None:
    told = house.caller("admin").get("/v3/sensors/S12345/config")
    assert (told.status, told.problem["code"]) == (404, "sensor_not_adopted")
