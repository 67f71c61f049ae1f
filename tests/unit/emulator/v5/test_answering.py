"""Who may ask what, and how a device refuses."""

import pytest

from countline.emulator.v5 import emulated_sensor
from countline.emulator.v5.sessions import UNUSED_S_MAX, VALID_S
from tests.unit.emulator.v5.asking import ADMIN, ask, basic, fresh, try_asking

NOBODY: dict[str, str] = {}
QUIET = {"x-requested-with": "XmlHttpRequest"}


class Time:
    """True time that a test moves."""

    def __init__(self) -> None:
        self.at_ms = 1_780_000_000_000

    def now_ms(self) -> int:
        return self.at_ms

    def pass_s(self, seconds: float) -> None:
        self.at_ms += round(seconds * 1000)


@pytest.mark.parametrize("path", ["/device/info", "/device/id", "/device/state"])
def test_open_to_all(path: str) -> None:
    assert ask(fresh(), "GET", path, headers=NOBODY).status == 200


@pytest.mark.parametrize("who", [NOBODY, basic("admin", "wrong"), basic("nobody", "pass")])
def test_nobody_else_learns_anything(who: dict[str, str]) -> None:
    refused = ask(fresh(), "GET", "/time", headers=who)
    assert refused.status == 401
    assert refused.json == {"code": 401, "info": "Not authorized"}
    assert refused.headers["WWW-Authenticate"].startswith("Basic")


def test_a_script_is_not_challenged() -> None:
    refused = ask(fresh(), "GET", "/time", headers=QUIET)
    assert (refused.status, refused.headers) == (401, {})


@pytest.mark.parametrize("path", ["/api/v5/nonsense", "/api/v5/device", "/api/v4/info", "/"])
def test_what_does_not_exist_is_forbidden_in_html(path: str) -> None:
    refused = ask(fresh(), "GET", path if path.startswith("/api") else f"/api{path}")
    assert (refused.status, refused.kind) == (403, "text/html")
    assert b"<title>403 - Forbidden</title>" in refused.body


def test_an_unknown_id_is_not_found_in_json() -> None:
    refused = ask(fresh(), "GET", "/singlesensor/scene/geometries/77")
    assert (refused.status, refused.code) == (404, 10000)


def test_a_viewer_reads_and_changes_nothing() -> None:
    device = fresh()
    viewer = basic("viewer", "viewer")
    assert ask(device, "GET", "/time", headers=viewer).status == 401  # not active yet
    assert ask(device, "PUT", "/users/viewer/activation", {"active": True}).status == 200
    assert ask(device, "GET", "/time", headers=viewer).status == 200
    assert ask(device, "GET", "/singlesensor/analysis/logics", headers=viewer).status == 200
    for method, path in (
        ("PUT", "/device/id"),
        ("POST", "/device/reboot"),
        ("GET", "/device/backup"),
        ("GET", "/users"),
        ("DELETE", "/singlesensor/scene/geometries"),
    ):
        refused = ask(device, method, path, {}, headers=viewer)
        assert refused.status == 403
        assert refused.kind == "application/json"
        assert "privilege" in refused.json["info"]


