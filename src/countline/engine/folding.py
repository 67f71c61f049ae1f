"""Occupancy of one subject, folded from bins and anchors: used by followers and by answers alike."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from countline.counting.anchors import AnchorPoint, moves
from countline.counting.occupancy import EMPTY, State, Step, carry, fold_stretch
from countline.engine.anchoring import anchor_points, bins_of, reach_s
from countline.engine.flows import Active, Gauge, is_active
from countline.engine.subject import Plan
from countline.model.claim import Bin, Fold
from countline.model.ids import SeriesNo, ZoneId
from countline.model.interval import DAY_S, MINUTE_S, QUARTER_S
from countline.store.seam import View

LOOK_BACK_S = (QUARTER_S, 4 * QUARTER_S, DAY_S, 30 * DAY_S)  # where a last value is sought first


Span = tuple[int, int]


class Material(NamedTuple):
    """What a stretch of occupancy is folded from."""

    steps: list[Step]
    quarters: set[int]  # quarters in which a bin starts or ends


def quarter_of(at_s: int) -> int:
    """The start of the UTC quarter that holds an instant."""
    return at_s // QUARTER_S * QUARTER_S


def material(view: View, plan: Plan, start_s: int, end_s: int) -> Material:
    """Steps that act in `(start_s, end_s]`, and the quarters that hold anything."""
    if plan.present:
        return _gauge_steps(view, plan.present, start_s, end_s)
    signs: dict[SeriesNo, list[tuple[Active, int]]] = {}
    for flow in plan.flows:
        if flow.ins is not None:
            signs.setdefault(flow.ins, []).append((flow.active, 1))
        if flow.outs is not None:
            signs.setdefault(flow.outs, []).append((flow.active, -1))
    acting: dict[int, int] = {}
    starting: set[int] = set()
    acting_at = acting.get
    for series, at_s, length_s, value, _, _ in bins_of(view, list(signs), start_s, end_s):
        for active, sign in signs[series]:
            if active[0][0] <= at_s < active[0][1] if len(active) == 1 else is_active(active, at_s):
                acts_s = at_s + length_s
                acting[acts_s] = acting_at(acts_s, 0) + sign * value
                starting.add(at_s)
    # Written out, bin by bin: followers run this for every push and subject.
    quarters = {quarter_of(at_s) for at_s in starting if at_s >= start_s}
    quarters |= {quarter_of(at_s - 1) for at_s in acting if start_s < at_s <= end_s}
    steps = [Step(at_s, flow) for at_s, flow in acting.items() if flow]
    return Material([step for step in steps if start_s < step.at_s <= end_s], quarters)


def _gauge_steps(view: View, gauges: Sequence[Gauge], start_s: int, end_s: int) -> Material:
    """Measured zones' values as differences, so that one fold serves both kinds of zone."""
    made = Material([], set())
    zones: dict[ZoneId | None, dict[SeriesNo, Active]] = {}
    for gauge in gauges:
        zones.setdefault(gauge.zone_id, {})[gauge.series] = gauge.active
    for seen in zones.values():
        bins = [b for b in bins_of(view, list(seen), start_s, end_s) if _counts(seen, b)]
        bins.sort(key=lambda one: one.start_s)
        last = _last_value(view, seen, bins[0].start_s) if bins else 0
        for one in bins:
            acts_s = one.start_s + one.length_s
            if one.start_s >= start_s:
                made.quarters.add(quarter_of(one.start_s))
            if start_s < acts_s <= end_s:
                made.quarters.add(quarter_of(acts_s - 1))
                made.steps.append(Step(acts_s, one.value - last))
            last = one.value
    return made


def _counts(seen: Mapping[SeriesNo, Active], one: Bin) -> bool:
    return is_active(seen[one.series], one.start_s)


def _last_value(view: View, seen: Mapping[SeriesNo, Active], before_s: int) -> int:
    """What was seen last, however long ago; 0 where nothing was."""
    for back_s in (*LOOK_BACK_S, before_s):
        bins = [b for b in view.bins(list(seen), before_s - back_s, before_s) if _counts(seen, b)]
        if bins:
            return bins[-1].value
    return 0


def compute_folds(
    view: View,
    plan: Plan,
    spans: Sequence[Span],
    start_s: int,
    end_s: int,
    state: State,
    busy: set[int] | None = None,
) -> list[Fold]:
    """The quarters of `[start_s, end_s)` in which anything happens, ascending.

    Both edges are quarters; `state` is what is carried into `start_s`. Bins are sought in `spans`
    only, a day at a time, so that a stretch of years costs what its data costs. `busy` is told the
    quarters that hold data; in all others only anchors act.
    """
    folds: list[Fold] = []
    at_s = start_s
    for span_start_s, span_end_s in spans:
        first_s = max(at_s, quarter_of(span_start_s))
        last_s = min(end_s, quarter_of(span_end_s + QUARTER_S - 1))
        while first_s < last_s:
            part = (first_s, min(last_s, first_s + DAY_S))
            state = _extend(view, folds, plan, Material([], set()), at_s, part[0], state)
            made = material(view, plan, *part)
            if busy is not None:
                busy |= made.quarters
            state = _extend(view, folds, plan, made, *part, state)
            at_s = first_s = part[1]
    _extend(view, folds, plan, Material([], set()), at_s, end_s, state)
    return folds


