"""Settings: where each comes from, and what a wrong one is told."""

from pathlib import Path
from typing import Any

import pytest

from countline.config import load_settings
from countline.errors import ConfigError, FieldError
from countline.settings import Settings, describe_settings

SECRET = "whsec_" + "A" * 43 + "="


def load(path: Path, text: str = "", environ: dict[str, str] | None = None, **given: Any) -> Any:
    file = path / "countline.toml"
    file.write_text(text)
    return load_settings(file, environ=environ or {}, given=given)


def refused(path: Path, text: str = "", environ: dict[str, str] | None = None) -> list[FieldError]:
    with pytest.raises(ConfigError) as caught:
        load(path, text, environ)
    return list(caught.value.errors)


def test_nothing_configured_runs_on_its_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    loaded = load_settings(environ={})
    assert loaded.settings == Settings()
    assert (loaded.settings.host, loaded.settings.port) == ("127.0.0.1", 8080)
    assert loaded.settings.store_url == f"sqlite:///{tmp_path}/data/countline.db"
    assert not loaded.warnings
    assert not loaded.origins


def test_variables_win_over_the_file_and_options_over_both(tmp_path: Path) -> None:
    text = "port = 1\nhost = '127.0.0.2'\n[log]\nlevel = 'debug'\n"
    environ = {"COUNTLINE_PORT": "2", "COUNTLINE_LOG_LEVEL": "error"}
    loaded = load(tmp_path, text, environ, port=3)
    assert loaded.settings.port == 3
    assert loaded.settings.host == "127.0.0.2"
    assert loaded.settings.log.level == "error"
    assert loaded.origins == {
        "port": "--port",
        "host": str(tmp_path / "countline.toml"),
        "log.level": "COUNTLINE_LOG_LEVEL",
    }


def test_the_file_is_the_named_one_or_the_one_in_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "countline.toml").write_text("port = 1")
    (tmp_path / "other.toml").write_text("port = 2")
    monkeypatch.chdir(tmp_path)
    assert load_settings(environ={}).settings.port == 1
    assert load_settings(environ={"COUNTLINE_CONFIG": "other.toml"}).settings.port == 2
    with pytest.raises(ConfigError, match=r"gone\.toml: no such file"):
        load_settings(Path("gone.toml"), environ={})


def test_a_relative_path_starts_at_the_file_that_says_it(tmp_path: Path) -> None:
    assert load(tmp_path, "data = 'here'").settings.data == tmp_path / "here"
    assert load(tmp_path, "data = '/there'").settings.data == Path("/there")
    said = load(tmp_path, environ={"COUNTLINE_DATA": "here"})
    assert said.settings.data == Path("here")


