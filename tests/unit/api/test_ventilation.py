"""Outdoor air over the API: settings, requests, and what is refused."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.api.building import Caller, House, furnish, open_house

ZONE = "/v3/zones/1"
RATES = {"people_rate": 8.0, "area_rate": 0.4, "design_population": 20, "area": 50.0}


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with open_house() as house:
        furnish(house)
        yield house


@pytest.fixture
def caller(house: House) -> Caller:
    return house.caller("read", "write")


def put(caller: Caller, **body: Any) -> Any:
    return caller("PUT", f"{ZONE}/ventilation", body=body)


def test_a_category_fills_in_what_is_left_out(caller: Caller) -> None:
    told = put(caller, category="office", area=120.0).json
    assert (told["people_rate"], told["area_rate"], told["standby_allowed"]) == (2.5, 0.3, True)
    assert (told["design_population"], told["design_outdoor_air"]) == (6, 51.0)
    assert told["edition"] == "62.1-2016"
    assert caller.get(f"{ZONE}/ventilation").json == told


def test_the_units_of_a_zone_are_never_those_of_the_other_system(caller: Caller) -> None:
    body = {"system": "ip", "category": "office", "area": 1000.0, "design_population": 10}
    told = put(caller, **body).json
    assert (told["people_rate"], told["area_rate"]) == (5.0, 0.06)
    asked = caller.get(f"{ZONE}/demand").json
    assert (asked["outdoor_air_cfm"], asked["outdoor_air_l_s"]) == (110.0, None)
    assert asked["inputs"]["design_outdoor_air"] == 110.0


def test_rates_of_its_own_say_so(caller: Caller) -> None:
    told = put(caller, **RATES).json
    assert (told["category"], told["edition"], told["standby_allowed"]) == (
        None,
        "own rates",
        False,
    )
    assert put(caller, **RATES, edition="EN 16798-1:2019").json["edition"] == "EN 16798-1:2019"


def test_a_zone_that_nobody_counts_asks_for_the_design_flow(caller: Caller) -> None:
    put(caller, **RATES)
    told = caller.get(f"{ZONE}/demand").json
    assert (told["population"], told["outdoor_air_l_s"]) == (20, 180.0)
    assert (told["mode"], told["reliability"]) == ("occupied", "communicationFailure")
    assert [one["code"] for one in told["reason"]] == ["unknown"]
    assert told["inputs"]["people"] is None


def test_a_curve_gives_a_setpoint_with_its_unit(caller: Caller) -> None:
    points = [{"density": 0.0, "value": 20.0}, {"density": 0.8, "value": 100.0}]
    curve = {"gives": "damper_position", "unit": "percent", "points": points}
    assert put(caller, **RATES, curve=curve).json["curve"] == curve
    told = caller.get(f"{ZONE}/demand").json["setpoint"]
    assert told == {"gives": "damper_position", "value": 60.0, "unit": "percent", "density": 0.4}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"category": "spaceship", "area": 1.0}, "category"),
        ({"area": 1.0, "people_rate": 1.0}, "area_rate"),
        ({"people_rate": 1.0, "area_rate": 1.0, "area": 1.0}, "design_population"),
        ({**RATES, "hold_s": -1}, "hold_s"),
        ({**RATES, "effectiveness": 0.0}, "effectiveness"),
        (
            {**RATES, "curve": {"gives": "damper_position", "unit": "K", "points": [
                {"density": 0.0, "value": 0.0}, {"density": 1.0, "value": 1.0}]}},
            "curve.unit",
        ),
        (
            {**RATES, "curve": {"gives": "setpoint_offset", "unit": "K", "points": [
                {"density": 1.0, "value": 0.0}, {"density": 1.0, "value": 1.0}]}},
            "curve.points",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_field(
    caller: Caller, body: dict[str, Any], field: str
) -> None:
    told = put(caller, **body)
    assert told.status == 400
    assert [one["field"] for one in told.problem["errors"]] == [field]


def test_square_feet_are_not_made_of_square_metres(house: House, caller: Caller) -> None:
    house.run(house.engine.desk.change_zone(1, area_m2=93.0))
    told = put(caller, system="ip", category="office")
    assert (told.status, told.problem["code"]) == (422, "ventilation_incomplete")
    assert put(caller, category="office").json["area"] == 93.0
    house.run(house.engine.desk.change_zone(1, area_m2=None))
    for path in ("ventilation", "demand"):
        told = caller.get(f"{ZONE}/{path}")
        assert (told.status, told.problem["code"]) == (422, "ventilation_incomplete")


def test_without_settings_there_is_no_request(caller: Caller) -> None:
    put(caller, **RATES)
    assert caller("DELETE", f"{ZONE}/ventilation").status == 204
    for method, path in (("GET", "demand"), ("GET", "ventilation"), ("DELETE", "ventilation")):
        told = caller(method, f"{ZONE}/{path}")
        assert (told.status, told.problem["code"]) == (404, "ventilation_not_set")


def test_a_change_by_somebody_else_is_not_overwritten(caller: Caller) -> None:
    put(caller, **RATES)
    seen = caller.get(f"{ZONE}/ventilation").headers["etag"]
    assert put(caller, **RATES | {"design_population": 30}).status == 200
    for method, body in (("PUT", RATES), ("DELETE", None)):
        told = caller(method, f"{ZONE}/ventilation", body=body, if_match=seen)
        assert (told.status, told.problem["code"]) == (412, "changed_meanwhile")


def test_a_zone_out_of_sight_is_not_there(house: House) -> None:
    house.add_location("LOC_BOS_01")
    stranger = house.caller("read", "write", locations=("LOC_BOS_01",))
    for method, path, body in (
        ("GET", "demand", None),
        ("GET", "ventilation", None),
        ("PUT", "ventilation", RATES),
        ("DELETE", "ventilation", None),
    ):
        told = stranger(method, f"{ZONE}/{path}", body=body)
        assert (told.status, told.problem["code"]) == (404, "zone_not_found")


@pytest.mark.parametrize(
    "at", ["1900-01-03T00:00:00Z", "1970-01-01T00:00:00Z", "2199-12-01T00:00:00Z"]
)
def test_any_instant_can_be_asked_about(caller: Caller, at: str) -> None:
    put(caller, **RATES)
    told = caller.get(f"{ZONE}/demand", {"at": at}).json
    assert told["outdoor_air_l_s"] == 180.0
    assert told["as_of"] <= max(at, "2026-01-01T00:00:00Z")


def test_a_preview_of_hours_that_were_counted(caller: Caller) -> None:
    put(caller, **RATES)
    asked = {"start_ts": "2023-10-01T09:00:00Z", "end_ts": "2023-10-01T10:00:00Z"}
    told = caller.get(f"{ZONE}/ventilation/preview", asked).json
    total = told["total"]
    assert (total["hours"], told["data"][0]["local_date"]) == (1.0, "2023-10-01")
    whole = total["outdoor_air_moved_m3"] + total["outdoor_air_not_moved_m3"]
    assert whole == pytest.approx(180.0 * 3600 / 1000)
    assert total["outdoor_air_moved_ft3"] is None
    early = {"start_ts": "1900-01-03T00:00:00Z", "end_ts": "1900-01-05T00:00:00Z"}
    assert caller.get(f"{ZONE}/ventilation/preview", early).json["total"]["hours_fallback"] == 48.0
    late = {"start_ts": "2199-01-03T00:00:00Z", "end_ts": "2199-01-05T00:00:00Z"}
    assert caller.get(f"{ZONE}/ventilation/preview", late).json["data"] == []
    long = {"start_ts": "2025-01-01T00:00:00Z", "end_ts": "2025-03-01T00:00:00Z"}
    assert caller.get(f"{ZONE}/ventilation/preview", long).problem["code"] == "too_many_rows"


def test_every_category_can_be_set(caller: Caller) -> None:
    told = caller.get("/v3/ventilation/categories").json
    assert told["edition"] == "62.1-2016"
    for one in told["data"]:
        for system in ("si", "ip"):
            body = {"system": system, "category": one["category"], "area": 100.0}
            assert put(caller, **body).status == 200
