"""What an emulated building is: its places, who comes when, and the sensors above its lines."""

from dataclasses import dataclass
from typing import Literal

from countline.model.ids import LineId, LocationId, SensorId, ZoneId
from countline.model.place import Line, Location, Zone

OUTSIDE: None = None
NEVER = 48.0  # of `Crowd.out_by`: long after everyone went of their own will

IdScheme = Literal["thousands", "small"]  # logics from 1000 on, or 1, 2, 3 as early firmware
Hours = (
    tuple[float, float] | None
)  # local opening hours of a weekday, [opens, closes); None: closed


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A zone that a visitor means to spend time in: which share of them does, and for how long."""

    zone: ZoneId | None  # None: out of the building, to come back
    share: float = 1.0
    minutes: float = 15.0  # the median
    spread: float = 0.5  # sigma of the logarithm; 0: all alike


@dataclass(frozen=True, slots=True, kw_only=True)
class Rush:
    """A time of day at which more people come: its hour, how wide it is, and how much it weighs."""

    hour: float
    width_h: float = 1.0
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """People of one kind: how many appear on an ordinary day, when, and what they do.

    Where `frontage` is set, `people` walk the street, `enters` is the share of them that comes in
    while it is open, and the rest cross the frontage line. Where it is not, `people` come only
    within `hours` and all of them enter.
    """

    name: str
    people: float
    rushes: tuple[Rush, ...]
    hours: tuple[Hours, ...]  # Monday first
    doors: tuple[tuple[LineId, float], ...]  # lines to the outside, and how much each weighs
    stays: tuple[Stay, ...]  # in this order
    weekdays: tuple[float, ...] = (1.0,) * 7  # factor of `people`, Monday first
    spread: float = 0.08  # how much `people` varies from day to day, relative
    frontage: LineId | None = None
    street_hours: tuple[float, float] = (0.0, 24.0)
    enters: float = 1.0
    out_by: float | None = None  # local hour of the last to leave, 24 on: tomorrow; None: closing


@dataclass(frozen=True, slots=True, kw_only=True)
class LogicPlan:
    """A counting object of a sensor: above a line, or measuring a zone."""

    logic_id: int
    name: str
    line: LineId | None = None
    zone: ZoneId | None = None
    invert: bool = False  # drawn the other way round: its forward is the line's backward


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorPlan:
    """A sensor, and what it counts. The first logic is the first contact."""

    sensor_id: SensorId
    name: str
    serial: str  # lower case, as in `DeviceKey`
    logics: tuple[LogicPlan, ...]
    ids: IdScheme = "thousands"
    model: str = "PC2SE"
    firmware: str = "5.6.2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Building:
    """A location with its zones, lines, people and sensors, as plain data."""

    location: Location
    zones: tuple[Zone, ...]
    lines: tuple[Line, ...]
    crowds: tuple[Crowd, ...]
    sensors: tuple[SensorPlan, ...]

    @property
    def location_id(self) -> LocationId:
        return self.location.location_id

    def line(self, line_id: LineId) -> Line:
        return next(line for line in self.lines if line.line_id == line_id)

    def inside(self, zone_id: ZoneId | None) -> frozenset[ZoneId]:
        """A zone and all zones nested in it; None: every zone of the building."""
        found = {zone.zone_id for zone in self.zones if zone_id in (None, zone.zone_id)}
        while more := {z.zone_id for z in self.zones if z.parent_id in found} - found:
            found |= more
        return frozenset(found)
