"""Connections and agents as configuration: ids, volatile sets, defaults, refusals, undo."""

from typing import Any

import pytest

from countline.emulator.v5.connections import verdict
from countline.emulator.v5.delivering import Outcome
from tests.unit.emulator.v5.hall_device import Bench

PUSH = "/singlesensor/data/push"
CONNECTIONS, AGENTS = f"{PUSH}/connections", f"{PUSH}/agents"
HTTP = {"name": "to gateway", "protocol": "HTTP", "config": {"uri": "https://192.0.2.7/push"}}
AGENT = {
    "name": "minutes",
    "type": "LOGICS",
    "connection": 1000,
    "config": {
        "data": {"resolution": "ONE_MINUTE", "format": {"type": "JSON"}},
        "scheduler": {"type": "IMMEDIATE"},
    },
}

CONFIGS: dict[str, dict[str, Any]] = {
    "HTTP": {
        "uri": "http://10.1.2.3/ingest/a", "port": 8443, "ssl_enable": True,
        "auth_method": "BEARER_TOKEN", "auth_data": "secret",
        "custom_header_fields": [{"name": "X-Push-Key", "value": "abc"}],
        "chunked_transfer_enabled": True, "connection_timeout_s": 5,
    },
    "FTP": {"uri": "ftp://h", "user": "u", "password": "p", "file_mode": "APPEND_MAX_SIZE"},
    "SFTP": {"uri": "sftp://h", "user": "u", "new_file_permission": "664"},
    "MQTT": {"uri": "mqtt://h", "topic": "a/b", "qos_level": 1},
    "TCP": {"mode": "CLIENT", "uri": "tcp://h", "port": 9000},
    "UDP": {"mode": "LEGACY_OBJECT_STREAM_SERVER"},
}  # fmt: skip


@pytest.mark.parametrize("protocol", CONFIGS)
def test_every_protocol_is_kept_with_its_defaults(protocol: str) -> None:
    bench = Bench()
    body = {"name": protocol, "protocol": protocol, "config": CONFIGS[protocol]}
    made = bench.ask("POST", CONNECTIONS, body)
    assert made["id"] == 1000
    shown = dict(CONFIGS[protocol])
    if protocol == "SFTP":
        shown["new_file_permission"] = "rw-rw-r--"
    assert made["config"].items() >= shown.items()
    assert bench.ask("GET", f"{CONNECTIONS}/1000") == made
    assert bench.ask("PUT", f"{CONNECTIONS}/1000", made) == made
    assert bench.ask("GET", CONNECTIONS) == {"connections": [made]}


def test_ids_are_given_by_mode() -> None:
    bench = Bench()
    assert bench.ask("POST", CONNECTIONS, {**HTTP, "id": 7})["id"] == 1000
    assert bench.ask("POST", f"{CONNECTIONS}?id_mode=CLIENT", {**HTTP, "id": 7})["id"] == 7
    taken = bench.ask("POST", f"{CONNECTIONS}?id_mode=CLIENT", {**HTTP, "id": 7}, status=409)
    assert taken["code"] == 31000
    forced = {**HTTP, "id": 7, "name": "other"}
    assert bench.ask("POST", f"{CONNECTIONS}?id_mode=CLIENT_FORCE", forced)["name"] == "other"
    assert len(bench.ask("GET", CONNECTIONS)["connections"]) == 2
    bench.ask("POST", f"{CONNECTIONS}?id_mode=CLIENT", HTTP, status=400)
    bench.ask("POST", f"{CONNECTIONS}?id_mode=OTHER", HTTP, status=400)


