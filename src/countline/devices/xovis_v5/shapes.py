"""What v5 sensors answer about themselves, as far as we read it; unknown fields are passed over."""

from typing import Annotated, Any

from msgspec import Meta, Struct

WHOLE_MAX = 2**53  # as many as a float tells apart: a greater one is nonsense, and fits nowhere
Whole = Annotated[int, Meta(ge=-WHOLE_MAX, le=WHOLE_MAX)]
Number = Whole | Annotated[float, Meta(ge=-1e15, le=1e15)]


class DeviceInfo(Struct, frozen=True, kw_only=True):
    """What it is. Told without a login."""

    fw_version: str
    serial: str
    prod_code: str = ""
    type: str = ""
    variant: str = ""
    hw_id: str | int = ""
    product_series: str = ""


class DeviceId(Struct, frozen=True, kw_only=True):
    """What people call it."""

    name: str = ""
    group: str = ""


class Temperatures(Struct, frozen=True, kw_only=True):
    """Degrees Celsius."""

    die: Number | None = None
    housing: Number | None = None


class DeviceDetails(Struct, frozen=True, kw_only=True):
    """Since when it runs, and how warm it is."""

    uptime_sec: Number | None = None
    temperatures: Temperatures | None = None


class DeviceState(Struct, frozen=True, kw_only=True):
    """`OK`, `RESCUE`, `UPDATING`, `REBOOTING`, `UNDEFINED`."""

    state: str = "UNDEFINED"
    details: DeviceDetails = DeviceDetails()


class ConfigDetail(Struct, frozen=True, kw_only=True):
    """One part of the configuration; `content` where it was asked for."""

    url: str
    checksum: str | int = ""
    last_change: str | Number | None = None
    content: Any = None


class ConfigState(Struct, frozen=True, kw_only=True):
    """The configuration as a checksum: it moves when anything is changed."""

    checksum: str | int
    last_change: str | Number | None = None
    details: tuple[ConfigDetail, ...] = ()

    @property
    def contents(self) -> dict[str, Any]:
        """The configuration by the address of each part; empty where only the checksum was asked."""
        return {one.url: one.content for one in self.details}


class SingleStatus(Struct, frozen=True, kw_only=True):
    """How well it sees. Light: `SUFFICIENT`, `INSUFFICIENT`, `UNKNOWN`."""

    frames_processed: Whole = 0
    illumination: str = "UNKNOWN"


class User(Struct, frozen=True, kw_only=True):
    """Who is logged in, and what that user may do."""

    id: str = ""
    active: bool = True
    roles: tuple[str, ...] = ()
    privileges: tuple[str, ...] = ()


class Privacy(Struct, frozen=True, kw_only=True):
    """0: all may be seen, 3: numbers only."""

    privacy_mode: Whole


class TimeConfig(Struct, frozen=True, kw_only=True):
    """How its clock is kept."""

    time_zone: str
    ntp_enabled: bool
    ntp_server_enabled: bool = False
    ntp_servers: tuple[str, ...] = ()


class TimeDetails(Struct, frozen=True, kw_only=True):
    """What its clock shows; `time` with an offset, `+0100` or `+01:00`."""

    time: str = ""
    tz_offset_sec: Whole | None = None
    ntp_host: str | None = None
    ntp_rms_offset: Number | None = None


class TimeState(Struct, frozen=True, kw_only=True):
    """`OK` or `ERROR`."""

    state: str = ""
    details: TimeDetails = TimeDetails()
    error: str | None = None
    last_downtime_sec: Number | None = None


class Hostname(Struct, frozen=True, kw_only=True):
    """Its name in the network."""

    hostname: str = ""


class NetworkState(Struct, frozen=True, kw_only=True):
    """`OK`, `WARN` or `ERROR`; early firmware leaves the details empty."""

    state: str = ""
    details: dict[str, Any] = {}


class License(Struct, frozen=True, kw_only=True):
    """One licence; -1 days is for ever. State: `ENABLED`, `TEST_ENABLED`, `EXPIRED`, `NOT_LICENSED`."""

    id: Whole
    feature: str = ""
    state: str = ""
    remaining_days: Whole | None = None


class LicenseDetails(Struct, frozen=True, kw_only=True):
    """Every licence there could be."""

    licenses: tuple[License, ...] = ()


class Licensed(Struct, frozen=True, kw_only=True):
    """A licence that is there; `days` where it ends."""

    id: Whole
    feature: str = ""
    days: Whole | None = None


class LicenseStatus(Struct, frozen=True, kw_only=True):
    """What it is licensed for: for good, for a time, on trial."""

    licensed_lifetime: tuple[Licensed, ...] = ()
    licensed_recurring: tuple[Licensed, ...] = ()
    licensed_test: tuple[Licensed, ...] = ()
    test_license_available: bool = False


class UpdateState(Struct, frozen=True, kw_only=True):
    """`OK`, `WARN`, `INSTALLING` or `REBOOTING`."""

    state: str = ""
    version: str = ""


class Port(Struct, frozen=True, kw_only=True):
    """Where a neighbour listens."""

    service: str = ""
    number: Whole = 0


class Neighbour(Struct, frozen=True, kw_only=True):
    """A sensor that another one has found in its network."""

    mac: str
    ip: str = ""
    ipv6: tuple[str, ...] = ()
    ports: tuple[Port, ...] = ()
    model: str = ""
    name: str = ""
    group: str = ""
    fw_version: str = ""


class Neighbours(Struct, frozen=True, kw_only=True):
    """What a look around gave."""

    sensors: tuple[Neighbour, ...] = ()


class MultisensorRow(Struct, frozen=True, kw_only=True):
    """A stitched instance that runs on this device."""

    id: Whole
    enabled: bool = False


class Multisensors(Struct, frozen=True, kw_only=True):
    """All of them; at most eight."""

    multisensors: tuple[MultisensorRow, ...] = ()


class MultisensorStatus(Struct, frozen=True, kw_only=True):
    """How a stitched instance fares; `sensors` are those it is made of."""

    enabled: bool = False
    alignment: bool = False
    name: str = ""
    group: str = ""
    sensors: tuple[dict[str, Any], ...] = ()
