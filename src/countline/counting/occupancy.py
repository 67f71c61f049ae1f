"""People present: flows since the last anchor, folded over time, never below zero.

A stretch of flows acts on the running value as one pair `(step, floor)`: `c -> max(c + step,
floor)`, None standing for minus infinity. Pairs compose, so that stored quarters can be joined
without going back to their flows. `minute_fold` says the same in the plainest words; it is the
oracle of everything here.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import partial, reduce
from itertools import accumulate
from typing import NamedTuple

from countline.counting.anchors import PRECEDENCE, AnchorPoint, acting_anchors
from countline.model.claim import Fold
from countline.model.interval import MINUTE_S, QUARTER_S, Slice

Pair = tuple[int | None, int | None]  # (step, floor)
NOTHING: Pair = (0, None)


class Step(NamedTuple):
    """What the bins that end at `at_s` add to the zone: the sum over all its lines, signed."""

    at_s: int
    flow: int


class State(NamedTuple):
    """What is carried from stretch to stretch: the running value and the unclamped one."""

    running: int
    raw: int


EMPTY = State(0, 0)


def flow_pair(flow: int) -> Pair:
    """The pair of one base bin's flow."""
    return (flow, 0)


def anchor_pair(value: int) -> Pair:
    """The pair of an anchor: whatever was before is forgotten."""
    return (None, value)


def compose(first: Pair, then: Pair) -> Pair:
    """The pair of two stretches, one after the other."""
    step, floor = first
    then_step, then_floor = then
    if then_step is None:
        return then
    if floor is not None:
        raised = floor + then_step
        then_floor = raised if then_floor is None or raised > then_floor else then_floor
    return (None if step is None else step + then_step, then_floor)


def act(pair: Pair, running: int) -> int:
    """The running value after a stretch that began with `running`."""
    step, floor = pair
    if step is None:
        assert floor is not None, "an anchor has a value"
        return floor
    return running + step if floor is None else max(running + step, floor)


def fold_stretch(
    state: State,
    start_s: int,
    end_s: int,
    steps: Iterable[Step],
    anchors: Iterable[AnchorPoint] = (),
) -> Fold:
    """Fold flows that end in `(start_s, end_s]` and anchors that lie in `[start_s, end_s)`.

    What lies outside is left out, so callers may hand over more. At one instant all flows that end
    there act first, as one sum, then the anchors. `commit` of the fold is 0.
    """
    assert start_s < end_s, "a stretch has a length"
    flows: dict[int, int] = {}
    for at_s, flow in steps:
        if start_s < at_s <= end_s:
            flows[at_s] = flows.get(at_s, 0) + flow
    known = _by_minute(anchors, start_s, end_s)
    added = {"reset": 0, "operator": 0, "device": 0, "evidence": 0, "clamp": 0}
    running, raw = state
    step: int | None = 0
    floor: int | None = None
    if start_s in known:
        running, raw, (step, floor) = _known(known.pop(start_s), running, raw, (0, None), added)
    low = high = running
    person_s, past_s = 0, start_s
    # Written out, without `compose`: followers run this for every push and subject.
    for at_s in sorted(flows.keys() | known.keys()):
        person_s += running * (at_s - past_s)
        past_s = at_s
        if at_s in flows:
            flow = flows[at_s]
            raw += flow
            running += flow
            if running < 0:
                added["clamp"] -= running
                running = 0
            step = None if step is None else step + flow
            floor = 0 if floor is None or floor + flow < 0 else floor + flow
            low = running if running < low else low
            high = running if running > high else high
        if at_s in known:
            pair = (step, floor)
            running, raw, (step, floor) = _known(known[at_s], running, raw, pair, added)
            low, high = min(low, running), max(high, running)
    person_s += running * (end_s - past_s)
    return Fold(
        start_s=start_s,
        start=state.running,
        end=running,
        low=low,
        high=high,
        person_s=person_s,
        step=step,
        floor=floor,
        raw_start=state.raw,
        raw_end=raw,
        commit=0,
        **added,
    )


def _by_minute(
    anchors: Iterable[AnchorPoint], start_s: int, end_s: int
) -> dict[int, list[AnchorPoint]]:
    """The anchors that act in `[start_s, end_s)`, by the minute."""
    known: dict[int, list[AnchorPoint]] = {}
    for anchor in acting_anchors(anchors):
        if start_s <= anchor.at_s < end_s:
            known.setdefault(anchor.at_s, []).append(anchor)
    return known


def _known(
    anchors: Iterable[AnchorPoint], running: int, raw: int, pair: Pair, added: dict[str, int]
) -> tuple[int, int, Pair]:
    """What the acting anchors of one minute make of both values and of the stretch's pair."""
    for _, value, cause, _, kind in anchors:
        before = running
        if kind == "value":
            running = raw = value
            pair = compose(pair, anchor_pair(value))
        elif kind == "least":
            running = max(running, value)
            pair = compose(pair, (0, value))
        else:
            raw += value
            running = max(0, running + value)
            pair = compose(pair, flow_pair(value))
            added["clamp"] += running - before - value
            before = running - value
        added[cause] += running - before
    return running, raw, pair


def carry(fold: Fold) -> State:
    """What a fold hands to the stretch that follows it."""
    return State(fold.end, fold.raw_end)