def test_volatile_ones_are_apart_and_gone_after_a_reboot() -> None:
    bench = Bench()
    bench.ask("POST", CONNECTIONS, HTTP)
    before = bench.device.snapshot()
    made = bench.ask("POST", f"{CONNECTIONS}?volatile=true", HTTP)
    agent = bench.ask("POST", f"{AGENTS}?volatile=true", {**AGENT, "connection": made["id"]})
    assert made["id"] == agent["id"] == 100_000
    assert len(bench.ask("GET", CONNECTIONS)["connections"]) == 1
    assert len(bench.ask("GET", f"{CONNECTIONS}?volatile=true")["connections"]) == 1
    assert bench.ask("GET", f"{CONNECTIONS}/100000") == made
    assert bench.device.snapshot() == before
    bench.device.reboot()
    bench.time.to(bench.time.at_ms + 120_000)
    assert bench.ask("GET", f"{AGENTS}?volatile=true") == {"agents": []}
    bench.ask("GET", f"{CONNECTIONS}/100000", status=404)


def test_undoing_leaves_the_configuration_as_it_was() -> None:
    bench = Bench()
    before = bench.device.snapshot()
    connection = bench.ask("POST", CONNECTIONS, HTTP)
    agent = bench.ask("POST", AGENTS, AGENT)
    bench.ask("DELETE", f"{AGENTS}/{agent['id']}")
    bench.ask("DELETE", f"{CONNECTIONS}/{connection['id']}")
    assert bench.device.snapshot() == before
    bench.ask("DELETE", f"{AGENTS}/{agent['id']}", status=404)


def test_a_patch_changes_only_what_it_names() -> None:
    bench = Bench()
    made = bench.ask("POST", CONNECTIONS, HTTP)
    patched = bench.ask("PATCH", f"{CONNECTIONS}/1000", {"config": {"port": 81}})
    assert patched == {**made, "config": {**made["config"], "port": 81}}
    bench.ask("POST", AGENTS, AGENT)
    assert bench.ask("PATCH", f"{AGENTS}/1000", {"enabled": True})["enabled"] is True


def test_passwords_are_told_in_clear() -> None:
    bench = Bench()
    config = {**HTTP["config"], "auth_method": "BASIC", "user": "u", "password": "p"}  # type: ignore[dict-item]
    bench.ask("POST", CONNECTIONS, {**HTTP, "config": config})
    assert bench.ask("GET", f"{CONNECTIONS}/1000")["config"]["password"] == "p"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"protocol": "SMTP"}, "protocol"),
        ({"config": {}}, "uri"),
        ({"config": {"uri": "http://h", "port": 70_000}}, "port"),
        ({"config": {"uri": "http://h", "ports": 1}}, "ports"),
        ({"config": {"uri": "http://h", "auth_method": "NTLM"}}, "auth_method"),
        ({"config": {"uri": "http://h", "connection_timeout_s": 86_401}}, "connection_timeout_s"),
        ({"protocol": "TCP", "config": {"mode": "CLIENT"}}, "uri"),
        ({"protocol": "MQTT", "config": {"uri": "mqtt://h"}}, "topic"),
        ({"protocol": "SFTP", "config": {"uri": "h", "user": "u", "new_file_permission": "9"}}, "new_file"),
    ],
)  # fmt: skip
def test_wrong_connections_are_refused_by_field(change: dict[str, Any], says: str) -> None:
    refused = Bench().ask("POST", CONNECTIONS, {**HTTP, **change}, status=400)
    assert refused["code"] == 10010
    assert says in " ".join(refused["detail"])


def test_newer_firmware_is_stricter() -> None:
    long = {**HTTP, "config": {"uri": "http://h", "connection_timeout_s": 900}}
    Bench("5.6").ask("POST", CONNECTIONS, long)
    Bench("5.9").ask("POST", CONNECTIONS, long, status=400)
    gentle = {
        "type": "IMMEDIATE",
        "retry": {"mode": "INCREASING_DELAY", "delay_increase_const": 0.5},
    }
    agent = {**AGENT, "config": {**AGENT["config"], "scheduler": gentle}}  # type: ignore[dict-item]
    Bench("5.6").ask("POST", AGENTS, agent)
    refused = Bench("5.9").ask("POST", AGENTS, agent, status=400)
    assert "delay_increase_const" in refused["detail"][0]


