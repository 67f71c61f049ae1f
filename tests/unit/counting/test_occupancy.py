"""The fold of flows and anchors: against the minute fold, cut anywhere, and by hand."""

import random
from collections.abc import Sequence
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countline.counting.anchors import PRECEDENCE, AnchorPoint, Cause, acting_anchors, whole_minute
from countline.counting.occupancy import (
    EMPTY,
    NOTHING,
    Pair,
    State,
    Step,
    act,
    anchor_pair,
    carry,
    compose,
    flow_pair,
    fold_slices,
    fold_stretch,
    merge_folds,
    minute_fold,
)
from countline.model.claim import Fold
from countline.model.interval import Slice

MINUTES = 40
END_S = MINUTES * 60

minutes = st.integers(0, MINUTES).map(lambda minute: minute * 60)
flows = st.integers(-6, 6)
all_steps = st.lists(st.builds(Step, minutes, flows), max_size=30)
told = st.integers(0, 2)
values = st.builds(
    AnchorPoint,
    minutes,
    st.integers(0, 9),
    st.sampled_from(PRECEDENCE),
    told,
    st.just("value"),
)
deltas = st.builds(
    AnchorPoint, minutes, st.integers(-6, 6), st.just("operator"), told, st.just("delta")
)
leasts = st.builds(
    AnchorPoint, minutes, st.integers(1, 9), st.just("evidence"), st.just(0), st.just("least")
)
all_anchors = st.lists(st.one_of(values, deltas, leasts), max_size=5)
states = st.builds(State, st.integers(0, 12), st.integers(-12, 12))


def added(fold: Fold) -> int:
    return fold.reset + fold.operator + fold.device + fold.evidence + fold.clamp


# -- by hand ---------------------------------------------------------------------------------------


def test_two_hours_as_documented() -> None:
    steps = [Step(3_600, 145 - 132), Step(7_200, 210 - 195)]
    first = fold_stretch(EMPTY, 0, 3_600, steps)
    second = fold_stretch(carry(first), 3_600, 7_200, steps)
    assert (first.end, second.start, second.end) == (13, 13, 28)


def test_everything_a_fold_says() -> None:
    steps = [Step(60, 4), Step(120, -7), Step(180, 2)]
    assert fold_stretch(State(1, -1), 0, 240, steps) == Fold(
        start_s=0,
        start=1,
        end=2,
        low=0,
        high=5,
        person_s=(1 + 5 + 0 + 2) * 60,
        step=-1,
        floor=2,
        raw_start=-1,
        raw_end=-2,
        reset=0,
        operator=0,
        device=0,
        evidence=0,
        clamp=2,
        commit=0,
    )


def test_doors_are_summed_before_the_clamp() -> None:
    """Two doors in one minute, one with 3 out and one with 3 in: nobody was made or lost."""
    fold = fold_stretch(EMPTY, 0, 60, [Step(60, -3), Step(60, 3)])
    assert (fold.end, fold.clamp) == (0, 0)


def test_flows_that_end_at_an_anchor_act_before_it_and_those_that_start_there_after() -> None:
    anchor = AnchorPoint(120, 0, "reset")
    fold = fold_stretch(EMPTY, 0, 240, [Step(120, 5), Step(180, 1)], [anchor])
    assert (fold.end, fold.raw_end, fold.reset) == (1, 1, -5)
    assert fold.high == 5  # they were inside until the reset
    assert fold.person_s == 60


def test_an_anchor_belongs_to_the_stretch_that_starts_at_it() -> None:
    anchor = AnchorPoint(900, 0, "reset")
    before = fold_stretch(State(5, 5), 0, 900, [Step(900, 2)], [anchor])
    after = fold_stretch(carry(before), 900, 1_800, [Step(900, 2)], [anchor])
    assert (before.end, before.reset) == (7, 0)
    assert (after.start, after.reset, after.end, after.high, after.low) == (7, -7, 0, 0, 0)


