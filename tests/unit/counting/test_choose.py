"""Which claim wins, and which overlapping bins count: the same for every order of arrival."""

import random
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countline.counting.choose import (
    Merge,
    Winner,
    choose_counted,
    claim_order,
    merge_claim,
    neighbourhood,
    winner,
)
from countline.model.claim import Claim
from countline.model.ids import SeriesNo

SERIES = SeriesNo(7)


def claim(rank: int = 1, covered_s: int = 60, sequence: int = 5, value: int = 3) -> Claim:
    return Claim(SERIES, 600, 60, rank, covered_s, sequence, value)


small = st.integers(0, 3)
claims = st.builds(claim, small, small, small, small)
claim_sets = st.lists(claims, min_size=1, max_size=8)


def bin_(start_s: int, length_s: int, rank: int = 1) -> Winner:
    return Winner(start_s, length_s, rank, length_s, 1)


# Few places, so that bins meet; unique by place, since one bin has one winner.
bin_sets = st.lists(
    st.builds(bin_, st.integers(0, 60), st.integers(1, 20), st.integers(0, 3)),
    max_size=25,
    unique_by=lambda one: (one.start_s, one.length_s),
)


# -- claims ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lesser", "greater"),
    [
        (claim(rank=1, covered_s=60, sequence=9, value=9), claim(rank=2, covered_s=0, sequence=0)),
        (claim(covered_s=30, sequence=9, value=9), claim(covered_s=60, sequence=0, value=0)),
        (claim(sequence=4, value=9), claim(sequence=5, value=0)),
        (claim(value=3), claim(value=4)),
    ],
    ids=["rank", "covered", "sequence", "value"],
)
def test_rank_then_coverage_then_sequence_then_value(lesser: Claim, greater: Claim) -> None:
    assert claim_order(lesser) < claim_order(greater)
    assert winner([lesser, greater]) == winner([greater, lesser]) == greater


def test_a_bin_without_claims_has_no_winner() -> None:
    with pytest.raises(ValueError):
        winner([])


def test_the_first_claim_wins() -> None:
    assert merge_claim(None, claim()) == Merge(claim(), None, "first")


def test_a_greater_claim_displaces_the_standing_one() -> None:
    new = claim(sequence=6, value=9)
    assert merge_claim(claim(), new) == Merge(new, claim(), "won")


def test_a_lesser_claim_is_kept_beside() -> None:
    new = claim(sequence=4, value=9)
    assert merge_claim(claim(), new) == Merge(claim(), new, "lost")


@pytest.mark.parametrize("sequence", [4, 5, 6])
def test_an_equal_value_is_a_duplicate_and_the_greater_order_stands(sequence: int) -> None:
    new = claim(sequence=sequence)
    assert merge_claim(claim(), new) == Merge(max(claim(), new), None, "duplicate")


def fold_claims(arriving: Iterable[Claim]) -> tuple[Claim | None, list[Claim]]:
    standing: Claim | None = None
    beside = []
    for new in arriving:
        standing, kept, _ = merge_claim(standing, new)
        beside += [kept] if kept else []
    return standing, beside


@given(claim_sets, st.randoms(use_true_random=False))
def test_any_order_repeated_or_not_ends_in_the_same_winner(
    arriving: list[Claim], rnd: random.Random
) -> None:
    shuffled = arriving + rnd.choices(arriving, k=3)
    rnd.shuffle(shuffled)
    assert fold_claims(shuffled)[0] == fold_claims(arriving)[0] == winner(arriving)


@given(claim_sets)
def test_every_value_that_was_claimed_is_still_there(arriving: list[Claim]) -> None:
    standing, beside = fold_claims(arriving)
    assert standing is not None
    assert {one.value for one in arriving} == {one.value for one in [standing, *beside]}
    assert all(claim_order(one) < claim_order(standing) for one in beside)


@given(claim_sets)
def test_a_repeat_changes_nothing(arriving: list[Claim]) -> None:
    standing, _ = fold_claims(arriving)
    for repeated in arriving:
        again = merge_claim(standing, repeated)
        assert again.winner == standing
        assert again.verdict in ("duplicate", "lost")


