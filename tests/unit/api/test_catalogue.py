"""What the customer has: lists, single things, changes."""

from typing import Any

import pytest

from countline.model.ids import SensorId
from countline.model.sensor import Channel
from tests.unit.api.building import Caller, House


@pytest.fixture
def all_powers(house: House) -> Caller:
    return house.caller("read", "write", "admin")


def test_a_location_is_added_read_and_changed(empty: House) -> None:
    caller = empty.caller("read", "write")
    body = {
        "location_id": "LOC_1",
        "name": "Hall",
        "time_zone": "Europe/Zurich",
        "day_start": "05:15",
    }
    made = caller("POST", "/v3/locations", body=body)
    assert made.status == 201
    assert {k: made.json[k] for k in body} == body
    assert made.json["resets"] == ["04:00"]
    assert caller.get("/v3/locations/LOC_1").json == made.json
    assert caller.get("/v3/zones").json["data"][0]["zone_id"] == made.json["default_zone"]
    told = caller("PATCH", "/v3/locations/LOC_1", body={"resets": []})
    assert (told.status, told.json["resets"], told.json["name"]) == (200, [], "Hall")


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"location_id": "LOC_NYC_05"}, 409, None),
        ({"location_id": "-x"}, 400, "location_id"),
        ({"time_zone": "Europe/Zuerich"}, 400, "time_zone"),
        ({"day_start": "00:10"}, 400, "day_start"),
        ({"day_start": "24:00"}, 400, "day_start"),
        ({"name": ""}, 400, "name"),
        ({"name": 1}, 400, "name"),
        ({"nmae": "x"}, 400, "nmae"),
    ],
)
def test_a_location_that_cannot_be_says_why(
    all_powers: Caller, body: dict[str, Any], status: int, field: str | None
) -> None:
    whole = {"location_id": "LOC_1", "name": "Hall", "time_zone": "Europe/Zurich", **body}
    told = all_powers("POST", "/v3/locations", body=whole)
    assert told.status == status
    assert [e["field"] for e in told.problem["errors"]] == ([field] if field else [])


def test_only_who_sees_all_locations_adds_one(house: House) -> None:
    caller = house.caller("write", locations=("LOC_NYC_05",))
    body = {"location_id": "LOC_1", "name": "Hall", "time_zone": "UTC"}
    told = caller("POST", "/v3/locations", body=body)
    assert (told.status, told.problem["code"]) == (403, "more_than_own")


def test_a_zone_is_added_changed_and_emptied(all_powers: Caller) -> None:
    body = {"location_id": "LOC_NYC_05", "name": "Cellar", "parent_id": 1, "area_m2": 20.5}
    made = all_powers("POST", "/v3/zones", body=body)
    assert made.status == 201
    path = f"/v3/zones/{made.json['zone_id']}"
    told = all_powers("PATCH", path, body={"capacity": 4, "area_m2": None})
    assert (told.json["capacity"], told.json["area_m2"], told.json["parent_id"]) == (4, None, 1)
    assert all_powers.get(path).json == told.json
    assert all_powers("PATCH", path, body={"parent_id": made.json["zone_id"]}).status == 400
    assert all_powers("POST", "/v3/zones", body={**body, "location_id": "LOC_X"}).status == 404


def test_a_line_is_added_and_given_sources(all_powers: Caller) -> None:
    (line,) = [x for x in all_powers.get("/v3/lines").json["data"] if x["name"] == "SNSR_001"]
    (source,) = line["sources"]
    assert source["sensor_id"] == "SNSR_001"
    body = {"location_id": "LOC_NYC_05", "name": "Side door", "side_b": 1}
    made = all_powers("POST", "/v3/lines", body=body)
    assert (made.status, made.json["sources"]) == (201, [])
    path = f"/v3/lines/{made.json['line_id']}"
    wanted = [{"sensor_id": "SNSR_001", "channel": source["channel"], "invert": True}]
    told = all_powers("PATCH", path, body={"sources": wanted, "valid_from": "2023-01-01T00:00:00Z"})
    (given,) = told.json["sources"]
    assert (given["invert"], given["valid_from"]) == (True, "2023-01-01T00:00:00Z")
    wrong = all_powers("PATCH", path, body={"sources": [{**wanted[0], "channel": "single/9"}]})
    assert (wrong.status, wrong.problem["errors"][0]["field"]) == (400, "channel")
    naive = all_powers("PATCH", path, body={"sources": [], "valid_from": "2023-01-01T00:00:00"})
    assert naive.problem["errors"][0]["code"] == "naive_time"