def merge_folds(folds: Sequence[Fold]) -> Fold:
    """One fold of stretches that follow each other, as if folded in one go.

    Raises `ValueError` when there is none.
    """
    if not folds:
        raise ValueError("no folds to merge")
    columns = tuple(zip(*folds, strict=True))
    starts_s, _, _, low, high, person_s, steps, floors, _, _, *causes, commit = columns
    reset, operator, device, evidence, clamp = map(sum, causes)
    step, floor = reduce(compose, zip(steps, floors, strict=True))
    return Fold(
        starts_s[0],
        folds[0].start,
        folds[-1].end,
        min(low),
        max(high),
        sum(person_s),
        step,
        floor,
        folds[0].raw_start,
        folds[-1].raw_end,
        reset,
        operator,
        device,
        evidence,
        clamp,
        max(commit),
    )


def fold_slices(
    folds: Sequence[Fold], slices: Iterable[Slice], *, length_s: int = QUARTER_S
) -> list[Fold | None]:
    """Ascending folds of `length_s` each, merged into slices; None where a slice holds none.

    Each must lie within one slice or outside all. Between them the value stands still, so quarters
    in which nothing happens need not be there.
    """
    # A year of hours is made of 35,000 quarters: take them column by column, with running sums.
    columns = tuple(zip(*folds, strict=True)) if folds else ((),) * len(Fold._fields)
    starts_s, starts, ends, lows, highs, people, steps, floors, raws, raw_ends, *_ = columns
    commits = columns[-1]
    person_s, reset, operator, device, evidence, clamp = (
        tuple(accumulate(column, initial=0)) for column in (people, *columns[10:15])
    )
    rows: list[Fold | None] = []
    to = 0
    for start_s, end_s, _ in slices:
        at = bisect_left(starts_s, start_s, to)
        to = bisect_left(starts_s, end_s, at)
        if at == to:
            rows.append(None)
            continue
        step, floor = reduce(compose, zip(steps[at:to], floors[at:to], strict=True))
        row = _new_fold(
            (
                start_s,
                starts[at],
                ends[to - 1],
                min(lows[at:to]),
                max(highs[at:to]),
                person_s[to] - person_s[at],
                step,
                floor,
                raws[at],
                raw_ends[to - 1],
                reset[to] - reset[at],
                operator[to] - operator[at],
                device[to] - device[at],
                evidence[to] - evidence[at],
                clamp[to] - clamp[at],
                max(commits[at:to]),
            )
        )
        if (to - at) * length_s < end_s - start_s:
            row = _stand_still(row, folds[at:to], end_s, length_s)
        rows.append(row)
    return rows


_new_fold = partial(tuple.__new__, Fold)  # calling `Fold` takes three times as long


def _stand_still(row: Fold, folds: Sequence[Fold], end_s: int, length_s: int) -> Fold:
    """A row with the stretches between its folds, in which the value stood still."""
    idle_person_s, at_s, value = 0, row.start_s, row.start
    for fold in folds:
        idle_person_s += value * (fold.start_s - at_s)
        at_s, value = fold.start_s + length_s, fold.end
    idle_person_s += value * (end_s - at_s)
    low, high = row.low, row.high
    if row.start_s < folds[0].start_s:
        low, high = min(low, row.start), max(high, row.start)
    return row._replace(low=low, high=high, person_s=row.person_s + idle_person_s)


def minute_fold(
    state: State,
    start_s: int,
    end_s: int,
    steps: Sequence[Step],
    anchors: Sequence[AnchorPoint] = (),
) -> Fold:
    """What `fold_stretch` gives, minute by minute: the oracle, for instants on whole minutes."""
    running, raw = state
    step, floor = 0.0, float("-inf")
    added = dict.fromkeys((*PRECEDENCE, "clamp"), 0)
    seen: list[int] = []
    person_s = 0
    for minute_s in range(start_s, end_s, MINUTE_S):
        value, lifts, more = _plain_anchors([one for one in anchors if one.at_s == minute_s])
        if value is not None:
            added[value.cause] += value.value - running
            running, raw = value.value, value.value
            step, floor = float("-inf"), value.value
        for lift in lifts:
            added["evidence"] += max(0, lift - running)
            running, floor = max(running, lift), max(floor, lift)
        if more:
            reached = max(0, running + sum(more))
            added["operator"] += sum(more)
            added["clamp"] += reached - running - sum(more)
            running, raw = reached, raw + sum(more)
            step, floor = step + sum(more), max(0, floor + sum(more))
        seen.append(running)
        person_s += running * MINUTE_S
        ending = [flow for at_s, flow in steps if at_s == minute_s + MINUTE_S]
        if ending:
            reached = max(0, running + sum(ending))
            added["clamp"] += reached - running - sum(ending)
            running, raw = reached, raw + sum(ending)
            step, floor = step + sum(ending), max(0, floor + sum(ending))
            seen.append(running)
    return Fold(
        start_s=start_s,
        start=state.running,
        end=running,
        low=min(seen),
        high=max(seen),
        person_s=person_s,
        step=None if step == float("-inf") else int(step),
        floor=None if floor == float("-inf") else int(floor),
        raw_start=state.raw,
        raw_end=raw,
        commit=0,
        **added,
    )


def _plain_anchors(
    told: Sequence[AnchorPoint],
) -> tuple[AnchorPoint | None, list[int], list[int]]:
    """Of one minute the value that acts, what lifts it, and what adds to it, in the plainest words."""
    value: AnchorPoint | None = None
    for cause in PRECEDENCE:
        same = [one for one in told if (one.cause, one.kind) == (cause, "value")]
        if same:
            value = max(same, key=lambda one: (one.told, one.value))
            break
    lifts = [one.value for one in told if one.kind == "least"]
    more = [one.value for one in told if one.kind == "delta"]
    if value is not None and value.cause in ("operator", "device"):
        lifts = []
        more = [o.value for o in told if o.kind == "delta" and o.told >= value.told]
    return value, lifts, more
