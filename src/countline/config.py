"""How the process runs: one TOML file and COUNTLINE_* variables make one frozen `Settings`.

What the customer has (locations, sensors, keys) is in the catalogue instead; nothing lives in both.
"""

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from ipaddress import ip_network
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

from countline.errors import BadQuery, ConfigError, FieldError
from countline.settings import (
    LOOPBACK,
    PREFIX,
    BacnetSettings,
    MqttInSettings,
    MqttSettings,
    Says,
    Settings,
    WebhookSettings,
    describe_settings,
    kind_name,
    says_of,
    table_type,
)

FILE_NAME = "countline.toml"
Table = TypeVar("Table", WebhookSettings, MqttSettings, MqttInSettings)
# Variables that are not settings of the server: where the file is, and what a caller's commands use.
OTHER_VARIABLES = ("COUNTLINE_CONFIG", "COUNTLINE_URL", "COUNTLINE_KEY")


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Settings, where each that is not a default came from, and what is allowed but unwise."""

    settings: Settings
    origins: Mapping[str, str]
    warnings: tuple[str, ...]


# -- reading --------------------------------------------------------------------------------------


def load_settings(
    path: Path | None = None,
    *,
    environ: Mapping[str, str] = os.environ,
    given: Mapping[str, Any] | None = None,
) -> Loaded:
    """Defaults, then the file, then variables, then `given` (by dotted path: command line options).

    Without `path`: the file that COUNTLINE_CONFIG names, else `countline.toml` in the working
    folder, if there is one. Raises `ConfigError` with every wrong setting at once.
    """
    found = path or Path(environ.get("COUNTLINE_CONFIG") or FILE_NAME)
    named = path is not None or bool(environ.get("COUNTLINE_CONFIG"))
    table = _read_file(found) if named or found.is_file() else {}
    origins = dict.fromkeys(_leaves(table), str(found))
    strange = _add_variables(table, environ, origins)
    for key, value in (given or {}).items():
        if value is not None:
            _put(table, key, value)
            origins[key] = f"--{key.replace('.', '-').replace('_', '-')}"
    errors: list[FieldError] = []
    settings = _build(Settings, table, "", found.parent, errors)
    if not errors:
        settings = _with_secrets(settings, errors)
    if not errors:
        errors += _contradictions(settings)
    if errors:
        raise ConfigError(_summary(errors, found if table else None), errors=tuple(errors))
    warnings = (*_warnings(settings), *strange)
    return Loaded(settings=settings, origins=origins, warnings=warnings)


def _read_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: {(error.strerror or str(error)).lower()}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not TOML: {error}") from error


def _add_variables(
    table: dict[str, Any], environ: Mapping[str, str], origins: dict[str, str]
) -> list[str]:
    """Put variables over the file's settings; gives a warning for each that nobody knows."""
    rows = {row.variable: row for row in describe_settings()}
    strange = []
    for name, text in sorted(environ.items()):
        if row := rows.get(name):
            listed = row.kind.startswith("list")
            parts = [part.strip() for part in text.split(",") if part.strip()]
            _put(table, row.key, parts if listed else _Text(text))
            origins[row.key] = name
        elif name.startswith(PREFIX) and name not in OTHER_VARIABLES:
            strange.append(f"{name} is no variable of ours{_nearest(name, rows)}")
    return strange


class _Text(str):
    """A variable's value: text that may stand for a number or a yes or no."""


def _put(table: dict[str, Any], key: str, value: Any) -> None:
    *folders, name = key.split(".")
    for folder in folders:
        inner = table.setdefault(folder, [{}] if folder == "webhook" else {})
        if isinstance(inner, list) and len(inner) > 1:
            raise ConfigError(f"{key}: several webhooks are configured; say it in each table")
        table = inner[0] if isinstance(inner, list) else inner
    table[name] = value


def _leaves(table: Mapping[str, Any], above: str = "") -> Iterator[str]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{above}{name}.")
        else:
            yield above + name