def test_a_change_of_an_old_version_is_refused(all_powers: Caller) -> None:
    for path in ("/v3/locations/LOC_NYC_05", "/v3/zones/1", "/v3/lines/1"):
        tag = all_powers.get(path).headers["etag"]
        assert all_powers("PATCH", path, body={"name": "A"}, if_match=tag).status == 200
        told = all_powers("PATCH", path, body={"name": "B"}, if_match=tag)
        assert (told.status, told.problem["code"]) == (412, "changed_meanwhile")
        assert all_powers.get(path).json["name"] == "A"
        assert all_powers("PATCH", path, body={"name": "C"}, if_match="*").status == 200


def test_a_sensor_is_registered_renamed_and_retired(all_powers: Caller) -> None:
    body = {"sensor_id": "SNSR_009", "location_id": "LOC_NYC_05", "serial": "00:6E:02:00:00:09"}
    made = all_powers("POST", "/v3/sensors", body=body)
    assert made.status == 201
    assert (made.json["state"], made.json["serial"]) == ("adopted", "00:6e:02:00:00:09")
    assert all_powers("POST", "/v3/sensors", body=body).problem["code"] == "id_taken"
    other = all_powers("POST", "/v3/sensors", body={**body, "sensor_id": "SNSR_010"})
    assert (other.status, other.problem["code"]) == (409, "device_taken")
    told = all_powers("PATCH", "/v3/sensors/SNSR_009", body={"name": "Back", "quiet": "zero"})
    assert (told.json["name"], told.json["quiet"]) == ("Back", "zero")
    assert told.json["counts_from"] == "auto"
    told = all_powers("PATCH", "/v3/sensors/SNSR_009", body={"counts_from": "logics"})
    assert (told.json["quiet"], told.json["counts_from"]) == ("zero", "logics")
    gone = all_powers("DELETE", "/v3/sensors/SNSR_009")
    assert (gone.status, gone.json["state"]) == (200, "retired")
    assert gone.json["retired_at"] == "2026-01-01T00:00:00Z"
    assert all_powers.get("/v3/sensors/SNSR_009").json["state"] == "retired"


def test_the_list_of_sensors_has_the_documented_fields(all_powers: Caller) -> None:
    told = all_powers.get("/v3/sensors").json
    assert [s["sensor_id"] for s in told["data"]] == ["S12345", "SNSR_001"]
    assert list(told["data"][1])[:12] == [
        "sensor_id", "location_id", "name", "state", "vendor", "serial", "model", "firmware",
        "health", "last_push_at", "zones", "lines",
    ]  # fmt: skip
    assert (told["data"][1]["zones"], told["data"][1]["lines"]) == ([1], [1])
    assert all_powers.get("/api/v1/sensors").json == all_powers.get("/api/v1/devices").json == told


@pytest.mark.parametrize(
    "path", ["/v3/sensors", "/v3/zones", "/v3/lines", "/v3/keys", "/v3/locations"]
)
def test_every_list_is_walked_by_its_links(house: House, path: str) -> None:
    caller = house.caller("read", "admin")
    for n in range(3):
        house.add_location(f"LOC_{n}")
        house.caller()
    whole = caller.get(path).json
    found: list[Any] = []
    query = "limit=1"
    while True:
        told = caller.get(path, query)
        found += told.json["data"]
        if told.json["next"] is None:
            assert "link" not in told.headers
            break
        link = told.headers["link"]
        assert link.endswith('>; rel="next"')
        address, _, query = link[1 : link.index(">")].partition("?")
        assert (address, f"cursor={told.json['next']}" in query) == (path, True)
    assert found == whole["data"]


@pytest.mark.parametrize(
    "path", ["/v3/zones/abc", "/v3/zones/99999999999999999999", "/v3/lines/-1"]
)
def test_ids_that_are_none_are_not_there(all_powers: Caller, path: str) -> None:
    assert all_powers.get(path).status == 404


# -- bodies ---------------------------------------------------------------------------------------
def test_a_missing_body_says_what_is_needed(all_powers: Caller) -> None:
    told = all_powers("POST", "/v3/zones")
    assert (told.status, told.problem["code"]) == (400, "bad_query")
    assert "location_id, name" in told.problem["detail"]
    assert "name" in all_powers("PATCH", "/v3/zones/1").problem["detail"]


