"""Outdoor air from people: what a zone needs at each minute, and the request that follows it.

`flow = (people_rate * population + area_rate * area) / effectiveness`. A request rises at once. It
falls after a hold, by a ramp, and not within the dead band. What is not known asks for the design
population: what goes missing can only raise a request, never lower it.

A request depends on what went before, so it is folded from minutes, and every fold begins at one of
the same instants (`fold_start`): asking again, or after a restart, gives the same.
"""

from collections import deque
from collections.abc import Sequence
from itertools import pairwise
from math import ceil, sqrt
from typing import NamedTuple

from countline.model.interval import HOUR_S, MINUTE_S
from countline.model.query import Quality
from countline.model.ventilation import CurvePoint, Ventilation

BLOCK_S = 4 * HOUR_S  # more than any hold and ramp together: they begin anew without a trace
HOLD_S_MAX = 2 * HOUR_S
RAMP_PERCENT_MIN = 1.0  # from the design flow to nothing within 100 minutes
CROSSING_ERROR = 0.02  # share of crossings that are missed, until it is learnt
SPREAD = 1.64  # standard deviations: nineteen of twenty times no more people are there
QUIET_BELOW = 0.5  # with an upper estimate under this, nobody is there

assert HOLD_S_MAX + 100 / RAMP_PERCENT_MIN * MINUTE_S < BLOCK_S


class Moment(NamedTuple):
    """What is known at a whole minute. `people` None is not known."""

    at_s: int
    people: int | None
    crossings: int  # since the last anchor
    quality: Quality


class Request(NamedTuple):
    """The request from a minute on, and every step that led to it.

    `counted` is the upper estimate as whole people, None where it is not known; `wanted` is that
    within the design population, or the latter; `peak` the greatest of these within the hold;
    `population` the one after the dead band, for which `needed` is the flow. `flow` is the request.
    """

    moment: Moment
    upper: float | None
    counted: int | None
    wanted: int
    peak: int
    population: int
    empty_s: int  # for how long nobody has been there
    standby: bool
    needed: float
    flow: float

    @property
    def fallback(self) -> bool:
        """Whether it is not known how many people are there."""
        return self.counted is None


def fold_start(at_s: int) -> int:
    """Where the fold that gives the request of an instant begins: 4 to 8 hours before."""
    return at_s // BLOCK_S * BLOCK_S - BLOCK_S


def upper_estimate(people: int, crossings: int) -> float:
    """How many people there may be: those counted, and what crossings may have missed."""
    return max(0.0, people + SPREAD * sqrt(CROSSING_ERROR * crossings))


def flow_of(rules: Ventilation, population: int) -> float:
    """The flow for a number of people, in the rules' own unit."""
    assert rules.area is not None, "the area is filled in before"
    breathing = rules.people_rate * population + rules.area_rate * rules.area
    return breathing / rules.effectiveness


def design_flow(rules: Ventilation) -> float:
    """The flow for as many people as the zone was designed for."""
    return flow_of(rules, rules.design_population)


def dead_band(rules: Ventilation, population: int) -> int:
    """By how many people a request may stay above a number of people; an empty zone has none."""
    if population == 0:
        return 0
    return max(rules.dead_band_people, int(rules.dead_band_percent * population / 100))


def requests(rules: Ventilation, moments: Sequence[Moment]) -> list[Request]:
    """The requests of minutes that follow each other; the first has nothing behind it.

    More people, more crossings or less knowledge at any minute never make any request smaller.
    """
    design = rules.design_population
    ramp = design_flow(rules) * rules.ramp_percent / 100
    held: deque[tuple[int, int]] = deque()  # (at_s, wanted), falling: the first is the greatest
    made: list[Request] = []
    population, empty_s, flow = 0, 0, 0.0
    for moment in moments:
        upper = _upper(moment)
        counted = None if upper is None else ceil(upper)
        wanted = design if counted is None else min(counted, design)
        while held and held[-1][1] <= wanted:
            held.pop()
        held.append((moment.at_s, wanted))
        while held[0][0] < moment.at_s - rules.hold_s:
            held.popleft()
        peak = held[0][1]
        population = min(max(population, peak), peak + dead_band(rules, peak), design)
        empty_s = empty_s + MINUTE_S if upper is not None and upper < QUIET_BELOW else 0
        standby = rules.standby_allowed and population == 0 and empty_s >= rules.standby_after_s
        needed = 0.0 if standby else flow_of(rules, population)
        flow = max(needed, flow - ramp)
        made.append(
            Request(
                moment, upper, counted, wanted, peak, population, empty_s, standby, needed, flow
            )
        )
    return made


def _upper(moment: Moment) -> float | None:
    if moment.people is None or moment.quality in ("stale", "unknown"):
        return None
    return upper_estimate(moment.people, moment.crossings)


def steady_requests(rules: Ventilation, moments: Sequence[Moment], from_s: int) -> list[Request]:
    """The requests from an instant on, each as if it were asked alone.

    Minutes begin no later than `fold_start(from_s)`.
    """
    found: list[Request] = []
    if not moments or moments[-1].at_s < from_s:
        return found
    first_s, last_s = moments[0].at_s, moments[-1].at_s
    for block_s in range(from_s // BLOCK_S * BLOCK_S, last_s + 1, BLOCK_S):
        start = max(0, (fold_start(block_s) + MINUTE_S - first_s) // MINUTE_S)
        end = (block_s + BLOCK_S - first_s) // MINUTE_S
        made = requests(rules, moments[start:end])
        found += [one for one in made if one.moment.at_s >= max(block_s, from_s)]
    return found


def density_of(rules: Ventilation, population: int) -> float:
    """People per unit of area."""
    assert rules.area is not None, "the area is filled in before"
    return population / rules.area


def curve_value(curve: Sequence[CurvePoint], density: float) -> float | None:
    """The value at a density: linear between points, level beyond the ends. None without a curve."""
    if not curve:
        return None
    if density <= curve[0].density:
        return curve[0].value
    for low, high in pairwise(curve):
        if density <= high.density:
            share = (density - low.density) / (high.density - low.density)
            return low.value + share * (high.value - low.value)
    return curve[-1].value
