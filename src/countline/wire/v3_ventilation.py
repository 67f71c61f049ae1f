"""Outdoor air in API version 3: how zones are ventilated, what they ask for, and why."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from countline.wire import Instant, Sent, Told
from countline.wire.v3 import Quality

System = Annotated[
    Literal["si", "ip"],
    Meta(
        description="Units of rates, areas and flows: `si` L/s and m2, `ip` cfm and ft2. Nothing is"
        " converted from one to the other: published rates are rounded in each."
    ),
]
Rate = Annotated[float, Meta(ge=0, le=1000, description="L/s or cfm for each person.")]
AreaRate = Annotated[
    float, Meta(ge=0, le=1000, description="L/s for each m2, or cfm for each ft2.")
]
Area = Annotated[float, Meta(gt=0, le=100_000_000, description="m2 or ft2.")]
People = Annotated[int, Meta(ge=0, le=10_000_000)]
Effectiveness = Annotated[
    float, Meta(ge=0.1, le=2, description="Ez: how well supplied air reaches people.")
]
Hold = Annotated[
    int, Meta(ge=0, le=7200, description="A request falls when it has been too high for so long.")
]
StandbyAfter = Annotated[
    int, Meta(ge=60, le=7200, description="How long a zone is empty before it is in standby.")
]
Ramp = Annotated[
    float, Meta(ge=1, le=100, description="Per cent of the design flow by which it falls a minute.")
]
DeadBandPeople = Annotated[int, Meta(ge=0, le=1000, description="A fall by no more is none.")]
DeadBandPercent = Annotated[
    float,
    Meta(ge=0, le=50, description="The same in per cent of the population; the greater acts."),
]
CategoryName = Annotated[str, Meta(min_length=1, max_length=64, examples=["office"])]
Edition = Annotated[
    str, Meta(min_length=1, max_length=100, description="Where the rates were taken from.")
]
CurvePart = Annotated[float, Meta(ge=-1_000_000, le=1_000_000)]
LitresPerSecond = Annotated[float | None, Meta(description="L/s; null in a zone with `ip`.")]
CubicFeetPerMinute = Annotated[float | None, Meta(description="cfm; null in a zone with `si`.")]
Hours = Annotated[float, Meta(ge=0)]


# -- categories -----------------------------------------------------------------------------------
class VentilationCategory(Told, frozen=True, kw_only=True):
    """What a kind of room needs, in both systems of units."""

    category: CategoryName
    title: str
    people_rate_l_s: float
    area_rate_l_s_m2: float
    people_rate_cfm: float
    area_rate_cfm_ft2: float
    density: Annotated[float, Meta(description="People on 100 m2 or 1000 ft2, if not known.")]
    standby_allowed: Annotated[bool, Meta(description="Whether an empty one may go without air.")]


class VentilationCategories(Told, frozen=True, kw_only=True):
    """Categories to begin with; a zone may have rates of its own."""

    edition: Edition
    data: list[VentilationCategory]


# -- settings -------------------------------------------------------------------------------------
class CurvePoint(Told, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """At so many people per m2 (or ft2), this value."""

    density: Annotated[float, Meta(ge=0, le=1000)]
    value: CurvePart


class Curve(Told, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table from density to a value: linear between points, level beyond its ends."""

    gives: Literal["setpoint_offset", "damper_position"]
    unit: Literal["K", "degF", "percent"]
    points: Annotated[list[CurvePoint], Meta(min_length=2, max_length=20)]


class VentilationWanted(Sent, frozen=True, kw_only=True):
    """How a zone shall be ventilated. What is left out is what the category says."""

    system: System = "si"
    category: CategoryName | None = None
    people_rate: Rate | None = None
    area_rate: AreaRate | None = None
    standby_allowed: bool | None = None
    edition: Edition | None = None
    area: Area | None = None
    design_population: People | None = None
    effectiveness: Effectiveness = 1.0
    hold_s: Hold = 600
    standby_after_s: StandbyAfter = 300
    ramp_percent: Ramp = 10.0
    dead_band_people: DeadBandPeople = 1
    dead_band_percent: DeadBandPercent = 5.0
    curve: Curve | None = None


