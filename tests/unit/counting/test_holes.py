"""Holes in minutes, against a set of minutes."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from countline.counting.holes import holes_between

MINUTE = 60
stretches = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 20)).map(
        lambda s: (s[0] * 60, (s[0] + s[1]) * 60)
    ),
    max_size=6,
)


def minutes_of(found: list[tuple[int, int]]) -> set[int]:
    return {m for start, end in found for m in range(start // 60, -(-end // 60))}


@given(stretches, stretches, st.integers(0, 40), st.integers(1, 60))
def test_holes_are_the_expected_minutes_that_are_not_there(
    expected: list[tuple[int, int]], present: list[tuple[int, int]], first: int, length: int
) -> None:
    start, end = first * 60, (first + length) * 60
    found = holes_between(expected, present, start, end, least_s=60)
    window = set(range(first, first + length))
    assert minutes_of(found) == (minutes_of(expected) & window) - minutes_of(present)
    assert found == sorted(found)
    assert all(a[1] <= b[0] for a, b in pairwise(found))


@given(stretches, stretches)
def test_short_ones_are_left_out(
    expected: list[tuple[int, int]], present: list[tuple[int, int]]
) -> None:
    every = holes_between(expected, present, 0, 6_000, least_s=60)
    assert holes_between(expected, present, 0, 6_000) == [h for h in every if h[1] - h[0] >= 120]


def test_a_minute_of_which_a_part_is_there_is_no_hole() -> None:
    assert holes_between([(0, 600)], [(0, 90), (300, 600)], 0, 600) == [(120, 300)]


def test_what_is_expected_from_the_middle_of_a_minute_begins_with_the_next() -> None:
    assert holes_between([(30, 630)], [], 0, 3_600) == [(60, 600)]
