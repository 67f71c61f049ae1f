"""What a driver understood, still in the sensor's own names."""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

from countline.model.health import Licence
from countline.model.ids import DeviceKey
from countline.model.sensor import ChannelShape, CounterKind

Purpose = Literal["counts", "live", "status", "test", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOptions:
    """What the caller of an import says about a file, where the file does not say it itself."""

    location: str | None = None
    sensor: str | None = None
    zone: str | None = None
    time_zone: str | None = None  # reads times without offset
    step_s: int | None = None  # the length of a bin where `end` is left out
    measures: tuple[str, ...] = ()  # further columns that are measures


@dataclass(slots=True, kw_only=True)  # never changed; frozen takes thrice as long to make
class Push:
    """One body as it came: of a sensor, or of a file (`name` and `options` are the file's)."""

    driver: str
    body: bytes
    received_ms: int
    name: str = ""
    options: FileOptions | None = None


class Reading(NamedTuple):
    """One record of one channel: what it counted from `start_s` for `length_s` seconds.

    `values` are (measure, whole number) pairs; times counted in seconds come as milliseconds.
    """

    channel: str  # the maker's key, without context: "1000"
    start_s: int
    length_s: int
    covered_s: int
    values: tuple[tuple[str, int], ...]


class Total(NamedTuple):
    """What one counter showed right after an event of it, since it was last reset.

    Which measure it is, only the channel can tell: the first of `measures` that the channel has.
    Times counted in seconds come as milliseconds. `order` is the event's place among those of this
    counter in its frame; `step` what it added, 0 where it does not say.
    """

    channel: str  # the maker's key, without context
    counter: str  # the maker's counter id
    name: str  # as the maker, or its user, calls the counter
    measures: tuple[str, ...]
    at_ms: int
    order: int
    total: int
    step: int = 0
    was_reset: bool = False


class Measured(NamedTuple):
    """One measure of a channel, and what kind of counter the maker says it is."""

    measure: str
    kind: CounterKind
    counter: str = ""  # the maker's counter id or column
    name: str = ""  # as the maker, or its user, calls it


@dataclass(frozen=True, slots=True)
class ChannelInfo:
    """What a body says about a counting object.

    `is_door` is true for a line that counts persons both ways, accumulating: such a one may become
    the line of a sensor at first contact.
    """

    channel: str
    name: str
    template: str
    shape: ChannelShape
    measures: tuple[Measured, ...]
    is_door: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusInfo:
    """What a sensor says of itself; None where it does not say."""

    uptime_s: int | None = None
    temperature_c: int | None = None
    firmware: str | None = None
    model: str | None = None
    illumination: str | None = None
    device_time_ms: int | None = None
    state: str | None = None
    licences: tuple[Licence, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something kept but not understood or not counted: a stable code, where, and why."""

    code: str
    path: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePlace:
    """Whom a part of a file is about, as written there; None where nothing says."""

    location: str | None
    sensor: str | None
    zone: str | None  # a number or a name
    step_s: int | None = None  # the length taken for bins without `end`


@dataclass(slots=True, kw_only=True)  # never changed; frozen takes thrice as long to make
class Decoded:
    """One package: what a push says, in the sensor's own names.

    `channels` describes every channel in `readings`. `names_geometry` is true when the package
    names a geometry, which makes it a sensor's first contact. `place` is set by files only.
    """

    purpose: Purpose
    device: DeviceKey | None = None  # None when the body does not say
    agent: str | None = None  # package ids count per agent
    sequence: int | None = None  # package id
    sent_ms: int | None = None
    channels: tuple[ChannelInfo, ...] = ()
    readings: list[Reading] = field(default_factory=list)
    totals: tuple[Total, ...] = ()  # of live events
    frames_s: tuple[int, ...] = ()  # seconds in which there was a live frame, ascending
    status: StatusInfo | None = None
    names_geometry: bool = False
    notes: tuple[Note, ...] = ()
    place: FilePlace | None = None


class Driver(Protocol):
    """A maker's format: bytes to packages, and back. Pure: no I/O, no clock."""

    @property
    def name(self) -> str:
        """As in `POST /push/{driver}` and `--format`."""
        ...

    @property
    def vendor(self) -> str:
        """As in `DeviceKey.vendor`."""
        ...

    @property
    def keeps_body(self) -> bool:
        """Whether an understood body may be kept: false for formats that carry persons."""
        ...

    def decode(self, push: Push) -> list[Decoded]:
        """One `Decoded` per package; a body may be an array. Raises `BadPush`."""
        ...

    def encode(self, decoded: list[Decoded]) -> bytes:
        """A body that decodes to the same. Raises `NotReady` where the format has no encoder."""
        ...

    def strip_persons(self, body: bytes) -> bytes:
        """The body with every person's attributes blanked, for bodies kept as failed or waiting."""
        ...
