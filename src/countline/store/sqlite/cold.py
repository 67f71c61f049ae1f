"""Cold rows: a sensor's UTC day of minutes in columns, and a series' quarters of a day.

Minutes are kept as MessagePack, compressed: which minutes, what they claim by position, and what
does not fit into columns as it was. What comes out is, row for row, what went in; the caller
compares before it lets go of the hot rows.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain, pairwise, repeat
from typing import NamedTuple

import zstandard

from countline.store.sqlite.cells import USUAL, MinuteRow, open_plain, pack, pack_plain, unpack

DAY_BITS = 20
DAY_MASK = (1 << DAY_BITS) - 1
DAY_S = 86_400
DAY_MINUTES = 1_440
DAY_QUARTERS = 96
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


def pack_quarters(quarters: Iterable[Quarter]) -> bytes:
    """The quarters of one series and day in columns; one of equal numbers is kept as its number.

    Commit 0 stands where there is no bucket, with zeros beside it.
    """
    columns = [[0] * DAY_QUARTERS for _ in range(3)]
    for start_s, *numbers in quarters:
        at = start_s % DAY_S // 900
        for column, number in zip(columns, numbers, strict=True):
            column[at] = number
    return pack([column if len(set(column)) > 1 else column[0] for column in columns])


def unpack_quarters(body: bytes) -> Iterator[list[int]]:
    """Values, covered seconds and commits of the 96 quarters of a day."""
    for column in unpack(body):
        yield column if type(column) is list else [column] * DAY_QUARTERS