@pytest.mark.parametrize(
    ("text", "field", "detail"),
    [
        ("prot = 1", "prot", "unknown setting; did you mean port?"),
        ("[push]\nlinger = 1", "push.linger", "unknown setting; did you mean push.linger_ms?"),
        ("linger_ms = 1", "linger_ms", "unknown setting; did you mean push.linger_ms?"),
        ("qqqq = 1", "qqqq", "unknown setting"),
        ("port = '80'", "port", 'found the text "80", expected whole number from 0 to 65535'),
        ("port = true", "port", "found true, expected whole number from 0 to 65535"),
        ("port = 70000", "port", "found 70000, expected whole number from 0 to 65535"),
        ("port = 1.5", "port", "found 1.5, expected whole number from 0 to 65535"),
        ("host = 1", "host", "found 1, expected text"),
        ("trusted_proxies = '::1'", "trusted_proxies", 'found the text "::1", expected list of texts'),
        ("log = 'debug'", "log", 'found the text "debug", expected a table: [log]'),
        ("[webhook]\nurl = 'x'", "webhook", "found a table, expected a table: [[webhook]]"),
        (
            "[log]\nlevel = 'warn'",
            "log.level",
            'found the text "warn", expected one of "debug", "info", "warning", "error";'
            " did you mean warning?",
        ),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_named_with_what_would_be_right(
    tmp_path: Path, text: str, field: str, detail: str
) -> None:
    (error,) = refused(tmp_path, text)
    assert (error.field, error.detail) == (field, detail)


def test_all_wrong_settings_are_told_at_once(tmp_path: Path) -> None:
    errors = refused(tmp_path, "prot = 1\nport = 'x'\n[log]\nlevel = 'x'\nfarmat = 'y'\n")
    assert [e.field for e in errors] == ["prot", "port", "log.level", "log.farmat"]


def test_text_that_is_not_toml_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"countline\.toml is not TOML: .*line 2"):
        load(tmp_path, "port = 1\nport = \n")


@pytest.mark.parametrize(
    ("variable", "text", "key", "value"),
    [
        ("COUNTLINE_PORT", "9", "port", 9),
        ("COUNTLINE_TRUSTED_PROXIES", "10.0.0.0/8, ::1", "trusted_proxies", ("10.0.0.0/8", "::1")),
        ("COUNTLINE_STORE", "sqlite:///x.db", "store", "sqlite:///x.db"),
    ],
)
def test_variables_are_read_by_the_kind_of_their_setting(
    tmp_path: Path, variable: str, text: str, key: str, value: object
) -> None:
    assert getattr(load(tmp_path, environ={variable: text}).settings, key) == value


def test_a_variable_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (error,) = refused(tmp_path, environ={"COUNTLINE_PORT": "http"})
    assert error.detail == 'found the text "http", expected whole number from 0 to 65535'


def test_an_unknown_variable_is_a_warning(tmp_path: Path) -> None:
    loaded = load(tmp_path, environ={"COUNTLINE_PROT": "9", "HOME": "/"})
    assert loaded.warnings == (
        "COUNTLINE_PROT is no variable of ours; did you mean COUNTLINE_PORT?",
    )


@pytest.mark.parametrize(
    ("host", "tls", "warned"),
    [
        ("127.0.0.1", False, False),
        ("127.1.2.3", False, False),
        ("localhost", False, False),
        ("::1", False, False),
        ("0.0.0.0", False, True),
        ("counts.example", False, True),
        ("0.0.0.0", True, False),
    ],
)
def test_a_reachable_host_without_tls_is_a_warning(
    tmp_path: Path, host: str, tls: bool, warned: bool
) -> None:
    (tmp_path / "c.pem").touch()
    text = f"host = '{host}'\n" + ("[tls]\ncert = 'c.pem'\nkey = 'c.pem'\n" if tls else "")
    warnings = load(tmp_path, text).warnings
    assert [f"host {host} can be reached" in w for w in warnings] == [True] * warned


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("[tls]\ncert = 'there.pem'", ["tls.key"]),
        ("[tls]\ncert = 'there.pem'\nkey = 'gone.pem'", ["tls.key"]),
        ("[tls]\ncert = 'gone.pem'\nkey = 'gone.pem'", ["tls.cert", "tls.key"]),
        ("store = 'mysql://there'", ["store"]),
        ("trusted_proxies = ['10.0.0.0/8', 'proxy', '10.0.0.1/8']", ["trusted_proxies"] * 2),
    ],
)
def test_what_cannot_work_is_refused(tmp_path: Path, text: str, fields: list[str]) -> None:
    (tmp_path / "there.pem").touch()
    assert [error.field for error in refused(tmp_path, text)] == fields


def test_a_webhook_is_read_whole(tmp_path: Path) -> None:
    text = f"""
        [[webhook]]
        url = "https://example.org/hook"
        secret = "{SECRET}"
        kinds = ["counts.recorded"]
        locations = ["LOC_1"]
    """
    (webhook,) = load(tmp_path, text).settings.webhook
    assert webhook.url == "https://example.org/hook"
    assert webhook.kinds == ("counts.recorded",)
    assert webhook.locations == ("LOC_1",)
    assert not webhook.allow_private


def test_the_only_webhook_takes_its_secret_from_a_variable(tmp_path: Path) -> None:
    environ = {"COUNTLINE_WEBHOOK_SECRET": SECRET}
    table = '[[webhook]]\nurl = "https://example.org/hook"\n'
    assert load(tmp_path, table, environ).settings.webhook[0].secret == SECRET
    with pytest.raises(ConfigError, match="several webhooks"):
        load(tmp_path, table * 2, environ)


def test_a_secret_may_be_in_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SECRET + "\n")
    table = '[[webhook]]\nurl = "https://example.org/hook"\nsecret_file = "secret"\n'
    assert load(tmp_path, table).settings.webhook[0].secret == SECRET


@pytest.mark.parametrize(
    ("table", "field"),
    [
        ("url = 'example.org'\nsecret = 'S'", "webhook.url"),
        ("url = 'https://example.org'", "webhook.secret"),
        ("url = 'https://example.org'\nsecret = 'short'", "webhook.secret"),
        ("url = 'https://example.org'\nsecret = 'S'\nsecret_file = 'f'", "webhook.secret_file"),
        ("url = 'https://example.org'\nsecret_file = 'gone'", "webhook.secret_file"),
        ("url = 'https://example.org'\nsecret = 'S'\nkinds = ['counts.x']", "webhook.kinds"),
    ],
)
def test_half_a_webhook_is_refused(tmp_path: Path, table: str, field: str) -> None:
    errors = refused(tmp_path, "[[webhook]]\n" + table.replace("'S'", f"'{SECRET}'"))
    assert [e.field for e in errors] == [field]


