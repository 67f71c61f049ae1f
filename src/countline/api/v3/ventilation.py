"""Outdoor air: how zones are ventilated, what they ask for and why, and a look back."""

import math
from datetime import UTC, datetime
from typing import Any

from litestar import Response
from litestar.params import FromPath, JSONBody
from msgspec import structs

from countline.api.etags import check_unchanged, etag_of
from countline.api.instants import whole_s
from countline.api.parameters import Asking
from countline.api.request import ApiRequest
from countline.api.sight import zone_of
from countline.api.v3.ventilation_asking import DemandAsking, PreviewAsking
from countline.counting.categories import CATEGORIES, EDITION
from countline.counting.ventilation import design_flow
from countline.engine.ventilating import Demand, Tally
from countline.engine.ventilation_settings import Wanted
from countline.errors import NotFound
from countline.model.ventilation import CurvePoint, Ventilation
from countline.wire import v3_ventilation as wire

DIGITS = 3
_SETTINGS = (
    "system", "edition", "people_rate", "area_rate", "standby_allowed", "area", "design_population",
    "effectiveness", "hold_s", "standby_after_s", "ramp_percent", "dead_band_people",
    "dead_band_percent",
)  # fmt: skip
_INPUTS = tuple(name for name in _SETTINGS if name not in ("edition", "standby_allowed"))


async def demand(request: ApiRequest[DemandAsking], zone_id: FromPath[int]) -> wire.Demand:
    """How much outdoor air a zone asks for now, and every step that led to it.

    The request follows the upper estimate of the people there: it rises at once, and falls after a
    hold, by a ramp. When the zone's sensors fall silent it goes to the design value.
    """
    zone_of(request, zone_id)
    at_s = None if request.asked.at is None else math.floor(request.asked.at.timestamp())
    return to_wire(await request.engine.ventilating.demand(zone_id, at_s))


async def get_ventilation(
    request: ApiRequest[Asking], zone_id: FromPath[int]
) -> Response[wire.Ventilation]:
    """How a zone is ventilated."""
    zone_of(request, zone_id)
    return _tell(await request.engine.ventilating.settings(zone_id))


async def put_ventilation(
    request: ApiRequest[Asking], zone_id: FromPath[int], data: JSONBody[wire.VentilationWanted]
) -> Response[wire.Ventilation]:
    """Say how a zone is ventilated: by a category, or by rates of its own."""
    zone_of(request, zone_id)
    await _check_unchanged(request, zone_id)
    wanted = {k: v for k, v in structs.asdict(data).items() if k != "curve"}
    if data.curve is not None:
        wanted["curve_gives"], wanted["curve_unit"] = data.curve.gives, data.curve.unit
        wanted["curve"] = tuple(CurvePoint(p.density, p.value) for p in data.curve.points)
    return _tell(await request.engine.ventilating.put(zone_id, Wanted(**wanted)))


async def remove_ventilation(request: ApiRequest[Asking], zone_id: FromPath[int]) -> None:
    """Forget how a zone is ventilated; it asks for nothing any more."""
    zone_of(request, zone_id)
    await _check_unchanged(request, zone_id)
    await request.engine.ventilating.remove(zone_id)


async def preview_ventilation(
    request: ApiRequest[PreviewAsking], zone_id: FromPath[int]
) -> wire.VentilationPreview:
    """What would have been asked for in past days, by the settings of now.

    Compared with the design flow at every minute asked: ask for the hours in which the plant runs.
    """
    zone = zone_of(request, zone_id)
    start_s, end_s = whole_s(request.asked.start_ts), whole_s(request.asked.end_ts)
    seen = await request.engine.ventilating.preview(zone_id, start_s, end_s)
    rules = seen.rules
    return wire.VentilationPreview(
        zone_id=zone.zone_id,
        location_id=zone.location_id,
        system=rules.system,
        design_outdoor_air=_rounded(seen.design_flow),
        total=wire.PreviewSums(**_sums(rules, seen.whole)),
        data=[wire.PreviewDay(local_date=day, **_sums(rules, tally)) for day, tally in seen.days],
        rule=rules.edition,
    )


