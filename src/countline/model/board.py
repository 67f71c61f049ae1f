"""What is known at this moment of each zone and sensor: what panels, controllers and dashboards show."""

from dataclasses import dataclass
from typing import Literal

from countline.model.ids import LocationId, SensorId, SensorNo, ZoneId
from countline.model.place import Light
from countline.model.query import Health, Quality

Presence = Literal["", "empty", "occupied"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AirNow:
    """The outdoor air that a zone asks for.

    `flow` and `design_flow` are in `unit`. `fallback`: people are stale or unknown, so it is asked
    for at least the design population. The setpoint is what the zone's curve gives; None without one.
    """

    as_of_s: int
    flow: float
    design_flow: float
    unit: Literal["L/s", "cfm"]
    population: int
    mode: Literal["occupied", "standby"]
    fallback: bool
    setpoint: float | None = None
    setpoint_gives: Literal["setpoint_offset", "damper_position"] | None = None
    setpoint_unit: Literal["K", "degF", "percent"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneNow:
    """A zone as it is now. None is unknown, and never the same as 0.

    `people` is None where `quality` is `unknown`; `last_known` stays. `high` is the upper estimate
    that ventilation works with. Totals run over all time and never fall; those of today begin with
    the location's day. `density` is people per m2, `utilisation` people over capacity, and `light`
    is judged by the zone's limits, with hysteresis.
    """

    zone_id: ZoneId
    location_id: LocationId
    name: str
    location_name: str
    as_of_s: int | None = None
    people: int | None = None
    last_known: int | None = None
    high: float | None = None
    quality: Quality = "unknown"
    in_today: int | None = None
    out_today: int | None = None
    passby_today: int | None = None
    in_total: int | None = None
    out_total: int | None = None
    area_m2: float | None = None
    capacity: int | None = None
    density: float | None = None
    utilisation: float | None = None
    light: Light | None = None
    air: AirNow | None = None

    @property
    def occupied(self) -> bool | None:
        """Whether somebody is there; None where that is unknown."""
        return None if self.people is None else self.people > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorNow:
    """A sensor as it is now. `reason` is the first reason why it is not healthy, in words."""

    sensor_id: SensorId
    location_id: LocationId
    name: str
    health: Health
    reason: str = ""
    last_push_s: int | None = None
    firmware: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneTold:
    """What was last told of a zone, so that no restart tells it again.

    `presence` and `light` are the last that were known; "" none ever was. Totals never fall below
    those told here.
    """

    zone_id: ZoneId
    people: int | None = None
    quality: Quality = "unknown"
    presence: Presence = ""
    light: Light | Literal[""] = ""
    flow: float | None = None
    setpoint: float | None = None
    fallback: bool = False
    in_total: int | None = None
    out_total: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorTold:
    """What was last told of a sensor. `drifted`: its device is not configured as it should be."""

    sensor: SensorNo
    health: Health
    silent: bool = False
    drifted: bool = False
