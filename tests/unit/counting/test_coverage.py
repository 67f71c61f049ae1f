"""Expected seconds, active sources, rows and reasons."""

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countline.counting.choose import Winner
from countline.counting.coverage import (
    FOREVER_S,
    REASONS,
    Active,
    Stretch,
    active_stretches,
    clip,
    coverage_ratio,
    expected_seconds,
    expected_stretches,
    gap_reasons,
    row_slices,
    unite,
)
from countline.model.ids import LineId, SensorNo
from countline.model.interval import Slice
from countline.model.place import Source
from countline.model.sensor import Expected, Gap

NEVER_S = 10_000  # a `now` after everything in a test

moments = st.integers(0, 60)
stretch_sets = st.lists(st.tuples(moments, moments), max_size=8)


def seconds(stretches: list[Stretch]) -> set[int]:
    return {second for start_s, end_s in stretches for second in range(start_s, end_s)}


def slices(*edges_s: int) -> list[Slice]:
    return [Slice(start_s, end_s, None) for start_s, end_s in pairwise(edges_s)]


def bin_(start_s: int, length_s: int) -> Winner:
    return Winner(start_s, length_s, 1, length_s, 1)


# -- stretches -------------------------------------------------------------------------------------


def test_stretches_that_touch_are_one() -> None:
    assert unite([(5, 9), (0, 5), (7, 7)]) == [(0, 9)]


@given(stretch_sets)
def test_a_union_holds_the_same_seconds_once(stretches: list[Stretch]) -> None:
    united = unite(stretches)
    assert seconds(united) == seconds(stretches)
    assert all(one[1] < two[0] for one, two in pairwise(united))
    assert all(start_s < end_s for start_s, end_s in united)


@given(stretch_sets, moments, moments)
def test_a_clip_holds_what_lies_within(stretches: list[Stretch], from_s: int, to_s: int) -> None:
    found = clip(stretches, from_s, to_s)
    assert seconds(found) == seconds(stretches) & set(range(from_s, to_s))
    assert all(start_s < end_s for start_s, end_s in found)


def expected(sensor: int, from_s: int, to_s: int | None) -> Expected:
    return Expected(expected_id=1, sensor=SensorNo(sensor), from_s=from_s, to_s=to_s, origin="push")


def test_expected_periods_are_united_by_sensor() -> None:
    rows = [expected(2, 50, None), expected(1, 0, 10), expected(1, 5, 20), expected(1, 30, 40)]
    assert expected_stretches(rows) == {1: [(0, 20), (30, 40)], 2: [(50, FOREVER_S)]}


# -- which source is active ------------------------------------------------------------------------


def source(
    number: int, *, order: int = 1, sensor: int = 0, from_s: int = 0, to_s: int | None = None
) -> Source:
    return Source(
        source_id=number,
        sensor=SensorNo(sensor or number),
        channel="single/1",
        line_id=LineId(1),
        order=order,
        valid_from_s=from_s,
        valid_to_s=to_s,
    )


ALWAYS: dict[SensorNo, list[Stretch]] = {SensorNo(n): [(0, FOREVER_S)] for n in (1, 2, 3)}


def test_the_first_in_failover_order_is_active() -> None:
    first, second = source(2, order=1), source(1, order=2)
    assert active_stretches([second, first], ALWAYS, 0, 100) == [Active(0, 100, first)]
    assert active_stretches([first], ALWAYS, 0, FOREVER_S) == [Active(0, FOREVER_S, first)]
    twin = source(3, order=1)
    assert active_stretches([twin, first], ALWAYS, 0, 100) == [Active(0, 100, first)]


def test_a_source_is_active_only_while_it_is_valid() -> None:
    old, new = source(1, from_s=10, to_s=40), source(2, from_s=40)
    assert active_stretches([old, new], ALWAYS, 0, 100) == [
        Active(10, 40, old),
        Active(40, 100, new),
    ]


def test_a_source_is_active_only_while_its_sensor_is_expected() -> None:
    first, second = source(1, order=1), source(2, order=2)
    periods = {SensorNo(1): [(20, 30), (60, 70)], SensorNo(2): [(0, 50)]}
    assert active_stretches([first, second], periods, 0, 100) == [
        Active(0, 20, second),
        Active(20, 30, first),
        Active(30, 50, second),
        Active(60, 70, first),
    ]
    assert active_stretches([source(3)], periods, 0, 100) == []
    assert active_stretches([], periods, 0, 100) == []


def test_what_begins_or_ends_behind_the_active_one_does_not_cut_it() -> None:
    first, second = source(1, order=1), source(2, order=2, from_s=20, to_s=40)
    assert active_stretches([first, second], ALWAYS, 0, 100) == [Active(0, 100, first)]