def test_an_agent_is_disabled_unless_it_says_otherwise() -> None:
    made = Bench().ask("POST", AGENTS, AGENT)
    assert made["enabled"] is False
    assert made["config"]["data"]["package_size"] == 1
    assert made["config"]["data"]["format"]["time"] == "UNIX_TIME_MS"
    assert made["config"]["filters"] == {"included_logics": "ALL"}


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ({"data": {"resolution": "ONE_SECOND", "format": {"type": "JSON"}}}, "resolution"),
        ({"data": {"resolution": "ONE_MINUTE"}}, "format"),
        ({"data": {"format": {"type": "JSON"}}}, "resolution"),
        ({"scheduler": {"type": "PERIODIC", "cron": "0 0 * *"}}, "cron"),
        ({"scheduler": {"type": "PERIODIC"}}, "cron"),
        ({"scheduler": {"type": "INTERVAL", "interval": "TWO_DAYS"}}, "interval"),
        ({"scheduler": {"type": "IMMEDIATE", "retry": {"mode": "NEVER"}}}, "mode"),
        ({"filters": {"included_logics": "SOME"}}, "included_logics"),
    ],
)
def test_wrong_agents_are_refused_by_field(config: dict[str, Any], says: str) -> None:
    body = {**AGENT, "config": {**AGENT["config"], **config}}  # type: ignore[dict-item]
    refused = Bench().ask("POST", AGENTS, body, status=400)
    assert says in " ".join(refused["detail"])


def test_what_a_firmware_does_not_know_cannot_be_filtered() -> None:
    live = {
        **AGENT,
        "type": "LIVE_DATA",
        "config": {
            **AGENT["config"],  # type: ignore[dict-item]
            "filters": {"included_objects": ["SHOPPING_CART", "PERSON"]},
        },
    }
    Bench("5.6").ask("POST", AGENTS, live, status=400)
    kept = Bench("5.9").ask("POST", AGENTS, live)["config"]["filters"]
    assert kept["included_objects"] == ["PERSON", "SHOPPING_CART"]
    assert kept["included_count_events"] == "ALL"


def test_there_is_room_for_so_many() -> None:
    bench = Bench()
    for _ in range(16):
        bench.ask("POST", CONNECTIONS, HTTP)
    refused = bench.ask("POST", CONNECTIONS, HTTP, status=400)
    assert refused["info"] == "Max number of connections reached"


def test_status_agents_cannot_be_triggered_and_belong_to_the_lens() -> None:
    bench = Bench(multisensors=(1,))
    made = bench.ask("POST", AGENTS, {**AGENT, "type": "STATUS"})
    bench.ask("POST", f"{AGENTS}/{made['id']}/trigger", {"type": "ALL"}, status=400)
    bench.ask("POST", "/multisensors/1/data/push/agents", {**AGENT, "type": "STATUS"}, status=400)


@pytest.mark.parametrize(
    ("trigger", "code"),
    [
        ({"type": "NOW"}, 10010),
        ({"type": "TIME_RANGE"}, 11200),
        ({"type": "TIME_RANGE", "time_from": "2026-06-02", "time_to": "x"}, 11200),
        (
            {
                "type": "TIME_RANGE",
                "time_from": "2026-06-02T01:00:00Z",
                "time_to": "2026-06-02T00:00:00Z",
            },
            10010,
        ),
    ],
)
def test_wrong_triggers_are_refused(trigger: dict[str, Any], code: int) -> None:
    bench = Bench()
    bench.ask("POST", AGENTS, AGENT)
    assert bench.ask("POST", f"{AGENTS}/1000/trigger", trigger, status=400)["code"] == code


@pytest.mark.parametrize(
    ("code", "word"),
    [
        (204, "OK"), (7, "NOT_CONNECTED"), (28, "NOT_CONNECTED"), (401, "CLIENT_ERROR"),
        (503, "SERVER_ERROR"), (302, "UNKNOWN"),
    ],
)  # fmt: skip
def test_a_connection_test_has_a_word_for_every_answer(code: int, word: str) -> None:
    assert verdict(Outcome(code, "")) == word
