"""Totals of live events, and the provisional claims that are made of them."""

from collections.abc import Iterable, Iterator, Sequence

from countline.counting.provisional import counted, joined
from countline.limits import LIVE_BRIDGE_S_MAX
from countline.model.claim import RANK_PROVISIONAL, Claim, Shown
from countline.model.ids import SensorNo, SeriesNo
from countline.store.seam import Accepted, LiveMinute
from countline.store.sqlite import marks, reading, winners
from countline.store.sqlite.cells import Held, pack, unpack
from countline.store.sqlite.disk import Disk
from countline.store.sqlite.settle import Tally, choose_anew
from countline.store.sqlite.sums import Sums
from countline.store.sqlite.warmth import warm_up

MINUTE_MS = 60_000


def apply_live(disk: Disk, sums: Sums, group: Sequence[Accepted], tallies: Sequence[Tally]) -> None:
    """Totals of live events, once all better claims of a group stand."""
    for accepted, tally in zip(group, tallies, strict=True):
        for told in accepted.live:
            _settle_live(disk, sums, tally, told)
    living = disk.living()
    if not living:
        return
    for accepted, tally in zip(group, tallies, strict=True):
        firsts: dict[SensorNo, int] = {}
        for at_s, sensor in _better_starts(disk, accepted):
            if sensor in living:
                firsts[sensor] = min(at_s, firsts.get(sensor, at_s))
        for sensor, from_s in firsts.items():
            _heed_better(disk, sums, tally, sensor, from_s)


def _better_starts(disk: Disk, accepted: Accepted) -> Iterator[tuple[int, SensorNo]]:
    """Where a push's claims begin, and of which sensors they are."""
    for minute in accepted.minutes:
        yield minute.minute * 60, minute.sensor
    for claim in accepted.claims:
        yield claim.start_s, disk.place(claim.series)[0]


def _settle_live(disk: Disk, sums: Sums, tally: Tally, told: LiveMinute) -> None:
    """Keep what a counter showed, and make the claims anew that it bears on."""
    series, minute = told.series, told.minute
    sensor, _ = disk.place(series)
    row = disk.row("live_get", series, minute)
    known = () if row is None else _totals(minute, row[0])
    totals = joined(known, told.totals)
    if totals == known:
        tally.duplicates += 1
        return
    disk.run("live_save", series, minute, sensor, bool(row and row[1]), _body(minute, totals))
    if sensor not in disk.living():
        disk.run("live_sensor_add", sensor)
        disk.layout_moved()
    _claim_anew(disk, sums, tally, series, minute)
    if after := disk.row("live_after", series, minute):
        _claim_anew(disk, sums, tally, series, after[0])


def _heed_better(disk: Disk, sums: Sums, tally: Tally, sensor: SensorNo, from_s: int) -> None:
    """Claims of rank 1 or more came for bins from `from_s` on: no total may count them again."""
    for series, minute in disk.rows("live_bridged", sensor, from_s // 60):
        _claim_anew(disk, sums, tally, series, minute)


def _claim_anew(disk: Disk, sums: Sums, tally: Tally, series: SeriesNo, minute: int) -> None:
    """Make the provisional claim of a minute in which totals are known."""
    row = disk.row("live_get", series, minute)
    assert row is not None, "a claim is made where a total is"
    totals = _totals(minute, row[0])
    bridged = False
    if disk.is_state(series):
        value = totals[-1].total
    else:
        before = disk.row("live_before", series, minute)
        found = counted(None if before is None else _totals(*before)[-1], totals)
        bridged = (
            found.bridged
            and before is not None
            and not _better(disk, series, before[0] * 60, minute * 60)
        )
        value = found.value if bridged else found.alone
    if bridged != bool(row[1]):
        disk.run("live_bridge", bridged, series, minute)
    _settle(disk, sums, tally, Claim(series, minute * 60, 60, 0, 0, totals[-1].at_ms, value))


def _better(disk: Disk, series: SeriesNo, start_s: int, end_s: int) -> bool:
    """Whether a claim of rank 1 or more is about a part of `[start_s, end_s)`, or may be."""
    if end_s - start_s > LIVE_BRIDGE_S_MAX:
        return True
    if any(held.rank for held in winners.long_overlapping(disk, series, start_s, end_s)):
        return True
    place = disk.place(series)
    cells = (reading.winning_cell(disk, *place, at_s // 60) for at_s in range(start_s, end_s, 60))
    return any(held is not None and held.rank for held in cells)


def _settle(disk: Disk, sums: Sums, tally: Tally, claim: Claim) -> None:
    """Let the provisional claim of a bin stand, unless there is a better one."""
    sensor, position = disk.place(claim.series)
    warm_up(disk, sensor, claim.start_s)
    cells = winners.get_cells(disk, sensor, claim.start_s // 60)
    was = cells[position]
    if was is not None and (was.rank != RANK_PROVISIONAL or was.claim == claim):
        return
    if was is not None and was.claim.value == claim.value:
        cells[position] = was._replace(claim=claim)
        winners.save_cells(disk, sensor, claim.start_s // 60, cells)
        return
    is_counted = not disk.reach_s(claim.series) if was is None else was.counted
    held = cells[position] = Held(claim, is_counted, disk.take_commit())
    if was is not None and was.counted:
        sums.remove(was)
    if held.counted:
        sums.add(held)
    winners.save_cells(disk, sensor, claim.start_s // 60, cells)
    marks.mark(disk, held)
    tally.changed += 1
    tally.touch(claim.start_s, claim.length_s)
    if was is None:
        choose_anew(disk, sums, tally, held)


def forget(disk: Disk, before_s: int) -> None:
    """Drop totals of minutes before an instant, but for each counter's last."""
    disk.run("live_forget", before_s // 60)


def _totals(minute: int, body: bytes) -> tuple[Shown, ...]:
    start_ms = minute * MINUTE_MS
    return tuple(
        Shown(start_ms + at_ms, order, total, step, was_reset)
        for at_ms, order, total, step, was_reset in unpack(body)
    )


def _body(minute: int, totals: Iterable[Shown]) -> bytes:
    start_ms = minute * MINUTE_MS
    return pack([(one.at_ms - start_ms, *one[1:]) for one in totals])


def provisional(
    disk: Disk, series: Sequence[SeriesNo], start_s: int, end_s: int
) -> list[tuple[SeriesNo, int]]:
    """Counted minutes that rest on live events alone; by series, then start."""
    found = (
        (one, at_s)
        for one in series
        for at_s in marks.marked(disk, one, start_s, end_s)
        if start_s <= at_s < end_s
    )
    return sorted(found)
