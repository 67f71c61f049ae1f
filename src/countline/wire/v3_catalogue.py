"""What the customer has, in API version 3: locations, zones, lines, sensors, keys."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from countline.wire import Instant, Sent, Told
from countline.wire.v3_health import Health
from countline.wire.v3_opening import (
    AbsenceAfter,
    AbsenceWhenClosed,
    Covers,
    Fusion,
    Opening,
    OpeningWanted,
)

Id = Annotated[
    str,
    Meta(
        pattern="^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$",
        description="1 to 64 letters, digits and `_ . -`; case-sensitive; never used again.",
    ),
]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
TimeOfDay = Annotated[
    str, Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$", description="Local time, `HH:MM`.")
]
ZoneId = Annotated[int, Meta(ge=1, le=2**53)]
SideA = Annotated[
    ZoneId | None, Meta(description="A zone, or null for outside. Forward is A to B.")
]
SideB = Annotated[ZoneId | None, Meta(description="A zone, or null for outside.")]
TimeZone = Annotated[
    str, Meta(min_length=1, max_length=64, description="An IANA name, such as `Europe/Zurich`.")
]
Role = Literal["boundary", "frontage"]
VisitorsCross = Literal["none", "in", "in_and_out"]
Scope = Literal["read", "write", "admin", "trajectories"]
SensorState = Literal["discovered", "adopted", "retired"]
Quiet = Annotated[
    Literal["gap", "zero"],
    Meta(description="What a minute without a record means, when no package is missing."),
]
CountsFrom = Annotated[
    Literal["auto", "logics", "live"],
    Meta(
        description="`logics`: live events make no provisional counts. `live`: time with live"
        " frames is covered by them. `auto`: as `live` where no record came for a day."
    ),
]
Next = Annotated[str | None, Meta(description="`cursor` of the next page; null on the last.")]
Area = Annotated[float, Meta(gt=0, le=10_000_000, description="Square metres.")]
Capacity = Annotated[int, Meta(ge=0, le=10_000_000, description="People it is meant for.")]


# -- locations ------------------------------------------------------------------------------------
class Location(Told, frozen=True, kw_only=True):
    """A place with one time zone."""

    location_id: str
    name: str
    time_zone: TimeZone
    default_zone: Annotated[int | None, Meta(description="The zone that first lines lead into.")]
    day_start: Annotated[TimeOfDay, Meta(description="When its days begin, `HH:MM` local.")]
    resets: Annotated[list[TimeOfDay], Meta(description="When occupancy is set to 0, local.")]
    keep_attributes: Annotated[
        bool, Meta(description="Whether gender, age and mask counts are kept; else dropped.")
    ]
    created_at: Instant
    opening: Annotated[
        Opening | None, Meta(description="When it is open; null where nobody said.")
    ] = None
    absence_when_closed_s: AbsenceWhenClosed = 0


class LocationPage(Told, frozen=True, kw_only=True):
    """Locations by id."""

    data: list[Location]
    next: Next = None


class LocationNew(Sent, frozen=True, kw_only=True):
    """A location to add; its default zone is made with it."""

    location_id: Id
    name: Name
    time_zone: TimeZone
    day_start: TimeOfDay = "00:00"
    resets: Annotated[tuple[TimeOfDay, ...], Meta(max_length=24)] = ("04:00",)
    keep_attributes: bool = False


class LocationChange(Sent, frozen=True, kw_only=True):
    """What to change of a location; fields left out stay."""

    name: Name | UnsetType = UNSET
    time_zone: TimeZone | UnsetType = UNSET
    day_start: TimeOfDay | UnsetType = UNSET
    resets: Annotated[tuple[TimeOfDay, ...], Meta(max_length=24)] | UnsetType = UNSET
    keep_attributes: bool | UnsetType = UNSET
    opening: OpeningWanted | UnsetType | None = UNSET
    absence_when_closed_s: AbsenceWhenClosed | UnsetType = UNSET


LimitPercent = Annotated[int, Meta(ge=1, le=200, description="Per cent of the capacity.")]
HysteresisPercent = Annotated[int, Meta(ge=0, le=50, description="Per cent of the capacity.")]


# -- zones ----------------------------------------------------------------------------------------
class Zone(Told, frozen=True, kw_only=True):
    """An area of a location whose occupancy is known."""

    zone_id: int
    location_id: str
    parent_id: Annotated[int | None, Meta(description="The zone that it lies in.")]
    name: str
    area_m2: float | None
    capacity: int | None
    sensors: Annotated[list[str], Meta(description="Sensors that count or measure it.")]
    category: str | None
    created_at: Instant
    amber_percent: Annotated[int, Meta(description="The light is amber from here, of capacity.")]
    red_percent: Annotated[int, Meta(description="The light is red from here, of capacity.")]
    hysteresis_percent: Annotated[
        int, Meta(description="By how much people must fall below it, for it to go out again.")
    ]
    opening: Annotated[
        Opening | None, Meta(description="Hours of its own; null: those of its location.")
    ] = None
    absence_when_closed_s: Annotated[
        AbsenceWhenClosed | None, Meta(description="Null: as its location.")
    ] = None
    absence_after_s: AbsenceAfter = 600
    fusion: Fusion = "both"
    covers: Covers = "whole"


class ZonePage(Told, frozen=True, kw_only=True):
    """Zones by id."""

    data: list[Zone]
    next: Next = None


class ZoneNew(Sent, frozen=True, kw_only=True):
    """A zone to add."""

    location_id: Id
    name: Name
    parent_id: ZoneId | None = None
    area_m2: Area | None = None
    capacity: Capacity | None = None
    category: Name | None = None
    amber_percent: LimitPercent = 80
    red_percent: LimitPercent = 100
    hysteresis_percent: HysteresisPercent = 5


class ZoneChange(Sent, frozen=True, kw_only=True):
    """What to change of a zone; fields left out stay, null empties one."""

    name: Name | UnsetType = UNSET
    parent_id: ZoneId | UnsetType | None = UNSET
    area_m2: Area | UnsetType | None = UNSET
    capacity: Capacity | UnsetType | None = UNSET
    category: Name | UnsetType | None = UNSET
    amber_percent: LimitPercent | UnsetType = UNSET
    red_percent: LimitPercent | UnsetType = UNSET
    hysteresis_percent: HysteresisPercent | UnsetType = UNSET
    opening: OpeningWanted | UnsetType | None = UNSET
    absence_when_closed_s: AbsenceWhenClosed | UnsetType | None = UNSET
    absence_after_s: AbsenceAfter | UnsetType = UNSET
    fusion: Fusion | UnsetType = UNSET
    covers: Covers | UnsetType = UNSET


# -- lines ----------------------------------------------------------------------------------------
class Source(Told, frozen=True, kw_only=True):
    """A channel of a sensor that counts a line."""

    sensor_id: str
    channel: Annotated[str, Meta(description="One counting object of the sensor.")]
    invert: Annotated[bool, Meta(description="The sensor's forward is the line's backward.")]
    order: Annotated[int, Meta(description="The lowest that is alive counts; others stand by.")]
    valid_from: Instant | None
    valid_to: Instant | None


class Line(Told, frozen=True, kw_only=True):
    """A directed counting line from side A to side B."""

    line_id: int
    location_id: str
    name: str
    side_a: SideA
    side_b: SideB
    role: Role
    frontage_of: Annotated[int | None, Meta(description="The zone that people pass by here.")]
    sources: list[Source]
    visitors_cross: VisitorsCross


class LinePage(Told, frozen=True, kw_only=True):
    """Lines by id."""

    data: list[Line]
    next: Next = None


class SourceNew(Sent, frozen=True, kw_only=True):
    """A channel of a sensor that shall count a line."""

    sensor_id: Id
    channel: Annotated[str, Meta(min_length=1, max_length=200)]
    invert: bool = False
    order: Annotated[int, Meta(ge=1, le=100)] = 1
    valid_from: Instant | None = None


Sources = Annotated[tuple[SourceNew, ...], Meta(max_length=16)]


class LineNew(Sent, frozen=True, kw_only=True):
    """A line to add, with the channels that count it."""

    location_id: Id
    name: Name
    side_a: SideA = None
    side_b: SideB = None
    role: Role = "boundary"
    frontage_of: ZoneId | None = None
    visitors_cross: VisitorsCross = "none"
    sources: Sources = ()


class LineChange(Sent, frozen=True, kw_only=True):
    """What to change of a line; fields left out stay. `sources` replaces all of them."""

    name: Name | UnsetType = UNSET
    sources: Sources | UnsetType = UNSET
    valid_from: Annotated[
        Instant | UnsetType,
        Meta(description="When new `sources` take effect; left out: the next full local hour."),
    ] = UNSET


# -- sensors --------------------------------------------------------------------------------------
class Channel(Told, frozen=True, kw_only=True):
    """One counting object of a sensor, and what it counts."""

    channel: Annotated[str, Meta(description="Its key, as `sources` of a line name it.")]
    name: Annotated[str, Meta(description="As the sensor, or its user, calls it.")]
    template: str
    shape: Annotated[Literal["line", "zone", "other"], Meta(description="What it counts at.")]
    measures: list[str]
    lines: Annotated[list[int], Meta(description="Lines that it counts, now or before.")]
    zones: Annotated[list[int], Meta(description="Zones that it measures.")]


class Sensor(Told, frozen=True, kw_only=True):
    """What callers ask by `sensor_id`; it stays when the hardware is replaced."""

    sensor_id: Annotated[str | None, Meta(description="Null while only discovered.")]
    location_id: str | None
    name: str
    state: SensorState
    vendor: str | None
    serial: str | None
    model: str | None
    firmware: str | None
    health: Health
    last_push_at: Instant | None
    zones: Annotated[list[int], Meta(description="Zones that it counts or measures.")]
    lines: Annotated[list[int], Meta(description="Lines that it counts.")]
    context: Annotated[str | None, Meta(description="`single`, or its place in a multisensor.")]
    quiet: Quiet | None
    counts_from: CountsFrom | None
    created_at: Instant | None
    retired_at: Instant | None
    channels: Annotated[list[Channel], Meta(description="What it counts with, by key.")]
    unmapped: Annotated[
        list[str],
        Meta(description="Channels that are stored and mean nothing yet: add a line with them."),
    ]


class SensorPage(Told, frozen=True, kw_only=True):
    """Sensors by id, then devices that were discovered and wait for adoption."""

    data: list[Sensor]
    next: Next = None


class SensorNew(Sent, frozen=True, kw_only=True):
    """A sensor to register; a discovered device of this serial is adopted without contacting it."""

    sensor_id: Id
    location_id: Id
    serial: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    vendor: Annotated[str, Meta(min_length=1, max_length=64)] = "xovis"
    context: Annotated[str, Meta(min_length=1, max_length=64)] = "single"
    name: Annotated[str, Meta(max_length=200)] = ""


class SensorChange(Sent, frozen=True, kw_only=True):
    """What to change of a sensor; fields left out stay."""

    name: Name | UnsetType = UNSET
    quiet: Quiet | UnsetType = UNSET
    counts_from: CountsFrom | UnsetType = UNSET


# -- keys -----------------------------------------------------------------------------------------
Quota = Annotated[int, Meta(ge=1, le=1_000_000, description="Requests in a window.")]
Window = Annotated[int, Meta(ge=1, le=86_400, description="Length of the window in seconds.")]


class Rate(Told, frozen=True, kw_only=True):
    """How often a key may ask."""

    quota: int
    window_s: int


class RateNew(Sent, frozen=True, kw_only=True):
    """How often a key may ask."""

    quota: Quota = 600
    window_s: Window = 60


class Key(Told, frozen=True, kw_only=True):
    """A caller's key, without its secret."""

    key_id: str
    name: str
    scopes: list[Scope]
    locations: Annotated[list[str], Meta(description="What it may see; empty: every location.")]
    expires_at: Instant | None
    rate: Rate
    created_at: Instant
    withdrawn_at: Instant | None


class KeyPage(Told, frozen=True, kw_only=True):
    """Keys by id."""

    data: list[Key]
    next: Next = None


class KeyNew(Sent, frozen=True, kw_only=True):
    """A key to make. It cannot be given more than the key that makes it has."""

    name: Name
    scopes: Annotated[tuple[Scope, ...], Meta(min_length=1)] = ("read",)
    locations: Annotated[tuple[Id, ...], Meta(max_length=1000)] = ()
    expires_at: Instant | None = None
    rate: RateNew = RateNew()


class KeyMade(Told, frozen=True, kw_only=True):
    """A new key; `key` is shown here and never again."""

    key_id: str
    key: Annotated[str, Meta(description="The secret. Only here: it is not kept.")]
    name: str
    scopes: list[Scope]
    locations: list[str]
    expires_at: Instant | None
    rate: Rate
    created_at: Instant


class SessionMade(Told, frozen=True, kw_only=True):
    """A browser's session; the cookie comes in the `Set-Cookie` header."""

    key_id: str
    name: str
    scopes: list[Scope]
    locations: list[str]
    ends_at: Instant
