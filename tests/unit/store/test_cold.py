"""Cold rows give back, exactly, what went in; sums of columns are sums of buckets."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from countline.model.claim import Bucket, Claim
from countline.model.ids import SeriesNo
from countline.store.sqlite.cells import Held, MinuteRow, pack, pack_cells, pack_plain
from countline.store.sqlite.cold import (
    DAY_MINUTES,
    pack_minutes,
    pack_quarters,
    unpack_minutes,
    unpack_quarters,
)
from countline.store.sqlite.coldsums import Columns, sum_between, sum_columns

DAY = 20_540
BIG = 2**53
NUMBERS = st.one_of(st.integers(0, 9), st.integers(0, BIG))
VALUES = st.one_of(st.none(), st.integers(0, 9), st.integers(0, 2**31 - 1))


@st.composite
def rows(draw: st.DrawFn) -> list[tuple[int, MinuteRow]]:
    """Hot rows of one day, plain ones and such with cells."""
    found = []
    for minute in sorted(draw(st.sets(st.integers(0, DAY_MINUTES - 1), max_size=30))):
        at = DAY * DAY_MINUTES + minute
        if draw(st.integers(0, 4)):
            values = [*draw(st.lists(VALUES, max_size=5)), draw(st.integers(0, 3))]
            body = pack_plain(draw(st.integers(0, 3)), draw(st.sampled_from((0, 59, 60))), values)
            found.append((at, MinuteRow(draw(NUMBERS), draw(NUMBERS), body)))
        else:
            cells = [draw(st.one_of(st.none(), held(at, position))) for position in range(3)]
            if any(cells):
                found.append((at, pack_cells(cells)))
    return found


def held(minute: int, position: int) -> SearchStrategy[Held]:
    """A winner at one position."""
    return st.builds(
        lambda rank, covered_s, sequence, value, counted, commit: Held(
            Claim(SeriesNo(position), minute * 60, 60, rank, covered_s, sequence, value),
            counted,
            commit,
        ),
        st.integers(0, 3), st.integers(0, 60), NUMBERS, st.integers(0, 9), st.booleans(), NUMBERS,
    )  # fmt: skip


@given(rows=rows())
def test_a_cold_day_gives_back_the_hot_one(rows: list[tuple[int, MinuteRow]]) -> None:
    cold = unpack_minutes(DAY, pack_minutes(rows))
    assert cold.rows() == rows
    by_minute = dict(rows)
    for minute in range(DAY * DAY_MINUTES, (DAY + 1) * DAY_MINUTES, 7):
        assert cold.row(minute) == by_minute.get(minute)
    for minute, row in rows:
        assert cold.row(minute) == row


@given(cells=st.lists(st.one_of(st.none(), held(60, 0)), min_size=1, max_size=4))
def test_winners_of_a_minute_come_back_from_their_row(cells: list[Held | None]) -> None:
    if not any(cells):
        return
    cells = [
        None if one is None else one._replace(claim=one.claim._replace(series=SeriesNo(at)))
        for at, one in enumerate(cells)
    ]
    series = [SeriesNo(at) for at in range(len(cells))]
    assert pack_cells(cells).cells([*series, SeriesNo(9)], 60) == [*cells, None]


def buckets() -> SearchStrategy[dict[int, Bucket]]:
    """Quarters of two days, by start."""
    return st.dictionaries(
        st.integers(0, 2 * 96 - 1).map(lambda quarter: DAY * 86_400 + quarter * 900),
        st.tuples(st.integers(0, 9), st.sampled_from((0, 900)), st.integers(1, 2)),
        max_size=40,
    ).map(lambda found: {at_s: Bucket(at_s, *numbers) for at_s, numbers in sorted(found.items())})


@given(found=buckets(), shared=st.one_of(st.just([]), st.lists(st.just(2), min_size=96)))
def test_quarters_of_a_day_come_back(found: dict[int, Bucket], shared: list[int]) -> None:
    end_s = (DAY + 1) * 86_400
    of_day = [bucket for at_s, bucket in found.items() if at_s < end_s]
    packed = pack_quarters(of_day, shared)
    columns = Columns(DAY * 86_400, *unpack_quarters(packed, pack(shared) if shared else None))
    assert list(columns.buckets(0, end_s)) == of_day
    assert list(columns.buckets(DAY * 86_400 + 1, end_s - 900)) == [
        bucket for bucket in of_day if DAY * 86_400 < bucket.start_s < end_s - 900
    ]


def columns_of(found: dict[int, Bucket]) -> Columns:
    """Two days of columns."""
    columns = Columns(DAY * 86_400, [0] * 192, [0] * 192, [0] * 192)
    for at_s, bucket in found.items():
        for column, number in zip(columns[1:], bucket[1:], strict=True):
            column[(at_s - DAY * 86_400) // 900] = number
    return columns


@given(
    found=buckets(),
    first=st.one_of(st.integers(-9, 3), st.integers(-9, 200)),
    steps=st.one_of(
        st.lists(st.just(4), min_size=1, max_size=60), st.lists(st.integers(0, 99), min_size=1)
    ),
)
def test_columns_and_buckets_sum_alike_between_any_edges(
    found: dict[int, Bucket], first: int, steps: list[int]
) -> None:
    edges_s = [DAY * 86_400 + first * 900]
    for step in steps:
        edges_s.append(edges_s[-1] + step * 900)
    right = []
    for start_s, end_s in pairwise(edges_s):
        inside = [bucket for at_s, bucket in found.items() if start_s <= at_s < end_s]
        if inside:
            sums = (sum(one.value for one in inside), sum(one.covered_s for one in inside))
            right.append(Bucket(start_s, *sums, max(one.commit for one in inside)))
    assert sum_columns(columns_of(found), edges_s) == right
    between = [bucket for at_s, bucket in found.items() if edges_s[0] <= at_s < edges_s[-1]]
    assert sum_between(between, edges_s) == right


@pytest.mark.parametrize("first", range(-9, 10))
def test_hours_may_begin_anywhere_about_the_columns(first: int) -> None:
    found = {at_s: Bucket(at_s, 1, 900, 1) for at_s in range(DAY * 86_400, (DAY + 2) * 86_400, 900)}
    edges_s = [DAY * 86_400 + (first + 4 * hour) * 900 for hour in range(60)]
    whole = [bucket for at_s, bucket in found.items() if edges_s[0] <= at_s < edges_s[-1]]
    assert sum_columns(columns_of(found), edges_s) == sum_between(whole, edges_s)
