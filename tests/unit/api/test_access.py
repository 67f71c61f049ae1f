"""Who may ask what: keys, scopes, sessions, sight and rates, seen through the API."""

import pytest

from countline.limits import SESSION_S_MAX
from tests.unit.api.building import DAY, House

COUNT = {"sensor_id": "SNSR_001", **DAY}


def code(told: object) -> str:
    return str(told.problem["code"])  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "form", ["X-API-Key: {}", "Authorization: Apikey {}", "Authorization: Bearer {}"]
)
def test_the_three_forms_of_a_key(house: House, form: str) -> None:
    name, _, value = form.format(house.caller().key).partition(": ")
    told = house.nobody().get("/v3/data/count", COUNT, **{name.lower().replace("-", "_"): value})
    assert told.status == 200


def test_no_key_is_401_with_how_to_send_one(house: House) -> None:
    told = house.nobody().get("/v3/data/count", COUNT)
    assert (told.status, code(told)) == (401, "key_missing")
    assert told.headers["www-authenticate"].startswith("Apikey")
    assert "X-API-Key" in told.problem["detail"]


def test_wrong_expired_and_withdrawn_keys_say_which(house: House) -> None:
    assert code(house.nobody().get("/v3/zones", x_api_key="cl_wrong")) == "key_wrong"
    short = house.caller(expires_s=house.clock.ms // 1000 + 60)
    assert short.get("/v3/zones").status == 200
    house.clock.ms += 60_000
    assert code(short.get("/v3/zones")) == "key_expired"
    admin = house.caller("read", "admin")
    (key_id,) = [
        k["key_id"] for k in admin.get("/v3/keys").json["data"] if k["scopes"] == ["read", "admin"]
    ]
    assert admin("DELETE", f"/v3/keys/{key_id}").json["withdrawn_at"] is not None
    assert code(admin.get("/v3/zones")) == "key_withdrawn"


def test_a_key_in_the_address_is_400_even_beside_a_right_one(house: House) -> None:
    told = house.caller().get("/v3/zones", {"api_key": "cl_anything"})
    assert (told.status, code(told)) == (400, "key_in_query")
    assert "cl_anything" not in told.body.decode()


def test_two_different_keys_are_400(house: House) -> None:
    caller = house.caller()
    told = caller.get("/v3/zones", authorization="Bearer cl_other")
    assert (told.status, code(told)) == (400, "two_keys")
    assert caller.get("/v3/zones", authorization=f"Bearer {caller.key}").status == 200


def test_checks_come_in_order(house: House) -> None:
    """Key, scope, parameters, sight, range: each request below fails one check later."""
    wrong = {"sensor_id": "NONE", "start_ts": "x"}
    assert house.nobody().get("/v3/data/count", wrong).status == 401
    assert house.caller("write").get("/v3/data/count", wrong).status == 403
    caller = house.caller()
    assert caller.get("/v3/data/count", wrong).status == 400
    backwards = {"sensor_id": "NONE", "start_ts": DAY["end_ts"], "end_ts": DAY["start_ts"]}
    assert caller.get("/v3/data/count", backwards).status == 404
    assert caller.get("/v3/data/count", {**backwards, "sensor_id": "SNSR_001"}).status == 422


def test_a_scope_that_is_missing_is_named(house: House) -> None:
    told = house.caller("read").get("/v3/keys")
    assert (told.status, code(told)) == (403, "scope_missing")
    assert "'admin'" in told.problem["detail"]


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/v3/data/count", {"sensor_id": "{}", **DAY}),
        ("/v3/data/live", {"sensor_id": "{}"}),
        ("/api/v1/counts/current", {"sensorId": "{}"}),
        ("/v3/sensors/{}", {}),
        ("/v3/sensors/{}/health", {}),
    ],
)
def test_what_is_unseen_answers_like_what_is_not_there(
    house: House, path: str, query: dict[str, str]
) -> None:
    house.add_location("LOC_B")
    blind = house.caller(locations=("LOC_B",))
    unseen, absent = (
        blind.get(path.format(name), {k: v.format(name) for k, v in query.items()})
        for name in ("SNSR_001", "SNSR_00X")
    )
    assert unseen.status == absent.status == 404
    assert unseen.body == absent.body.replace(b"SNSR_00X", b"SNSR_001")
    told = house.caller().get(
        path.format("SNSR_001"), {k: v.format("SNSR_001") for k, v in query.items()}
    )
    assert told.status == 200


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/v3/data/count", {"location_id": "{}", **DAY}),
        ("/v3/data/live", {"location_id": "{}"}),
        ("/api/v1/occupancy/current", {"locationId": "{}"}),
        ("/v3/zones", {"location_id": "{}"}),
        ("/v3/lines", {"location_id": "{}"}),
        ("/v3/sensors", {"location_id": "{}"}),
        ("/v3/locations/{}", {}),
        ("/v3/locations/{}/health", {}),
    ],
)
def test_unseen_locations_too(house: House, path: str, query: dict[str, str]) -> None:
    house.add_location("LOC_B")
    blind = house.caller(locations=("LOC_B",))
    unseen, absent = (
        blind.get(path.format(name), {k: v.format(name) for k, v in query.items()})
        for name in ("LOC_NYC_05", "LOC_NYC_0X")
    )
    assert unseen.status == absent.status == 404
    assert unseen.body == absent.body.replace(b"LOC_NYC_0X", b"LOC_NYC_05")