def test_a_flow_at_the_start_belongs_to_the_stretch_before() -> None:
    assert fold_stretch(EMPTY, 900, 1_800, [Step(900, 3)]).end == 0
    assert fold_stretch(EMPTY, 0, 900, [Step(900, 3)]).end == 3


def test_the_value_before_an_anchor_at_the_start_is_not_within() -> None:
    fold = fold_stretch(State(9, 9), 0, 60, [], [AnchorPoint(0, 4, "operator")])
    assert (fold.low, fold.high, fold.start, fold.end) == (4, 4, 9, 4)
    assert fold_stretch(State(9, 9), 0, 120, [], [AnchorPoint(60, 4, "operator")]).high == 9


def test_a_flow_between_whole_minutes_acts_when_its_bin_ends() -> None:
    fold = fold_stretch(EMPTY, 0, 60, [Step(15, 2), Step(45, 1)])
    assert (fold.end, fold.person_s) == (3, 2 * 30 + 3 * 15)


def test_a_stretch_without_events_holds_its_value() -> None:
    fold = fold_stretch(State(3, -2), 0, 900, [])
    assert (fold.low, fold.high, fold.end, fold.raw_end) == (3, 3, 3, -2)
    assert (fold.person_s, fold.step, fold.floor) == (2_700, 0, None)


def test_raw_may_be_negative_until_an_anchor() -> None:
    fold = fold_stretch(
        EMPTY, 0, 300, [Step(60, -4), Step(180, 1)], [AnchorPoint(120, 2, "device")]
    )
    assert (fold.raw_end, fold.end, fold.clamp, fold.device) == (3, 3, 4, 2)


@pytest.mark.parametrize(
    ("anchors", "value"),
    [
        (["operator", "device", "evidence", "reset"], 0),
        (["reset", "evidence", "device"], 2),
        (["evidence", "reset"], 0),
    ],
)
def test_of_two_anchors_at_one_minute_the_better_known_acts(
    anchors: list[Cause], value: int
) -> None:
    points = [AnchorPoint(60, number, cause) for number, cause in enumerate(anchors)]
    for order in (points, points[::-1]):
        fold = fold_stretch(State(7, 7), 0, 120, [], order)
        assert fold.end == fold.raw_end == value
        assert added(fold) == value - 7 == getattr(fold, points[value].cause)


def test_of_two_anchors_of_one_cause_the_later_told_acts() -> None:
    early, late = AnchorPoint(60, 9, "operator", 1), AnchorPoint(60, 2, "operator", 3)
    for order in ([early, late], [late, early]):
        assert acting_anchors(order) == [late]
        assert fold_stretch(EMPTY, 0, 120, [], order).end == 2


@pytest.mark.parametrize(
    ("at_s", "minute_s"), [(0, 0), (29, 0), (30, 60), (60, 60), (89, 60), (90, 120)]
)
def test_anchors_are_rounded_to_the_nearest_minute_half_up(at_s: int, minute_s: int) -> None:
    assert whole_minute(at_s) == minute_s


# -- pairs -----------------------------------------------------------------------------------------

pairs = st.one_of(st.just(NOTHING), flows.map(flow_pair), st.integers(0, 9).map(anchor_pair))
stretches = st.lists(pairs, max_size=6)


def joined(parts: Sequence[Pair]) -> Pair:
    pair = NOTHING
    for part in parts:
        pair = compose(pair, part)
    return pair


def test_nothing_changes_nothing() -> None:
    assert act(NOTHING, 5) == 5


def test_a_flow_is_clamped_and_an_anchor_forgets() -> None:
    assert act((-3, None), 5) == 2
    assert [act(flow_pair(-3), c) for c in (5, 3, 1)] == [2, 0, 0]
    assert [act(anchor_pair(4), c) for c in (0, 9)] == [4, 4]


