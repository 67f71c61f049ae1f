"""One claim at a time: what becomes of it, of the winner that it meets, and of the bins around."""

from dataclasses import dataclass

from countline.counting.choose import choose_counted, merge_claim, neighbourhood
from countline.errors import StoreError
from countline.model.claim import RANK_PROVISIONAL, Claim, Minute
from countline.model.ids import SeriesNo
from countline.store.sqlite import marks, winners
from countline.store.sqlite.cells import Held
from countline.store.sqlite.disk import Disk
from countline.store.sqlite.sums import Sums
from countline.store.sqlite.warmth import warm_up, warm_up_minutes


@dataclass(slots=True)
class Tally:
    """What one push has done so far; `end_s` is 0 while it has changed nothing."""

    changed: int = 0
    duplicates: int = 0
    revised: bool = False
    start_s: int = 1 << 62
    end_s: int = 0

    def touch(self, start_s: int, length_s: int) -> None:
        """A bin changed."""
        self.start_s = min(self.start_s, start_s)
        self.end_s = max(self.end_s, start_s + length_s)


def settle_minute(disk: Disk, sums: Sums, tally: Tally, minute: Minute) -> None:
    """Let all claims of a minute meet the winners of their bins."""
    sensor, start_s = minute.sensor, minute.minute * 60
    warm_up(disk, sensor, start_s)
    positions = disk.positions(sensor)
    cells = winners.get_cells(disk, sensor, minute.minute)
    before = list(cells)
    for position, value in enumerate(minute.values):
        if value is None:
            continue
        series = positions[position] if position < len(positions) else None
        if series is None:
            raise StoreError(f"sensor {sensor} has no series at position {position}")
        claim = Claim(
            series, start_s, 60, minute.rank, minute.covered_s, minute.sequence, value
        )  # fmt: skip
        cells[position] = _settle(disk, sums, tally, cells[position], claim)
    if cells == before:
        return
    winners.save_cells(disk, sensor, minute.minute, cells)
    for was, held in zip(before, cells, strict=True):
        if held is not None and (was is None or was.rank != held.rank):
            choose_anew(disk, sums, tally, held)


def settle_claim(disk: Disk, sums: Sums, tally: Tally, claim: Claim) -> None:
    """Let a claim meet the winner of its bin, whatever its length."""
    sensor, position = disk.place(claim.series)
    if claim.length_s == 60 and not claim.start_s % 60:
        values = (*(None,) * position, claim.value)
        settle_minute(
            disk, sums, tally,
            Minute(sensor, claim.start_s // 60, claim.rank, claim.covered_s, claim.sequence, values),
        )  # fmt: skip
        return
    if claim.length_s <= 0:
        raise StoreError(f"a bin of {claim.length_s} s has no length")
    disk.widen_reach(claim.series, sensor, claim.length_s)
    was = winners.get_long(disk, claim)
    held = _settle(disk, sums, tally, was, claim)
    if held is was:
        return
    winners.save_long(disk, held)
    if was is None or was.rank != held.rank:
        choose_anew(disk, sums, tally, held)


def _settle(disk: Disk, sums: Sums, tally: Tally, was: Held | None, claim: Claim) -> Held:
    """The winner of a bin after a claim; one that is new counts when nothing can overlap it."""
    merge = merge_claim(was.claim if was else None, claim)
    if was is None:
        held = Held(claim, not disk.reach_s(claim.series), disk.take_commit())
    else:
        if merge.verdict == "lost":
            _keep_loser(disk, tally, claim)
        if merge.winner is was.claim:
            tally.duplicates += merge.verdict == "duplicate"
            return was
        better = claim.rank > was.rank == RANK_PROVISIONAL
        if merge.verdict == "duplicate" and claim.covered_s == was.claim.covered_s and not better:
            tally.duplicates += 1
            return was._replace(claim=claim)
        if merge.beside is not None:
            _keep_displaced(disk, merge.beside, claim)
            tally.revised |= merge.beside.rank != RANK_PROVISIONAL
        held = Held(claim, was.counted, disk.take_commit())
        if better:
            marks.mark(disk, held)
        if was.counted:
            sums.remove(was)
    if held.counted:
        sums.add(held)
    warm_up(disk, disk.place(claim.series)[0], claim.start_s)
    tally.changed += 1
    tally.touch(claim.start_s, claim.length_s)
    return held


def _keep_displaced(disk: Disk, loser: Claim, winner: Claim) -> None:
    """Put a former winner beside; what lay there with the new winner's value has risen with it."""
    disk.run("beside_drop", winner.series, winner.start_s, winner.length_s, winner.value)
    _save_beside(disk, loser)


def _keep_loser(disk: Disk, tally: Tally, claim: Claim) -> None:
    known = disk.row("beside_get", claim.series, claim.start_s, claim.length_s, claim.value)
    tally.duplicates += known is not None
    if known is None or known < (claim.rank, claim.covered_s, claim.sequence):
        _save_beside(disk, claim)


def _save_beside(disk: Disk, claim: Claim) -> None:
    if claim.rank == RANK_PROVISIONAL:
        return  # it is made of totals, and can be made again
    disk.run(
        "beside_save", claim.series, claim.start_s, claim.length_s, claim.value,
        claim.rank, claim.covered_s, claim.sequence,
    )  # fmt: skip


def choose_anew(disk: Disk, sums: Sums, tally: Tally, held: Held) -> None:
    """A bin came, or its rank changed: choose anew what counts among all that overlap."""
    series = held.claim.series
    if not disk.reach_s(series):
        return
    end_s = held.start_s + held.length_s
    *_, bins = neighbourhood(
        lambda start_s, end_s: _warm_winners(disk, series, start_s, end_s), held.start_s, end_s
    )
    counted, overlapped = choose_counted(bins)
    for one in counted:
        if not one.counted:
            _flip(disk, tally, one)
            sums.add(one)
    for one in overlapped:
        if one.counted:
            _flip(disk, tally, one)
            sums.remove(one)
            tally.revised = True


def _warm_winners(disk: Disk, series: SeriesNo, start_s: int, end_s: int) -> list[Held]:
    warm_up_minutes(disk, disk.place(series)[0], start_s, end_s)
    return winners.winners_overlapping(disk, series, start_s, end_s)


def _flip(disk: Disk, tally: Tally, held: Held) -> None:
    """Count a bin that was not counted, or the other way round."""
    held = Held(held.claim, not held.counted, disk.take_commit())
    claim = held.claim
    if claim.rank == RANK_PROVISIONAL:
        marks.mark(disk, held)
    warm_up(disk, disk.place(claim.series)[0], claim.start_s)
    tally.touch(claim.start_s, claim.length_s)
    if claim.length_s != 60 or claim.start_s % 60:
        winners.save_long(disk, held)
        return
    sensor, position = disk.place(claim.series)
    cells = winners.get_cells(disk, sensor, claim.start_s // 60)
    cells[position] = held
    winners.save_cells(disk, sensor, claim.start_s // 60, cells)
