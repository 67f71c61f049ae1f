"""Rows of `day`: the cold quarters of a civil day of the location, summed ahead of the question.

A row has the days of a series that start in one block of 32 UTC days, in columns: start, length in
seconds, value, covered seconds, commit.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import compress, pairwise
from operator import add, eq

from countline.model.claim import Bucket
from countline.model.ids import SensorNo, SeriesNo
from countline.model.interval import DAY_S, DayGrid
from countline.store.sqlite.cells import pack, unpack
from countline.store.sqlite.cold import DAY_MASK, day_key
from countline.store.sqlite.coldsums import read_columns, sum_columns
from countline.store.sqlite.disk import Disk
from countline.store.sqlite.hours import new_bucket

BLOCK_BITS = 12
BLOCK_MASK = (1 << BLOCK_BITS) - 1
BLOCK_S = 32 * DAY_S

Day = tuple[int, int, int, int, int]  # start_s, length_s, value, covered_s, commit


def read(disk: Disk, series: SeriesNo, ends_s: Mapping[int, int]) -> list[Bucket]:
    """Stored days that reach exactly from a key of `ends_s` to its value, ascending."""
    first_s, last_s = min(ends_s), max(ends_s)
    if first_s // DAY_S > disk.head.cold_to:
        return []
    rows = disk.rows("day_between", _key(series, first_s), _key(series, last_s))
    found: list[Bucket] = []
    for (body,) in rows:
        starts_s, lengths_s, *sums = unpack(body)
        wanted = list(map(ends_s.get, starts_s))
        reached = list(map(add, starts_s, lengths_s))
        buckets = map(new_bucket, zip(starts_s, *sums, strict=True))
        if wanted == reached:  # a whole row at once, nearly always
            found += buckets
        else:
            found += compress(buckets, map(eq, wanted, reached))
    return found


def _key(series: SeriesNo, start_s: int) -> int:
    return series << BLOCK_BITS | start_s // BLOCK_S


def sum_anew(disk: Disk, sensor: SensorNo, first: int, last: int) -> None:
    """Make the rows right that overlap UTC days `first` to `last`, whose cold quarters changed.

    Rows of another time zone or day start than the location's now are all made anew.
    """
    grid = disk.row("sensor_grid", sensor)
    if grid is None:
        return
    if grid != disk.row("grid_get", sensor):
        disk.run("grid_save", sensor, *grid)
        for series in disk.series_of(sensor):
            disk.run("day_drop_between", _key(series, 0), _key(series, 0) | BLOCK_MASK)
            if (ends := cold_ends(disk, series)) is not None:
                first, last = min(first, ends[0]), max(last, ends[1])
    edges_s = list(_edges(DayGrid(*grid), first * DAY_S, (last + 1) * DAY_S))
    for series in disk.series_of(sensor):
        _replace(disk, series, edges_s)


def cold_ends(disk: Disk, series: SeriesNo) -> tuple[int, int] | None:
    """First and last UTC day of a series that has cold quarters."""
    keys = (day_key(series, 0), day_key(series, DAY_MASK))
    first, last = disk.row("coldq_first", *keys), disk.row("coldq_last", *keys)
    return None if first is None or last is None else (first[0] & DAY_MASK, last[0] & DAY_MASK)


def _edges(grid: DayGrid, start_s: int, end_s: int) -> Iterator[int]:
    """Starts of the days that overlap a stretch, and the end of the last one."""
    day = grid.day_of(start_s)
    while (edge_s := grid.day_start(day)) < end_s:
        yield edge_s
        day += timedelta(days=1)
    yield edge_s


def _replace(disk: Disk, series: SeriesNo, edges_s: Sequence[int]) -> None:
    """Sum a series' cold quarters between edges, and put them where its stored days are."""
    ends_s = dict(pairwise(edges_s))
    columns = read_columns(disk, series, edges_s[0], edges_s[-1])
    fresh = [] if columns is None else sum_columns(columns, edges_s)
    blocks: dict[int, dict[int, Day]] = {}
    for key in range(_key(series, edges_s[0]), _key(series, edges_s[-1]) + 1):
        row = disk.row("day_get", key)
        known: Iterator[Day] = zip(*unpack(row[0]), strict=True) if row else iter(())
        blocks[key] = {day[0]: day for day in known if not edges_s[0] <= day[0] < edges_s[-1]}
    for start_s, *sums in fresh:
        value, covered_s, commit = sums
        day = (start_s, ends_s[start_s] - start_s, value, covered_s, commit)
        blocks[_key(series, start_s)][start_s] = day
    for key, days in blocks.items():
        if days:
            disk.run("day_save", key, pack(list(zip(*sorted(days.values()), strict=True))))
        else:
            disk.run("day_drop_between", key, key)