@given(stretches, stretches, st.integers(0, 20))
def test_pairs_compose(first: list[Pair], then: list[Pair], running: int) -> None:
    one_by_one = running
    for pair in first + then:
        one_by_one = act(pair, one_by_one)
    assert act(compose(joined(first), joined(then)), running) == one_by_one


@given(stretches, stretches, stretches)
def test_composing_is_associative_with_nothing_as_identity(
    one: list[Pair], two: list[Pair], three: list[Pair]
) -> None:
    a, b, c = joined(one), joined(two), joined(three)
    assert compose(compose(a, b), c) == compose(a, compose(b, c))
    assert compose(NOTHING, a) == compose(a, NOTHING) == a


# -- the fold --------------------------------------------------------------------------------------


@given(states, all_steps, all_anchors)
def test_the_fold_is_the_minute_fold(
    state: State, steps: list[Step], anchors: list[AnchorPoint]
) -> None:
    assert fold_stretch(state, 0, END_S, steps, anchors) == minute_fold(
        state, 0, END_S, steps, anchors
    )


@given(states, all_steps, all_anchors, st.integers(0, 50))
def test_the_pair_of_a_fold_says_where_any_start_would_have_led(
    state: State, steps: list[Step], anchors: list[AnchorPoint], running: int
) -> None:
    fold = fold_stretch(state, 0, END_S, steps, anchors)
    other = minute_fold(State(running, 0), 0, END_S, steps, anchors)
    assert act((fold.step, fold.floor), running) == other.end


@given(states, all_steps, all_anchors)
def test_end_is_start_and_flows_and_what_each_cause_added(
    state: State, steps: list[Step], anchors: list[AnchorPoint]
) -> None:
    fold = fold_stretch(state, 0, END_S, steps, anchors)
    flow = sum(step.flow for step in steps if step.at_s > 0)
    assert fold.end == fold.start + flow + added(fold)
    assert fold.clamp >= 0
    assert 0 <= fold.low <= fold.end <= fold.high
    assert fold.low * END_S <= fold.person_s <= fold.high * END_S


@given(states, all_steps, all_anchors, st.randoms(use_true_random=False))
def test_the_order_of_steps_and_anchors_does_not_matter(
    state: State, steps: list[Step], anchors: list[AnchorPoint], rnd: random.Random
) -> None:
    before = fold_stretch(state, 0, END_S, steps, anchors)
    rnd.shuffle(steps)
    rnd.shuffle(anchors)
    assert fold_stretch(state, 0, END_S, steps, anchors) == before


def fold_cut(
    state: State, cuts: Sequence[int], steps: list[Step], anchors: list[AnchorPoint]
) -> list[Fold]:
    folds = []
    for start_s, end_s in pairwise(sorted({0, END_S, *cuts})):
        folds.append(fold_stretch(state, start_s, end_s, steps, anchors))
        state = carry(folds[-1])
    return folds


@given(states, all_steps, all_anchors, st.lists(minutes, max_size=5))
def test_a_stretch_cut_anywhere_and_merged_is_the_same(
    state: State, steps: list[Step], anchors: list[AnchorPoint], cuts: list[int]
) -> None:
    whole = fold_stretch(state, 0, END_S, steps, anchors)
    assert merge_folds(fold_cut(state, cuts, steps, anchors)) == whole


def test_a_merge_keeps_the_newest_commit() -> None:
    first = fold_stretch(EMPTY, 0, 60, [])._replace(commit=7)
    second = fold_stretch(EMPTY, 60, 120, [])._replace(commit=3)
    assert merge_folds([first, second]).commit == 7
    assert merge_folds([second._replace(start_s=0)]).commit == 3
    with pytest.raises(ValueError, match="no folds"):
        merge_folds([])