def _build(
    kind: type[Any], table: Mapping[str, Any], above: str, folder: Path, errors: list[FieldError]
) -> Any:
    """One settings table; every wrong or unknown entry is added to `errors`."""
    types = get_type_hints(kind)
    says = says_of(kind)
    values: dict[str, Any] = {}
    for name, found in table.items():
        path = above + name
        if name not in types:
            detail = f"unknown setting{_nearest(path, [r.key for r in describe_settings()])}"
            errors.append(FieldError(field=path, detail=detail, code="unknown"))
        elif not (inner := table_type(types[name])):
            try:
                values[name] = _value(types[name], found, says[name], folder)
            except ValueError as error:
                errors.append(FieldError(field=path, detail=str(error)))
        elif isinstance(found, dict) and types[name] is inner:
            values[name] = _build(inner, found, f"{path}.", folder, errors)
        elif isinstance(found, list) and types[name] is not inner:
            values[name] = tuple(_build(inner, one, f"{path}.", folder, errors) for one in found)
        else:
            brackets = f"[{name}]" if types[name] is inner else f"[[{name}]]"
            detail = f"found {_shown(found)}, expected a table: {brackets}"
            errors.append(FieldError(field=path, detail=detail))
    return kind(**values)


def _value(kind: Any, found: Any, says: Says, folder: Path) -> Any:
    """A single value; ValueError says what was found and what was expected."""
    if get_origin(kind) is tuple:
        if not isinstance(found, list | tuple):
            raise ValueError(f"found {_shown(found)}, expected {kind_name(kind)}")
        return tuple(_value(get_args(kind)[0], one, says, folder) for one in found)
    if get_origin(kind) is UnionType:
        kind = Path
    value = found
    if isinstance(found, _Text):
        value = _read_text(kind, str(found))
        folder = Path()
    if kind is int and type(value) is int and says.low <= value <= says.high:
        return value
    if kind is Path and isinstance(value, str | Path) and str(value):
        return value if isinstance(value, Path) else folder / value
    if (kind in (bool, str) and type(value) is kind) or value in get_args(kind):
        return value
    expected = kind_name(kind)
    if kind is int:
        expected += f" from {says.low} to {says.high}"
    near = _nearest(str(value), get_args(kind))
    raise ValueError(f"found {_shown(found)}, expected {expected}{near}")


def _read_text(kind: Any, text: str) -> Any:
    if kind is int:
        return int(text) if re.fullmatch(r"\s*[+-]?[0-9_]+\s*", text) else text
    if kind is bool:
        return {"true": True, "1": True, "false": False, "0": False}.get(text.lower(), text)
    return text


def _shown(found: Any) -> str:
    if isinstance(found, str):
        return f'the text "{found}"' if len(found) <= 40 else "a long text"
    if isinstance(found, bool):
        return str(found).lower()
    return (
        "a table"
        if isinstance(found, dict)
        else "a list"
        if isinstance(found, list)
        else str(found)
    )


def _nearest(name: str, known: Iterable[Any]) -> str:
    close = difflib.get_close_matches(name, list(known), 1, cutoff=0.6)
    return f"; did you mean {close[0]}?" if close else ""


def _summary(errors: list[FieldError], path: Path | None) -> str:
    where = f" in {path}" if path else ""
    if len(errors) == 1:
        return f"{errors[0].field}: {errors[0].detail}"
    return f"{len(errors)} settings are wrong{where}"


# -- judging --------------------------------------------------------------------------------------


def _contradictions(settings: Settings) -> list[FieldError]:
    """Settings that are readable one by one, but cannot work."""
    found = []
    if (settings.tls.cert is None) != (settings.tls.key is None):
        missing = "key" if settings.tls.key is None else "cert"
        detail = "cert and key go together: give both, or neither"
        found.append(FieldError(field=f"tls.{missing}", detail=detail))
    for name, path in (("tls.cert", settings.tls.cert), ("tls.key", settings.tls.key)):
        if path is not None and not path.is_file():
            found.append(FieldError(field=name, detail=f"there is no file {path}"))
    if "://" in settings.store and not settings.store.startswith("sqlite:///"):
        detail = f"found {_shown(settings.store)}, expected sqlite:///PATH"
        found.append(FieldError(field="store", detail=detail))
    for proxy in settings.trusted_proxies:
        try:
            ip_network(proxy)
        except ValueError:
            detail = f"found {_shown(proxy)}, expected an address or network such as 10.0.0.0/8"
            found.append(FieldError(field="trusted_proxies", detail=detail))
    found += _device_errors(settings)
    found += _bacnet_errors(settings.bacnet)
    for webhook in settings.webhook:
        found += _webhook_errors(webhook)
    return [*found, *_mqtt_errors(settings)]


