"""How much outdoor air a zone needs: the rates, what it was designed for, and how requests move."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from countline.model.ids import LocationId, ZoneId

System = Literal["si", "ip"]  # litres per second and m2, or cubic feet per minute and ft2
Gives = Literal["", "setpoint_offset", "damper_position"]
Unit = Literal["", "K", "degF", "percent"]


class CurvePoint(NamedTuple):
    """At so many people per unit of area, this value."""

    density: float
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """What a kind of room needs, in both systems of units: each is rounded on its own.

    `density` is people on 100 m2, or on 1000 ft2, where nothing better is known.
    """

    name: str
    title: str
    people_l_s: float
    area_l_s_m2: float
    people_cfm: float
    area_cfm_ft2: float
    density: float
    standby_allowed: bool = False

    def rates(self, system: System) -> tuple[float, float]:
        """For each person, and for each unit of area."""
        if system == "si":
            return self.people_l_s, self.area_l_s_m2
        return self.people_cfm, self.area_cfm_ft2


@dataclass(frozen=True, slots=True, kw_only=True)
class Ventilation:
    """How one zone is ventilated. Rates, area and flows are all of one system of units.

    `area` None is the zone's own, in m2. A request falls after `hold_s`, by `ramp_percent` of the
    design flow a minute, and not at all within the dead band.
    """

    zone_id: ZoneId
    location_id: LocationId
    edition: str
    people_rate: float
    area_rate: float
    design_population: int
    system: System = "si"
    category: str = ""  # "": rates of its own
    standby_allowed: bool = False
    area: float | None = None
    effectiveness: float = 1.0  # Ez: how well what is supplied reaches people
    hold_s: int = 600
    standby_after_s: int = 300
    ramp_percent: float = 10.0
    dead_band_people: int = 1
    dead_band_percent: float = 5.0
    curve_gives: Gives = ""
    curve_unit: Unit = ""
    curve: tuple[CurvePoint, ...] = ()
    changed_s: int = 0