# -- overlapping bins ------------------------------------------------------------------------------


def overlap(one: Winner, two: Winner) -> bool:
    starts_before = one.start_s < two.start_s + two.length_s
    return starts_before and two.start_s < one.start_s + one.length_s


def plainly_counted(bins: Iterable[Winner]) -> list[Winner]:
    """The rule word by word: by rank, then length, then start, each that overlaps none before."""
    counted: list[Winner] = []
    for one in sorted(bins, key=lambda b: (-b.rank, b.length_s, b.start_s)):
        if not any(overlap(one, before) for before in counted):
            counted.append(one)
    return sorted(counted)


@pytest.mark.parametrize(
    ("bins", "counted"),
    [
        ([bin_(0, 60), bin_(60, 60)], [bin_(0, 60), bin_(60, 60)]),  # they touch, no more
        ([bin_(0, 3600, rank=2), bin_(0, 60)], [bin_(0, 3600, rank=2)]),  # the greater rank
        ([bin_(0, 3600), bin_(60, 60)], [bin_(60, 60)]),  # the shorter
        ([bin_(0, 60), bin_(30, 60), bin_(90, 60)], [bin_(0, 60), bin_(90, 60)]),  # the earlier
        # What is overlapped itself stands in nobody's way.
        ([bin_(0, 10, 3), bin_(5, 20, 2), bin_(20, 20, 1)], [bin_(0, 10, 3), bin_(20, 20, 1)]),
    ],
)
def test_which_of_overlapping_bins_count(bins: list[Winner], counted: list[Winner]) -> None:
    found, overlapped = choose_counted(bins)
    assert found == counted
    assert sorted([*found, *overlapped]) == sorted(bins)


@given(bin_sets, st.randoms(use_true_random=False))
def test_the_choice_is_a_function_of_the_set(bins: list[Winner], rnd: random.Random) -> None:
    shuffled = list(bins)
    rnd.shuffle(shuffled)
    counted, overlapped = choose_counted(shuffled)
    assert counted == plainly_counted(bins)
    assert overlapped == sorted(set(bins) - set(counted))


def test_claims_can_be_chosen_among_as_they_are() -> None:
    hour = Claim(SERIES, 0, 3600, 1, 3600, 1, 50)
    assert choose_counted([hour, claim()]) == ([claim()], [hour])


@given(bin_sets, st.builds(bin_, st.integers(0, 60), st.integers(1, 20), st.integers(0, 3)))
def test_choosing_anew_in_the_neighbourhood_is_enough(bins: list[Winner], new: Winner) -> None:
    before = [one for one in bins if one[:2] != new[:2]]  # as if `new` replaced the bin's winner
    after = [*before, new]

    def overlapping(start_s: int, end_s: int) -> list[Winner]:
        stretch = Winner(start_s, end_s - start_s, 0, 0, 0)
        return [one for one in after if overlap(one, stretch)]

    start_s, end_s, near = neighbourhood(overlapping, new.start_s, new.start_s + new.length_s)
    outside = [one for one in choose_counted(bins)[0] if not start_s <= one.start_s < end_s]
    assert sorted(outside + choose_counted(near)[0]) == choose_counted(after)[0]
    assert all(start_s <= one.start_s and one.start_s + one.length_s <= end_s for one in near)


def test_a_neighbourhood_ends_where_no_bin_crosses() -> None:
    bins = [bin_(0, 10), bin_(5, 10), bin_(14, 6), bin_(20, 5), bin_(40, 5)]

    def overlapping(start_s: int, end_s: int) -> list[Winner]:
        return [b for b in bins if b.start_s < end_s and b.start_s + b.length_s > start_s]

    assert neighbourhood(overlapping, 6, 7) == (0, 20, bins[:3])
    assert neighbourhood(overlapping, 30, 35) == (30, 35, [])
    assert neighbourhood(overlapping, 38, 48) == (38, 48, bins[4:])
