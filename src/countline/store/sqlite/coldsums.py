"""Cold quarters of a series as columns, and how any quarters are summed between edges."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import compress, pairwise
from operator import add
from typing import NamedTuple

from countline.model.claim import Bucket
from countline.model.ids import SeriesNo
from countline.store.sqlite.cold import (
    DAY_MASK,
    DAY_QUARTERS,
    DAY_S,
    day_key,
    unpack_quarters,
)
from countline.store.sqlite.disk import Disk
from countline.store.sqlite.hours import HOUR_S, QUARTER_S, new_bucket

PER_HOUR = HOUR_S // QUARTER_S


class Columns(NamedTuple):
    """Neighbouring quarters from `start_s` on. Commit 0: no bucket, and zeros beside it."""

    start_s: int
    values: list[int]
    covered: list[int]
    commits: list[int]

    def buckets(self, start_s: int, end_s: int) -> Iterator[Bucket]:
        """Those that start in `[start_s, end_s)`, ascending."""
        first = max(0, -(-(start_s - self.start_s) // QUARTER_S))
        last = max(first, -(-(end_s - self.start_s) // QUARTER_S))
        starts_s = range(self.start_s, self.start_s + len(self.values) * QUARTER_S, QUARTER_S)
        columns = (starts_s, *self[1:])
        rows = zip(*(column[first:last] for column in columns), strict=True)
        return map(new_bucket, compress(rows, self.commits[first:last]))


def read_columns(disk: Disk, series: SeriesNo, start_s: int, end_s: int) -> Columns | None:
    """The cold quarters of all UTC days that `[start_s, end_s)` touches; None where none is cold."""
    first, last = start_s // DAY_S, min((end_s - 1) // DAY_S, disk.head.cold_to)
    if first > last:
        return None
    keys = (day_key(series, first), day_key(series, last))
    to_sensor = day_key(disk.place(series)[0], 0) - day_key(series, 0)
    rows = disk.rows("coldq_between", *keys, to_sensor)
    if not rows:
        return None
    begin = rows[0][0] & DAY_MASK
    columns = Columns(begin * DAY_S, [], [], [])
    for key, body, shared in rows:
        missing = ((key & DAY_MASK) - begin) * DAY_QUARTERS - len(columns.values)
        for column, more in zip(columns[1:], unpack_quarters(body, shared), strict=True):
            if missing:
                column += [0] * missing  # days without data
            column += more
    return columns


def read_cold(disk: Disk, series: SeriesNo, start_s: int, end_s: int) -> Iterable[Bucket]:
    """Cold quarters of a series that start in `[start_s, end_s)`, ascending."""
    columns = read_columns(disk, series, start_s, end_s)
    return () if columns is None else columns.buckets(start_s, end_s)


def sum_columns(columns: Columns, edges_s: Sequence[int]) -> list[Bucket]:
    """Quarters summed between neighbours of `edges_s`; nothing where there is none."""
    if are_hours(edges_s):
        return _sum_hours(columns, edges_s)
    places = [max(0, -(-(at_s - columns.start_s) // QUARTER_S)) for at_s in edges_s]
    summed = []
    for start_s, (first, last) in zip(edges_s, pairwise(places), strict=False):
        if commit := max(columns.commits[first:last], default=0):
            value, covered_s = sum(columns.values[first:last]), sum(columns.covered[first:last])
            summed.append(new_bucket((start_s, value, covered_s, commit)))
    return summed


def are_hours(edges_s: Sequence[int]) -> bool:
    """Whether edges are an hour apart, and begin with a quarter."""
    first_s = edges_s[0]
    return not first_s % QUARTER_S and list(edges_s) == list(
        range(first_s, first_s + HOUR_S * len(edges_s), HOUR_S)
    )


def _sum_hours(columns: Columns, edges_s: Sequence[int]) -> list[Bucket]:
    """All hours at once: each column's four quarters side by side."""
    first = (edges_s[0] - columns.start_s) // QUARTER_S
    skipped = max(0, -first) // PER_HOUR  # whole hours before the columns begin
    first += skipped * PER_HOUR
    last = first + (len(edges_s) - 1 - skipped) * PER_HOUR
    before = [0] * max(0, -first)

    def by_hour(column: list[int]) -> Iterator[list[int]]:
        part = before + column[max(0, first) : max(0, last)]
        part += [0] * (-len(part) % PER_HOUR)
        return (part[quarter::PER_HOUR] for quarter in range(PER_HOUR))

    commits = list(map(max, *by_hour(columns.commits)))
    values, covered = (_add(*by_hour(column)) for column in (columns.values, columns.covered))
    rows = zip(edges_s[skipped:], values, covered, commits, strict=False)
    return list(map(new_bucket, compress(rows, commits)))


def _add(one: list[int], two: list[int], three: list[int], four: list[int]) -> Iterator[int]:
    return map(add, map(add, one, two), map(add, three, four))


def sum_between(buckets: Sequence[Bucket], edges_s: Sequence[int]) -> list[Bucket]:
    """Ascending buckets summed between neighbours of `edges_s`; nothing where there is none."""
    summed: list[Bucket] = []
    place, edge_s = 0, edges_s[0]
    start_s = value = covered_s = commit = 0
    for bucket in buckets:
        if bucket[0] < edge_s:
            value += bucket[1]
            covered_s += bucket[2]
            commit = max(commit, bucket[3])
            continue
        if commit:
            summed.append(new_bucket((start_s, value, covered_s, commit)))
        while edges_s[place + 1] <= bucket[0]:
            place += 1
        start_s, edge_s = edges_s[place], edges_s[place + 1]
        _, value, covered_s, commit = bucket
    if commit:
        summed.append(new_bucket((start_s, value, covered_s, commit)))
    return summed
