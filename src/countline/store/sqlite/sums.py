"""Stored quarters: how they move with the bins that count, and how they are read while hot."""

from collections.abc import Iterator

from countline.model.ids import SeriesNo
from countline.store.sqlite import winners
from countline.store.sqlite.cells import Held
from countline.store.sqlite.disk import Disk

QUARTER_S = 900
HOUR_S = 3600
SERIES_BITS = 32
SERIES_MASK = (1 << SERIES_BITS) - 1
HOUR_ADD = ("hour_add_0", "hour_add_1", "hour_add_2", "hour_add_3")


class Sums:
    """What a group moves in the quarters. `moves` is keyed by quarter << 32 | series."""

    def __init__(self) -> None:
        self.moves: dict[int, list[int]] = {}  # value, covered seconds
        self._shrunk: set[int] = set()  # quarters that lost a bin, and may have none left

    def add(self, held: Held) -> None:
        """A bin counts from now on."""
        self._move(held, 1)

    def remove(self, held: Held) -> None:
        """A bin that counted does so no more, or not with this value."""
        self._shrunk.add(self._move(held, -1))

    def _move(self, held: Held, sign: int) -> int:
        claim = held.claim
        key = claim.start_s // QUARTER_S << SERIES_BITS | claim.series
        move = self.moves.setdefault(key, [0, 0])
        move[0] += sign * claim.value
        move[1] += sign * claim.covered_s
        return key

    def flush(self, disk: Disk) -> None:
        """Write the moves. A quarter that did not change keeps its commit."""
        if not self.moves:
            return
        commit = disk.take_commit()
        rows: tuple[list[tuple[int, int, int, int]], ...] = ([], [], [], [])
        for key in sorted(self.moves):
            if key not in self._shrunk:
                value, covered_s = self.moves[key]
                rows[key >> SERIES_BITS & 3].append((hour_key(key), value, covered_s, commit))
        for name, part in zip(HOUR_ADD, rows, strict=True):
            if part:
                disk.run_many(name, part)
        for key in sorted(self._shrunk):
            self._flush_shrunk(disk, key, commit)
        self.moves.clear()
        self._shrunk.clear()

    def _flush_shrunk(self, disk: Disk, key: int, commit: int) -> None:
        row = list(disk.row("hour_get", hour_key(key)) or (0,) * 12)
        at = 3 * (key >> SERIES_BITS & 3)
        value, covered_s = self.moves[key]
        stands = bool(row[at + 2])
        now = [row[at] + value, row[at + 1] + covered_s, commit]
        start_s = (key >> SERIES_BITS) * QUARTER_S
        series = SeriesNo(key & SERIES_MASK)
        if not winners.any_counted(disk, series, start_s, start_s + QUARTER_S):
            now = [0, 0, 0]
        elif stands and not value and not covered_s:
            return
        row[at : at + 3] = now
        save_hour(disk, hour_key(key), row)


def hour_key(key: int) -> int:
    """The row of `hour` that holds a quarter << 32 | series."""
    return key >> SERIES_BITS + 2 << SERIES_BITS | key & SERIES_MASK


def save_hour(disk: Disk, key: int, row: list[int]) -> None:
    """Write the four quarters of an hour; an hour without any has no row."""
    if any(row[2::3]):
        disk.run("hour_save", key, *row)
    else:
        disk.run("hour_drop", key)


def read_hours(
    disk: Disk, series: SeriesNo, start_s: int, end_s: int
) -> Iterator[tuple[int, int, int, int]]:
    """Hot quarters (start_s, value, covered_s, commit) that start in `[start_s, end_s)`."""
    ends = disk.row("hour_ends")
    if ends is None or ends[0] is None:
        return
    first = max(start_s // HOUR_S, ends[0])
    last = min((end_s - 1) // HOUR_S, ends[1])
    if first > last:
        return
    walk = disk.rows("hour_walk", first << SERIES_BITS | series, last + 1 << SERIES_BITS)
    for key, *row in walk:
        at_s = (key >> SERIES_BITS) * HOUR_S
        for value, covered_s, commit in zip(row[0::3], row[1::3], row[2::3], strict=True):
            if commit and start_s <= at_s < end_s:
                yield at_s, value, covered_s, commit
            at_s += QUARTER_S