class Ventilation(Told, frozen=True, kw_only=True):
    """How a zone is ventilated."""

    zone_id: int
    location_id: str
    system: System
    category: CategoryName | None
    edition: Edition
    people_rate: Rate
    area_rate: AreaRate
    standby_allowed: bool
    area: Area
    design_population: People
    design_outdoor_air: Annotated[float, Meta(description="For that many people, L/s or cfm.")]
    effectiveness: Effectiveness
    hold_s: Hold
    standby_after_s: StandbyAfter
    ramp_percent: Ramp
    dead_band_people: DeadBandPeople
    dead_band_percent: DeadBandPercent
    curve: Curve | None
    changed_at: Instant


# -- what is asked for ----------------------------------------------------------------------------
class DemandReason(Told, frozen=True, kw_only=True):
    """One step that led to the request."""

    code: Annotated[
        str,
        Meta(
            description="`follows_people`, `capped_at_design`, `stale`, `unknown`, `held`,"
            " `dead_band`, `area_only`, `standby` or `ramp`."
        ),
    ]
    detail: str


class DemandInputs(Told, frozen=True, kw_only=True):
    """What the request was made from."""

    people: Annotated[int | None, Meta(description="As counted; null where not known.")]
    quality: Quality
    crossings: Annotated[int, Meta(description="Since the last anchor; each may be wrong.")]
    high: Annotated[float | None, Meta(description="`people + 1.64 * sqrt(0.02 * crossings)`.")]
    wanted: Annotated[int, Meta(description="`high` as whole people, or the design population.")]
    held: Annotated[int, Meta(description="The greatest `wanted` within `hold_s`.")]
    empty_s: Annotated[int, Meta(description="For how long nobody has been there.")]
    needed: Annotated[float, Meta(description="The flow for `population`, before the ramp.")]
    system: System
    category: CategoryName | None
    people_rate: Rate
    area_rate: AreaRate
    area: Area
    effectiveness: Effectiveness
    design_population: People
    design_outdoor_air: float
    hold_s: int
    standby_after_s: int
    ramp_percent: float
    dead_band_people: int
    dead_band_percent: float


class Setpoint(Told, frozen=True, kw_only=True):
    """What the zone's curve gives at the density of `population`."""

    gives: Literal["setpoint_offset", "damper_position"]
    value: float
    unit: Literal["K", "degF", "percent"]
    density: Annotated[float, Meta(description="People per m2, or per ft2.")]


class Demand(Told, frozen=True, kw_only=True):
    """The outdoor air that a zone asks for, and why."""

    zone_id: int
    location_id: str
    as_of: Annotated[Instant, Meta(description="The minute from which the request holds.")]
    population: Annotated[int, Meta(description="People that the request is for.")]
    outdoor_air_l_s: LitresPerSecond
    outdoor_air_cfm: CubicFeetPerMinute
    mode: Annotated[
        Literal["occupied", "standby"],
        Meta(description="`standby`: empty, and may be without air."),
    ]
    reliability: Annotated[
        Literal["noFaultDetected", "communicationFailure"],
        Meta(description="`communicationFailure`: stale or unknown, so for the design population."),
    ]
    setpoint: Setpoint | None
    reason: list[DemandReason]
    inputs: DemandInputs
    rule: Edition


# -- a look back ----------------------------------------------------------------------------------
class PreviewSums(Told, frozen=True, kw_only=True):
    """What requests would have come to, against the design flow all the time."""

    hours: Hours
    hours_below_design: Hours
    hours_standby: Hours
    hours_fallback: Annotated[float, Meta(description="In which nobody knew how many were there.")]
    outdoor_air_not_moved_m3: float | None
    outdoor_air_not_moved_ft3: float | None
    outdoor_air_moved_m3: float | None
    outdoor_air_moved_ft3: float | None
    least: Annotated[float, Meta(description="The least request, L/s or cfm.")]
    greatest: Annotated[float, Meta(description="The greatest request, L/s or cfm.")]


class PreviewDay(PreviewSums, frozen=True, kw_only=True):
    """The same of one local day."""

    local_date: date


class VentilationPreview(Told, frozen=True, kw_only=True):
    """What would have been asked for, by the settings of now."""

    zone_id: int
    location_id: str
    system: System
    design_outdoor_air: float
    total: PreviewSums
    data: list[PreviewDay]
    rule: Edition
