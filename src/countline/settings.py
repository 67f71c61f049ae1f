"""Everything that decides how the process runs, as frozen tables that describe themselves."""

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

from countline import limits
from countline.model.event import ToldKind
from countline.reach import PRIVATE_NETWORKS

PREFIX = "COUNTLINE_"
DAY_S = 86_400
LOOPBACK = re.compile(r"localhost|127(\.\d{1,3}){3}|\[?::1\]?")


@dataclass(frozen=True, slots=True)
class Says:
    """What the documentation says of a setting, and the bounds of a number."""

    text: str
    low: int = 0
    high: int = 2**53
    secret: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """HTTPS served directly, without a proxy. Both or neither."""

    cert: Annotated[Path | None, Says("Certificate chain, a PEM file.")] = None
    key: Annotated[Path | None, Says("Private key of the certificate, a PEM file.")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PushSettings:
    """What sensors may send, and how long their bodies are kept."""

    body_bytes_max: Annotated[
        int, Says("Largest body of one push, also after gunzip.", low=1_000)
    ] = limits.PUSH_BYTES_MAX
    in_flight_bytes_max: Annotated[
        int, Says("Bodies in memory at once, together; beyond, the answer is 503.", low=1_000)
    ] = limits.PUSH_BYTES_IN_FLIGHT_MAX
    linger_ms: Annotated[
        int, Says("How long a push waits for others to share a flush; slow disks: 50.", high=1_000)
    ] = 0
    keep_bodies_days: Annotated[
        int, Says("How long understood bodies are kept, compressed; 0 keeps none.", high=3_650)
    ] = limits.BODY_KEEP_S // DAY_S
    keep_failed_days: Annotated[
        int, Says("How long bodies that nobody understood wait for a replay.", low=1, high=3_650)
    ] = limits.FAILED_KEEP_S // DAY_S


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSettings:
    """Sensors that are adopted: where they may be, and how they reach this server."""

    allowed_networks: Annotated[
        tuple[str, ...],
        Says(
            "Networks in which sensors may be contacted. Loopback only where it is named; link-local"
            " addresses and those where clouds keep their secrets never."
        ),
    ] = PRIVATE_NETWORKS
    push_url: Annotated[
        str,
        Says(
            "Where sensors push, `http://192.0.2.1:8080`; left out: the address by which this machine"
            " reaches the sensor."
        ),
    ] = ""
    write_pause_ms: Annotated[
        int,
        Says(
            "Between two changes of one sensor: some firmware falls over faster ones.", high=60_000
        ),
    ] = 2_000
    ask_every_s: Annotated[
        int, Says("How often each adopted sensor is asked how it is.", low=10, high=86_400)
    ] = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings:
    """An address that is told of events, signed by Standard Webhooks. Repeat the table for more."""

    url: Annotated[str, Says("Where events are posted, `https://...`; needed.")] = ""
    secret: Annotated[
        str,
        Says(
            "Signs each body: `whsec_` and 24 to 64 random bytes in base64. While it is changed,"
            " both: the new one, a space, the old one.",
            secret=True,
        ),
    ] = ""
    secret_file: Annotated[Path | None, Says("A file that holds the secret instead.")] = None
    kinds: Annotated[tuple[ToldKind, ...], Says("Which events; none named: all of them.")] = ()
    locations: Annotated[tuple[str, ...], Says("Of which locations; none named: all of them.")] = ()
    allow_private: Annotated[
        bool, Says("Whether the address may be on this machine or in a private network.")
    ] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttSettings:
    """A broker that is told what is so now, and of events. Off without a url."""

    url: Annotated[
        str, Says("The broker that is told, `mqtt://host:1883` or `mqtts://host:8883`.")
    ] = ""
    user: Annotated[str, Says("The broker's user for us, if it wants one.")] = ""
    password: Annotated[str, Says("Its password.", secret=True)] = ""
    password_file: Annotated[Path | None, Says("A file that holds the password instead.")] = None
    client_id: Annotated[
        str, Says("Our name at the broker; left out: `countline-` and this installation's name.")
    ] = ""
    ca_file: Annotated[
        Path | None, Says("Who vouches for the broker, a PEM file; left out: the machine's own.")
    ] = None
    cert_file: Annotated[Path | None, Says("Certificate that we show the broker, a PEM file.")] = (
        None
    )
    key_file: Annotated[Path | None, Says("Private key of that certificate, a PEM file.")] = None
    version: Annotated[
        Literal["3.1.1", "5"], Says("Of MQTT. With 3.1.1 nobody hears that a broker refuses.")
    ] = "5"
    base_topic: Annotated[str, Says("What all our topics begin with.")] = "countline"
    discovery: Annotated[
        bool, Says("Whether zones and sensors announce themselves to Home Assistant.")
    ] = True
    discovery_prefix: Annotated[str, Says("Where Home Assistant looks for announcements.")] = (
        "homeassistant"
    )
    events: Annotated[bool, Says("Whether events are told, below `events` of our topics.")] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttInSettings:
    """A broker that sensors push to. Off without a url."""

    url: Annotated[
        str, Says("The broker that pushes come from, `mqtt://host:1883` or `mqtts://host:8883`.")
    ] = ""
    topics: Annotated[
        tuple[str, ...], Says("Where sensors push; `+` and `#` may stand in it.")
    ] = ()
    driver: Annotated[str, Says("The format of what comes.")] = "xovis_v5"
    secret: Annotated[
        str,
        Says(
            "The push secret of what comes, `pt_...`; a topic that begins or ends with one goes"
            " before it.",
            secret=True,
        ),
    ] = ""
    secret_file: Annotated[Path | None, Says("A file that holds the secret instead.")] = None
    user: Annotated[str, Says("The broker's user for us, if it wants one.")] = ""
    password: Annotated[str, Says("Its password.", secret=True)] = ""
    password_file: Annotated[Path | None, Says("A file that holds the password instead.")] = None
    client_id: Annotated[
        str,
        Says(
            "Our name at the broker, which keeps for it what comes while we are away; left out:"
            " `countline-in-` and this installation's name."
        ),
    ] = ""
    ca_file: Annotated[
        Path | None, Says("Who vouches for the broker, a PEM file; left out: the machine's own.")
    ] = None
    cert_file: Annotated[Path | None, Says("Certificate that we show the broker, a PEM file.")] = (
        None
    )
    key_file: Annotated[Path | None, Says("Private key of that certificate, a PEM file.")] = None
    version: Annotated[Literal["3.1.1", "5"], Says("Of MQTT.")] = "5"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModbusSettings:
    """Zones as registers, for controllers; see `countline modbus map`."""

    enabled: Annotated[bool, Says("Whether Modbus TCP is served, for reading only.")] = False
    host: Annotated[
        str,
        Says("The address to listen on. Modbus knows no keys: who reaches it reads all counts."),
    ] = "127.0.0.1"
    port: Annotated[
        int,
        Says(
            "The port; 502 is the usual one, and needs rights of its own. 0 takes a free one.",
            high=65_535,
        ),
    ] = 5020
    unit: Annotated[
        int, Says("The unit that answers, beside 0 and 255, which mean any.", low=1, high=247)
    ] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsSettings:
    """`GET /metrics`, for Prometheus."""

    enabled: Annotated[bool, Says("Whether `/metrics` is there.")] = True
    open: Annotated[
        bool, Says("Whether it is answered without a key; else it needs one with the scope `read`.")
    ] = False
    counts: Annotated[
        bool, Says("Whether zones and sensors are told too, and not only how countline is.")
    ] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BacnetSettings:
    """A BACnet/IP device with the people of every zone, for building management."""

    enabled: Annotated[bool, Says("Whether there is such a device.")] = False
    address: Annotated[
        str,
        Says(
            "This machine's address with the length of its network, `192.0.2.10/24` or"
            " `192.0.2.10/24:47808`; needed."
        ),
    ] = ""
    device_instance: Annotated[
        int, Says("A number that no other device of the building has; needed.", high=4_194_302)
    ] = 0
    device_name: Annotated[str, Says("A name that no other device of the building has.")] = (
        "countline"
    )
    vendor_identifier: Annotated[
        int, Says("Who made the device; 999 stands for nobody.", high=65_535)
    ] = 999
    writable: Annotated[
        bool,
        Says(
            "Whether anybody on the BACnet network may write how many people are in a zone. BACnet"
            " asks for no password."
        ),
    ] = False
    bbmd: Annotated[
        str,
        Says(
            "A router of broadcasts at which the device registers, `192.0.2.1:47808`, where"
            " controllers are in another network."
        ),
    ] = ""
    bbmd_ttl_s: Annotated[int, Says("How often it registers there anew.", low=1, high=65_535)] = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRules:
    """What holds of webhooks that are made by the API."""

    allow_private: Annotated[
        bool,
        Says(
            "Whether they may go to this machine or into a private network: whoever makes one can"
            " then read the first words of what is answered there."
        ),
    ] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSettings:
    """What the process says of itself."""

    level: Annotated[
        Literal["debug", "info", "warning", "error"], Says("The least that is said.")
    ] = "info"
    format: Annotated[
        Literal["auto", "console", "json"],
        Says("`auto`: lines for people on a terminal, JSON lines otherwise."),
    ] = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that decides how this process runs."""

    data: Annotated[Path, Says("The folder of everything that must not be lost.")] = Path("data")
    store: Annotated[
        str, Says("Address of the store; left out: an SQLite file in the data folder.")
    ] = ""
    host: Annotated[str, Says("The address to listen on; `0.0.0.0` is every one.")] = "127.0.0.1"
    port: Annotated[int, Says("The port to listen on; 0 takes a free one.", high=65_535)] = 8080
    trusted_proxies: Annotated[
        tuple[str, ...], Says("Addresses or networks whose `X-Forwarded-*` is believed.")
    ] = ()
    event_keep_days: Annotated[int, Says("How long the event log is kept.", low=1, high=3_650)] = (
        limits.EVENT_KEEP_S // DAY_S
    )
    tls: Tls = field(default_factory=Tls)
    push: PushSettings = field(default_factory=PushSettings)
    devices: DeviceSettings = field(default_factory=DeviceSettings)
    mqtt: MqttSettings = field(default_factory=MqttSettings)
    mqtt_in: MqttInSettings = field(default_factory=MqttInSettings)
    bacnet: BacnetSettings = field(default_factory=BacnetSettings)
    log: LogSettings = field(default_factory=LogSettings)
    modbus: ModbusSettings = field(default_factory=ModbusSettings)
    metrics: MetricsSettings = field(default_factory=MetricsSettings)
    webhooks: WebhookRules = field(default_factory=WebhookRules)
    webhook: tuple[WebhookSettings, ...] = ()

    @property
    def store_url(self) -> str:
        """The address of the store, as `open_store` takes it."""
        return self.store or f"sqlite:///{(self.data / 'countline.db').absolute()}"

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return LOOPBACK.fullmatch(self.host) is not None


class SettingRow(NamedTuple):
    """One setting, as its documentation shows it. `table` is "" at the top of the file."""

    table: str
    name: str
    kind: str
    default: Any
    says: str
    variable: str
    secret: bool

    @property
    def key(self) -> str:
        """The dotted path: `push.linger_ms`."""
        return f"{self.table}.{self.name}" if self.table else self.name


def describe_settings() -> list[SettingRow]:
    """Every setting, in the order of the file: for the example file and the reference page."""
    return list(_describe(Settings, ""))


def _describe(kind: type[Any], table: str) -> Iterator[SettingRow]:
    types, says = get_type_hints(kind), says_of(kind)
    for one in dataclasses.fields(kind):
        if inner := table_type(types[one.name]):
            yield from _describe(inner, one.name)
            continue
        path = f"{table}_{one.name}" if table else one.name
        yield SettingRow(
            table=table,
            name=one.name,
            kind=kind_name(types[one.name]),
            default=one.default,
            says=says[one.name].text,
            variable=PREFIX + path.upper(),
            secret=says[one.name].secret,
        )


def says_of(kind: type[Any]) -> dict[str, Says]:
    hints = get_type_hints(kind, include_extras=True)
    return {
        name: one for name, hint in hints.items() for one in get_args(hint) if isinstance(one, Says)
    }


def table_type(kind: Any) -> type[Any] | None:
    """The settings table that a field holds, alone or repeated."""
    inner = get_args(kind)[0] if get_origin(kind) is tuple else kind
    return inner if dataclasses.is_dataclass(inner) and isinstance(inner, type) else None


def kind_name(kind: Any) -> str:
    """What a value must be, in words."""
    if get_origin(kind) is tuple:
        one = get_args(get_args(kind)[0])
        return "list of " + (", ".join(f'"{c}"' for c in one) if one else "texts")
    if get_origin(kind) is Literal:
        return "one of " + ", ".join(f'"{c}"' for c in get_args(kind))
    return {int: "whole number", bool: "true or false", str: "text"}.get(kind, "path")
