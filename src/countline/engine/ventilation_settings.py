"""How a zone is ventilated, as a caller wants it: checked, and filled in from its category."""

from dataclasses import dataclass
from itertools import pairwise
from math import ceil

from countline.counting.categories import CATEGORIES, EDITION
from countline.engine.changes import bad_field
from countline.errors import Impossible
from countline.model.place import Zone
from countline.model.ventilation import CurvePoint, Gives, System, Unit, Ventilation

OWN_EDITION = "own rates"
DENSITY_AREA = {"si": 100.0, "ip": 1000.0}  # a category's density is people on so much
CURVE_UNITS: dict[Gives, tuple[Unit, ...]] = {
    "setpoint_offset": ("K", "degF"),
    "damper_position": ("percent",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a caller says of a zone; None is what its category says, or its own area."""

    system: System = "si"
    category: str | None = None
    people_rate: float | None = None
    area_rate: float | None = None
    standby_allowed: bool | None = None
    edition: str | None = None
    area: float | None = None
    design_population: int | None = None
    effectiveness: float = 1.0
    hold_s: int = 600
    standby_after_s: int = 300
    ramp_percent: float = 10.0
    dead_band_people: int = 1
    dead_band_percent: float = 5.0
    curve_gives: Gives = ""
    curve_unit: Unit = ""
    curve: tuple[CurvePoint, ...] = ()


def settings_of(zone: Zone, wanted: Wanted, now_s: int) -> Ventilation:
    """The settings, with what their category adds. Raises `BadQuery`, `Impossible`.

    Rates are copied, so that a later edition's change no building by itself.
    """
    people_rate, area_rate, standby_allowed, own = _rates(wanted)
    _check_curve(wanted)
    area = _area(wanted.system, wanted.area, zone)
    return Ventilation(
        zone_id=zone.zone_id,
        location_id=zone.location_id,
        edition=wanted.edition or (OWN_EDITION if own else EDITION),
        people_rate=people_rate,
        area_rate=area_rate,
        design_population=_design_population(wanted, area),
        system=wanted.system,
        category=wanted.category or "",
        standby_allowed=standby_allowed,
        area=wanted.area,
        effectiveness=wanted.effectiveness,
        hold_s=wanted.hold_s,
        standby_after_s=wanted.standby_after_s,
        ramp_percent=wanted.ramp_percent,
        dead_band_people=wanted.dead_band_people,
        dead_band_percent=wanted.dead_band_percent,
        curve_gives=wanted.curve_gives,
        curve_unit=wanted.curve_unit,
        curve=wanted.curve,
        changed_s=now_s,
    )


def area_of(kept: Ventilation, zone: Zone) -> float:
    """The area that rates are for. Raises `Impossible` where nobody said it."""
    return _area(kept.system, kept.area, zone)


def _area(system: System, area: float | None, zone: Zone) -> float:
    if area is not None:
        return area
    if system == "ip":
        raise Impossible(
            "area: in the system `ip` it is square feet, which must be said: nothing is converted"
            f" from the zone's square metres. Send `area` for zone {zone.zone_id}.",
            code="ventilation_incomplete",
        )
    if not zone.area_m2:
        raise Impossible(
            f"area: nobody has said how large zone {zone.zone_id} is. Send `area`, or give the zone"
            " its `area_m2`.",
            code="ventilation_incomplete",
        )
    return zone.area_m2


def _rates(wanted: Wanted) -> tuple[float, float, bool, bool]:
    """Rate of a person and of the area, whether standby is allowed, and whether any is its own."""
    rates: tuple[float | None, float | None] = (None, None)
    standby_allowed = False
    if wanted.category is not None:
        category = CATEGORIES.get(wanted.category)
        if category is None:
            known = ", ".join(CATEGORIES)
            raise bad_field("category", f"{wanted.category!r} is not one of {known}")
        rates, standby_allowed = category.rates(wanted.system), category.standby_allowed
    people_rate = rates[0] if wanted.people_rate is None else wanted.people_rate
    area_rate = rates[1] if wanted.area_rate is None else wanted.area_rate
    if people_rate is None or area_rate is None:
        missing = "people_rate" if people_rate is None else "area_rate"
        raise bad_field(missing, "name a category, or give both people_rate and area_rate")
    if wanted.standby_allowed is not None:
        standby_allowed = wanted.standby_allowed
    return people_rate, area_rate, standby_allowed, (people_rate, area_rate) != rates


def _design_population(wanted: Wanted, area: float) -> int:
    if wanted.design_population is not None:
        return wanted.design_population
    if wanted.category is None:
        raise bad_field("design_population", "say for how many people the zone was designed")
    return ceil(CATEGORIES[wanted.category].density * area / DENSITY_AREA[wanted.system])


def _check_curve(wanted: Wanted) -> None:
    if not wanted.curve:
        return
    units = CURVE_UNITS[wanted.curve_gives]
    if wanted.curve_unit not in units:
        given = wanted.curve_gives
        raise bad_field("curve.unit", f"a {given} is in {' or '.join(units)}")
    densities = [point.density for point in wanted.curve]
    if any(a >= b for a, b in pairwise(densities)):
        raise bad_field("curve.points", "the densities must rise from point to point")
