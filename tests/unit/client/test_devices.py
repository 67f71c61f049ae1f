"""Adoption and configuration through the client: what is sent, and the name of a state."""

import msgspec
import pytest

from countline.api.examples_devices import CHANGED, CHANGES, CONFIG, REPORT
from countline.client import AdoptionAsked, ConfigChange, ConfigWanted
from countline.client import _devices as devices
from countline.client._answers import SensorConfig
from countline.errors import BadQuery
from tests.unit.client.test_clients import Ask, Script, ask, ok

__all__ = ["ask"]


def read() -> SensorConfig:
    """A configuration as the server tells it, and as the client gives it."""
    told = msgspec.convert(CONFIG, SensorConfig)
    return msgspec.structs.replace(told, etag='"4f3c"')


def test_a_device_is_adopted_with_patience(ask: Ask) -> None:
    script = Script(ok(REPORT))
    report = ask(script, "adopt", AdoptionAsked(address="192.0.2.17", password="secret"))
    assert report.history.fresh == 86_400
    assert [step.where for step in report.steps].count("catalogue") == 2
    (request,) = script.asked
    assert (request.method, request.url.path) == ("POST", "/v3/sensors/adopt")
    assert request.extensions["timeout"]["read"] == devices.ADOPT_S
    assert msgspec.json.decode(request.content)["password"] == "secret"


def test_patience_can_be_said(ask: Ask) -> None:
    script = Script(ok(REPORT))
    ask(script, "adopt", AdoptionAsked(address="192.0.2.17"), timeout_s=5)
    assert script.asked[0].extensions["timeout"]["read"] == 5


def test_what_was_read_names_its_state(ask: Ask) -> None:
    answer = ok(CONFIG)
    answer.headers["etag"] = '"4f3c"'
    config = ask(Script(answer), "sensor_config", "SNSR_001")
    assert config == read()


def test_a_change_sends_what_it_names_and_the_state_it_is_meant_for(ask: Ask) -> None:
    script = Script(ok(CHANGED))
    change = ConfigChange(name="North door")
    changed = ask(script, "change_sensor_config", "SNSR_001", change, if_match='"4f3c"')
    assert changed.steps == ["call it 'North door' of 'Fifth Avenue'"]
    (request,) = script.asked
    assert (request.method, request.url.query) == ("PATCH", b"")
    assert request.headers["if-match"] == '"4f3c"'
    assert msgspec.json.decode(request.content) == {"name": "North door", "master_key": None}


def test_a_whole_configuration_is_what_was_read_with_changes(ask: Ask) -> None:
    script = Script(ok(CHANGED))
    wanted = read().wanted(name="North door")
    assert isinstance(wanted, ConfigWanted)
    assert (wanted.name, wanted.group) == ("North door", "Fifth Avenue")
    assert wanted.logics == tuple(read().logics)
    ask(script, "replace_sensor_config", "SNSR_001", wanted, dry_run=True)
    (request,) = script.asked
    assert (request.method, request.url.params["dry_run"]) == ("PUT", "true")
    assert "if-match" not in request.headers


def test_a_change_that_cannot_be_never_leaves() -> None:
    with pytest.raises(BadQuery, match="privacy_mode: "):
        devices.change_sensor_config("S", ConfigChange(privacy_mode=7))


def test_changes_are_listed(ask: Ask) -> None:
    (one,) = ask(Script(ok(CHANGES)), "sensor_config_changes", "SNSR_001")
    assert (one.who, one.after["name"]) == ("facility desk", "North door")
