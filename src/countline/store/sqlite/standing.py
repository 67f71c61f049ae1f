"""The provisional claim of one minute, as what live events told makes it stand."""

from dataclasses import dataclass

from countline.counting.provisional import AROUND, counted, covered_s
from countline.limits import LIVE_ALONE_S, LIVE_BRIDGE_S_MAX
from countline.model.claim import RANK_PROVISIONAL, Claim, Shown
from countline.model.ids import SeriesNo
from countline.store.sqlite import marks, winners
from countline.store.sqlite.cells import Held, unpack
from countline.store.sqlite.disk import Disk
from countline.store.sqlite.settle import Tally, choose_anew
from countline.store.sqlite.sums import Sums
from countline.store.sqlite.warmth import warm_up, warm_up_minutes

MINUTE_MS = 60_000


def totals_of(minute: int, body: bytes) -> tuple[Shown, ...]:
    """What a counter showed in a minute, as it is kept."""
    start_ms = minute * MINUTE_MS
    return tuple(
        Shown(start_ms + at_ms, order, total, step, was_reset)
        for at_ms, order, total, step, was_reset in unpack(body)
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """Makes provisional claims anew for one push; always from all that is known now."""

    disk: Disk
    sums: Sums
    tally: Tally

    def claim_anew(self, series: SeriesNo, minute: int) -> None:
        """Make the claim of a minute; nothing where neither totals nor frames tell of it."""
        row = self.disk.row("live_get", series, minute)
        value, sequence = 0, 0
        if row is not None:
            totals = totals_of(minute, row[0])
            value, bridged = self._counted(series, minute, totals)
            sequence = totals[-1].at_ms
            if bridged != bool(row[1]):
                self.disk.run("live_bridge", bridged, series, minute)
        covered = self._covered_s(series, minute)
        claim = Claim(series, minute * 60, 60, RANK_PROVISIONAL, covered, sequence, value)
        self._settle(claim, is_known=row is not None or covered > 0)

    def _counted(
        self, series: SeriesNo, minute: int, totals: tuple[Shown, ...]
    ) -> tuple[int, bool]:
        """The value, and whether totals of earlier minutes add to it."""
        if self.disk.is_state(series):
            return totals[-1].total, False
        before = self.disk.row("live_before", series, minute)
        if before is None:
            return counted(None, totals).value, False
        found = counted(totals_of(*before)[-1], totals)
        if found.bridged and not self._is_told(series, before[0] * 60, minute * 60):
            return found.value, True
        return found.alone, False

    def _is_told(self, series: SeriesNo, start_s: int, end_s: int) -> bool:
        """Whether a better claim is about a part of `[start_s, end_s)`, or may be."""
        if end_s - start_s > LIVE_BRIDGE_S_MAX:
            return True
        if any(h.rank for h in winners.long_overlapping(self.disk, series, start_s, end_s)):
            return True
        warm_up_minutes(self.disk, self.disk.place(series)[0], start_s, end_s)
        return any(h.rank for h in winners.minutes_between(self.disk, series, start_s, end_s))

    # -- coverage ---------------------------------------------------------------------------------
    def covered_s(self, lead: SeriesNo, minute: int) -> int:
        """How much of a minute of a channel lies between its frames."""
        near: dict[int, int] = dict(
            self.disk.rows("live_frame_around", lead, minute - AROUND, minute + AROUND)
        )
        return covered_s([near.get(minute + at, 0) for at in range(-AROUND, AROUND + 1)])

    def _covered_s(self, series: SeriesNo, minute: int) -> int:
        """The same where the minute's counts do come from live events."""
        if self.disk.place(series)[0] not in self.disk.framed():
            return 0
        lead, *_ = self.disk.counters(series) or (series,)
        row = self.disk.row("live_frame_get", lead, minute)
        counts = row is not None and row[1] and not self.disk.is_state(series)
        return self.covered_s(lead, minute) if counts else 0

    # -- the bin ----------------------------------------------------------------------------------
    def _settle(self, claim: Claim, *, is_known: bool) -> None:
        """Let the provisional claim of a bin stand, unless there is a better one."""
        disk, tally = self.disk, self.tally
        sensor, position = disk.place(claim.series)
        minute = claim.start_s // 60
        warm_up(disk, sensor, claim.start_s)
        cells = winners.get_cells(disk, sensor, minute)
        was = cells[position]
        if was is None and not is_known:
            return
        if was is not None and (was.rank != RANK_PROVISIONAL or was.claim == claim):
            return
        if was is not None and _says(was.claim) == _says(claim):
            cells[position] = was._replace(claim=claim)
            winners.save_cells(disk, sensor, minute, cells)
            return
        is_counted = not disk.reach_s(claim.series) if was is None else was.counted
        held = cells[position] = Held(claim, is_counted, disk.take_commit())
        if was is not None and was.counted:
            self.sums.remove(was)
        if held.counted:
            self.sums.add(held)
        winners.save_cells(disk, sensor, minute, cells)
        marks.mark(disk, held)
        tally.changed += 1
        tally.touch(claim.start_s, claim.length_s)
        if was is None:
            choose_anew(disk, self.sums, tally, held)


def _says(claim: Claim) -> tuple[int, int]:
    return claim.value, claim.covered_s


def is_alone(disk: Disk, lead: SeriesNo, minute: int) -> bool:
    """Whether no better claim of a channel starts in the time before a minute that is looked at."""
    sensor, _ = disk.place(lead)
    start_s, end_s = minute * 60 - LIVE_ALONE_S, minute * 60
    witness_s = disk.witnesses.get(lead)
    if witness_s is not None and start_s <= witness_s < end_s:
        return False
    before = disk.row("live_frame_get", lead, minute - 1)
    if before is not None and before[1] == 1:  # then only the minute before is left to look at
        start_s = end_s - 60
    warm_up_minutes(disk, sensor, start_s, end_s)
    found = (
        held
        for series in disk.channel(lead)
        for held in (
            *winners.minutes_between(disk, series, start_s, end_s),
            *winners.long_starting(disk, series, start_s, end_s),
        )
    )
    better = [held.start_s for held in found if held.rank != RANK_PROVISIONAL]
    if better:
        disk.witnesses[lead] = max(better)
    return not better