def test_folds_are_merged_into_the_slices_they_lie_in() -> None:
    folds = fold_cut(EMPTY, range(0, END_S, 600), [Step(1_000, 3)], [])
    slices = [Slice(0, 1_200, None), Slice(1_200, END_S, None), Slice(END_S, 2 * END_S, None)]
    found = fold_slices(folds, slices, length_s=600)
    assert found == [merge_folds(folds[:2]), merge_folds(folds[2:]), None]
    assert fold_slices(folds, slices[1:2], length_s=600) == found[1:2]
    assert fold_slices([], slices) == [None, None, None]


def test_every_cause_and_the_newest_commit_stay_in_their_slice() -> None:
    anchors = [
        AnchorPoint(number * 120, 3 * number + 2, cause)
        for number, cause in enumerate(PRECEDENCE * 5)
    ]
    steps = [Step(number * 120 + 60, -3 * number - 7) for number in range(20)]
    folds = [
        fold._replace(commit=commit)
        for fold, commit in zip(
            fold_cut(EMPTY, range(0, END_S, 600), steps, anchors), (3, 9, 2, 7), strict=True
        )
    ]
    slices = [Slice(0, 1_200, None), Slice(1_200, END_S, None)]
    found = fold_slices(folds, slices, length_s=600)
    assert found == [merge_folds(folds[:2]), merge_folds(folds[2:])]
    assert [row.commit for row in found if row] == [9, 7]
    for row in found:
        assert row is not None
        assert all((row.reset, row.operator, row.device, row.evidence, row.clamp))


@given(states, all_steps, all_anchors)
def test_between_folds_in_which_nothing_happens_the_value_stands_still(
    state: State, steps: list[Step], anchors: list[AnchorPoint]
) -> None:
    anchors = [one for one in anchors if one.at_s < END_S]
    marks = {step.at_s - 1 for step in steps} | {anchor.at_s for anchor in anchors}
    folds = fold_cut(state, range(0, END_S, 300), steps, anchors)
    told = {mark // 300 * 300 for mark in marks}
    busy = [fold for fold in folds if fold.start_s in told]
    slices = [Slice(start_s, start_s + 1_200, None) for start_s in range(0, END_S, 1_200)]
    for slice_, row in zip(slices, fold_slices(busy, slices, length_s=300), strict=True):
        within = [fold for fold in folds if slice_.start_s <= fold.start_s < slice_.end_s]
        assert row == (merge_folds(within) if {f.start_s for f in within} & told else None)


@given(states, all_steps, all_anchors, st.builds(Step, minutes, flows))
def test_refolding_until_the_carried_value_is_the_stored_one_is_enough(
    state: State, steps: list[Step], anchors: list[AnchorPoint], late: Step
) -> None:
    cuts = range(0, END_S, 300)
    stored = fold_cut(state, cuts, steps, anchors)
    for place, fold in enumerate(stored):
        end_s = fold.start_s + 300
        if end_s < late.at_s:
            continue
        before = carry(stored[place - 1]) if place else state
        anew = fold_stretch(before, fold.start_s, end_s, [*steps, late], anchors)
        stored[place] = anew
        if late.at_s <= end_s and carry(anew) == carry(fold):
            break
    assert stored == fold_cut(state, cuts, [*steps, late], anchors)


@given(all_steps)
def test_the_running_value_is_never_negative_nor_below_raw(steps: list[Step]) -> None:
    at_minutes = range(60, END_S + 1, 60)
    folds = fold_cut(EMPTY, at_minutes, steps, [])
    assert all(fold.end >= max(0, fold.raw_end) for fold in folds)
    debts = list(accumulate(fold.clamp for fold in folds))
    assert debts == sorted(debts)
    assert all(f.end - f.raw_end == debt for f, debt in zip(folds, debts, strict=True))


def test_a_stretch_needs_a_length() -> None:
    with pytest.raises(AssertionError):
        fold_stretch(EMPTY, 60, 60, [])


def test_a_pair_of_nothing_but_infinity_is_a_mistake() -> None:
    with pytest.raises(AssertionError):
        act((None, None), 3)
