"""Adjustments and opening hours over the API: said, listed, withdrawn, and what is refused."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.api.building import Caller, House, furnish, open_house

ZONE = "/v3/zones/1/occupancy/adjustments"
LOCATION = "/v3/locations/LOC_NYC_05"


@pytest.fixture
def house() -> Iterator[House]:
    with open_house() as house:
        furnish(house)
        yield house


@pytest.fixture
def caller(house: House) -> Caller:
    return house.caller("read", "write")


# -- adjustments ----------------------------------------------------------------------------------
@pytest.mark.parametrize("where", [ZONE, f"{LOCATION}/occupancy/adjustments"])
def test_a_word_is_said_listed_and_withdrawn(caller: Caller, where: str) -> None:
    made = caller("POST", where, body={"value": 13, "reason": "counted by hand"})
    assert made.status == 201
    assert (made.json["value"], made.json["delta"]) == (13, None)
    assert made.json["zone_id"] == (1 if where == ZONE else None)
    more = caller("POST", where, body={"delta": -2, "reason": "x", "at": "2025-12-24T12:00:29Z"})
    assert (more.json["delta"], more.json["at"]) == (-2, "2025-12-24T12:00:00Z")
    listed = caller.get(where)
    assert listed.json["data"] == [made.json, more.json]
    first = caller.get(where, {"limit": 1})
    assert first.json["data"] == [made.json]
    assert caller.get(where, {"limit": 1, "cursor": first.json["next"]}).json["data"] == [more.json]
    assert caller("DELETE", f"{where}/{made.json['adjustment_id']}").status == 204
    assert caller.get(where).json["data"] == [more.json]
    gone = caller("DELETE", f"{where}/{made.json['adjustment_id']}")
    assert (gone.status, gone.json["code"]) == (404, "adjustment_not_found")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"reason": "x"}, "value"),
        ({"reason": "x", "value": 1, "delta": 1}, "value"),
        ({"reason": "x", "delta": 0}, "delta"),
        ({"reason": "x", "value": -1}, "value"),
        ({"reason": "", "value": 1}, "reason"),
        ({"value": 1}, "reason"),
        ({"reason": "x", "value": 1, "at": "2026-01-01T00:06:00Z"}, "at"),
        ({"reason": "x", "value": 1, "at": "2025-10-01T00:00:00Z"}, "at"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(
    caller: Caller, body: dict[str, Any], field: str
) -> None:
    told = caller("POST", ZONE, body=body)
    assert told.status == 400
    assert (
        field in [error["field"] for error in told.json["errors"]] or field in told.json["detail"]
    )
    assert caller.get(ZONE).json["data"] == []


def test_it_takes_a_key_that_writes_and_sees_the_place(house: House) -> None:
    body = {"value": 1, "reason": "x"}
    assert house.caller("read")("POST", ZONE, body=body).status == 403
    house.add_location("LOC_BOS")
    elsewhere = house.caller("read", "write", locations=("LOC_BOS",))
    told = elsewhere("POST", ZONE, body=body)
    assert (told.status, told.json["code"]) == (404, "zone_not_found")


def test_sent_again_under_its_key_it_is_said_once(caller: Caller) -> None:
    def said(delta: int) -> Any:
        return caller("POST", ZONE, body={"delta": delta, "reason": "x"}, idempotency_key='"k1"')

    first = said(2)
    assert said(2).json == first.json
    assert len(caller.get(ZONE).json["data"]) == 1
    other = said(3)
    assert (other.status, other.json["code"]) == (409, "token_reused")


# -- opening hours --------------------------------------------------------------------------------
WEEK = {"monday": [{"opens": "09:00", "closes": "12:00"}, {"opens": "22:00", "closes": "03:00"}]}


def test_hours_are_set_shown_and_forgotten(caller: Caller) -> None:
    assert caller.get(LOCATION).json["opening"] is None
    wanted = {
        "weekly": WEEK,
        "exceptions": [{"date": "2026-12-24", "name": "Christmas Eve"}],
        "holidays": {"country": "US", "region": "NY"},
    }
    told = caller("PATCH", LOCATION, body={"opening": wanted, "absence_when_closed_s": 1800})
    assert told.status == 200
    opening = told.json["opening"]
    assert opening["weekly"]["monday"] == WEEK["monday"]
    assert opening["weekly"]["tuesday"] == []
    assert opening["exceptions"] == [{"date": "2026-12-24", "hours": [], "name": "Christmas Eve"}]
    holidays = opening["holidays"]
    assert (holidays["first_year"], holidays["last_year"]) == (2016, 2046)
    assert {"date": "2026-07-04", "name": "Independence Day"} in holidays["dates"]
    assert {one["date"][:4] for one in holidays["dates"]} == {"2026", "2027"}
    assert caller.get(LOCATION).json == told.json
    assert told.json["absence_when_closed_s"] == 1800
    gone = caller("PATCH", LOCATION, body={"opening": None})
    assert (gone.json["opening"], gone.json["absence_when_closed_s"]) == (None, 1800)


def test_a_zone_has_hours_of_its_own(caller: Caller) -> None:
    body = {"opening": {"weekly": WEEK}, "absence_when_closed_s": 0, "fusion": "lines"}
    told = caller("PATCH", "/v3/zones/1", body={**body, "covers": "part", "absence_after_s": 300})
    assert told.json["opening"]["weekly"]["monday"] == WEEK["monday"]
    assert (told.json["fusion"], told.json["covers"]) == ("lines", "part")
    assert (told.json["absence_after_s"], told.json["absence_when_closed_s"]) == (300, 0)
    assert caller.get("/v3/zones/1").json == told.json
    assert caller.get(LOCATION).json["opening"] is None


def test_a_change_of_hours_is_a_change_of_the_place(caller: Caller) -> None:
    tag = caller.get(LOCATION).headers["etag"]
    body = {"opening": {"weekly": WEEK}}
    assert caller("PATCH", LOCATION, body=body, if_match=tag).status == 200
    late = caller("PATCH", LOCATION, body=body, if_match=tag)
    assert (late.status, late.json["code"]) == (412, "changed_meanwhile")


@pytest.mark.parametrize(
    ("opening", "field"),
    [
        ({"weekly": {}, "holidays": {"country": "XX"}}, "opening.holidays.country"),
        ({"weekly": {}, "holidays": {"country": "CH", "region": "ZZH"}}, "opening.holidays.region"),
        (
            {"weekly": {}, "exceptions": [{"date": "2026-01-01"}, {"date": "2026-01-01"}]},
            "opening.exceptions",
        ),
        ({"weekly": {"monday": [{"opens": "9:00", "closes": "12:00"}]}}, "opens"),
        ({"weekly": {"mon": []}}, "mon"),
        ({}, "weekly"),
    ],
)
def test_hours_that_cannot_be_are_refused(
    caller: Caller, opening: dict[str, Any], field: str
) -> None:
    told = caller("PATCH", LOCATION, body={"opening": opening})
    assert told.status == 400
    assert field in told.body.decode()
    assert caller.get(LOCATION).json["opening"] is None


def test_what_the_number_rests_on_is_told(caller: Caller) -> None:
    (row,) = caller.get("/v3/data/live", {"zone_id": 1}).json["data"]
    assert row["basis"] == "lines"