def test_unseen_zones_and_lines_too(house: House) -> None:
    house.add_location("LOC_B")
    blind = house.caller("read", "write", locations=("LOC_B",))
    for path in ("/v3/zones/{}", "/v3/lines/{}"):
        unseen, absent = (blind.get(path.format(n)) for n in ("1", "9"))
        assert unseen.status == absent.status == 404
        assert unseen.body == absent.body.replace(b"9", b"1")
        assert blind("PATCH", path.format("1"), body={"name": "mine"}).status == 404
    unseen, absent = (blind.get("/v3/data/count", {"zone_id": n, **DAY}) for n in ("1", "9"))
    assert unseen.status == absent.status == 404
    assert unseen.body == absent.body.replace(b"9", b"1")


def test_a_naive_time_tells_nothing_of_an_unseen_location(house: House) -> None:
    house.add_location("LOC_B", "Asia/Tokyo")
    house.add_location("LOC_C", "Asia/Tokyo")
    blind = house.caller(locations=("LOC_B", "LOC_C"))
    told = blind.get("/v3/data/count", {**COUNT, "start_ts": "2023-10-01T00:00:00"})
    assert "NYC" not in told.body.decode()
    assert "-04:00" not in told.body.decode()


def test_lists_hold_only_what_is_in_sight(house: House) -> None:
    house.add_location("LOC_B")
    blind = house.caller("read", "admin", locations=("LOC_B",))
    assert [x["location_id"] for x in blind.get("/v3/locations").json["data"]] == ["LOC_B"]
    assert blind.get("/v3/sensors").json["data"] == []
    assert [z["zone_id"] for z in blind.get("/v3/zones").json["data"]] == [2]
    assert {r["location_id"] for r in blind.get("/api/v1/occupancy/current").json["data"]} == {
        "LOC_B"
    }
    assert blind.get("/v3/health").json["sensors"]["unknown"] == 0
    assert house.caller().get("/v3/health").json["sensors"]["unknown"] == 2
    (only,) = blind.get("/v3/keys").json["data"]
    assert only["locations"] == ["LOC_B"]


def test_version_1_takes_the_only_location_in_sight(house: House) -> None:
    asked = {"from": DAY["start_ts"], "to": DAY["end_ts"]}
    house.add_location("LOC_B")
    one = house.caller(locations=("LOC_NYC_05",))
    assert [r["in"] for r in one.get("/api/v1/counts/hourly", asked).json["data"]] == [145, 210]
    told = house.caller().get("/api/v1/counts/hourly", asked)
    assert (told.status, told.problem["errors"][0]["code"]) == (400, "missing")


# -- keys -----------------------------------------------------------------------------------------
def test_a_key_is_made_shown_once_and_used(house: House) -> None:
    admin = house.caller("read", "admin")
    body = {"name": "display", "locations": ["LOC_NYC_05"], "rate": {"quota": 5, "window_s": 10}}
    made = admin("POST", "/v3/keys", body=body)
    assert made.status == 201
    assert list(made.json)[:7] == [
        "key_id", "key", "name", "scopes", "locations", "expires_at", "rate",
    ]  # fmt: skip
    assert made.json["key"].startswith("cl_")
    assert made.headers["cache-control"] == "no-store"
    told = house.nobody().get("/v3/zones", x_api_key=made.json["key"])
    assert told.headers["ratelimit-policy"] == '"default";q=5;w=10'
    shown = admin.get(f"/v3/keys/{made.json['key_id']}")
    assert shown.json["name"] == "display"
    assert made.json["key"] not in shown.body.decode() + admin.get("/v3/keys").body.decode()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"scopes": ["write"]}, 403),
        ({"scopes": ["trajectories"]}, 403),
        ({"scopes": ["read"]}, 403),  # no locations named: all of them
        ({"locations": ["LOC_B"]}, 404),
        ({"locations": ["LOC_NYC_05"]}, 201),
    ],
)
def test_no_key_makes_one_that_may_more(
    house: House, body: dict[str, list[str]], status: int
) -> None:
    house.add_location("LOC_B")
    admin = house.caller("read", "admin", locations=("LOC_NYC_05",))
    assert admin("POST", "/v3/keys", body={"name": "x", **body}).status == status


