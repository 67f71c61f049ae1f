"""Rows of `hour`: the four hot quarters of a series, read and written whole."""

from collections.abc import Iterable
from functools import partial

from countline.model.claim import Bucket
from countline.model.ids import SeriesNo
from countline.store.sqlite.disk import Disk

QUARTER_S = 900
HOUR_S = 3_600
SERIES_BITS = 32
SERIES_MASK = (1 << SERIES_BITS) - 1
NEAR = 8  # series numbers that far apart are read by one walk

new_bucket = partial(tuple.__new__, Bucket)  # twice as fast as calling it


def read_hours(
    disk: Disk, series: list[SeriesNo], start_s: int, end_s: int, into: dict[SeriesNo, list[Bucket]]
) -> None:
    """Append quarters that start in `[start_s, end_s)`, ascending, as they lie in the table."""
    ends = disk.row("hour_ends")
    if ends is None or ends[0] is None:
        return
    first, last = max(start_s // HOUR_S, ends[0]), min((end_s - 1) // HOUR_S, ends[1])
    if first > last:
        return
    for low, high in _neighbours(series):
        for key, *row in disk.rows(
            "hour_walk", first << SERIES_BITS | low, last + 1 << SERIES_BITS, high - low
        ):
            if (buckets := into.get(key & SERIES_MASK)) is None:
                continue
            at_s = (key >> SERIES_BITS) * HOUR_S
            for at in (0, 3, 6, 9):
                if row[at + 2] and start_s <= at_s < end_s:
                    buckets.append(new_bucket((at_s, row[at], row[at + 1], row[at + 2])))
                at_s += QUARTER_S


def _neighbours(series: list[SeriesNo]) -> list[tuple[int, int]]:
    """Ranges of numbers that hold all of these, each at most `NEAR` wide."""
    ranges: list[tuple[int, int]] = []
    for one in sorted(series):
        if ranges and one - ranges[-1][0] <= NEAR:
            ranges[-1] = (ranges[-1][0], one)
        else:
            ranges.append((one, one))
    return ranges


def save_quarters(
    disk: Disk, series: SeriesNo, quarters: Iterable[tuple[int, int, int, int]]
) -> None:
    """Write quarters over whatever lies in their hours; those of commit 0 are none."""
    rows: dict[int, list[int]] = {}
    for start_s, value, covered_s, commit in quarters:
        row = rows.setdefault(start_s // HOUR_S, [0] * 12)
        at = start_s // QUARTER_S % 4 * 3
        row[at : at + 3] = value, covered_s, commit
    for hour, row in rows.items():
        save_hour(disk, hour_key(hour, series), row)


def hour_key(hour: int, series: int) -> int:
    """The key of a row of `hour`."""
    return hour << SERIES_BITS | series


def save_hour(disk: Disk, key: int, row: list[int]) -> None:
    """Write the four quarters of an hour; an hour without any has no row."""
    if any(row[2::3]):
        disk.run("hour_save", key, *row)
    else:
        disk.run("hour_drop", key)
