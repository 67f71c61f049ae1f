"""A bin counts, whole, where it starts, and every partition of a range gives the same sum."""

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countline.counting.rollup import known_value, sum_buckets, sum_quarters, sum_series
from countline.model.claim import Bin, Bucket
from countline.model.ids import SeriesNo
from countline.model.interval import DayGrid, Granularity, Slice


def bin_(start_s: int, value: int = 1, covered_s: int = 60, commit: int = 1) -> Bin:
    return Bin(SeriesNo(1), start_s, 60, value, covered_s, commit)


bin_sets = st.lists(
    st.builds(bin_, st.integers(0, 20_000), st.integers(0, 99), st.integers(0, 60)), max_size=30
)


def test_a_quarter_sums_values_and_coverage_and_keeps_the_newest_commit() -> None:
    bins = [bin_(900, 5, 60, 3), bin_(1_799, 7, 30, 9), bin_(1_800, 1, 60, 4)]
    assert sum_quarters(bins) == [Bucket(900, 12, 90, 9), Bucket(1_800, 1, 60, 4)]


def test_a_long_bin_counts_whole_where_it_starts() -> None:
    hour = Bin(SeriesNo(1), 850, 3_600, 40, 3_600, 1)
    assert sum_quarters([hour]) == [Bucket(0, 40, 3_600, 1)]


def test_no_bin_no_bucket_but_a_counted_zero_is_one() -> None:
    assert sum_quarters([]) == []
    assert sum_quarters([bin_(60, 0)]) == [Bucket(0, 0, 60, 1)]


def test_slices_take_the_buckets_that_start_in_them() -> None:
    quarters = [Bucket(0, 1, 60, 1), Bucket(900, 2, 60, 5), Bucket(3_600, 4, 60, 3)]
    slices = [Slice(0, 900, None), Slice(900, 3_600, None), Slice(3_600, 7_200, None)]
    assert sum_buckets(quarters, slices) == quarters
    hours = [Slice(0, 3_600, None), Slice(3_600, 7_200, None), Slice(7_200, 10_800, None)]
    assert sum_buckets(quarters, hours) == [Bucket(0, 3, 120, 5), Bucket(3_600, 4, 60, 3), None]


def test_a_sum_begins_where_its_slice_does() -> None:
    assert sum_buckets([Bucket(900, 2, 60, 5)], [Slice(0, 3_600, None)]) == [Bucket(0, 2, 60, 5)]


def test_series_are_added_row_by_row() -> None:
    one = [Bucket(0, 1, 60, 7), Bucket(900, 2, 60, 1), None]
    two = [Bucket(0, 4, 30, 2), None, None]
    assert sum_series([one, two]) == [Bucket(0, 5, 90, 7), Bucket(900, 2, 60, 1), None]
    assert sum_series([]) == []
    with pytest.raises(ValueError):
        sum_series([one, two[:1]])


@pytest.mark.parametrize(
    ("bucket", "value"),
    [
        (None, None),
        (Bucket(0, 0, 0, 1), None),
        (Bucket(0, 0, 60, 1), 0),
        (Bucket(0, 5, 0, 1), 5),  # live: somebody was seen, though no record covers it yet
        (Bucket(0, 5, 60, 1), 5),
    ],
)
def test_a_zero_needs_coverage(bucket: Bucket | None, value: int | None) -> None:
    assert known_value(bucket) == value


@given(bin_sets)
def test_no_sum_shows_a_zero_that_nothing_covers(bins: list[Bin]) -> None:
    whole = sum_buckets(sum_quarters(bins), [Slice(0, 20_700, None), Slice(20_700, 21_600, None)])
    shown = known_value(whole[0])
    assert shown == (
        sum(b.value for b in bins) if any(b.value or b.covered_s for b in bins) else None
    )
    assert known_value(whole[1]) is None


@given(bin_sets, st.randoms(use_true_random=False))
def test_order_does_not_matter(bins: list[Bin], rnd: random.Random) -> None:
    shuffled = list(bins)
    rnd.shuffle(shuffled)
    assert sum_quarters(shuffled) == sum_quarters(bins)


@given(bin_sets, st.lists(st.integers(1, 22), min_size=1, unique=True))
def test_any_partition_sums_to_the_whole(bins: list[Bin], cuts: list[int]) -> None:
    edges = sorted({0, 23 * 900, *(cut * 900 for cut in cuts)})
    slices = [Slice(start_s, end_s, None) for start_s, end_s in pairwise(edges)]
    parts = [part for part in sum_buckets(sum_quarters(bins), slices) if part]
    assert sum(part.value for part in parts) == sum(one.value for one in bins)
    assert sum(part.covered_s for part in parts) == sum(one.covered_s for one in bins)
    assert max((p.commit for p in parts), default=0) == max((b.commit for b in bins), default=0)


@given(
    st.sampled_from(["Europe/Zurich", "Australia/Lord_Howe", "Asia/Kolkata", "Africa/Cairo"]),
    st.integers(0, 9_000),
    st.lists(st.tuples(st.integers(-90_000, 90_000), st.integers(0, 99)), max_size=30),
)
def test_hours_sum_to_the_day(zone: str, day_number: int, around: list[tuple[int, int]]) -> None:
    grid = DayGrid(zone)
    day = grid.bucket_of(Granularity.DAY, 1_000_000_000 + day_number * 86_400)
    quarters = sum_quarters(bin_(day.start_s + at_s, value) for at_s, value in around)
    hours = grid.slices(Granularity.HOUR, day.start_s, day.end_s)
    of_hours = [one for one in sum_buckets(quarters, hours) if one]
    (of_day,) = sum_buckets(quarters, [day])
    assert sum(one.value for one in of_hours) == (of_day.value if of_day else 0)
    assert bool(of_hours) == (of_day is not None)
