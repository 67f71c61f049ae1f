"""The points of a zone: which there are, how they are called, and what each shows of the board.

An identifier is made of the zone's number and the point's, `100 * zone_id + offset`, and a name of
location, zone and label: both stay over restarts, whatever zones come and go or are called.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from countline.model.board import ZoneNow
from countline.model.ids import LocationId, ZoneId

Kind = Literal["analog-input", "analog-value", "binary-input", "multi-state-input", "accumulator"]
AirUnit = Literal["L/s", "cfm"]
CurveUnit = Literal["K", "degF", "percent"]

OBJECT_TYPES: Mapping[Kind, int] = {
    "analog-input": 0,
    "analog-value": 2,
    "binary-input": 3,
    "multi-state-input": 13,
    "accumulator": 23,
}
ZONE_STEP = 100  # instance numbers of one zone
INSTANCE_MAX = 4_194_302
ZONE_ID_MAX = INSTANCE_MAX // ZONE_STEP - 1

NO_UNITS, PERCENT = 95, 98
AIR_UNITS: Mapping[AirUnit, int] = {"L/s": 87, "cfm": 84}
CURVE_UNITS: Mapping[CurveUnit, int] = {"K": 121, "degF": 120, "percent": PERCENT}

QUALITIES = ("good", "fair", "poor", "stale", "unknown")
LIGHTS = ("green", "amber", "red", "unknown")
PRESENCE = ("empty", "occupied")  # inactive, active
NOT_NOW = ("stale", "unknown")  # qualities of which no controller should act


class ObjectId(NamedTuple):
    """What a controller addresses: the kind of object, and its instance number."""

    kind: Kind
    instance: int


class Reading(NamedTuple):
    """What a point shows. No value: the last one stays. Not `sound`: with the fault flag."""

    value: float | int | None
    sound: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What decides which points a zone has, and what they are called."""

    zone_id: ZoneId
    location_id: LocationId
    name: str
    location_name: str
    counted: bool = False  # its ins and outs are
    limited: bool = False  # it has a capacity
    air_unit: AirUnit | None = None
    curve_unit: CurveUnit | None = None

    @classmethod
    def of(cls, now: ZoneNow, before: "Place | None" = None) -> "Place":
        """A zone's place by what the board says. What it had `before` is not taken away again.

        So a controller keeps the objects that it found, with the fault flag, while nothing is known.
        """
        air = now.air
        curve = air.setpoint_unit if air is not None and air.setpoint_gives is not None else None
        place = cls(
            zone_id=now.zone_id,
            location_id=now.location_id,
            name=now.name,
            location_name=now.location_name,
            counted=None not in (now.in_total, now.out_total),
            limited=now.capacity is not None,
            air_unit=None if air is None else air.unit,
            curve_unit=curve,
        )
        if before is None:
            return place
        return replace(
            place,
            counted=place.counted or before.counted,
            limited=place.limited or before.limited,
            air_unit=place.air_unit or before.air_unit,
            curve_unit=place.curve_unit or before.curve_unit,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One object that controllers see."""

    id: ObjectId
    zone_id: ZoneId
    label: str
    name: str
    description: str
    unit: int | None = None
    states: tuple[str, ...] = ()
    increment: float | None = None  # what must change before subscribers are told
    settable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sort:
    """A row of the table of points."""

    offset: int
    label: str
    kind: Kind
    says: str
    reads: Callable[[ZoneNow], Reading]
    unit: Callable[[Place], int | None] = lambda _place: None  # None for numbers: no such point
    states: tuple[str, ...] = ()
    increment: float | None = None


# -- what each shows ------------------------------------------------------------------------------
def _fresh(now: ZoneNow) -> bool:
    return now.quality not in NOT_NOW


def _people(now: ZoneNow) -> Reading:
    if now.people is None:
        return Reading(now.last_known, sound=False)
    return Reading(now.people, _fresh(now))


def _presence(now: ZoneNow) -> Reading:
    people, sound = _people(now)
    return Reading(None if people is None else int(people > 0), sound)


def _high(now: ZoneNow) -> Reading:
    return Reading(now.high, now.high is not None and _fresh(now))


def _percent(now: ZoneNow) -> Reading:
    share = None if now.utilisation is None else 100 * now.utilisation
    return Reading(share, share is not None and _fresh(now))


def _quality(now: ZoneNow) -> Reading:
    return Reading(QUALITIES.index(now.quality) + 1, sound=True)


def _light(now: ZoneNow) -> Reading:
    if now.light is None:
        return Reading(LIGHTS.index("unknown") + 1, sound=False)
    return Reading(LIGHTS.index(now.light) + 1, _fresh(now))


def _ins(now: ZoneNow) -> Reading:
    return Reading(now.in_total, now.in_total is not None and _fresh(now))


def _outs(now: ZoneNow) -> Reading:
    return Reading(now.out_total, now.out_total is not None and _fresh(now))


def _flow(now: ZoneNow) -> Reading:
    return Reading(None, False) if now.air is None else Reading(now.air.flow, not now.air.fallback)


def _design_flow(now: ZoneNow) -> Reading:
    return Reading(None, False) if now.air is None else Reading(now.air.design_flow, True)


def _setpoint(now: ZoneNow) -> Reading:
    if now.air is None or now.air.setpoint is None:
        return Reading(None, sound=False)
    return Reading(now.air.setpoint, not now.air.fallback)


# -- the table ------------------------------------------------------------------------------------
def _air(place: Place) -> int | None:
    return None if place.air_unit is None else AIR_UNITS[place.air_unit]


def _offset(place: Place) -> int | None:
    return CURVE_UNITS[place.curve_unit] if place.curve_unit in ("K", "degF") else None


def _damper(place: Place) -> int | None:
    return PERCENT if place.curve_unit == "percent" else None


def _limited(place: Place) -> int | None:
    return PERCENT if place.limited else None


def _counted(place: Place) -> int | None:
    return NO_UNITS if place.counted else None


def _always(_place: Place) -> int | None:
    return NO_UNITS


SORTS = (
    Sort(offset=1, label="Occupancy", kind="analog-value", says="people now",
         reads=_people, unit=_always, increment=1),
    Sort(offset=2, label="Occupied", kind="binary-input", says="whether anybody is there",
         reads=_presence, unit=_always, states=PRESENCE),
    Sort(offset=3, label="OccupancyHigh", kind="analog-input",
         says="people now, upper estimate", reads=_high, unit=_always, increment=1),
    Sort(offset=4, label="DataQuality", kind="multi-state-input", says="quality of the count",
         reads=_quality, unit=_always, states=QUALITIES),
    Sort(offset=5, label="DensityPercent", kind="analog-input", says="people over capacity",
         reads=_percent, unit=_limited, increment=1),
    Sort(offset=6, label="CapacityLight", kind="multi-state-input",
         says="how near to its capacity", reads=_light, unit=_limited, states=LIGHTS),
    Sort(offset=7, label="OA-Flow-Request", kind="analog-input", says="outdoor air asked for",
         reads=_flow, unit=_air, increment=1),
    Sort(offset=8, label="OA-Flow-Design", kind="analog-input",
         says="outdoor air it was designed for", reads=_design_flow, unit=_air, increment=1),
    Sort(offset=9, label="Setpoint-Offset", kind="analog-input",
         says="offset of the setpoint by people", reads=_setpoint, unit=_offset, increment=0.1),
    Sort(offset=10, label="Damper-Position", kind="analog-input",
         says="position of the damper by people", reads=_setpoint, unit=_damper, increment=1),
    Sort(offset=11, label="In-Total", kind="accumulator", says="people in, ever",
         reads=_ins, unit=_counted),
    Sort(offset=12, label="Out-Total", kind="accumulator", says="people out, ever",
         reads=_outs, unit=_counted),
)  # fmt: skip


def points_of(place: Place, *, writable: bool = False) -> Iterator[tuple[Point, Sort]]:
    """The points that a zone has, in the order of the table."""
    for sort in SORTS:
        unit = sort.unit(place)
        if unit is not None:
            point = Point(
                id=ObjectId(sort.kind, ZONE_STEP * place.zone_id + sort.offset),
                zone_id=place.zone_id,
                label=sort.label,
                name=f"{place.location_id}.{place.zone_id}.{sort.label}",
                description=f"{place.name}, {place.location_name}: {sort.says}",
                unit=None if sort.states else unit,
                states=sort.states,
                increment=sort.increment,
                settable=writable and sort.label == "Occupancy",
            )
            yield point, sort
