"""Floor plans: their frame, their image, and GeoJSON that can be told and taken back."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from countline import limits
from tests.pictures import JPEG, PNG
from tests.unit.api.building import Caller, House

PATH = "/v3/layouts/1"
GEOMETRY = f"{PATH}/geometry"
SQUARE = [[0, 0], [4, 0], [4, 3], [0, 3]]


@pytest.fixture
def writer(house: House) -> Caller:
    return house.caller("read", "write", quota=100_000)


def zone(ring: Any = None, **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [SQUARE if ring is None else ring]},
        "properties": {"kind": "zone", "id": 1, **properties},
    }


def line(points: Any = None, **properties: Any) -> dict[str, Any]:
    course = SQUARE[:2] if points is None else points
    return {
        "type": "Feature",
        "geometry": {"type": "LineString", "coordinates": course},
        "properties": {"kind": "line", "id": 1, **properties},
    }


def sensor(position: Any = None, **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": position or [1, 2]},
        "properties": {"kind": "sensor", "id": "SNSR_001", **properties},
    }


def collection(*features: Any, **members: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features), **members}


# -- layouts --------------------------------------------------------------------------------------
def test_a_layout_is_added_read_changed_and_removed(writer: Caller) -> None:
    body = {"location_id": "LOC_NYC_05", "name": "Attic", "floor": 3}
    made = writer("POST", "/v3/layouts", body=body)
    assert (made.status, made.json["layout_id"]) == (201, 2)
    assert {k: made.json[k] for k in body} == body
    for unknown in ("scale_m_per_px", "origin_px", "site", "image"):
        assert made.json[unknown] is None
    change = {
        "scale_m_per_px": 0.05,
        "origin_px": {"x": 10, "y": 90.5},
        "site": {"latitude_deg": 47.3, "longitude_deg": 8.5, "bearing_deg": 12},
    }
    told = writer("PATCH", "/v3/layouts/2", body=change)
    assert (told.status, {k: told.json[k] for k in change}) == (200, change)
    assert writer.get("/v3/layouts/2").json == told.json
    emptied = writer("PATCH", "/v3/layouts/2", body={"site": None, "origin_px": None})
    assert (emptied.json["site"], emptied.json["origin_px"]) == (None, None)
    assert emptied.json["scale_m_per_px"] == 0.05
    gone = writer("DELETE", "/v3/layouts/2")
    assert (gone.status, gone.body) == (204, b"")
    assert writer.get("/v3/layouts/2").problem["code"] == "layout_not_found"
    assert writer("POST", "/v3/layouts", body=body).json["layout_id"] == 3


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"scale_m_per_px": 0}, "scale_m_per_px"),
        ({"scale_m_per_px": "2 cm"}, "scale_m_per_px"),
        ({"origin_px": {"x": 1}}, "origin_px.y"),
        ({"origin_px": {"x": 1, "y": 2, "z": 3}}, "origin_px.z"),
        ({"site": {"latitude_deg": 91, "longitude_deg": 0, "bearing_deg": 0}}, "site.latitude_deg"),
        ({"floor": 1.5}, "floor"),
        ({"location": "LOC_NYC_05"}, "location"),
    ],
)
def test_a_layout_that_cannot_be_says_why(writer: Caller, body: Any, field: str) -> None:
    told = writer("POST", "/v3/layouts", body={"location_id": "LOC_NYC_05", "name": "A", **body})
    assert told.status == 400
    assert [e["field"] for e in told.problem["errors"]] == [field]


def test_who_does_not_see_a_location_sees_no_layout_of_it(house: House) -> None:
    house.add_location("LOC_2")
    stranger = house.caller("read", "write", locations=("LOC_2",))
    assert stranger.get("/v3/layouts").json["data"] == []
    asked: list[tuple[str, str, Any]] = [
        ("GET", PATH, None), ("PATCH", PATH, {"name": "A"}), ("DELETE", PATH, None),
        ("GET", f"{PATH}/image", None), ("PUT", f"{PATH}/image", None),
        ("DELETE", f"{PATH}/image", None), ("GET", GEOMETRY, None), ("PUT", GEOMETRY, collection()),
    ]  # fmt: skip
    for method, path, body in asked:
        told = stranger(method, path, body=body)
        assert (told.status, told.problem["code"]) == (404, "layout_not_found"), (method, path)
    body = {"location_id": "LOC_NYC_05", "name": "A"}
    assert stranger("POST", "/v3/layouts", body=body).problem["code"] == "location_not_found"


def test_the_short_form_lists_the_same(house: House) -> None:
    caller = house.caller()
    told = caller.get("/api/v1/layouts", {"locationId": "LOC_NYC_05"}).json
    assert told == caller.get("/v3/layouts", {"location_id": "LOC_NYC_05"}).json
    assert [x["layout_id"] for x in told["data"]] == [1]


def test_a_change_of_an_old_version_is_refused(writer: Caller) -> None:
    tag = writer.get(PATH).headers["etag"]
    assert writer("PATCH", PATH, body={"name": "A"}, if_match=tag).status == 200
    for told in (
        writer("PATCH", PATH, body={"name": "B"}, if_match=tag),
        writer("DELETE", PATH, if_match=tag),
        writer("PUT", f"{PATH}/image", raw=PNG, if_match='"other"'),
        writer("DELETE", f"{PATH}/image", if_match='"other"'),
        writer("PUT", GEOMETRY, body=collection(), if_match='"other"'),
    ):
        assert (told.status, told.problem["code"]) == (412, "changed_meanwhile")
    tag = writer.get(GEOMETRY).headers["etag"]
    first = writer("PUT", GEOMETRY, body=collection(zone()), if_match=tag)
    assert first.status == 200
    assert writer("PUT", GEOMETRY, body=collection(), if_match=tag).status == 412
    assert writer("PUT", GEOMETRY, body=collection(), if_match=first.headers["etag"]).status == 200
    assert writer("DELETE", PATH, if_match="*").status == 204


# -- the image ------------------------------------------------------------------------------------
@pytest.mark.parametrize(("content", "kind"), [(PNG, "png"), (JPEG, "jpeg")])
def test_an_image_is_shown_as_what_it_is_and_can_do_nothing(
    writer: Caller, content: bytes, kind: str
) -> None:
    made = writer("PUT", f"{PATH}/image", raw=content, content_type="text/html")
    assert made.status == 200
    assert made.json["image"]["media_type"] == f"image/{kind}"
    assert (made.json["image"]["width_px"], made.json["image"]["height_px"]) == (4, 3)
    told = writer.get(f"{PATH}/image")
    assert (told.status, told.body) == (200, content)
    assert told.headers["content-type"] == f"image/{kind}"
    assert told.headers["x-content-type-options"] == "nosniff"
    assert told.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert told.headers["content-disposition"] == f'inline; filename="layout-1.{kind}"'
    assert told.headers["etag"] == made.headers["etag"]
    known = writer.get(f"{PATH}/image", if_none_match=told.headers["etag"])
    assert (known.status, known.body) == (304, b"")
    assert writer("DELETE", f"{PATH}/image").status == 204
    bare = writer.get(f"{PATH}/image", if_none_match=told.headers["etag"])
    assert (bare.status, bare.problem["code"]) == (404, "image_not_found")
    assert writer("DELETE", f"{PATH}/image").status == 404
    assert writer.get(PATH).json["image"] is None


@pytest.mark.parametrize(
    ("raw", "headers", "status", "code"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", {"content_type": "image/png"}, 415, "image_unreadable"),
        (b"", {}, 415, "image_unreadable"),
        (PNG, {"content_encoding": "gzip"}, 415, "media_type"),
        (b"\0" * (limits.LAYOUT_IMAGE_BYTES_MAX + 1), {}, 413, "body_too_large"),
        (PNG[:16] + b"\0\0\xff\xff" + PNG[20:], {}, 413, "image_too_large"),
    ],
)  # fmt: skip
def test_what_is_no_image_is_refused(
    writer: Caller, raw: bytes, headers: Any, status: int, code: str
) -> None:
    before = writer.get(PATH).json["image"]
    told = writer("PUT", f"{PATH}/image", raw=raw, **headers)
    assert (told.status, told.problem["code"]) == (status, code)
    assert writer.get(PATH).json["image"] == before
    if code == "body_too_large":
        assert str(limits.LAYOUT_IMAGE_BYTES_MAX) in told.problem["detail"]


def test_other_bodies_are_bounded_as_before(writer: Caller) -> None:
    raw = b" " * (limits.JSON_BODY_BYTES_MAX + 1)
    told = writer("PUT", GEOMETRY, raw=raw, content_type="application/geo+json")
    assert (told.status, told.problem["code"]) == (413, "body_too_large")
    assert str(limits.JSON_BODY_BYTES_MAX) in told.problem["detail"]


# -- geometry -------------------------------------------------------------------------------------
def test_what_is_drawn_is_told_in_order_and_in_one_form(writer: Caller) -> None:
    sent = collection(sensor(rotation_deg=90, height_m=3.2), line(), zone(SQUARE[::-1]))
    told = writer("PUT", GEOMETRY, body=sent)
    assert told.status == 200
    assert told.headers["content-type"] == "application/geo+json"
    assert (told.json["coordinate_system"], told.json["layout_id"]) == ("metres", 1)
    first, second, third = told.json["features"]
    assert [f["id"] for f in told.json["features"]] == ["zone/1", "line/1", "sensor/SNSR_001"]
    (ring,) = first["geometry"]["coordinates"]
    assert ring[0] == ring[-1]
    assert len(ring) == 5
    assert first["properties"] == {"kind": "zone", "id": 1, "name": "Broadway"}
    assert second["geometry"] == {"type": "LineString", "coordinates": [[0, 0], [4, 0]]}
    assert third["properties"]["rotation_deg"] == 90
    layout = writer.get(PATH).json
    assert (layout["zones"], layout["lines"], layout["sensors"]) == ([1], [1], ["SNSR_001"])
    assert writer.get(GEOMETRY).json == told.json


def test_what_is_left_out_is_taken_off(writer: Caller) -> None:
    writer("PUT", GEOMETRY, body=collection(zone(), line(), sensor()))
    told = writer("PUT", GEOMETRY, body=collection(line([[1, 1], [2, 2], [3, 1]])))
    assert [f["id"] for f in told.json["features"]] == ["line/1"]
    assert writer("PUT", GEOMETRY, body=collection()).json["features"] == []
    assert writer.get("/v3/zones/1").status == 200


@pytest.mark.parametrize(
    ("feature", "field", "words"),
    [
        (zone([[0, 0], [4, 3], [4, 0], [0, 3]]), "geometry.coordinates", "zone 1: it crosses"),
        (zone([[0, 0], [1, 0]]), "geometry.coordinates", "at least 3 corners"),
        (zone([]), "geometry.coordinates", "at least 3 corners"),
        (zone([[0, 0], [1, 0], [1, 30_000]]), "geometry.coordinates[0][2]", "more than 20000 m"),
        (zone([[0, 0]] * 201), "geometry.coordinates[0]", "201 points, at most 200"),
        (zone(id=99), "properties.id", "zone 99: is not a zone of LOC_NYC_05"),
        (zone(id="1"), "properties.id", "zone 1: is not a zone"),
        (line([[0, 0]]), "geometry.coordinates", "line 1: a line has at least 2 points"),
        (line(id=-1), "properties.id", "is not a line of"),
        (line(kind="zone"), "geometry.type", "is drawn as a Polygon, not as a LineString"),
        (sensor(id="SNSR_X"), "properties.id", "sensor SNSR_X: is not a sensor of"),
        (sensor([20_001, 0]), "geometry.coordinates", "more than 20000 m"),
    ],
)
def test_a_feature_that_is_wrong_is_named(
    writer: Caller, feature: Any, field: str, words: str
) -> None:
    good = zone() if feature["properties"]["kind"] != "zone" else line()
    told = writer("PUT", GEOMETRY, body=collection(good, feature))
    assert told.status == 400
    (error,) = told.problem["errors"]
    assert error["field"] == f"features[1].{field}"
    assert words in error["detail"]
    assert writer.get(GEOMETRY).json["features"] == []


@pytest.mark.parametrize(
    ("feature", "field"),
    [
        ({**zone(), "geometry": None}, "features[0].geometry"),
        ({**zone(), "geometry": {"type": "Circle"}}, "features[0].geometry.type"),
        (zone(kind="room"), "features[0].properties.kind"),
        (sensor(rotation_deg="east"), "features[0].properties.rotation_deg"),
        (line([[0, 0], [1]]), "features[0].geometry.coordinates[1]"),
    ],
)
def test_a_feature_that_is_unreadable_is_named(writer: Caller, feature: Any, field: str) -> None:
    told = writer("PUT", GEOMETRY, body=collection(feature))
    assert told.status == 400
    assert [e["field"] for e in told.problem["errors"]] == [field]


def test_every_wrong_feature_is_named_at_once(writer: Caller) -> None:
    holes = zone()
    holes["geometry"]["coordinates"].append([[1, 1], [2, 1], [2, 2]])
    told = writer("PUT", GEOMETRY, body=collection(zone(id=9), line(), line(), holes))
    assert [(e["field"], e["detail"]) for e in told.problem["errors"]] == [
        ("features[0].properties.id", "zone 9: is not a zone of LOC_NYC_05"),
        ("features[2].properties.id", "line 1: is drawn twice"),
        ("features[3].geometry.coordinates", "zone 1: has one ring and no holes, not 2"),
    ]
    many = [line(id=n + 100) for n in range(30)]
    assert len(writer("PUT", GEOMETRY, body=collection(*many)).problem["errors"]) == 20
    most = [line(id=n) for n in range(limits.LAYOUT_FEATURES_MAX + 1)]
    told = writer("PUT", GEOMETRY, body=collection(*most))
    assert [e["field"] for e in told.problem["errors"]] == ["features"]
    course = [[n, 0] for n in range(5_001)]
    told = writer("PUT", GEOMETRY, body=collection(line(course), line(course, id=2)))
    assert "10002 points, at most 10000" in told.problem["detail"]


def test_members_that_other_programs_add_are_no_matter(writer: Caller) -> None:
    feature = {**zone(colour="red"), "bbox": [0, 0, 4, 3]}
    told = writer("PUT", GEOMETRY, body=collection(feature, name="plan", bbox=[0, 0, 4, 3]))
    assert told.status == 200
    assert "colour" not in told.json["features"][0]["properties"]


# -- places on the earth --------------------------------------------------------------------------
def test_longitude_and_latitude_are_those_of_the_site(writer: Caller) -> None:
    writer("PUT", GEOMETRY, body=collection(sensor([0, 0]), zone()))
    told = writer.get(GEOMETRY, {"coordinates": "wgs84"}).json
    assert told["coordinate_system"] == "wgs84"
    assert told["features"][1]["geometry"]["coordinates"] == [-73.9987, 40.7223]
    before = writer.get(GEOMETRY)
    for query in ({"coordinates": "wgs84"}, {}):
        back = writer("PUT", GEOMETRY, query, body=told)
        assert (back.status, back.json) == (200, told)
        assert writer.get(GEOMETRY).headers["etag"] == before.headers["etag"]


def test_the_old_word_for_it_is_understood(writer: Caller) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    writer("PUT", GEOMETRY, body=collection(zone()))
    told = writer.get(GEOMETRY, {"coordinates": "wgs84"}).json
    del told["coordinate_system"]
    assert writer("PUT", GEOMETRY, body={**told, "crs": crs}).json["coordinate_system"] == "wgs84"
    for other in ({"type": "name", "properties": {"name": "EPSG:2056"}}, {"properties": 1}, {}):
        refused = writer("PUT", GEOMETRY, body={**told, "crs": other})
        assert [e["field"] for e in refused.problem["errors"]] == ["crs"]


@pytest.mark.parametrize(
    ("query", "members"),
    [
        ({"coordinates": "metres"}, {"coordinate_system": "wgs84"}),
        ({"coordinates": "wgs84"}, {"coordinate_system": "metres"}),
        ({}, {"coordinate_system": "metres", "crs": {"properties": {"name": "EPSG:4326"}}}),
    ],
)
def test_two_words_that_disagree_are_refused(writer: Caller, query: Any, members: Any) -> None:
    assert writer("PUT", GEOMETRY, query, body=collection(zone(), **members)).status == 400


def test_without_a_site_there_is_no_longitude(writer: Caller) -> None:
    writer("PATCH", PATH, body={"site": None})
    for told in (
        writer.get(GEOMETRY, {"coordinates": "wgs84"}),
        writer("PUT", GEOMETRY, body=collection(coordinate_system="wgs84")),
    ):
        assert (told.status, told.problem["code"]) == (422, "layout_without_site")


metres = st.floats(-500, 500, allow_subnormal=False)
turn = st.floats(-360, 360, allow_subnormal=False)


@given(
    corner=st.tuples(metres, metres),
    width=st.floats(0.01, 100),
    height=st.floats(0.01, 100),
    ends=st.lists(st.tuples(metres, metres), min_size=2, max_size=2, unique=True),
    hangs=st.tuples(metres, metres, turn, st.none() | st.floats(0, 100)),
    system=st.sampled_from(["metres", "wgs84"]),
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_told_can_be_taken_back_and_changes_nothing(
    writer: Caller,
    corner: tuple[float, float],
    width: float,
    height: float,
    ends: list[tuple[float, float]],
    hangs: tuple[float, float, float, float | None],
    system: str,
) -> None:
    (x, y), (sx, sy, rotation_deg, height_m) = corner, hangs
    ring = [[x, y], [x + width, y], [x + width, y + height], [x, y + height]]
    features = [zone(ring), sensor([sx, sy], rotation_deg=rotation_deg, height_m=height_m)]
    if max(abs(ends[0][0] - ends[1][0]), abs(ends[0][1] - ends[1][1])) > 0.001:
        features.append(line(ends))
    assert writer("PUT", GEOMETRY, body=collection(*features)).status == 200
    told = writer.get(GEOMETRY, {"coordinates": system})
    version = writer.get(GEOMETRY).headers["etag"]
    back = writer("PUT", GEOMETRY, raw=told.body, content_type="application/geo+json")
    assert (back.status, back.body) == (200, told.body)
    assert writer.get(GEOMETRY).headers["etag"] == version