@given(
    st.lists(st.tuples(st.integers(1, 3), st.integers(1, 2), moments, moments), max_size=5),
    st.dictionaries(st.integers(1, 3), stretch_sets),
    st.randoms(use_true_random=False),
)
def test_at_every_second_at_most_one_source_is_active(
    rows: list[tuple[int, int, int, int]], periods: dict[int, list[Stretch]], rnd: random.Random
) -> None:
    sources = [
        source(number, order=order, sensor=sensor, from_s=from_s, to_s=to_s)
        for number, (sensor, order, from_s, to_s) in enumerate(rows, start=1)
    ]
    united = {SensorNo(sensor): unite(stretches) for sensor, stretches in periods.items()}
    rnd.shuffle(sources)
    active = active_stretches(sources, united, 5, 55)
    by_second = {at_s: one.source for one in active for at_s in range(one.start_s, one.end_s)}
    assert len(by_second) == sum(one.end_s - one.start_s for one in active)
    for at_s in range(60):
        holders = [
            one
            for one in sources
            if one.valid_from_s <= at_s < (one.valid_to_s or 0)
            and at_s in seconds(united.get(one.sensor, []))
            and 5 <= at_s < 55
        ]
        first = min(holders, key=lambda one: (one.order, one.source_id), default=None)
        assert by_second.get(at_s) == first


# -- expected seconds and the ratio ----------------------------------------------------------------


def test_expected_seconds_are_those_of_the_periods() -> None:
    hours = slices(0, 100, 200, 300, 400)
    assert expected_seconds(hours, [(50, 120), (180, 300)], NEVER_S) == [50, 40, 100, 0]
    assert expected_seconds(hours, [(50, 500)], NEVER_S) == [50, 100, 100, 100]
    assert expected_seconds(hours, [(0, 350)], NEVER_S) == [100, 100, 100, 50]
    assert expected_seconds(hours, [], NEVER_S) == [0, 0, 0, 0]
    assert expected_seconds([], [(0, 9)], NEVER_S, [bin_(0, 9)]) == []


def test_of_the_running_bin_only_what_has_passed_is_expected() -> None:
    assert expected_seconds(slices(0, 100, 200, 300), [(0, FOREVER_S)], 130) == [100, 30, 0]


def test_a_bin_that_reaches_further_is_expected_where_it_starts() -> None:
    halves = slices(0, 1_800, 3_600, 5_400)
    assert expected_seconds(halves, [(0, 5_400)], NEVER_S, [bin_(0, 3_600)]) == [3_600, 0, 1_800]
    assert expected_seconds(halves, [(0, 5_400)], NEVER_S, [bin_(900, 3_600)]) == [4_500, 0, 900]


def test_a_bin_that_lies_in_one_slice_moves_nothing() -> None:
    halves = slices(0, 1_800, 3_600)
    assert expected_seconds(halves, [(0, 3_600)], NEVER_S, [bin_(0, 1_800)]) == [1_800, 1_800]
    assert expected_seconds(halves, [(0, 3_600)], NEVER_S, [bin_(9_000, 900)]) == [1_800, 1_800]


def test_a_bin_that_starts_before_the_first_slice_is_expected_there() -> None:
    halves = slices(1_800, 3_600, 5_400)
    assert expected_seconds(halves, [(0, 5_400)], NEVER_S, [bin_(0, 3_600)]) == [0, 1_800]
    assert expected_seconds(halves, [(0, 5_400)], NEVER_S, [bin_(0, 7_200)]) == [0, 0]


def test_a_bin_that_ends_after_the_last_slice_is_expected_whole() -> None:
    halves = slices(0, 1_800, 3_600)
    assert expected_seconds(halves, [(0, 7_200)], NEVER_S, [bin_(1_800, 3_600)]) == [1_800, 3_600]
    assert expected_seconds(halves, [(0, 4_000)], NEVER_S, [bin_(1_800, 3_600)]) == [1_800, 2_200]
    assert expected_seconds(halves[:1], [(0, 7_200)], NEVER_S, [bin_(0, 5_400)]) == [5_400]


