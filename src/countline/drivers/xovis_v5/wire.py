"""The JSON that v5 sensors push, as far as we read it: every key optional, unknown ones ignored."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, field

from countline.limits import SEQUENCE_MAX, VALUE_MAX

INSTANT_MAX = 100_000_000_000_000  # ms: the year 5138; seconds end at a thousandth of it

Whole = Annotated[int, Meta(ge=0, le=SEQUENCE_MAX)]
Number = Annotated[int, Meta(ge=0, le=VALUE_MAX)] | Annotated[float, Meta(ge=0, le=VALUE_MAX)]
Instant = (  # ms or s since the epoch, or RFC 3339
    Annotated[int, Meta(ge=0, le=INSTANT_MAX)]
    | Annotated[float, Meta(ge=0, le=INSTANT_MAX)]
    | Annotated[str, Meta(max_length=64)]
)
Text = Annotated[str, Meta(max_length=256)]
Degrees = Annotated[int, Meta(ge=-300, le=1_000)] | Annotated[float, Meta(ge=-300, le=1_000)]


class PackageInfo(Struct, frozen=True, gc=False):
    """The head of every package. `version` has said 5.0 for years and tells nothing."""

    id: Whole | None = None
    agent_id: Whole | None = None


class SensorInfo(Struct, frozen=True, gc=False):
    """Which device and which of its contexts speaks; missing on firmware before late 2022."""

    serial_number: Text = ""
    type: Text = "SINGLE_SENSOR"
    multisensor_id: Whole | None = None
    id: Text | Whole = ""
    device_type: Text | None = None
    sw_version: Text | None = None
    time: Instant | None = None


class Geometry(Struct, frozen=True, gc=False):
    """A line or zone in the scene."""

    id: Whole = 0
    type: Text = ""
    name: Text = ""


class Count(Struct, frozen=True):
    """One counter's increment within a record, or its value at the end. No value: no claim."""

    id: Whole
    name: Text = ""
    value: Number | None = None
    bins: tuple[Number, ...] = ()


class Record(Struct, frozen=True):
    """One step of the agent's resolution."""

    start: Instant = field(name="from")
    end: Instant = field(name="to")
    samples: Number | None = None
    samples_expected: Number | None = None
    counts: tuple[Count, ...] = ()


class Logic(Struct, frozen=True):
    """One counting object; `info` is the template that it was made from."""

    id: Whole
    name: Text = ""
    info: Text = ""
    geometries: tuple[Geometry, ...] = ()
    records: tuple[Record, ...] = ()


class ConfigLogic(Struct, frozen=True, gc=False):
    """A logic's name, for packages that leave names out elsewhere."""

    id: Whole
    name: Text = ""


class ConfigCount(Struct, frozen=True, gc=False):
    """What a counter is: `type` accumulation or state."""

    id: Whole
    name: Text = ""
    type: Text = ""


class Config(Struct, frozen=True):
    """The counter list that agents with meta data send along."""

    logics: tuple[ConfigLogic, ...] = ()
    counts: tuple[ConfigCount, ...] = ()


class LogicsData(Struct, frozen=True):
    """Counts: records of logics."""

    package_info: PackageInfo = PackageInfo()
    sensor_info: SensorInfo | None = None
    config: Config | None = None
    logics: tuple[Logic, ...] = ()


class Attributes(Struct, frozen=True, gc=False):
    """Of an event: those of counters. Whatever they hold, the rest of the body stands."""

    logic_id: Any = None
    counter_id: Any = None
    counter_name: Any = None
    counter_value: Any = None
    amount: Any = None


class LiveEvent(Struct, frozen=True):
    """Something that happened in a frame; only counters are looked at."""

    category: Any = None
    type: Any = None
    attributes: Attributes | None = None


class Frame(Struct, frozen=True):
    """What we read of a live frame; its persons are passed over unread."""

    time: Instant | None = None
    events: tuple[LiveEvent, ...] | None = None
    illumination: Text | None = None


class LiveData(Struct, frozen=True):
    """Persons as they walk, and events."""

    package_info: PackageInfo = PackageInfo()
    sensor_info: SensorInfo | None = None
    frames: tuple[Frame, ...] = ()


class Temperatures(Struct, frozen=True, gc=False):
    """Whole degrees Celsius."""

    die: Degrees | None = None
    housing: Degrees | None = None


class Details(Struct, frozen=True):
    """Of `device.state` and `time.state`."""

    uptime_sec: Number | None = None
    temperatures: Temperatures | None = None
    time: Instant | None = None


class State(Struct, frozen=True):
    """The body of a `.../state` resource."""

    state: Text | None = None
    version: Text | None = None
    details: Details | None = None


class DeviceInfo(Struct, frozen=True, gc=False):
    """The body of `/device/info`."""

    serial: Text = ""
    fw_version: Text | None = None
    prod_code: Text | None = None
    variant: Text | None = None


class Device(Struct, frozen=True):
    """Resources below `/device`."""

    state: State | None = None
    info: DeviceInfo | None = None


class Resource(Struct, frozen=True):
    """Any other resource that has a state."""

    state: State | None = None


class SingleStatus(Struct, frozen=True, gc=False):
    """The body of `/singlesensor/status`."""

    illumination: Text | None = None


class SingleSensor(Struct, frozen=True):
    """Resources below `/singlesensor`."""

    status: SingleStatus | None = None


class LicenceRow(Struct, frozen=True, gc=False):
    """A licensed feature; `days` of those that end."""

    feature: Text = ""
    days: Number | None = None


class LicenceStatus(Struct, frozen=True):
    """The body of `/license/status`."""

    licensed_lifetime: tuple[LicenceRow, ...] = ()
    licensed_recurring: tuple[LicenceRow, ...] = ()
    licensed_test: tuple[LicenceRow, ...] = ()


class LicenceResource(Struct, frozen=True):
    """Resources below `/license`."""

    status: LicenceStatus | None = None


class States(Struct, frozen=True):
    """One entry per REST path."""

    device: Device | None = None
    license: LicenceResource | None = None
    time: Resource | None = None
    updates: Resource | None = None
    singlesensor: SingleSensor | None = None


class StatusData(Struct, frozen=True):
    """What the sensor says of itself."""

    package_info: PackageInfo = PackageInfo()
    sensor_info: SensorInfo | None = None
    states: States = States()


class Body(Struct, frozen=True):
    """One package; usually exactly one of these is there."""

    logics_data: LogicsData | None = None
    live_data: LiveData | None = None
    status_data: StatusData | None = None
    connection_test: Any = UNSET


KINDS = tuple(Body.__struct_fields__)
