"""How stored quarters move with the bins that count."""

from countline.model.ids import SeriesNo
from countline.model.interval import DAY_S
from countline.store.sqlite import winners
from countline.store.sqlite.cells import Held
from countline.store.sqlite.disk import Disk
from countline.store.sqlite.hours import (
    QUARTER_S,
    SERIES_BITS,
    SERIES_MASK,
    hour_key,
    save_hour,
)

Adding = tuple[int, int, int, int]  # key of an hour, value, covered seconds, commit
HOUR_ADD = ("hour_add_0", "hour_add_1", "hour_add_2", "hour_add_3")


class Sums:
    """What a group moves in the quarters. `moves` is keyed by quarter << 32 | series.

    `fresh` are bins of which nothing was known, by the quarter of their hour: rows as they are
    added, each for itself, since there are many and hardly two of one quarter.
    """

    def __init__(self) -> None:
        self.moves: dict[int, list[int]] = {}  # value, covered seconds
        self.fresh: tuple[list[Adding], ...] = ([], [], [], [])
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

    def days(self) -> set[int]:
        """The days of quarters that are not written yet."""
        found = {(key >> SERIES_BITS) * QUARTER_S // DAY_S for key in self.moves}
        return found.union((row[0] >> SERIES_BITS) // 24 for part in self.fresh for row in part)

    def flush(self, disk: Disk) -> None:
        """Write the moves. A quarter that did not change keeps its commit."""
        if self._shrunk:
            self._join_shrunk()
        for name, part in zip(HOUR_ADD, self.fresh, strict=True):
            if part:
                disk.add_rows(name, part)
                part.clear()
        if not self.moves:
            return
        commit = disk.take_commit()
        rows: tuple[list[Adding], ...] = ([], [], [], [])
        for key, (value, covered_s) in sorted(self.moves.items()):
            if key not in self._shrunk:
                quarter = key >> SERIES_BITS
                hour = quarter >> 2 << SERIES_BITS | key & SERIES_MASK  # `hour_key`, without a call
                rows[quarter & 3].append((hour, value, covered_s, commit))
        for name, part in zip(HOUR_ADD, rows, strict=True):
            if part:
                disk.add_rows(name, part)
        for key in sorted(self._shrunk):
            self._flush_shrunk(disk, key, commit)
        self.moves.clear()
        self._shrunk.clear()

    def _join_shrunk(self) -> None:
        """What is fresh in a quarter that also lost a bin is one change with that."""
        for at, rows in enumerate(self.fresh):
            others = []
            for row in rows:
                hour, series = row[0] >> SERIES_BITS, row[0] & SERIES_MASK
                key = (hour << 2 | at) << SERIES_BITS | series
                if key in self._shrunk:
                    self.moves[key][0] += row[1]
                    self.moves[key][1] += row[2]
                else:
                    others.append(row)
            rows[:] = others

    def _flush_shrunk(self, disk: Disk, key: int, commit: int) -> None:
        row = list(disk.row("hour_get", _hour_of(key)) or (0,) * 12)
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
        save_hour(disk, _hour_of(key), row)


def _hour_of(key: int) -> int:
    return hour_key(key >> SERIES_BITS + 2, key & SERIES_MASK)