@given(
    stretch_sets,
    st.lists(st.integers(1, 59), unique=True, max_size=6),
    st.lists(moments, unique=True, max_size=8),
    st.integers(0, 70),
)
def test_each_expected_second_belongs_to_one_slice(
    periods: list[Stretch], cuts: list[int], bin_edges: list[int], now_s: int
) -> None:
    edges = sorted({0, 60, *cuts})
    bins = [bin_(start_s, end_s - start_s) for start_s, end_s in pairwise(sorted(bin_edges))]
    counted = [b for b in bins if b.start_s % 3]  # some, with holes between
    found = expected_seconds(slices(*edges), unite(periods), now_s, counted)
    plain = dict.fromkeys(edges[:-1], 0)
    for at_s in seconds(periods) & set(range(now_s)) & set(range(60)):
        own = next((b.start_s for b in counted if b.start_s <= at_s < b.start_s + b.length_s), at_s)
        plain[max(edge for edge in edges if edge <= own)] += 1
    assert found == list(plain.values())


@pytest.mark.parametrize(
    ("covered_s", "expected_s", "ratio"),
    [(0, 60, 0.0), (45, 60, 0.75), (60, 60, 1.0), (90, 60, 1.0), (0, 0, None), (1, 0, 1.0)],
)
def test_coverage_is_a_share(covered_s: int, expected_s: int, ratio: float | None) -> None:
    assert coverage_ratio(covered_s, expected_s) == ratio


# -- rows and reasons ------------------------------------------------------------------------------


def test_there_is_a_row_for_what_is_expected_and_has_begun() -> None:
    hours = slices(0, 100, 200, 300, 400, 500)
    assert row_slices(hours, [(150, 200), (310, FOREVER_S)], NEVER_S) == [
        hours[1],
        hours[3],
        hours[4],
    ]
    assert row_slices(hours, [(0, FOREVER_S)], 200) == hours[:3]
    assert row_slices(hours, [(0, FOREVER_S)], 199) == hours[:2]
    assert row_slices(hours, [], NEVER_S) == []
    assert row_slices(hours, [(100, 200)], NEVER_S) == [hours[1]]


@given(stretch_sets, st.lists(st.integers(1, 59), unique=True, max_size=6), st.integers(0, 70))
def test_rows_are_those_that_share_a_second_with_a_period(
    periods: list[Stretch], cuts: list[int], now_s: int
) -> None:
    all_slices = slices(*sorted({0, 60, *cuts}))
    found = row_slices(all_slices, unite(periods), now_s)
    assert found == [
        one
        for one in all_slices
        if seconds(periods) & set(range(one.start_s, one.end_s)) and one.start_s <= now_s
    ]


def gap(number: int, from_s: int, to_s: int | None, reason: str) -> Gap:
    return Gap(gap_id=number, sensor=SensorNo(1), from_s=from_s, to_s=to_s, reason=reason)


def test_the_longest_gap_within_a_row_gives_its_reason() -> None:
    gaps = [gap(3, 250, None, "clock"), gap(1, 0, 120, "network"), gap(2, 110, 250, "disabled")]
    reasons = list(gap_reasons(slices(0, 100, 200, 300, 400), gaps))
    assert reasons == ["network", "disabled", "disabled", "clock"]
    assert set(reasons) < set(REASONS)


def test_of_equally_long_gaps_the_earlier_then_the_smaller_id() -> None:
    alike = [gap(2, 0, 100, "network"), gap(1, 0, 100, "clock"), gap(0, 10, 110, "disabled")]
    assert list(gap_reasons(slices(0, 100), alike)) == ["clock"]
    assert list(gap_reasons(slices(10, 100), alike)) == ["clock"]
    assert list(gap_reasons(slices(20, 90), alike[2:])) == ["disabled"]


def test_without_a_gap_nobody_knows() -> None:
    gaps = [gap(1, 100, 200, "network")]
    assert list(gap_reasons(slices(0, 100, 200, 300), gaps)) == ["unknown", "network", "unknown"]
    assert list(gap_reasons([], gaps)) == []
    assert list(gap_reasons(slices(0, 100, 200), [])) == ["unknown", "unknown"]


@given(
    st.lists(st.tuples(moments, st.one_of(st.none(), moments)), max_size=6),
    st.lists(st.integers(1, 59), unique=True, max_size=6),
)
def test_reasons_are_those_of_a_look_at_every_gap(
    rows: list[tuple[int, int | None]], cuts: list[int]
) -> None:
    gaps = [gap(number, from_s, to_s, str(number)) for number, (from_s, to_s) in enumerate(rows)]
    all_slices = slices(*sorted({0, 60, *cuts}))
    for one, reason in zip(all_slices, gap_reasons(all_slices, gaps), strict=True):
        within = set(range(one.start_s, one.end_s))
        shared = [
            (
                -len(within & set(range(g.from_s, 99 if g.to_s is None else g.to_s))),
                g.from_s,
                g.reason,
            )
            for g in gaps
        ]
        longest = min(shared, default=(0, 0, "unknown"))
        assert reason == (longest[2] if longest[0] else "unknown")