async def list_categories(request: ApiRequest[Asking]) -> wire.VentilationCategories:
    """Categories of rooms with their rates, to begin with."""
    return wire.VentilationCategories(
        edition=EDITION,
        data=[
            wire.VentilationCategory(
                category=one.name,
                title=one.title,
                people_rate_l_s=one.people_l_s,
                area_rate_l_s_m2=one.area_l_s_m2,
                people_rate_cfm=one.people_cfm,
                area_rate_cfm_ft2=one.area_cfm_ft2,
                density=one.density,
                standby_allowed=one.standby_allowed,
            )
            for one in CATEGORIES.values()
        ],
    )


async def _check_unchanged(request: ApiRequest[Any], zone_id: int) -> None:
    if (if_match := request.header(b"if-match")) is None:
        return
    try:
        known = etag_of(await request.engine.ventilating.settings(zone_id))
    except NotFound:
        known = etag_of(None)
    check_unchanged(known, if_match)


# -- as callers see it ----------------------------------------------------------------------------
def _tell(known: Ventilation) -> Response[wire.Ventilation]:
    told = wire.Ventilation(
        zone_id=known.zone_id,
        location_id=known.location_id,
        category=known.category or None,
        design_outdoor_air=_rounded(design_flow(known)),
        curve=_curve(known),
        changed_at=datetime.fromtimestamp(known.changed_s, UTC),
        **{name: getattr(known, name) for name in _SETTINGS},
    )
    return Response(told, headers={"ETag": etag_of(known)})


def _curve(known: Ventilation) -> wire.Curve | None:
    if not known.curve or not known.curve_gives or not known.curve_unit:
        return None
    return wire.Curve(
        gives=known.curve_gives,
        unit=known.curve_unit,
        points=[wire.CurvePoint(density=p.density, value=p.value) for p in known.curve],
    )


def to_wire(found: Demand) -> wire.Demand:
    """The request as callers see it."""
    rules, request = found.rules, found.request
    return wire.Demand(
        zone_id=rules.zone_id,
        location_id=rules.location_id,
        as_of=datetime.fromtimestamp(request.moment.at_s, UTC),
        population=request.population,
        outdoor_air_l_s=_rounded(request.flow) if rules.system == "si" else None,
        outdoor_air_cfm=_rounded(request.flow) if rules.system == "ip" else None,
        mode="standby" if request.standby else "occupied",
        reliability="communicationFailure" if request.fallback else "noFaultDetected",
        setpoint=_setpoint(found),
        reason=[wire.DemandReason(code=r.code, detail=r.detail) for r in found.reasons],
        inputs=wire.DemandInputs(
            people=request.moment.people,
            quality=request.moment.quality,
            crossings=request.moment.crossings,
            high=None if request.upper is None else _rounded(request.upper),
            wanted=request.wanted,
            held=request.peak,
            empty_s=request.empty_s,
            needed=_rounded(request.needed),
            category=rules.category or None,
            design_outdoor_air=_rounded(found.design_flow),
            **{name: getattr(rules, name) for name in _INPUTS},
        ),
        rule=rules.edition,
    )


def _setpoint(found: Demand) -> wire.Setpoint | None:
    rules = found.rules
    if found.setpoint is None or not rules.curve_gives or not rules.curve_unit:
        return None
    return wire.Setpoint(
        gives=rules.curve_gives,
        value=_rounded(found.setpoint),
        unit=rules.curve_unit,
        density=round(found.density, 6),
    )


def _sums(rules: Ventilation, tally: Tally) -> dict[str, Any]:
    """Hours and volumes: L/s over minutes make m3, cfm over minutes make ft3."""
    volumes: dict[str, Any] = {}
    for name, minutes in (("not_moved", tally.not_moved), ("moved", tally.moved)):
        in_si = rules.system == "si"
        volumes[f"outdoor_air_{name}_m3"] = _rounded(minutes * 60 / 1000) if in_si else None
        volumes[f"outdoor_air_{name}_ft3"] = None if in_si else _rounded(minutes)
    return {
        "hours": _rounded(tally.minutes / 60),
        "hours_below_design": _rounded(tally.below_design / 60),
        "hours_standby": _rounded(tally.standby / 60),
        "hours_fallback": _rounded(tally.fallback / 60),
        "least": _rounded(tally.least),
        "greatest": _rounded(tally.greatest),
        **volumes,
    }


def _rounded(value: float) -> float:
    return round(value, DIGITS)
