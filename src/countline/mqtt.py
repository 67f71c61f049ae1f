"""MQTT both ways, built from settings: what brokers are told, and the pushes that come by them."""

import asyncio
import secrets
from functools import partial
from pathlib import Path

import aiomqtt

from countline.broker import BrokerSettings
from countline.engine.engine import Engine
from countline.engine.telling import Teller
from countline.errors import ConfigError
from countline.gateway.gate import Gate
from countline.gateway.mqtt import MqttInSettings, take_pushes
from countline.outlets.mqtt import MqttSettings, run_mqtt
from countline.settings import MqttInSettings as InTable
from countline.settings import MqttSettings as OutTable
from countline.settings import Settings

NAME_FILE = "installation"
MEMORY_FILE = "mqtt-topics.json"
NOBODY = "0" * 10  # where settings are only looked at


def mqtt_out(table: OutTable, installation: str = NOBODY) -> MqttSettings:
    """What a broker is told, checked. Raises `ConfigError` that names the fields."""
    return MqttSettings(
        broker=_broker(table, f"countline-{installation}"),
        installation=installation,
        base_topic=table.base_topic,
        discovery=table.discovery,
        discovery_prefix=table.discovery_prefix,
        events=table.events,
    )


def mqtt_in(table: InTable, installation: str = NOBODY) -> MqttInSettings:
    """The broker that pushes come from, checked. Raises `ConfigError` that names the fields."""
    return MqttInSettings(
        broker=_broker(table, f"countline-in-{installation}"),
        topics=table.topics,
        driver=table.driver,
        secret=table.secret,
    )


def _broker(table: OutTable | InTable, client_id: str) -> BrokerSettings:
    return BrokerSettings(
        url=table.url,
        client_id=table.client_id or client_id,
        user=table.user,
        password=table.password,
        ca_file=table.ca_file,
        cert_file=table.cert_file,
        key_file=table.key_file,
        version=table.version,
    )


def hears_itself(settings: Settings) -> bool:
    """Whether what we publish would come in as pushes."""
    out, come = mqtt_out(settings.mqtt), mqtt_in(settings.mqtt_in)
    ours = aiomqtt.Topic(f"{out.base_topic}/status")
    return out.broker.where == come.broker.where and any(map(ours.matches, come.topics))


def installation_name(folder: Path) -> str:
    """What sets this installation apart from others: made once, kept in the data folder.

    Raises `ConfigError` where the file holds something else.
    """
    path = folder / NAME_FILE
    try:
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            draft = path.with_suffix(".new")
            draft.write_text(secrets.token_hex(5) + "\n", "ascii")
            draft.replace(path)
        name = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read or made: {error}") from error
    if len(name) != 10 or not name.isalnum() or name != name.lower():
        raise ConfigError(f"{path} holds no name of an installation; bring it back, or remove it")
    return name


async def tell_broker(settings: Settings, engine: Engine, stop: asyncio.Event) -> None:
    """Tell the broker of `[mqtt]` until `stop` is set."""
    await run_mqtt(
        mqtt_out(settings.mqtt, installation_name(settings.data)),
        board=engine.board,
        feed=engine.feed,
        teller=Teller(engine.store, engine.desk),
        memory=settings.data / MEMORY_FILE,
        stop=stop,
    )


async def take_from_broker(
    settings: Settings, engine: Engine, gate: Gate, stop: asyncio.Event
) -> None:
    """Take pushes from the broker of `[mqtt_in]` until `stop` is set."""
    await take_pushes(
        mqtt_in(settings.mqtt_in, installation_name(settings.data)),
        gate=gate,
        stop=stop,
        report=partial(engine.feed.report, "mqtt_in"),
    )
