"""What a group of pushes brings: fresh minutes all at once, anything else one claim at a time."""

from collections.abc import Sequence

from countline.errors import StoreError
from countline.limits import FINAL_AFTER_S
from countline.model.event import EventKind
from countline.model.ids import SensorNo
from countline.model.interval import DAY_S
from countline.store.seam import Accepted, Outcome
from countline.store.sqlite import journal, pushes
from countline.store.sqlite.bulk import MINUTES_MIN, load_whole_days
from countline.store.sqlite.cells import SENSOR_BITS, pack_plain
from countline.store.sqlite.cold import DAY_MINUTES
from countline.store.sqlite.disk import Disk, Row
from countline.store.sqlite.hours import SERIES_BITS
from countline.store.sqlite.live import apply_live
from countline.store.sqlite.repeats import Told, without_repeats
from countline.store.sqlite.settle import Tally, settle_claim, settle_minute
from countline.store.sqlite.sums import Sums
from countline.store.sqlite.warmth import warm_up


def apply_group(disk: Disk, group: Sequence[Accepted]) -> tuple[Outcome, ...]:
    """Claims, sums, events and kept pushes of a group. Bodies are the caller's."""
    tallies = [Tally() for _ in group]
    sums = Sums()
    plain = _plain_ones(disk, group)
    together: list[Told] = []
    for accepted, tally, is_plain in zip(group, tallies, plain, strict=True):
        if is_plain:
            together += [(tally, minute) for minute in accepted.minutes]
    _apply_minutes(disk, sums, together)
    for accepted, tally, is_plain in zip(group, tallies, plain, strict=True):
        if not is_plain:
            now_s = accepted.received_ms // 1000
            left = load_whole_days(disk, sums, tally, accepted.minutes, now_s)
            _apply_minutes(disk, sums, [(tally, minute) for minute in left])
            for claim in accepted.claims:
                settle_claim(disk, sums, tally, claim)
    apply_live(disk, sums, group, tallies)
    sums.flush(disk)
    journal.append(disk, _events(group, tallies))
    for accepted in group:
        for push in accepted.kept:
            pushes.keep(disk, push)
    return tuple(Outcome(tally.changed, tally.duplicates) for tally in tallies)


def _plain_ones(disk: Disk, group: Sequence[Accepted]) -> list[bool]:
    """Which pushes may be taken together, ahead of the others: no two orders can differ.

    They have a few minutes alone, of sensors without long bins and which no other kind of push in
    this group is about.
    """
    reaching = disk.reaching()
    sensors: list[set[SensorNo]] = []
    plain: list[bool] = []
    for accepted in group:
        own = {minute.sensor for minute in accepted.minutes}
        sensors.append(own)
        if accepted.claims:
            own |= {disk.place(claim.series)[0] for claim in accepted.claims}
            plain.append(False)
        else:
            plain.append(len(accepted.minutes) < MINUTES_MIN and own.isdisjoint(reaching))
    while True:
        others = {
            s for own, is_plain in zip(sensors, plain, strict=True) if not is_plain for s in own
        }
        still = [
            is_plain and own.isdisjoint(others)
            for own, is_plain in zip(sensors, plain, strict=True)
        ]
        if still == plain:
            return plain
        plain = still


def _apply_minutes(disk: Disk, sums: Sums, minutes: list[Told]) -> None:
    """Settle minutes in their order; those of which nothing is known can be taken together."""
    minutes = [one for one in minutes if one[1].values.count(None) < len(one[1].values)]
    minutes = without_repeats(disk, minutes) if disk.head.cold_to >= 0 else minutes
    if not disk.reaching().isdisjoint(minute.sensor for _, minute in minutes):
        known = minutes
    else:
        hot_from = (disk.head.cold_to + 1) * DAY_MINUTES
        old = {(m.sensor, m.minute // DAY_MINUTES) for _, m in minutes if m.minute < hot_from}
        for sensor, day in sorted(old):
            warm_up(disk, sensor, day * DAY_S)
        known = _insert_fresh(disk, sums, minutes) if minutes else []
    for tally, minute in known:
        settle_minute(disk, sums, tally, minute)


def _insert_fresh(disk: Disk, sums: Sums, minutes: list[Told]) -> list[Told]:
    """Insert the minutes of which nothing is known yet; gives the others."""
    commit = disk.commit_to_come
    minutes = sorted(minutes, key=_place)
    rows = [
        (minute << SENSOR_BITS | sensor, sequence, commit, pack_plain(rank, covered_s, values))
        for _, (sensor, minute, rank, covered_s, sequence, values) in minutes
    ]
    disk.conn.execute("SAVEPOINT fresh")
    before = disk.conn.total_changes()
    disk.add_rows("bin_insert", rows)
    known: list[Told] = []
    if disk.conn.total_changes() - before < len(rows):
        disk.conn.execute("ROLLBACK TO fresh")
        minutes, known, rows = _split(disk, minutes, rows)
        disk.add_rows("bin_insert", rows)
    disk.conn.execute("RELEASE fresh")
    if minutes:
        _add_fresh(disk, sums, minutes)
    return known


def _place(told: Told) -> tuple[int, int]:
    """Where a minute lies on disk: neighbours are written together."""
    return told[1].minute, told[1].sensor


def _split(
    disk: Disk, minutes: list[Told], rows: list[Row]
) -> tuple[list[Told], list[Told], list[Row]]:
    """The fresh minutes, those whose row exists or comes twice, and the rows of the fresh ones."""
    fresh: dict[int, tuple[Told, Row]] = {}
    known: list[Told] = []
    for one, row in zip(minutes, rows, strict=True):
        if row[0] in fresh or disk.row("bin_exists", row[0]):
            known.append(one)
        else:
            fresh[row[0]] = (one, row)
    return [one for one, _ in fresh.values()], known, [row for _, row in fresh.values()]


def _add_fresh(disk: Disk, sums: Sums, minutes: list[Told]) -> None:
    """Add whole minutes of which nothing was known to their quarters."""
    commit = disk.take_commit()
    for tally, (sensor, minute, _, covered_s, _, values) in minutes:
        positions = disk.positions(sensor)
        rows = sums.fresh[minute // 15 & 3]
        hour = minute // 60 << SERIES_BITS
        before = len(rows)
        for series, value in zip(positions, values, strict=False):
            if value is not None:
                if series is None:
                    raise _no_series(sensor)
                rows.append((hour | series, value, covered_s, commit))
        if any(value is not None for value in values[len(positions) :]):
            raise _no_series(sensor)
        tally.changed += len(rows) - before
        tally.touch(minute * 60, 60)


def _no_series(sensor: SensorNo) -> StoreError:
    return StoreError(f"sensor {sensor} has a value where it has no series")


def _events(group: Sequence[Accepted], tallies: Sequence[Tally]) -> list[journal.Line]:
    lines: list[journal.Line] = []
    for accepted, tally in zip(group, tallies, strict=True):
        if tally.end_s:
            late = tally.start_s * 1000 < accepted.received_ms - FINAL_AFTER_S * 1000
            kind: EventKind = "counts.revised" if tally.revised or late else "counts.recorded"
            if (accepted.live or accepted.frames) and not (accepted.minutes or accepted.claims):
                kind = "counts.provisional"
            lines.append(
                (kind, accepted.location_id, accepted.sensor, tally.start_s, tally.end_s, None,
                 accepted.received_ms)
            )  # fmt: skip
        lines.extend(map(journal.line_of, accepted.events))
    return lines
