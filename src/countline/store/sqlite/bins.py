"""Counted bins as they are asked: hot and cold minutes, and long ones."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import partial
from operator import itemgetter

from countline.model.claim import Bin
from countline.model.ids import SensorNo, SeriesNo
from countline.model.interval import DAY_S
from countline.store.sqlite import winners
from countline.store.sqlite.cells import Held, MinuteRow
from countline.store.sqlite.cold import DAY_MASK, ColdDay, day_key, unpack_minutes
from countline.store.sqlite.disk import Disk
from countline.store.sqlite.warmth import hot_stretches

Wanted = list[tuple[SeriesNo, int]]  # series of one sensor, with their positions

_new_bin = partial(tuple.__new__, Bin)  # twice as fast as calling it: a series' day has 1,440


def counted_bins(disk: Disk, series: Sequence[SeriesNo], start_s: int, end_s: int) -> list[Bin]:
    """Counted bins of any length that start in `[start_s, end_s)`; by start, then series."""
    bins: list[Bin] = []
    for sensor, group in disk.by_sensor(series):
        wanted = [(one, disk.place(one)[1]) for one in group]
        for cold in cold_days(disk, sensor, start_s, end_s):
            bins += _cold_bins(disk, sensor, cold, wanted, start_s, end_s)
        for stretch in hot_stretches(disk, sensor, start_s, end_s):
            for minute, row in winners.walk_minutes(disk, sensor, *stretch):
                bins += _row_bins(disk, sensor, minute, row, wanted)
        for one in group:
            bins += counted(winners.long_starting(disk, one, start_s, end_s))
    return sorted(bins, key=by_start)


by_start = itemgetter(1, 0, 2)  # the order of bins in answers: start, series, length


def counted(cells: Sequence[Held | None]) -> list[Bin]:
    """The bins among these winners that count."""
    return [bin_of(held) for held in cells if held is not None and held.counted]


def bin_of(held: Held) -> Bin:
    """A winner as it is answered."""
    claim = held.claim
    return Bin(
        claim.series, claim.start_s, claim.length_s, claim.value, claim.covered_s, held.commit
    )


def cold_days(disk: Disk, sensor: SensorNo, start_s: int, end_s: int) -> Iterator[ColdDay]:
    """The cold minutes of the days that a stretch touches, ascending."""
    first, last = start_s // DAY_S, min((end_s - 1) // DAY_S, disk.head.cold_to)
    if first <= last:
        keys = (day_key(sensor, first), day_key(sensor, last))
        for key, body in disk.rows("cold_between", *keys):
            yield unpack_minutes(key & DAY_MASK, body)


def _cold_bins(
    disk: Disk, sensor: SensorNo, cold: ColdDay, wanted: Wanted, start_s: int, end_s: int
) -> Iterator[Bin]:
    first = bisect_left(cold.minutes, -(-start_s // 60))
    last = bisect_left(cold.minutes, -(-end_s // 60))
    for one, position in wanted:
        if position < len(cold.columns):
            columns = (cold.minutes, cold.columns[position], cold.orders, cold.commits)
            for minute, value, order, commit in zip(*(c[first:last] for c in columns), strict=True):
                if value is not None:
                    yield _new_bin((one, minute * 60, 60, value, order[1], commit))
    for minute, body in cold.others.items():
        if start_s <= minute * 60 < end_s:
            yield from _row_bins(disk, sensor, minute, MinuteRow(0, 0, body), wanted)


def _row_bins(
    disk: Disk, sensor: SensorNo, minute: int, row: MinuteRow, wanted: Wanted
) -> list[Bin]:
    plain = row.plain()
    if plain is None:
        cells = row.cells(disk.positions(sensor), minute)
        return counted([cells[position] for _, position in wanted])
    covered_s, values = plain
    return [
        _new_bin((one, minute * 60, 60, value, covered_s, row.commit))
        for one, position in wanted
        if position < len(values) and (value := values[position]) is not None
    ]
