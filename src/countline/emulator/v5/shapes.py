"""The bodies of settings, field by field, with the values that they leave the factory with."""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

Port = Annotated[int, Meta(ge=1, le=65535)]
Number = float


class Id(Struct):
    name: str = ""
    group: str = ""


class Led(Struct):
    enabled: bool = True


class Ipv4(Struct):
    dhcp_enabled: bool = True
    fallback_enabled: bool = True
    address: str = "192.168.1.168"
    netmask: str = "255.255.255.0"
    gateway: str = "192.168.1.1"
    dns_entries: list[str] = field(default_factory=list)


class Ipv6(Struct):
    ipv6_enabled: bool = False
    dhcp_enabled: bool = False
    slaac_enabled: bool = True
    address: str = ""
    gateway: str = ""
    dns_entries: list[str] = field(default_factory=list)


class Hostname(Struct):
    hostname: Annotated[str, Meta(pattern=r"^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$")]


class Proxy(Struct):
    enabled: bool
    server: str = ""
    port: Annotated[int, Meta(ge=0, le=65535)] = 8080
    user: str = ""
    password: str = field(default="", name="pass")


class Gigabit(Struct):
    gigabit_enabled: bool = True


class Mdns(Struct):
    mdns_enabled: bool = False
    scan_period_ms: Annotated[int, Meta(ge=100)] = 1000


class Wireless(Struct):
    enabled: bool = False
    band_preference: Literal["auto", "2.4", "5"] = "auto"
    wlan_preference: bool = False
    periodic_scan_interval: int = 0


class Www(Struct):
    http_enabled: bool
    http_port: Port = 80
    https_port: Port = 443
    custom_http_headers: dict[str, str] = field(default_factory=dict)
    dh_size: Literal[1024, 2048, 4096] = 2048


class Remote(Struct):
    host: str
    port: Port
    uri: str = ""
    enabled: bool = False
    token: str = ""
    use_proxy: bool = False


class Monitor(Struct):
    enabled: bool = False
    daily_quota: Annotated[int, Meta(ge=0)] = 65000


class Truststore(Struct):
    defaults_enabled: bool = True


class Time(Struct):
    time_zone: str
    ntp_enabled: bool
    ntp_server_enabled: bool = False
    ntp_servers: list[str] = field(default_factory=list)


Few = Annotated[int, Meta(ge=0, le=64)]
Long = Annotated[int, Meta(ge=4, le=64)]


class PasswordPolicy(Struct):
    min_characters: Long = 4
    max_characters: Long = 64
    min_numeric_characters: Few = 0
    min_lowercase_characters: Few = 0
    min_uppercase_characters: Few = 0
    min_special_characters: Few = 0


class PrivacyMode(Struct):
    privacy_mode: Annotated[int, Meta(ge=0, le=3)] = 0
    smk: str = ""


class SensorGeometry(Struct):
    sensor_height: Annotated[Number, Meta(gt=0, le=50)] = 3.0
    alpha_deg: Number = 0.0
    beta_deg: Number = 0.0
    sensor_direction: tuple[Number, Number, Number] = (0.0, 0.0, -1.0)


class Groups(Struct):
    delay: Annotated[Number, Meta(ge=1, le=10)] = 2.0
    max_distance: Annotated[Number, Meta(ge=0, le=1000)] = 1.2


class PathStitching(Struct):
    enabled: bool = False
    max_distance: Number = 1.0
    max_time: Number = 2.0
    zone_ids: list[int] = field(default_factory=list)


class Tag(Struct):
    tag_position: Literal["LEFT", "RIGHT", "BOTH"] = "BOTH"


class Advanced(Struct):
    tracking_version: Literal["default", "3X_COMPATIBILITY", "V1", "V2", "V3", "ULTRA_LOW"] = (
        "default"
    )
    low_latency_mode: bool = False
    sitting_persons: bool = False
    height_correction: Number = 0.0


class Light(Struct):
    power_frequency: Number = 50.0


class ExposureControl(Struct):
    mode: Literal["AUTOMATED", "MANUAL"] = "AUTOMATED"
    exposure_time: Number = 0.0
    gain: Number = 0.0


class Itxpt(Struct):
    itxpt_enabled: bool = False
    protocol_version: Literal["v2.0.1", "v2.1.0", "v2.1.1", "unknown"] = "v2.1.1"
    vehicle_id_source: Literal["fmstoip", "vehicletoip", "custom"] = "fmstoip"
    apc_push_type: Literal["on_event", "periodic"] = "on_event"
    apc_push_max_resolution_ms: Annotated[int, Meta(ge=80, le=5000)] = 1000
    heartbeat_period_ms: Annotated[int, Meta(ge=1000, le=60000)] = 30000
    nb_retries_before_expiration: Annotated[int, Meta(ge=0, le=100)] = 5


class Ibisip(Struct):
    enabled: bool = False
    protocol_version: Literal["v2.1.0", "unknown"] = "v2.1.0"
    apc_push_type: Literal["on_event", "periodic"] = "on_event"
    heartbeat_period_ms: Annotated[int, Meta(ge=1000, le=60000)] = 30000


class Legacy(Struct):
    enabled: bool = False
