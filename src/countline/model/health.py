"""What devices say of themselves, when it was heard, and what is wrong with sensors and house."""

from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from countline.model.ids import LocationId, SensorId, SensorNo

FactSource = Literal["push", "ask"]
LicenceState = Literal["enabled", "test", "expired", "missing"]
Severity = Literal["error", "warning", "info"]
Subject = Literal["sensor", "device", "system"]


class Licence(NamedTuple):
    """One licensed feature; `remaining_days` None: for good."""

    feature: str
    state: LicenceState = "enabled"
    remaining_days: int | None = None


class Agent(NamedTuple):
    """One push agent of a device, by its own account; None where it does not say.

    `last_ok_s` and `last_failed_s` are when a delivery last went well and last did not; `cached`
    and `dropped` are packages that wait for another try, and that it gave up.
    """

    agent_id: str
    name: str = ""
    last_ok_s: int | None = None
    last_failed_s: int | None = None
    error: str = ""
    cached: int | None = None
    dropped: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFacts:
    """What a device was seen to say at one time. None: it did not say; that is never an answer.

    `said_s` is when the device's own clock stood at saying it, where it tells. `reachable` is set
    where it was asked: with False, `error` says why in words.
    """

    at_s: int  # ours, at hearing it
    source: FactSource = "ask"
    said_s: int | None = None
    reachable: bool | None = None
    error: str = ""
    firmware: str | None = None
    uptime_s: int | None = None
    temperature_c: int | None = None
    clock_offset_s: float | None = None  # its clock minus ours
    licences: tuple[Licence, ...] | None = None
    agents: tuple[Agent, ...] | None = None
    tilt_degrees: float | None = None
    height_m: float | None = None
    illumination: str | None = None
    storage_percent: float | None = None  # how full its history is
    storage_oldest_s: int | None = None  # the oldest record that it still holds
    config_checksum: str | None = None


FACTS = (
    "firmware", "uptime_s", "temperature_c", "clock_offset_s", "licences", "agents", "tilt_degrees",
    "height_m", "illumination", "storage_percent", "storage_oldest_s", "config_checksum",
)  # fmt: skip


class FactTime(NamedTuple):
    """When a fact was last heard, and how."""

    at_s: int
    source: FactSource


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFacts:
    """The newest of each fact of one sensor, whatever told it, and what followed from them."""

    sensor: SensorNo
    newest: DeviceFacts | None = None
    heard: dict[str, FactTime] = field(default_factory=dict)  # by fact
    asked_s: int | None = None
    answered_s: int | None = None
    refused_since_s: int | None = None  # since when asking fails without an answer between
    error: str = ""  # why the last asking failed, in words
    reboots: int = 0  # seen in all
    reboots_s: tuple[int, ...] = ()  # the last of them, oldest first
    firmware_before: str = ""
    firmware_changed_s: int | None = None
    dropped_s: int | None = None  # when an agent last gave up packages
    since: dict[str, int] = field(default_factory=dict)  # code -> since when it has been so


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFacts:
    """`KnownFacts` as they are written down."""

    sensor: SensorNo
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A part of the running server that cannot do its work: written down for whoever looks beside."""

    part: str
    code: str
    detail: str
    since_s: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong, or worth knowing: of whom, what, since when, and by what evidence.

    `said` fills the sentence of its code; `note` is a sentence that goes before the table's, where
    who found it knows more.
    """

    code: str
    since_s: int | None = None
    said: dict[str, Any] = field(default_factory=dict)
    note: str = ""
    subject: Subject = "sensor"
    sensor_id: SensorId | None = None
    location_id: LocationId | None = None
    part: str = ""  # of the system, or the serial of a device


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """From where on something is told."""

    late_push_s: float = 120  # from the end of a record to its arrival ...
    late_for_s: int = 300  # ... for so long: a backlog is soon over
    clock_offset_s: float = 30
    licence_days: int = 30
    storage_percent: float = 90
    tilt_degrees: float = 15
    temperature_c: int = 85  # of the die
    reboots_a_day: int = 3
    note_keep_s: int = 3_600  # a note older than this no longer speaks about now
    recent_s: int = 86_400  # how long a change of firmware or a reboot is worth telling
    lag_s: float = 60  # a reader of events further behind than this
    disk_free_percent: float = 5
