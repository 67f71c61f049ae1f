"""One contract for every store: whatever is told, in whatever order, it agrees with the reference."""

from dataclasses import replace
from itertools import pairwise
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countline.model.ids import SensorNo
from countline.store import Accepted, Store
from tests.contract.store_kinds import MEMORY, Opener, Pair, each_durable, long, minute, run
from tests.contract.store_world import BASE_S, DAY_S, backlogs, full_look, pushes

QUIET_STEPS = st.sampled_from(["compact", "compact all", "reopen", "rebuild"])
MINUTES_ALONE = st.lists(
    st.one_of(pushes(long_ones=False), pushes(long_ones=False), backlogs()), max_size=8
)
ANYTHING = st.one_of(
    st.lists(pushes(), max_size=6), st.lists(st.one_of(backlogs(), pushes()), max_size=2)
)


def told_in_turn(opener: Opener, steps: list[Any]) -> None:
    """Groups and interruptions, one after the other, with a full look after each interruption."""
    with TemporaryDirectory(dir=MEMORY) as folder:
        pair = Pair(opener, folder)
        for step in steps:
            if isinstance(step, str):
                pair.do(step)
                pair.agree()
            else:
                pair.both(lambda store, group=step: store.apply(group))  # type: ignore[misc]
        pair.agree()
        run(pair.store.close())


def told_in_two_ways(opener: Opener, batch: list[Accepted], mixed: list[list[Accepted]]) -> None:
    """The same claims in one group, and in others: the numbers are functions of the set."""
    with TemporaryDirectory(dir=MEMORY) as one, TemporaryDirectory(dir=MEMORY) as two:
        straight, shuffled = Pair(opener, one), Pair(opener, two)
        straight.both(lambda store: store.apply(batch))
        for group in mixed:
            shuffled.both(lambda store, group=group: store.apply(group))  # type: ignore[misc]
        for pair in (straight, shuffled):
            pair.agree()
        assert numbers(straight.store) == numbers(shuffled.store)
        for pair in (straight, shuffled):
            run(pair.store.close())


def numbers(store: Store) -> dict[str, Any]:
    """All that tells nothing of arrival: everything but commits, events and bodies."""
    look = run(store.read(full_look))
    told = {verb: look[verb] for verb in ("claims", "span")}
    for verb in ("bins", "long"):
        told[verb] = [one._replace(commit=0) for one in look[verb]]
    told["overlapped"] = [[b._replace(commit=0) for b in part] for part in look["overlapped"]]
    for verb in ("quarters", "hours"):
        told[verb] = {
            series: [bucket._replace(commit=0) for bucket in buckets]
            for series, buckets in look[verb].items()
        }
    return told


@st.composite
def batches_told_twice(draw: st.DrawFn) -> tuple[list[Accepted], list[list[Accepted]]]:
    """A batch, and the same doubled, shuffled and cut into groups."""
    batch = draw(st.lists(pushes(), min_size=1, max_size=8))
    shuffled = draw(st.permutations([*batch, *batch]))
    cuts = sorted(draw(st.lists(st.integers(0, len(shuffled)), max_size=4)))
    edges = [0, *cuts, len(shuffled)]
    return batch, [shuffled[edge:end] for edge, end in pairwise(edges)]


@each_durable
@settings(max_examples=40)
@given(steps=st.lists(st.one_of(QUIET_STEPS, ANYTHING), max_size=8))
def test_anything_in_any_order_agrees_with_the_reference(opener: Opener, steps: list[Any]) -> None:
    told_in_turn(opener, steps)


@each_durable
@settings(max_examples=25)
@given(steps=st.lists(st.one_of(QUIET_STEPS, MINUTES_ALONE), max_size=8))
def test_minutes_alone_agree_with_the_reference(opener: Opener, steps: list[Any]) -> None:
    told_in_turn(opener, steps)


@each_durable
@settings(max_examples=20)
@given(told=batches_told_twice())
def test_doubled_shuffled_and_split_batches_end_in_the_same_numbers(
    opener: Opener, told: tuple[list[Accepted], list[list[Accepted]]]
) -> None:
    told_in_two_ways(opener, *told)


@each_durable
def test_a_long_backlog_hides_nothing_that_came_with_it(opener: Opener) -> None:
    """A backlog of old days is written cold at once; another sensor's day in the same group is not."""
    backlog = minute(0, 1, 0, None, sensor=SensorNo(2))
    (first,) = backlog.minutes
    many = [first._replace(minute=first.minute + 20 * n) for n in range(220)]
    with TemporaryDirectory(dir=MEMORY) as folder:
        pair = Pair(opener, folder)
        later = (BASE_S + 60 * DAY_S) * 1000
        group = [long(0, 90, 3), replace(backlog, minutes=many, received_ms=later)]
        pair.both(lambda store: store.apply(group))
        pair.agree()
        run(pair.store.close())


@pytest.mark.long
@each_durable
@settings(max_examples=1_000)
@given(steps=st.lists(st.one_of(QUIET_STEPS, ANYTHING, MINUTES_ALONE), max_size=10))
def test_a_thousand_stories_agree_with_the_reference(opener: Opener, steps: list[Any]) -> None:
    told_in_turn(opener, steps)


@pytest.mark.long
@each_durable
@settings(max_examples=1_000)
@given(told=batches_told_twice())
def test_a_thousand_batches_end_in_the_same_numbers(
    opener: Opener, told: tuple[list[Accepted], list[list[Accepted]]]
) -> None:
    told_in_two_ways(opener, *told)
