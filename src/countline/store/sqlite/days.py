"""Rows of `day`: the cold quarters of a civil day of the location, summed ahead of the question."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import pairwise

from countline.model.claim import Bucket
from countline.model.ids import SensorNo, SeriesNo
from countline.model.interval import DAY_S, QUARTER_S, DayGrid
from countline.store.sqlite.cold import DAY_MASK, day_key
from countline.store.sqlite.coldsums import read_cold, sum_between
from countline.store.sqlite.disk import Disk
from countline.store.sqlite.hours import new_bucket

QUARTER_BITS = 24
QUARTER_MASK = (1 << QUARTER_BITS) - 1


def read(disk: Disk, series: SeriesNo, edges_s: Sequence[int]) -> Mapping[int, Bucket]:
    """Stored days that reach exactly from one of `edges_s` to the next, by start."""
    if edges_s[0] // DAY_S > disk.head.cold_to:
        return {}
    rows = disk.rows("day_between", _key(series, edges_s[0]), _key(series, edges_s[-1]))
    if not rows:
        return {}
    ends_s = dict(pairwise(edges_s))
    stored: dict[int, Bucket] = {}
    for key, length, value, covered_s, commit in rows:
        start_s = (key & QUARTER_MASK) * QUARTER_S
        if ends_s.get(start_s) == start_s + length * QUARTER_S:
            stored[start_s] = new_bucket((start_s, value, covered_s, commit))
    return stored


def _key(series: SeriesNo, start_s: int) -> int:
    return series << QUARTER_BITS | start_s // QUARTER_S


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
            disk.run("day_drop_between", _key(series, 0), _key(series, 0) | QUARTER_MASK)
            if (ends := cold_ends(disk, series)) is not None:
                first, last = min(first, ends[0]), max(last, ends[1])
    _sum_days(disk, sensor, DayGrid(*grid), first, last)


def cold_ends(disk: Disk, series: SeriesNo) -> tuple[int, int] | None:
    """First and last UTC day of a series that has cold quarters."""
    keys = (day_key(series, 0), day_key(series, DAY_MASK))
    first, last = disk.row("coldq_first", *keys), disk.row("coldq_last", *keys)
    return None if first is None or last is None else (first[0] & DAY_MASK, last[0] & DAY_MASK)


def _sum_days(disk: Disk, sensor: SensorNo, grid: DayGrid, first: int, last: int) -> None:
    day = grid.day_of(first * DAY_S)
    edges_s = [grid.day_start(day)]
    while edges_s[-1] < (last + 1) * DAY_S:
        day += timedelta(days=1)
        edges_s.append(grid.day_start(day))
    ends_s = dict(pairwise(edges_s))
    for series in disk.series_of(sensor):
        disk.run("day_drop_between", _key(series, edges_s[0]), _key(series, edges_s[-1]) - 1)
        cold = [new_bucket(q) for q in read_cold(disk, series, edges_s[0], edges_s[-1])]
        rows = [
            (_key(series, start_s), (ends_s[start_s] - start_s) // QUARTER_S, *numbers)
            for start_s, *numbers in sum_between(cold, edges_s)
        ]
        disk.run_many("day_save", rows)