def test_every_setting_is_described_and_has_a_variable() -> None:
    rows = describe_settings()
    assert all(row.says and row.kind for row in rows)
    variables = [row.variable for row in rows]
    assert len(set(variables)) == len(variables)
    assert {"COUNTLINE_DATA", "COUNTLINE_STORE", "COUNTLINE_HOST", "COUNTLINE_PORT"} <= set(
        variables
    )
    assert {row.key for row in rows if row.secret} == {
        "mqtt.password",
        "mqtt_in.password",
        "mqtt_in.secret",
        "webhook.secret",
    }


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("[mqtt]\nurl = 'http://broker'", ["mqtt.url"]),
        ("[mqtt]\nurl = 'mqtt://me:secret@broker'", ["mqtt.url"]),
        ("[mqtt]\nurl = 'mqtt://broker:x'", ["mqtt.url"]),
        ("[mqtt]\nurl = 'mqtt://broker'\npassword = 'p'", ["mqtt.user"]),
        ("[mqtt]\nurl = 'mqtt://broker'\nbase_topic = 'a/#'", ["mqtt.base_topic"]),
        ("[mqtt]\nurl = 'mqtt://broker'\nclient_id = 'a b'", ["mqtt.client_id"]),
        ("[mqtt]\nurl = 'mqtt://broker'\nca_file = 'there.pem'", ["mqtt.ca_file"]),
        ("[mqtt]\nurl = 'mqtts://broker'\nca_file = 'gone.pem'", ["mqtt.ca_file"]),
        ("[mqtt]\nurl = 'mqtts://broker'\ncert_file = 'there.pem'", ["mqtt.key_file"]),
        ("[mqtt]\nurl = 'mqtt://broker'\npassword_file = 'gone'", ["mqtt.password_file"]),
        ("[mqtt]\nurl = 'mqtt://broker'\nversion = '4'", ["mqtt.version"]),
        ("[mqtt_in]\nurl = 'mqtt://broker'", ["mqtt_in.topics"]),
        ("[mqtt_in]\nurl = 'mqtt://broker'\ntopics = ['a/#/b']", ["mqtt_in.topics"]),
        ("[mqtt_in]\nurl = 'mqtt://broker'\ntopics = ['a']\ndriver = 'x'", ["mqtt_in.driver"]),
        (
            "[mqtt]\nurl = 'mqtt://b'\n[mqtt_in]\nurl = 'mqtt://b:1883'\ntopics = ['#']",
            ["mqtt_in.topics"],
        ),
        ("[mqtt_in]\nurl = 'mqtt://broker'\ntopics = ['a']\nsecret = 'x'", ["mqtt_in.secret"]),
    ],
)
def test_half_a_broker_is_refused(tmp_path: Path, text: str, fields: list[str]) -> None:
    (tmp_path / "there.pem").touch()
    assert [error.field for error in refused(tmp_path, text)] == fields


def test_a_brokers_password_and_secret_may_be_in_files(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("p\n")
    (tmp_path / "secret").write_text("pt_s\n")
    text = "[mqtt_in]\nurl = 'mqtts://broker'\ntopics = ['a/#']\nuser = 'me'\n"
    text += "password_file = 'password'\nsecret_file = 'secret'\n"
    loaded = load(tmp_path, text)
    assert (loaded.settings.mqtt_in.password, loaded.settings.mqtt_in.secret) == ("p", "pt_s")
    assert not loaded.warnings


def test_a_broker_elsewhere_without_tls_is_a_warning(tmp_path: Path) -> None:
    (warning,) = load(tmp_path, "[mqtt]\nurl = 'mqtt://broker'").warnings
    assert "mqtt.url mqtt://broker is not mqtts" in warning
    assert not load(tmp_path, "[mqtt]\nurl = 'mqtt://127.0.0.1:1884'").warnings


def test_what_needs_no_key_is_warned_of_where_others_reach_it(tmp_path: Path) -> None:
    path = tmp_path / "countline.toml"
    path.write_text(
        'host = "0.0.0.0"\n[metrics]\nopen = true\n[modbus]\nenabled = true\nhost = "192.0.2.1"\n'
    )
    warned = load_settings(path, environ={}).warnings
    assert any("Modbus knows no keys" in warning for warning in warned)
    assert any("/metrics without a key" in warning for warning in warned)
    path.write_text('[metrics]\nopen = true\n[modbus]\nenabled = true\nhost = "127.0.0.1"\n')
    assert load_settings(path, environ={}).warnings == ()


# -- BACnet ---------------------------------------------------------------------------------------
def test_a_bacnet_device_is_read_whole(tmp_path: Path) -> None:
    text = """
        [bacnet]
        enabled = true
        address = "192.0.2.10/24:47809"
        device_instance = 260001
        writable = true
        """
    bacnet = load(tmp_path, text).settings.bacnet
    assert (bacnet.address, bacnet.device_instance) == ("192.0.2.10/24:47809", 260_001)
    assert (bacnet.device_name, bacnet.vendor_identifier, bacnet.writable) == (
        "countline",
        999,
        True,
    )


def test_a_bacnet_device_without_its_address_is_refused_where_it_is_wanted(tmp_path: Path) -> None:
    errors = refused(tmp_path, "[bacnet]\nenabled = true\nbbmd = 'router'\n")
    assert [e.field for e in errors] == ["bacnet.address", "bacnet.device_instance", "bacnet.bbmd"]
    assert not load(tmp_path, "[bacnet]\nbbmd = 'router'\n").settings.bacnet.enabled