def test_keys_that_see_more_are_out_of_sight(house: House) -> None:
    wide = house.caller("admin")
    (key,) = wide.get("/v3/keys").json["data"]
    narrow = house.caller("admin", locations=("LOC_NYC_05",))
    assert narrow.get(f"/v3/keys/{key['key_id']}").status == 404
    assert narrow("DELETE", f"/v3/keys/{key['key_id']}").status == 404
    assert wide.get("/v3/keys").status == 200


# -- sessions -------------------------------------------------------------------------------------
def cookie_of(house: House) -> str:
    made = house.caller("read", "write", "admin")("POST", "/v3/session")
    assert made.status == 201
    cookie, *attributes = made.headers["set-cookie"].split("; ")
    assert {"HttpOnly", "SameSite=Strict", "Path=/v3", f"Max-Age={SESSION_S_MAX}"} <= set(
        attributes
    )
    assert made.json["ends_at"] == "2026-01-01T12:00:00Z"
    return cookie


def test_a_session_reads_version_3_and_nothing_else(house: House) -> None:
    cookie = cookie_of(house)
    nobody = house.nobody()
    assert nobody.get("/v3/zones", cookie=cookie).status == 200
    assert nobody.get("/api/v1/zones", cookie=cookie).status == 401
    assert nobody.get("/data/count", COUNT, cookie=cookie).status == 401
    assert nobody("POST", "/v3/zones", body={}, cookie=cookie).status == 401
    assert nobody("POST", "/v3/session", cookie=cookie).status == 401


def test_a_session_ends_by_hand_by_time_and_with_its_key(house: House) -> None:
    nobody = house.nobody()
    cookie = cookie_of(house)
    ended = nobody("DELETE", "/v3/session", cookie=cookie)
    assert (ended.status, ended.body) == (204, b"")
    assert "Max-Age=0" in ended.headers["set-cookie"]
    assert code(nobody.get("/v3/zones", cookie=cookie)) == "session_ended"

    cookie = cookie_of(house)
    for key in list(house.engine.desk.current().keys):
        house.run(house.engine.access.withdraw_key(key))
    assert code(nobody.get("/v3/zones", cookie=cookie)) == "key_withdrawn"

    cookie = cookie_of(house)
    house.clock.ms += SESSION_S_MAX * 1000
    assert code(nobody.get("/v3/zones", cookie=cookie)) == "session_ended"


# -- rates ----------------------------------------------------------------------------------------
def test_every_answer_says_how_the_key_stands(house: House) -> None:
    caller = house.caller()
    for told in (
        caller.get("/v3/zones"), caller.get("/v3/zones/9"), caller.get("/v3/keys"),
        caller.get("/v3/zones", {"x": "1"}), caller("POST", "/v3/zones", body=1),
    ):  # fmt: skip
        assert told.headers["ratelimit-policy"] == '"default";q=600;w=60'
        assert told.headers["ratelimit"].startswith('"default";r=59')
    for told in (house.nobody().get(path) for path in ("/", "/healthz", "/nowhere", "/v3/zones")):
        assert told.headers["ratelimit-policy"] == '"wrong-keys";q=10;w=60'
        assert "ratelimit" in told.headers


def test_a_spent_quota_is_429_until_retry_after(house: House) -> None:
    caller = house.caller(quota=2)
    assert [caller.get("/v3/zones").status for _ in range(3)] == [200, 200, 429]
    told = caller.get("/v3/zones")
    assert told.problem["type"] == "https://iana.org/assignments/http-problem-types#quota-exceeded"
    assert told.problem["violated-policies"] == ["default"]
    assert told.headers["ratelimit"] == '"default";r=0;t=60'
    house.clock.ms += int(told.headers["retry-after"]) * 1000
    assert caller.get("/v3/zones").status == 200
    assert house.caller().get("/v3/zones").status == 200


def test_ten_wrong_keys_from_an_address_then_429_for_wrong_ones(house: House) -> None:
    nobody = house.nobody()
    statuses = [nobody.get("/v3/zones", x_api_key=f"cl_{n}").status for n in range(11)]
    assert statuses == [401] * 10 + [429]
    told = nobody.get("/v3/zones", x_api_key="cl_11")
    assert (code(told), told.headers["retry-after"]) == ("too_many_wrong_keys", "60")
    assert house.caller().get("/v3/zones").status == 200
    assert house.nobody("192.0.2.2").get("/v3/zones", x_api_key="cl_x").status == 401
    house.clock.ms += 60_000
    assert nobody.get("/v3/zones", x_api_key="cl_12").status == 401
