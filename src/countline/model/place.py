"""Where people are counted: locations, zones and lines."""

from dataclasses import dataclass
from typing import Literal

from countline.model.ids import LineId, LocationId, SensorNo, ZoneId

LineRole = Literal["boundary", "frontage"]
VisitorsCross = Literal["none", "in", "in_and_out"]
Light = Literal["green", "amber", "red"]
Fusion = Literal["lines", "measured", "both"]
Covers = Literal["whole", "part"]
RESETS_S = (4 * 3_600,)  # at four in the morning nobody is in


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A place with one time zone.

    `day_start_s` is seconds after local midnight, whole quarters. `resets_s` are the local times of
    day, in seconds, at which occupancy is reset to 0; none for places that never close. Closed hours
    without a crossing for `absence_when_closed_s` mean that nobody is in; 0: they mean nothing.
    """

    location_id: LocationId
    name: str
    time_zone: str
    default_zone: ZoneId | None = None
    day_start_s: int = 0
    resets_s: tuple[int, ...] = RESETS_S
    late_window_s: int = 60 * 86_400
    keep_attributes: bool = False  # gender, age and mask counts; dropped at the door otherwise
    created_s: int = 0
    absence_when_closed_s: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """An area of a location whose occupancy we know. Zones nest by `parent_id`.

    With a capacity its light turns amber and red at a percentage of it, and back once people have
    fallen below that by the hysteresis. `fusion` says what its number rests on where lines enclose it
    and a sensor sees the people in it, the whole of it or a part: then what the sensor has seen for
    `absence_after_s` is evidence.
    """

    zone_id: ZoneId
    location_id: LocationId
    name: str
    parent_id: ZoneId | None = None
    area_m2: float | None = None
    capacity: int | None = None
    category: str | None = None
    created_s: int = 0
    amber_percent: int = 80
    red_percent: int = 100
    hysteresis_percent: int = 5
    absence_when_closed_s: int | None = None  # None: as its location
    absence_after_s: int = 600
    fusion: Fusion = "both"
    covers: Covers = "whole"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A directed counting line from side A to side B; a side is a zone, or None for outside.

    `forward` counts A to B. A frontage line names in `frontage_of` the zone that people pass by.
    """

    line_id: LineId
    location_id: LocationId
    name: str
    side_a: ZoneId | None = None
    side_b: ZoneId | None = None
    role: LineRole = "boundary"
    frontage_of: ZoneId | None = None
    visitors_cross: VisitorsCross = "none"
    valid_from_s: int = 0
    valid_to_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Which channel counts a line, or measures a zone, from when to when, in which failover order.

    Exactly one of `line_id` and `zone_id` is set.
    """

    source_id: int
    sensor: SensorNo
    channel: str  # the channel's key: context/maker's key
    line_id: LineId | None = None
    zone_id: ZoneId | None = None
    invert: bool = False
    order: int = 1
    valid_from_s: int = 0
    valid_to_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A known occupancy of a zone, or of a whole location where `zone_id` is None.

    With `is_delta`, `value` is not how many are there but how many more (or fewer, below 0) than was
    counted, whatever late data makes of that. Scheduled resets and what evidence says are computed
    and are never stored.
    """

    anchor_id: int
    location_id: LocationId
    at_s: int  # a whole minute
    value: int
    cause: Literal["operator", "device", "evidence"]
    zone_id: ZoneId | None = None
    told_s: int = 0
    reason: str = ""
    is_delta: bool = False
    who: str = ""  # the name of a key, `command line`, or what else told it
    token: str = ""  # what a caller named the telling, so that it is not done twice