def test_a_session_ends_by_age_for_want_of_use_by_logout_and_by_reboot() -> None:
    time = Time()
    device = emulated_sensor(true_ms=time.now_ms)

    def login() -> dict[str, str]:
        made = ask(device, "POST", "/users/login")
        assert made.status == 201
        assert made.json["valid_for"] == VALID_S
        return {"authorization": f"Bearer {made.json['token']}"}

    def status(session: dict[str, str]) -> int:
        return ask(device, "GET", "/time", headers=session).status

    session = login()
    for _ in range(VALID_S // UNUSED_S_MAX):
        time.pass_s(UNUSED_S_MAX - 10)
        assert status(session) == 200
    time.pass_s(UNUSED_S_MAX)
    assert status(session) == 401
    session = login()
    time.pass_s(UNUSED_S_MAX + 1)
    assert status(session) == 401
    session = login()
    assert ask(device, "POST", "/users/logout", headers=session).status == 200
    assert status(session) == 401
    session = login()
    device.reboot()
    assert try_asking(device, "GET", "/device/info") is None
    time.pass_s(device.running.reboot_s)
    assert status(session) == 401
    assert ask(device, "GET", "/device/state").json["details"]["uptime_sec"] == 0


def test_privacy_modes_block_and_only_the_master_key_lowers_them() -> None:
    device = fresh()
    paths = {"/singlesensor/scene/images/live.jpg": 0, "/singlesensor/scene/images/data": 2}
    for mode in (0, 1, 2, 3):
        assert ask(device, "PUT", "/privacy/mode", {"privacy_mode": mode}).status == 200
        for path, allowed in paths.items():
            assert ask(device, "GET", path).status == (200 if mode <= allowed else 451)
        assert ask(device, "GET", "/singlesensor/data/live/counts").status == 200
    assert ask(device, "PUT", "/privacy/mode", {"privacy_mode": 1}).status == 403
    lower = {"privacy_mode": 1, "smk": device.smk}
    assert ask(device, "PUT", "/privacy/mode", lower).status == 200
    assert ask(device, "GET", "/privacy/mode").json == {"privacy_mode": 1}


@pytest.mark.parametrize(
    ("body", "headers", "code"),
    [
        (None, {}, 11001),
        (b"a=1", {"content-type": "application/x-www-form-urlencoded"}, 11000),
        (b"{", {}, 11100),
        (b"[]", {}, 10010),
        (b'{"name": 7}', {}, 10010),
    ],
)
def test_bodies_that_cannot_be_taken(
    body: bytes | None, headers: dict[str, str], code: int
) -> None:
    device = fresh()
    before = device.snapshot()
    refused = ask(device, "PUT", "/device/id", body, headers={**ADMIN, **headers})
    assert (refused.status, refused.code) == (400, code)
    assert device.snapshot() == before


def test_passwords_obey_the_policy() -> None:
    device = fresh()
    policy = {"min_characters": 8, "max_characters": 64, "min_numeric_characters": 1}
    assert ask(device, "PUT", "/policy/password/strength", policy).status == 200
    refused = ask(device, "PUT", "/users/current/password", {"password": "short"})
    assert refused.json["detail"] == ["min_characters: 8", "min_numeric_characters: 1"]
    assert ask(device, "PUT", "/users/current/password", {"password": "longer123"}).status == 200
    assert ask(device, "GET", "/time").status == 401
    now = basic("admin", "longer123")
    assert ask(device, "GET", "/users/current", headers=now).json["factory_default"] is False
    assert ask(device, "POST", "/users/reset", {"smk": "no"}, headers=NOBODY).status == 403
    assert ask(device, "POST", "/users/reset", {"smk": device.smk}, headers=NOBODY).status == 200
    assert ask(device, "GET", "/time").status == 200


def test_the_clock_is_set_by_hand_only_without_ntp() -> None:
    time = Time()
    device = emulated_sensor(true_ms=time.now_ms)
    assert ask(device, "PUT", "/time/manual", {"time_utc": "2030-01-01T00:00:00Z"}).status == 412
    off = {"time_zone": "Europe/Zurich", "ntp_enabled": False}
    assert ask(device, "PUT", "/time", off).status == 200
    assert ask(device, "PUT", "/time/manual", {"time_utc": "no time"}).code == 11200
    assert ask(device, "PUT", "/time/manual", {"time_utc": "1999-01-01T00:00:00Z"}).code == 11201
    assert ask(device, "PUT", "/time/manual", {"time_local": "2030-01-01T01:00:00"}).status == 200
    state = ask(device, "GET", "/time/state").json
    assert state["details"] == {"time": "2030-01-01T01:00:00+01:00", "tz_offset_sec": 3600}
    assert len(device.running.steps) == 2
    assert ask(device, "PUT", "/time", {**off, "ntp_enabled": True}).status == 200
    assert device.running.offset_ms() == 0
    assert ask(device, "PUT", "/time", {**off, "time_zone": "Mars/Olympus"}).code == 10010


def test_faults_of_the_device_itself() -> None:
    time = Time()
    device = emulated_sensor(true_ms=time.now_ms)
    name = {"name": "a", "group": "b"}
    device.faults.pace_s = 2.0
    time.pass_s(5)
    assert ask(device, "PUT", "/device/id", name).status == 200
    assert ask(device, "PUT", "/device/id", name).status == 503
    assert ask(device, "GET", "/device/id").status == 200
    time.pass_s(2)
    assert ask(device, "PUT", "/device/id", name).status == 200
    device.faults.pace_s = 0.0
    device.faults.firmware = "5.x-beta"
    assert ask(device, "GET", "/device/info").json["fw_version"] == "5.x-beta"
    device.faults.nonsense = "json"
    assert "fw_version" not in ask(device, "GET", "/device/info").json
    device.faults.nonsense = "broken"
    assert ask(device, "GET", "/device/info").status == 200
    device.faults.nonsense = ""
    device.faults.dies_after = device.changes + 1
    assert ask(device, "PUT", "/device/id", name).status == 200
    assert try_asking(device, "PUT", "/device/id", name) is None
    assert try_asking(device, "GET", "/device/info") is None
