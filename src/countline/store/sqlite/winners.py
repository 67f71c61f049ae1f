"""Winning bins of hot days: minutes out of packed rows, long bins out of their table."""

from collections.abc import Sequence

from countline.model.claim import Claim
from countline.model.ids import SensorNo, SeriesNo
from countline.store.sqlite.cells import (
    SENSOR_BITS,
    Held,
    MinuteRow,
    minute_key,
    pack_cells,
)
from countline.store.sqlite.disk import Disk, Row


def walk_minutes(
    disk: Disk, sensor: SensorNo, start_s: int, end_s: int
) -> list[tuple[int, MinuteRow]]:
    """(minute, row) of a sensor's hot minutes that start in `[start_s, end_s)`, ascending."""
    ends = disk.row("bin_ends")
    if ends is None or ends[0] is None:
        return []
    first = max(-(-start_s // 60), ends[0])
    end = min(-(-end_s // 60), ends[1] + 1)
    if first >= end:
        return []
    rows = disk.rows("bin_walk", minute_key(sensor, first), minute_key(0, end))
    return [(k >> SENSOR_BITS, MinuteRow(*row)) for k, *row in rows]


def minutes_between(disk: Disk, series: SeriesNo, start_s: int, end_s: int) -> list[Held]:
    """Winning minutes of a series that overlap `[start_s, end_s)`."""
    sensor, position = disk.place(series)
    rows = walk_minutes(disk, sensor, start_s // 60 * 60, end_s)
    only = (*(None,) * position, series)
    cells = (row.cells(only, minute)[position] for minute, row in rows)
    return [held for held in cells if held is not None]


def get_cells(disk: Disk, sensor: SensorNo, minute: int) -> list[Held | None]:
    """All winners of one minute of a sensor, by position."""
    positions = disk.positions(sensor)
    row = disk.row("bin_get", minute_key(sensor, minute))
    if row is None:
        return [None] * len(positions)
    return MinuteRow(*row).cells(positions, minute)


def save_cells(disk: Disk, sensor: SensorNo, minute: int, cells: Sequence[Held | None]) -> None:
    """Write all winners of one minute of a sensor."""
    disk.run("bin_save", minute_key(sensor, minute), *pack_cells(cells))


def get_long(disk: Disk, claim: Claim) -> Held | None:
    """The winner of a long bin."""
    row = disk.row("long_get", claim.series, claim.start_s, claim.length_s)
    if row is None:
        return None
    return _held(claim.series, claim.start_s, claim.length_s, *row)


def save_long(disk: Disk, held: Held) -> None:
    """Write the winner of a long bin."""
    disk.run("long_save", *held.claim, held.counted, held.commit)


def long_overlapping(disk: Disk, series: SeriesNo, start_s: int, end_s: int) -> list[Held]:
    """Winning long bins of a series that overlap `[start_s, end_s)`, by start, then length."""
    reach_s = disk.reach_s(series)
    if not reach_s:
        return []
    return _all_held(series, disk.rows("long_overlapping", series, start_s, end_s, reach_s))


def long_starting(disk: Disk, series: SeriesNo, start_s: int, end_s: int) -> list[Held]:
    """Winning long bins of a series that start in `[start_s, end_s)`, by start, then length."""
    if not disk.reach_s(series):
        return []
    return _all_held(series, disk.rows("long_starting", series, start_s, end_s))


def winners_overlapping(disk: Disk, series: SeriesNo, start_s: int, end_s: int) -> list[Held]:
    """Winning bins of any length that overlap `[start_s, end_s)`."""
    return [
        *long_overlapping(disk, series, start_s, end_s),
        *minutes_between(disk, series, start_s, end_s),
    ]


def _all_held(series: SeriesNo, rows: list[Row]) -> list[Held]:
    return [_held(series, *row) for row in rows]


def _held(
    series: SeriesNo, start_s: int, length_s: int, rank: int, covered_s: int, sequence: int,
    value: int, counted: int, commit: int,
) -> Held:  # fmt: skip
    claim = Claim(series, start_s, length_s, rank, covered_s, sequence, value)
    return Held(claim, bool(counted), commit)


def any_counted(disk: Disk, series: SeriesNo, start_s: int, end_s: int) -> bool:
    """Whether some counted bin of a series starts in `[start_s, end_s)`; edges are whole minutes."""
    return any(
        held.counted
        for held in (
            *minutes_between(disk, series, start_s, end_s),
            *long_starting(disk, series, start_s, end_s),
        )
    )
