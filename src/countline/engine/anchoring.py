"""The anchors of a subject: resets, what was told, and what data proves. All but the told are computed.

What is proved follows from bins, so that late data moves it, and everybody who folds asks here.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from countline.counting.anchors import AnchorPoint, Cause, Kind, whole_minute
from countline.counting.evidence import (
    Seen,
    at_least,
    closed_for,
    longest_bin_s,
    unoccupied,
)
from countline.counting.opening import closed_stretches
from countline.engine.flows import Active, is_active
from countline.engine.subject import Plan
from countline.engine.witnessing import Witness
from countline.model.claim import Bin
from countline.model.ids import SeriesNo
from countline.model.interval import DAY_S, MINUTE_S, DayGrid
from countline.store.seam import View


def anchor_points(view: View, plan: Plan, start_s: int, end_s: int) -> list[AnchorPoint]:
    """The subject's anchors in `[start_s, end_s)`; one that is only measured needs none."""
    if plan.present or start_s >= end_s:
        return []
    resets = _resets if end_s - start_s <= 2 * DAY_S else _resets.__wrapped__
    points = list(resets(plan.grid, tuple(plan.location.resets_s), start_s, end_s))
    for anchor in plan.anchors:
        at_s = whole_minute(anchor.at_s)
        if start_s <= at_s < end_s:
            cause: Cause = anchor.cause
            kind: Kind = "delta" if anchor.is_delta else "value"
            points.append(AnchorPoint(at_s, anchor.value, cause, anchor.told_s, kind))
    if plan.witness is not None:
        points += _proved(view, plan, plan.witness, start_s, end_s)
    return points


@lru_cache(maxsize=4_096)  # all subjects of one time zone ask for the same
def _resets(
    grid: DayGrid, resets_s: tuple[int, ...], start_s: int, end_s: int
) -> tuple[AnchorPoint, ...]:
    return tuple(AnchorPoint(at_s, 0, "reset") for at_s in grid.resets(resets_s, start_s, end_s))


def reach_s(plan: Plan) -> int:
    """How long after an instant the data of that instant may still prove something, or hold it back."""
    return 0 if plan.witness is None else plan.witness.reach_s


# -- what data proves -----------------------------------------------------------------------------
def _proved(
    view: View, plan: Plan, witness: Witness, start_s: int, end_s: int
) -> Iterable[AnchorPoint]:
    first_s = start_s - witness.reach_s
    entries_s, exits_s = _crossings(view, plan, first_s, end_s)
    found: list[AnchorPoint] = []
    if witness.gauges:
        seen, after_s = _seen(view, witness, first_s, end_s), witness.after_s
        if witness.covers == "whole":
            found += (
                AnchorPoint(at_s, 0, "evidence") for at_s in unoccupied(seen, entries_s, after_s)
            )
        found += (
            AnchorPoint(at_s, people, "evidence", 0, "least")
            for at_s, people in at_least(seen, exits_s, after_s)
        )
    if witness.closed_after_s:
        closed = closed_stretches(witness.opening, plan.grid, first_s, end_s + MINUTE_S)
        crossings_s = sorted({*entries_s, *exits_s})
        instants = closed_for(closed, crossings_s, witness.closed_after_s)
        found += (AnchorPoint(at_s, 0, "evidence") for at_s in instants)
    return (point for point in found if start_s <= point.at_s < end_s)


def _crossings(view: View, plan: Plan, start_s: int, end_s: int) -> tuple[list[int], list[int]]:
    """When somebody was counted in, and out: the ends of bins that end in `(start_s, end_s]`."""
    entering: dict[SeriesNo, list[Active]] = {}
    leaving: dict[SeriesNo, list[Active]] = {}
    for flow in plan.flows:
        if flow.ins is not None:
            entering.setdefault(flow.ins, []).append(flow.active)
        if flow.outs is not None:
            leaving.setdefault(flow.outs, []).append(flow.active)
    bins = bins_of(view, sorted({*entering, *leaving}), start_s, end_s)
    found: tuple[set[int], set[int]] = (set(), set())
    for one in bins:
        if not one.value:
            continue
        for way, instants in zip((entering, leaving), found, strict=True):
            if any(is_active(active, one.start_s) for active in way.get(one.series, ())):
                instants.add(one.start_s + one.length_s)
    return sorted(found[0]), sorted(found[1])


def bins_of(view: View, series: Sequence[SeriesNo], start_s: int, end_s: int) -> list[Bin]:
    """Bins that start in the stretch, and longer ones from before that end in it."""
    longer = view.long_bins(series, start_s, start_s + 1)
    return [*view.bins(series, start_s, end_s), *(b for b in longer if b.start_s < start_s)]


def _seen(view: View, witness: Witness, start_s: int, end_s: int) -> list[Seen]:
    """What the zone's sensors saw in whole bins, none of them long, ascending."""
    active = {gauge.series: gauge.active for gauge in witness.gauges}
    longest_s = longest_bin_s(witness.after_s)
    return [
        Seen(one.start_s, one.start_s + one.length_s, one.value)
        for one in view.bins(list(active), start_s, end_s)
        if one.covered_s >= one.length_s <= longest_s and is_active(active[one.series], one.start_s)
    ]
