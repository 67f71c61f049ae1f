"""Sensors, the devices in their places, and the channels they count with."""

from dataclasses import dataclass, field
from typing import Literal

from countline.model.ids import LocationId, SensorId, SensorNo, SeriesNo

SensorState = Literal["discovered", "adopted", "retired"]
CounterKind = Literal["accumulating", "state", "unknown"]
CountsFrom = Literal["auto", "logics", "live"]
Quiet = Literal["gap", "zero"]
ChannelShape = Literal["line", "zone", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensor:
    """What callers ask by `sensor_id`; it stays when the hardware is replaced."""

    sensor: SensorNo
    sensor_id: SensorId
    location_id: LocationId
    name: str = ""
    state: SensorState = "adopted"
    quiet: Quiet = "gap"
    geometry_seen: bool = False  # first contact is over: a package that names a geometry came
    created_s: int = 0
    retired_s: int | None = None
    counts_from: CountsFrom = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """The hardware in a sensor's place, from when to when. Serial in lower case."""

    device_id: int
    vendor: str
    serial: str
    context: str = "single"
    sensor: SensorNo | None = None  # None: discovered, waiting for adoption
    driver: str = ""
    model: str = ""
    firmware: str = ""
    address: str = ""
    valid_from_s: int = 0
    valid_to_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One counting object of a sensor, known by its key `context/maker's key`."""

    sensor: SensorNo
    channel: str
    name: str = ""
    template: str = ""
    shape: ChannelShape = "other"
    imported: bool = False  # made by a file, not by a push


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One channel and one measure; `position` is its place in the sensor's packed minutes."""

    series: SeriesNo
    sensor: SensorNo
    channel: str
    measure: str
    kind: CounterKind
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A stretch in which a sensor is expected to give data; `to_s` None while it pushes."""

    expected_id: int
    sensor: SensorNo
    from_s: int
    to_s: int | None
    origin: Literal["push", "import"]
    imported_as: str = ""  # a digest of the file, so that a second import adds nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Why a stretch of a sensor has no data."""

    gap_id: int
    sensor: SensorNo
    from_s: int
    to_s: int | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """Which stretch a package of an agent was about, for sensors whose quiet minutes are zero."""

    sensor: SensorNo
    agent: str
    sequence: int
    first_s: int
    last_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What a sensor last said of itself. Never part of a number; may lag by some seconds."""

    sensor: SensorNo
    last_push_ms: int | None = None
    last_bin_end_s: int | None = None
    push_delay_s: float | None = None
    clock_offset_s: float | None = None
    uptime_s: int | None = None
    temperature_c: int | None = None
    firmware: str = ""
    illumination: str = ""
    interval_s: int | None = None  # the sensor's usual distance between pushes
    notes: dict[str, int] = field(default_factory=dict)  # code -> when last seen
