"""Why a ventilation request is what it is: a stable code and a sentence for each step."""

from collections.abc import Iterator

from countline.counting.ventilation import Request, design_flow, flow_of
from countline.model.query import Reason
from countline.model.ventilation import Ventilation

UNITS = {"si": "L/s", "ip": "cfm"}
AREAS = {"si": "m2", "ip": "ft2"}


def reasons_of(rules: Ventilation, request: Request) -> list[Reason]:
    """Each step that led to a request, in the order in which they were taken."""
    return [Reason(code, detail, None) for code, detail in _steps(rules, request)]


def _steps(rules: Ventilation, request: Request) -> Iterator[tuple[str, str]]:
    moment, unit = request.moment, UNITS[rules.system]
    if request.fallback:
        yield _fallback(rules, request)
    else:
        yield (
            "follows_people",
            f"{moment.people} people are counted, and {moment.crossings} crossings since the last"
            f" anchor: there are {request.upper:.1f} at most, taken as {request.counted}.",
        )
        if request.counted is not None and request.counted > request.wanted:
            yield (
                "capped_at_design",
                f"The zone was designed for {rules.design_population} people, and the air is, too.",
            )
    if request.peak > request.wanted:
        yield (
            "held",
            f"{request.peak} people were asked for within the last {rules.hold_s} s; a request"
            " falls only after that.",
        )
    if request.population > request.peak:
        yield (
            "dead_band",
            f"{request.population} people were asked for before; to {request.peak} is too small a"
            " step to fall.",
        )
    if request.standby:
        yield (
            "standby",
            f"Nobody has been there for {request.empty_s} s, and this category may go without"
            " outdoor air then.",
        )
    elif request.population == 0:
        yield _area_only(rules, request)
    if request.flow > request.needed:
        step = design_flow(rules) * rules.ramp_percent / 100
        yield (
            "ramp",
            f"{request.needed:.1f} {unit} would do; a request falls by {step:.1f} {unit} a minute.",
        )


def _fallback(rules: Ventilation, request: Request) -> tuple[str, str]:
    quality = "unknown" if request.moment.people is None else request.moment.quality
    said = {
        "stale": "Too many of the zone's sensors have been silent for longer than usual",
        "unknown": "Nobody knows how many people are there: the zone's sensors give no counts",
    }[quality]
    return quality, f"{said}; the request is for the design population, {rules.design_population}."


def _area_only(rules: Ventilation, request: Request) -> tuple[str, str]:
    unit, area = UNITS[rules.system], AREAS[rules.system]
    flow = f"{flow_of(rules, 0):.1f} {unit} for {rules.area:g} {area}"
    if not rules.standby_allowed:
        return "area_only", f"Nobody is there; what the area itself needs stays: {flow}."
    return (
        "area_only",
        f"Nobody has been there for {request.empty_s} s; until {rules.standby_after_s} s have"
        f" passed, what the area itself needs stays: {flow}.",
    )