@pytest.mark.parametrize(
    "raw", [b"{", b"[]", b"null", b'"x"', b"\xff", b"{}{}", b'{"name": 1e999}', b"[" * 100_000]
)
def test_what_is_not_the_object_is_400(all_powers: Caller, raw: bytes) -> None:
    told = all_powers("PATCH", "/v3/zones/1", raw=raw, content_type="application/json")
    assert (told.status, told.problem["code"]) == (400, "bad_query")


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "", "application/jsonp"])
def test_other_content_types_are_415(all_powers: Caller, kind: str) -> None:
    told = all_powers("PATCH", "/v3/zones/1", raw=b'{"name": "x"}', content_type=kind)
    assert (told.status, told.problem["code"]) == (415, "media_type")


def test_compressed_bodies_are_415(all_powers: Caller) -> None:
    told = all_powers("PATCH", "/v3/zones/1", body={"name": "x"}, content_encoding="gzip")
    assert (told.status, told.problem["code"]) == (415, "media_type")


def test_large_bodies_are_413(all_powers: Caller) -> None:
    raw = b'{"name": "' + b"x" * 1_000_000 + b'"}'
    told = all_powers("PATCH", "/v3/zones/1", raw=raw, content_type="application/json")
    assert (told.status, told.problem["code"]) == (413, "body_too_large")


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
def test_instants_beyond_the_calendar_are_refused(all_powers: Caller, at: str) -> None:
    key = all_powers("POST", "/v3/keys", body={"name": "x", "expires_at": at})
    line = all_powers("PATCH", "/v3/lines/1", body={"sources": [], "valid_from": at})
    for told, field in ((key, "expires_at"), (line, "valid_from")):
        assert (told.status, told.problem["errors"][0]["field"]) == (400, field)


@pytest.mark.parametrize("zone_id", [0, -1, 2**53 + 1, 10**30])
def test_numbers_that_no_store_holds_are_refused(all_powers: Caller, zone_id: int) -> None:
    told = all_powers("PATCH", "/v3/zones/1", raw=b'{"parent_id": %d}' % zone_id,
                      content_type="application/json")  # fmt: skip
    assert told.status == 400


def test_a_missing_field_is_named_with_its_path(all_powers: Caller) -> None:
    told = all_powers("POST", "/v3/zones", body={"name": "Cellar"})
    assert told.problem["errors"] == [
        {"field": "location_id", "code": "missing", "detail": "is needed"}
    ]
    told = all_powers("PATCH", "/v3/lines/1", body={"sources": [{"sensor_id": "SNSR_001"}]})
    assert told.problem["errors"][0]["field"] == "sources[0].channel"
    told = all_powers("PATCH", "/v3/lines/1", body={"sources": [{"sensr_id": "SNSR_001"}]})
    assert told.problem["errors"][0]["field"] == "sources[0].sensr_id"


def test_types_are_not_guessed(all_powers: Caller) -> None:
    told = all_powers("PATCH", "/v3/zones/1", body={"capacity": "7"})
    (error,) = told.problem["errors"]
    assert (error["field"], told.status) == ("capacity", 400)
    assert "int" in error["detail"]


def test_what_a_sensor_counts_with_is_listed_until_a_line_says_what_it_is(house: House) -> None:
    caller = house.caller("read", "write", "admin")
    engine = house.engine
    sensor = engine.desk.current().sensor_by_id[SensorId("SNSR_001")].sensor
    window = Channel(sensor=sensor, channel="single/1001", name="Window", shape="line")
    house.run(engine.desk.save(window))
    told = caller.get("/v3/sensors/SNSR_001").json
    assert told["unmapped"] == ["single/1001"]
    assert [c["lines"] for c in told["channels"] if c["channel"] == "single/1001"] == [[]]
    source = {"sensor_id": "SNSR_001", "channel": "single/1001"}
    line = {"location_id": "LOC_NYC_05", "name": "Back door", "side_b": 1, "sources": [source]}
    made = caller("POST", "/v3/lines", body=line)
    assert made.status == 201
    told = caller.get("/v3/sensors/SNSR_001").json
    assert told["unmapped"] == []
    mapped = [c["lines"] for c in told["channels"] if c["channel"] == "single/1001"]
    assert mapped == [[made.json["line_id"]]]
