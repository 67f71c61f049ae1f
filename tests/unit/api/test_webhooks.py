"""Webhooks over the API: who may make them, of what, what is shown, and what is refused."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest

from countline.engine.webhooks import FixedWebhook, WebhookDesk
from countline.limits import WEBHOOKS_MAX
from countline.model import webhook as model
from countline.model.event import TOLD_KINDS
from countline.vault import Vault, new_key
from countline.wire import v3_webhooks as wire
from tests.unit.api.building import HOOK, Answered, Caller, House, furnish, open_house

URL = "https://example.org/hook?token=abc"
PATH = f"/v3/webhooks/{HOOK.webhook_id}"


@pytest.fixture
def house() -> Iterator[House]:
    with open_house() as house:
        furnish(house)
        house.add_location("LOC_2")
        yield house


@pytest.fixture
def caller(house: House) -> Caller:
    return house.caller("read", "write")


def add(caller: Caller, path: str = "/v3/webhooks", **body: Any) -> Answered:
    return caller("POST", path, body={"url": URL, **body})


def code(told: Answered) -> tuple[int, str]:
    return told.status, told.problem["code"]


def fields(told: Answered) -> list[str]:
    assert told.status == 400
    return [one["field"] for one in told.problem["errors"]]


def test_a_webhook_is_made_as_documented(caller: Caller) -> None:
    told = add(caller, kinds=["occupancy.changed"], filter={})
    assert told.status == 201
    begins = ["webhook_id", "url", "kinds", "filter", "secret", "state"]
    assert list(told.json)[:6] == begins
    made = told.json
    assert made["webhook_id"].startswith("wh_")
    assert made["secret"].startswith("whsec_")
    assert (made["kinds"], made["filter"], made["state"]) == (["occupancy.changed"], {}, "active")
    assert told.headers["cache-control"] == "no-store"
    assert told.headers["etag"] == caller.get(f"/v3/webhooks/{made['webhook_id']}").headers["etag"]


def test_a_secret_is_shown_once(caller: Caller) -> None:
    made = add(caller).json
    path = f"/v3/webhooks/{made['webhook_id']}"
    seen = [
        caller.get(path),
        caller.get("/v3/webhooks"),
        caller.get("/api/v1/webhooks"),
        caller("PATCH", path, body={"name": "x"}),
        caller("POST", f"{path}/test"),
        caller.get(f"{path}/deliveries"),
    ]
    assert {one.status for one in seen} == {200}
    assert not [one for one in seen if made["secret"] in one.body.decode()]
    rotated = caller("POST", f"{path}/rotate").json
    assert rotated["secret"] not in ("", made["secret"])


def test_everything_asked_for_comes_back(caller: Caller) -> None:
    body: dict[str, Any] = {
        "kinds": ["zone.empty", "occupancy.changed"],
        "filter": {
            "locations": ["LOC_NYC_05"], "zones": [1], "sensors": ["SNSR_001"],
            "threshold": 20, "rate_seconds": 60,
        },
        "name": "Guards",
        "batch": {"items": 50, "wait_seconds": 10},
        "state": "paused",
    }  # fmt: skip
    made = add(caller, **body).json
    told = caller.get(f"/v3/webhooks/{made['webhook_id']}").json
    assert {name: told[name] for name in body} == body
    assert (told["origin"], told["messages"], told["waiting"]) == ("api", 0, None)


def test_version_1_spells_as_it_spells_elsewhere(caller: Caller) -> None:
    told = add(caller, "/api/v1/webhooks", filter={"zones": [1], "rateSeconds": 30})
    assert told.status == 201
    assert list(told.json)[:6] == ["webhookId", "url", "kinds", "filter", "secret", "state"]
    rows = caller.get("/api/v1/webhooks", {"limit": 1}).json
    assert rows["next"]
    (row,) = [
        one
        for one in caller.get("/api/v1/webhooks").json["data"]
        if one["webhookId"] == told.json["webhookId"]
    ]
    assert row["filter"] == {"zones": [1], "rateSeconds": 30}
    assert "secret" not in row
    assert fields(add(caller, "/api/v1/webhooks", filter={"rate_seconds": 1}))


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"url": "example.org/hook"}, "url"),
        ({"url": "ftp://example.org/"}, "url"),
        ({"url": "https://"}, "url"),
        ({"url": "http://[::1/x/y/z"}, "url"),
        ({"url": "https://user:password@example.org/"}, "url"),
        ({"url": "https://example.org/" + "x" * 2_000}, "url"),
        ({"kinds": ["counts.provisional"]}, "kinds[0]"),
        ({"filter": {"threshold": 0}}, "filter.threshold"),
        ({"filter": {"rate_seconds": 3_601}}, "filter.rate_seconds"),
        ({"filter": {"colour": "red"}}, "filter.colour"),
        ({"batch": {"items": 1}}, "batch.items"),
        ({"batch": {"items": 501}}, "batch.items"),
        ({"state": "disabled"}, "state"),
        ({"secret": "mine"}, "secret"),
    ],
)
def test_what_cannot_be_is_named(caller: Caller, body: Any, field: str) -> None:
    assert fields(add(caller, **body)) == [field]


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "10.0.0.1", "[::1]", "169.254.169.254", "192.168.1.1:8080"]
)
def test_addresses_that_only_the_server_can_reach_are_refused(caller: Caller, host: str) -> None:
    refused = (422, "webhook_address_refused")
    assert code(add(caller, url=f"http://{host}/x")) == refused
    assert code(caller("PATCH", PATH, body={"url": f"http://{host}/x"})) == refused


def test_what_is_not_there_is_named(caller: Caller) -> None:
    for chosen, expected in (
        ({"locations": ["LOC_9"]}, "location_not_found"),
        ({"zones": [99]}, "zone_not_found"),
        ({"sensors": ["S_9"]}, "sensor_not_found"),
    ):
        assert code(add(caller, filter=chosen)) == (404, expected)
        assert code(caller("PATCH", PATH, body={"filter": chosen})) == (404, expected)
    for method, path in (
        ("GET", ""), ("DELETE", ""), ("POST", "/test"), ("POST", "/rotate"),
        ("GET", "/deliveries"), ("GET", "/dead-letters"),
    ):  # fmt: skip
        assert code(caller(method, f"/v3/webhooks/wh_0{path}")) == (404, "webhook_not_found")


def test_reading_needs_no_right_to_change_and_shows_no_secret_path(house: House) -> None:
    made = add(house.caller("read", "write")).json
    reader = house.caller("read")
    path = f"/v3/webhooks/{made['webhook_id']}"
    assert reader.get(path).json["url"] == "https://example.org/..."
    for method, more in (
        ("POST", ""), ("PATCH", path), ("DELETE", path), ("POST", f"{path}/rotate"),
        ("POST", f"{path}/test"), ("POST", f"{path}/replay"),
    ):  # fmt: skip
        assert code(reader(method, more or "/v3/webhooks", body={})) == (403, "scope_missing")


# -- keys of some locations -----------------------------------------------------------------------


def test_a_key_of_some_locations_makes_webhooks_of_those_and_sees_no_others(house: House) -> None:
    limited = house.caller("read", "write", locations=("LOC_2",))
    made = add(limited).json
    assert made["filter"] == {"locations": ["LOC_2"]}, "none named are all of the key's"
    assert code(add(limited, filter={"locations": ["LOC_NYC_05"]})) == (404, "location_not_found")
    assert code(add(limited, filter={"zones": [1]})) == (404, "zone_not_found")
    assert code(add(limited, filter={"sensors": ["SNSR_001"]})) == (404, "sensor_not_found")
    assert [x["webhook_id"] for x in limited.get("/v3/webhooks").json["data"]] == [
        made["webhook_id"]
    ]
    assert code(limited.get(PATH)) == (404, "webhook_not_found")
    assert code(limited("DELETE", PATH)) == (404, "webhook_not_found")
    changed = limited("PATCH", f"/v3/webhooks/{made['webhook_id']}", body={"filter": {}}).json
    assert changed["filter"] == {"locations": ["LOC_2"]}, "a change widens nothing"
    everything = house.caller("read", "write")
    both = {"locations": ["LOC_NYC_05", "LOC_2"]}
    wide = add(everything, filter=both).json
    assert code(limited.get(f"/v3/webhooks/{wide['webhook_id']}")) == (404, "webhook_not_found")
    assert len(everything.get("/v3/webhooks").json["data"]) == 3


def test_devices_that_nobody_registered_are_told_to_who_may_adopt_them(house: House) -> None:
    kinds = ["sensor.discovered"]
    assert code(add(house.caller("read", "write"), kinds=kinds)) == (403, "scope_missing")
    limited = house.caller("read", "write", "admin", locations=("LOC_2",))
    assert code(add(limited, kinds=kinds)) == (403, "scope_missing")
    admin = house.caller("read", "write", "admin")
    assert add(admin, kinds=kinds).status == 201
    assert fields(add(admin, kinds=kinds, filter={"locations": ["LOC_2"]})) == ["kinds"]
    patched = house.caller("read", "write")("PATCH", PATH, body={"kinds": kinds})
    assert code(patched) == (403, "scope_missing")

    def devices(webhook_id: str) -> bool:
        return house.run(house.webhooks.one(webhook_id)).webhook.devices

    assert devices(add(admin).json["webhook_id"])
    assert not devices(add(house.caller("read", "write")).json["webhook_id"])


# -- changing -------------------------------------------------------------------------------------


def test_a_change_of_another_version_is_refused(caller: Caller) -> None:
    known = caller.get(PATH).headers["etag"]
    first = caller("PATCH", PATH, body={"name": "one"}, if_match=known)
    assert (first.status, first.json["name"]) == (200, "one")
    late = caller("PATCH", PATH, body={"name": "two"}, if_match=known)
    assert code(late) == (412, "changed_meanwhile")
    assert code(caller("DELETE", PATH, if_match=known)) == (412, "changed_meanwhile")
    assert caller("DELETE", PATH, if_match=first.headers["etag"]).status == 204
    assert code(caller.get(PATH)) == (404, "webhook_not_found")


def test_what_a_change_leaves_out_stays(caller: Caller) -> None:
    before = caller.get(PATH).json
    after = caller("PATCH", PATH, body={"batch": {"items": 5}}).json
    assert after["batch"] == {"items": 5, "wait_seconds": 0}
    same = ("url", "kinds", "filter", "name", "state")
    assert {n: after[n] for n in same} == {n: before[n] for n in same}
    assert caller("PATCH", PATH, body={"batch": None}).json["batch"] is None


@pytest.mark.parametrize("body", [{}, {"after_event": 1, "dead_letters": True}])
def test_a_replay_says_from_where(caller: Caller, body: Any) -> None:
    assert fields(caller("POST", f"{PATH}/replay", body=body)) == ["after_event"]


@pytest.mark.parametrize("body", [{"after_event": 10**9}, {"since": "2199-01-01T00:00:00Z"}])
def test_what_the_log_does_not_hold_is_said_so(caller: Caller, body: Any) -> None:
    told = caller("POST", f"{PATH}/replay", body=body)
    if "since" in body:
        assert told.json["events"] == 0, "nothing has happened since then"
    else:
        assert code(told) == (422, "events_forgotten")


def test_what_was_forgotten_is_said_so(house: House, caller: Caller) -> None:
    def forget(tx: Any) -> None:
        tx.forget(bodies_before_ms=0, events_before_ms=2**53)

    house.run(house.engine.store.write(forget))
    assert code(caller("POST", f"{PATH}/replay", body={"after_event": 0})) == (
        422,
        "events_forgotten",
    )


def test_there_can_be_so_many(house: House, caller: Caller) -> None:
    for _ in range(WEBHOOKS_MAX - 1):
        house.run(house.webhooks.add(model.Webhook(webhook_id="", url=URL)))
    assert code(add(caller)) == (409, "too_many_webhooks")


def test_who_posts_nothing_says_so(house: House) -> None:
    vault = Vault({1: new_key()})
    desk = WebhookDesk(
        house.engine.desk, house.engine.feed, vault=lambda: vault, now_ms=house.clock.now_ms
    )
    with pytest.raises(Exception, match="posts no webhooks"):
        house.run(desk.test(HOOK.webhook_id))


# -- those of the settings ------------------------------------------------------------------------


def test_a_webhook_of_the_settings_is_seen_and_paused_but_not_changed(house: House) -> None:
    fixed = model.Webhook(webhook_id="wh_fixed", url=URL, devices=True)
    house.webhooks._fixed = {
        fixed.webhook_id: FixedWebhook(webhook=fixed, secrets=("whsec_x",), allow_private=False)
    }
    caller, path = house.caller("read", "write"), "/v3/webhooks/wh_fixed"
    told = caller.get(path).json
    assert (told["origin"], told["created_at"]) == ("settings", None)
    in_settings = (409, "webhook_in_settings")
    assert code(caller("PATCH", path, body={"name": "x"})) == in_settings
    assert code(caller("DELETE", path)) == in_settings
    assert code(caller("POST", f"{path}/rotate")) == in_settings
    assert caller("PATCH", path, body={"state": "paused"}).json["state"] == "paused"
    assert caller.get(path).json["state"] == "paused"
    assert caller("POST", f"{path}/replay", body={"after_event": 0}).status == 200
    assert caller("POST", f"{path}/test").json["taken"]


def test_the_wire_knows_the_kinds_and_states_of_the_model() -> None:
    assert set(get_args(wire.WebhookKind)) == set(TOLD_KINDS)
    assert get_args(wire.WebhookState) == get_args(model.WebhookState)
