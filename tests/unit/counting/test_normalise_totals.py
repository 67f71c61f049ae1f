"""Counters that only ever tell their total: differences across resets and roll-overs."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countline.counting.normalise import Delta, Total, total_delta, totals_to_deltas


@pytest.mark.parametrize(
    ("last", "new", "was_reset", "delta"),
    [
        (10, 10, False, 0),
        (10, 15, False, 5),
        (10, 15, True, 5),  # it rose: whether it was reset in between nobody can tell
        (10, 3, True, 3),
        (10, 3, False, None),
        (65_535, 0, False, 1),
        (65_530, 4, False, 10),
        (61_440, 4_095, False, 8_191),  # the last sixteenth, and the first
        (61_439, 4, False, None),
        (65_530, 4_096, False, None),
        (65_536, 4, False, None),  # beyond 16 bits, so it was no 16-bit counter
        (2**32 - 1, 0, False, 1),
        (2**32 - 2**28 - 1, 0, False, None),
        (65_530, 4, True, 4),  # evidence of a reset goes before a guess
    ],
)
def test_a_delta_of_totals(last: int, new: int, was_reset: bool, delta: int | None) -> None:
    assert total_delta(last, new, was_reset=was_reset) == delta


def test_a_counter_may_roll_over_elsewhere() -> None:
    assert total_delta(9_990, 5, was_reset=False, moduli=[10_000]) == 15
    assert total_delta(65_530, 4, was_reset=False, moduli=[10_000]) is None


def test_totals_become_differences_in_time() -> None:
    totals = [Total(120, 7), Total(0, 0), Total(60, 5), Total(180, 2), Total(240, 1)]
    assert totals_to_deltas(totals, [240]) == [
        Delta(0, 60, 5),
        Delta(60, 120, 2),
        Delta(120, 180, None),
        Delta(180, 240, 1),
    ]
    assert totals_to_deltas([]) == totals_to_deltas(totals[:1]) == []


@pytest.mark.parametrize(("reset_s", "delta"), [(60, None), (61, 3), (120, 3), (121, None)])
def test_a_reset_acts_after_the_first_total_until_the_second(
    reset_s: int, delta: int | None
) -> None:
    assert totals_to_deltas([Total(60, 9), Total(120, 3)], [reset_s]) == [Delta(60, 120, delta)]


def test_of_two_totals_at_one_instant_the_greater_is_taken() -> None:
    for totals in ([Total(60, 9), Total(60, 4)], [Total(60, 4), Total(60, 9)]):
        assert totals_to_deltas([Total(0, 0), *totals]) == [Delta(0, 60, 9)]


def test_the_modulus_reaches_every_difference() -> None:
    totals = [Total(0, 990), Total(60, 5), Total(120, 995), Total(180, 1)]
    found = totals_to_deltas(totals, moduli=iter([1_000]))
    assert [delta.value for delta in found] == [15, 990, 6]


totals_sets = st.lists(st.builds(Total, st.integers(0, 20), st.integers(0, 70_000)), max_size=15)


@given(totals_sets, st.lists(st.integers(0, 20), max_size=4), st.randoms(use_true_random=False))
def test_totals_in_any_order_give_the_same_and_never_less_than_nothing(
    totals: list[Total], resets_s: list[int], rnd: random.Random
) -> None:
    found = totals_to_deltas(totals, resets_s)
    shuffled = totals + totals[:3]
    rnd.shuffle(shuffled)
    rnd.shuffle(resets_s)
    assert totals_to_deltas(shuffled, resets_s) == found
    assert all(delta.value is None or delta.value >= 0 for delta in found)


@given(st.lists(st.integers(0, 500), min_size=1, max_size=20), st.sampled_from([2**16, 2**32]))
def test_a_counter_that_rolls_over_loses_nobody(counted: list[int], modulus: int) -> None:
    shown, totals = modulus - 700, [Total(0, modulus - 700)]
    for number, people in enumerate(counted, start=1):
        shown = (shown + people) % modulus
        totals.append(Total(number, shown))
    assert [delta.value for delta in totals_to_deltas(totals)] == counted


@given(totals_sets)
def test_a_late_total_needs_only_its_neighbours(totals: list[Total]) -> None:
    by_time = {total.at_s: total for total in totals}
    ordered = [by_time[at_s] for at_s in sorted(by_time)]
    whole = totals_to_deltas(ordered)
    for late in range(1, len(ordered) - 1):
        near = totals_to_deltas(ordered[late - 1 : late + 2])
        assert near == whole[late - 1 : late + 1]