def _device_errors(settings: Settings) -> Iterator[FieldError]:
    for network in settings.devices.allowed_networks:
        try:
            ip_network(network)
        except ValueError:
            detail = f"found {_shown(network)}, expected a network such as 10.0.0.0/8"
            yield FieldError(field="devices.allowed_networks", detail=detail)
    if settings.devices.push_url:
        from countline.devices.xovis_v5.arranging import check_target

        try:
            check_target(settings.devices.push_url)
        except BadQuery as error:
            yield FieldError(field="devices.push_url", detail=error.errors[0].detail)


def _bacnet_errors(bacnet: BacnetSettings) -> list[FieldError]:
    if not bacnet.enabled:
        return []
    from countline.outlets.bacnet import BacnetSettings as Checked

    wanted = asdict(bacnet)
    del wanted["enabled"]
    try:
        Checked(**wanted)
    except ConfigError as error:
        return [replace(one, field=f"bacnet.{one.field}") for one in error.errors]
    return []


def _webhook_errors(webhook: WebhookSettings) -> list[FieldError]:
    from countline.outlets.webhooks import WebhookSettings as Checked

    try:
        Checked(url=webhook.url, secret=webhook.secret, kinds=webhook.kinds)
    except ConfigError as error:
        return [replace(one, field=f"webhook.{one.field}") for one in error.errors]
    return []


def _mqtt_errors(settings: Settings) -> Iterator[FieldError]:
    if not (settings.mqtt.url or settings.mqtt_in.url):
        return
    from countline.mqtt import hears_itself, mqtt_in, mqtt_out

    found: list[FieldError] = []
    try:
        if settings.mqtt.url:
            mqtt_out(settings.mqtt)
    except ConfigError as error:
        found += (replace(one, field=f"mqtt.{one.field}") for one in error.errors)
    try:
        if settings.mqtt_in.url:
            mqtt_in(settings.mqtt_in)
    except ConfigError as error:
        found += (replace(one, field=f"mqtt_in.{one.field}") for one in error.errors)
    if settings.mqtt.url and settings.mqtt_in.url and not found and hears_itself(settings):
        detail = f"what is published below {settings.mqtt.base_topic} would come in as pushes"
        found.append(FieldError(field="mqtt_in.topics", detail=detail))
    yield from found


def _with_secrets(settings: Settings, errors: list[FieldError]) -> Settings:
    """Secrets that are in files of their own, read."""
    webhooks = [_with_secret(one, "webhook", "secret", errors) for one in settings.webhook]
    mqtt_in = _with_secret(settings.mqtt_in, "mqtt_in", "secret", errors)
    return replace(
        settings,
        webhook=tuple(webhooks),
        mqtt=_with_secret(settings.mqtt, "mqtt", "password", errors),
        mqtt_in=_with_secret(mqtt_in, "mqtt_in", "password", errors),
    )


def _with_secret(table: Table, name: str, secret: str, errors: list[FieldError]) -> Table:
    """A settings table with one of its secrets, which may be in a file."""
    file = getattr(table, f"{secret}_file")
    detail = f"{secret} is given too; leave one of the two out"
    if file is not None and not getattr(table, secret):
        try:
            return replace(table, **{secret: file.read_text("utf-8").strip()})
        except (OSError, UnicodeDecodeError) as error:
            detail = f"{file} cannot be read: {error}"
    if file is not None:
        errors.append(FieldError(field=f"{name}.{secret}_file", detail=detail))
    return table


def _warnings(settings: Settings) -> Iterator[str]:
    if not settings.loopback and settings.tls.cert is None:
        yield (
            f"host {settings.host} can be reached from outside, and without [tls] keys and counts"
            " travel readable; set [tls], or listen on 127.0.0.1 behind a proxy that does HTTPS"
        )
    for name, url in (("mqtt", settings.mqtt.url), ("mqtt_in", settings.mqtt_in.url)):
        if url.startswith("mqtt://") and not LOOPBACK.fullmatch(urlsplit(url).hostname or ""):
            yield f"{name}.url {url} is not mqtts: anyone on the way can read what is sent"
    if settings.modbus.enabled and not LOOPBACK.fullmatch(settings.modbus.host):
        yield (
            f"modbus.host {settings.modbus.host} can be reached from outside, and Modbus knows no"
            " keys: whoever reaches it reads the counts of every zone"
        )
    if settings.metrics.enabled and settings.metrics.open and not settings.loopback:
        yield f"metrics.open: whoever reaches {settings.host} reads /metrics without a key"
    plain = [w.url for w in settings.webhook if w.url.startswith("http://")]
    yield from (f"webhook.url {url} is not https: anyone on the way can read it" for url in plain)
