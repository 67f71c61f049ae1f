"""Cold rows: a sensor's UTC day of minutes in columns, and a series' quarters of a day.

Minutes are kept as MessagePack, compressed: which minutes, what they claim by position, and what
does not fit into columns as it was. What comes out is, row for row, what went in; the caller
compares before it lets go of the hot rows.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate, chain, pairwise, repeat
from typing import NamedTuple

import zstandard

from countline.store.sqlite.cells import USUAL, MinuteRow, open_plain, pack, pack_plain, unpack

DAY_BITS = 20
DAY_MASK = (1 << DAY_BITS) - 1
DAY_S = 86_400
DAY_MINUTES = 1_440
DAY_QUARTERS = 96
QUARTER_S = 900
LEVEL = 6

Quarter = tuple[int, int, int, int]  # start_s, value, covered_s, commit


def day_key(number: int, day: int) -> int:
    """The key of a cold row, by sensor or series."""
    return number << DAY_BITS | day


class ColdDay(NamedTuple):
    """The minutes of one sensor and day: those that fit into columns, and the others as rows."""

    minutes: Sequence[int]  # since the epoch
    sequences: Sequence[int]
    commits: Sequence[int]
    orders: Sequence[tuple[int, int]]  # rank, covered seconds
    columns: Sequence[Sequence[int | None]]  # values by position
    others: dict[int, bytes]  # bodies with cells, by minute

    def row(self, minute: int) -> MinuteRow | None:
        """One minute's row as it was hot."""
        if minute in self.others:
            return MinuteRow(0, 0, self.others[minute])
        at = bisect_left(self.minutes, minute)
        if at == len(self.minutes) or self.minutes[at] != minute:
            return None
        body = pack_plain(*self.orders[at], [column[at] for column in self.columns])
        return MinuteRow(self.sequences[at], self.commits[at], body)

    def rows(self) -> list[tuple[int, MinuteRow]]:
        """(minute, row) as they were hot, ascending."""
        values = zip(*self.columns, strict=True) if self.columns else repeat(())
        rows = [
            (minute, MinuteRow(sequence, commit, pack_plain(*order, given)))
            for minute, sequence, commit, order, given in zip(
                self.minutes, self.sequences, self.commits, self.orders, values, strict=False
            )
        ]
        rows += [(minute, MinuteRow(0, 0, body)) for minute, body in self.others.items()]
        return sorted(rows)


def pack_minutes(rows: Sequence[tuple[int, MinuteRow]]) -> bytes:
    """A cold row out of the hot rows of one day, ascending by minute."""
    plain, others = [], {}
    for minute, row in rows:
        body = unpack(row.body)
        if type(body) is dict and "c" in body:
            others[minute % DAY_MINUTES] = row.body
        else:
            plain.append((minute % DAY_MINUTES, row, *open_plain(body)))
    width = max((len(values) for *_, values in plain), default=0)
    orders = [tuple(order) for _, _, order, _ in plain]
    return zstandard.compress(
        pack(
            (
                _deltas(minute for minute, *_ in plain),
                _deltas(row.sequence for _, row, *_ in plain),
                _deltas(row.commit for _, row, *_ in plain),
                () if all(order == USUAL for order in orders) else orders,
                [
                    [values[at] if at < len(values) else None for *_, values in plain]
                    for at in range(width)
                ],
                others,
            )
        ),
        LEVEL,
    )


def unpack_minutes(day: int, packed: bytes) -> ColdDay:
    """What `pack_minutes` packed."""
    minutes, sequences, commits, orders, columns, others = unpack(zstandard.decompress(packed))
    first = day * DAY_MINUTES
    return ColdDay(
        [first + minute for minute in accumulate(minutes)],
        list(accumulate(sequences)),
        list(accumulate(commits)),
        [(rank, covered_s) for rank, covered_s in orders] or [USUAL] * len(minutes),
        columns,
        {first + minute: body for minute, body in others.items()},
    )


def _deltas(numbers: Iterable[int]) -> list[int]:
    return [after - before for before, after in pairwise(chain((0,), numbers))]


def pack_quarters(quarters: Iterable[Quarter], shared: Sequence[int] = ()) -> bytes:
    """The quarters of one series and day in columns: values, what their covered seconds lack to be
    whole, commits, and which of the day's 96 they are, nil for all.

    A column of one number is that number, and nil stands for the commits of `shared`, which the
    series of a sensor mostly have in common.
    """
    given = list(quarters)
    places = [start_s % DAY_S // QUARTER_S for start_s, *_ in given]
    commits: list[int] | int | None = _folded([commit for *_, commit in given])
    if shared and [shared[at] for at in places] == commits:
        commits = None
    return pack(
        (
            [value for _, value, *_ in given],
            _folded([QUARTER_S - covered_s for *_, covered_s, _ in given]),
            commits,
            None if len(places) == DAY_QUARTERS else places,
        )
    )


def _folded(column: list[int]) -> list[int] | int:
    return column[0] if len(set(column)) == 1 else column


def unpack_quarters(body: bytes, shared: bytes | None) -> tuple[list[int], list[int], list[int]]:
    """Values, covered seconds and commits of the 96 quarters of a day; zeros without a bucket."""
    values, lacking, commits, places = unpack(body)
    count = len(values)
    if type(commits) is int:
        commits = [commits] * count
    elif commits is None:
        assert shared is not None, "the commits of the sensor's day are missing"
        commits = unpack(shared)
        if places is not None:
            commits = [commits[at] for at in places]
    if type(lacking) is int:
        covered = [QUARTER_S - lacking] * count
    else:
        covered = [QUARTER_S - lack for lack in lacking]
    if places is None:
        return values, covered, commits
    return _spread(values, places), _spread(covered, places), _spread(commits, places)


def _spread(column: list[int], places: list[int]) -> list[int]:
    whole = [0] * DAY_QUARTERS
    for at, number in zip(places, column, strict=True):
        whole[at] = number
    return whole
