"""Marks on minutes whose winning claim is provisional: they are few, and answers must name them."""

from collections.abc import Iterator

from countline.model.claim import RANK_PROVISIONAL
from countline.model.ids import SeriesNo
from countline.store.sqlite.cells import Held
from countline.store.sqlite.disk import Disk

QUARTER_S = 900
MINUTES = 15  # of a quarter


def mark(disk: Disk, held: Held) -> None:
    """Mark a winner if it is provisional, counts and says something; else take its mark."""
    claim = held.claim
    quarter, at_s = divmod(claim.start_s, QUARTER_S)
    bit = 1 << at_s // 60
    if claim.rank == RANK_PROVISIONAL and held.counted and (claim.value or claim.covered_s):
        disk.run("provisional_add", claim.series, quarter, bit)
    elif disk.run("provisional_take", claim.series, quarter, bit):
        disk.run("provisional_tidy", claim.series, quarter)


def marked(disk: Disk, series: SeriesNo, start_s: int, end_s: int) -> Iterator[int]:
    """Starts of the marked minutes of the quarters that hold a part of `[start_s, end_s)`."""
    first, last = start_s // QUARTER_S, (end_s - 1) // QUARTER_S
    for quarter, minutes in disk.rows("provisional_between", series, first, last):
        for n in range(MINUTES):
            if minutes >> n & 1:
                yield quarter * QUARTER_S + n * 60