def _extend(
    view: View,
    folds: list[Fold],
    plan: Plan,
    made: Material,
    start_s: int,
    end_s: int,
    state: State,
) -> State:
    """Fold one stretch after the others; gives what it hands on."""
    steps: dict[int, list[Step]] = {}
    for step in made.steps:
        steps.setdefault(quarter_of(step.at_s - 1), []).append(step)
    anchors: dict[int, list[AnchorPoint]] = {}
    for point in anchor_points(view, plan, start_s, end_s):
        anchors.setdefault(quarter_of(point.at_s), []).append(point)
    for start in sorted(made.quarters | anchors.keys()):
        told = anchors.get(start, [])
        if start not in made.quarters and not any(moves(p, *state) for p in told):
            continue  # anchors in a stretch without data that say what is known already
        fold = fold_stretch(state, start, start + QUARTER_S, steps.get(start, ()), told)
        folds.append(fold)
        state = carry(fold)
    return state


def entry(view: View, plan: Plan, dirty_s: int) -> tuple[int, State]:
    """Where folding must begin again so that everything from `dirty_s` on is right.

    It is the end of the last stored quarter before, so that anchors that lie between are seen too.
    """
    start_s = quarter_of(dirty_s)
    last = view.last_fold(plan.key, start_s)
    if last is None:
        return start_s, EMPTY
    return last.start_s + QUARTER_S, carry(last)


def same(one: Fold, other: Fold) -> bool:
    """Whether two folds say the same; the commit tells only when."""
    return one[:-1] == other[:-1]


def refold(view: View, plan: Plan, spans: Sequence[Span], dirty_s: int, until_s: int) -> list[Fold]:
    """Quarters from `dirty_s` to `until_s` computed anew, nothing stored."""
    start_s, state = entry(view, plan, dirty_s)
    end_s = quarter_of(until_s + QUARTER_S - 1)
    if start_s >= end_s:
        return []
    busy: set[int] = set()
    return without_tail(compute_folds(view, plan, spans, start_s, end_s, state, busy), busy)


def without_tail(folds: list[Fold], busy: set[int]) -> list[Fold]:
    """Without the anchors after the last quarter with data.

    They are never stored: they act as time passes, without an event, so `tail` adds them.
    """
    end = len(folds)
    while end and folds[end - 1].start_s not in busy:
        end -= 1
    return folds[:end]


def tail(view: View, plan: Plan, last: Fold | None, until_s: int) -> list[Fold]:
    """What anchors did by `until_s`, itself left out, after the last quarter with data."""
    folds: list[Fold] = []
    if last is not None and last.start_s + QUARTER_S < until_s:
        _extend(
            view, folds, plan, Material([], set()), last.start_s + QUARTER_S, until_s, carry(last)
        )
    return folds


class Settled(NamedTuple):
    """What must be stored: quarters that changed, quarters that are no more, and up to where."""

    changed: list[Fold]
    dropped: list[int]
    end_s: int


def settle(
    view: View, plan: Plan, spans: Sequence[Span], dirty_s: int, dirty_end_s: int
) -> Settled:
    """Fold anew what `[dirty_s, dirty_end_s)` changed, and go on until nothing differs any more."""
    at_s, state = entry(view, plan, dirty_s)
    until_s = max(at_s, quarter_of(dirty_end_s + reach_s(plan) + QUARTER_S - 1))
    folds: list[Fold] = []
    stored: dict[int, Fold] = {}
    busy: set[int] = set()
    while True:
        folds += compute_folds(view, plan, spans, at_s, until_s, state, busy)
        stored |= {f.start_s: f for f in view.folds(plan.key, at_s, until_s)}
        state = carry(folds[-1]) if folds else state
        following = view.next_fold(plan.key, until_s)
        if following is None:
            folds = without_tail(folds, busy)
            break
        if (following.start, following.raw_start) == state:
            break
        at_s, until_s = until_s, following.start_s + DAY_S
    changed = [
        fold
        for fold in folds
        if (old := stored.pop(fold.start_s, None)) is None or not same(old, fold)
    ]
    return Settled(changed, list(stored), until_s)


def minute_folds(view: View, plan: Plan, start_s: int, end_s: int, state: State) -> dict[int, Fold]:
    """The occupancy of every minute of `[start_s, end_s)`, by its start."""
    steps: dict[int, list[Step]] = {}
    for step in material(view, plan, start_s, end_s).steps:
        steps.setdefault((step.at_s - 1) // MINUTE_S * MINUTE_S, []).append(step)
    anchors: dict[int, list[AnchorPoint]] = {}
    for point in anchor_points(view, plan, start_s, end_s):
        anchors.setdefault(point.at_s // MINUTE_S * MINUTE_S, []).append(point)
    folds: dict[int, Fold] = {}
    for start in range(start_s, end_s, MINUTE_S):
        fold = fold_stretch(
            state, start, start + MINUTE_S, steps.get(start, ()), anchors.get(start, ())
        )
        folds[start] = fold
        state = carry(fold)
    return folds
