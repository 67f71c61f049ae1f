"""Totals and frames of live events, and when the provisional claims of them are made anew."""

from collections.abc import Iterable, Iterator, Sequence

from countline.counting.provisional import AROUND, joined
from countline.limits import LIVE_ALONE_S
from countline.model.claim import Shown
from countline.model.event import Event
from countline.model.ids import LocationId, SensorNo, SeriesNo
from countline.store.seam import Accepted, LiveFrames, LiveMinute
from countline.store.sqlite import marks
from countline.store.sqlite.cells import pack
from countline.store.sqlite.disk import Disk
from countline.store.sqlite.settle import Tally
from countline.store.sqlite.standing import MINUTE_MS, Standing, is_alone, totals_of
from countline.store.sqlite.sums import Sums

Stretch = tuple[int, int]  # the first and the last start of some claims

NO_MORE, ALONE, ALWAYS = 0, 1, 2  # `live_frame.counts`


def apply_live(disk: Disk, sums: Sums, group: Sequence[Accepted], tallies: Sequence[Tally]) -> None:
    """Live events of a group, once all its better claims stand and are heeded."""
    for accepted, tally in zip(group, tallies, strict=True) if disk.living() else ():
        stretches: dict[SensorNo, Stretch] = {}
        for at_s, sensor in _better_starts(disk, accepted):
            if sensor in disk.living():
                first_s, last_s = stretches.get(sensor, (at_s, at_s))
                stretches[sensor] = (min(at_s, first_s), max(at_s, last_s))
        for sensor, stretch in stretches.items():
            _heed_better(disk, Standing(disk, sums, tally), sensor, stretch)
    for accepted, tally in zip(group, tallies, strict=True):
        for told in accepted.live:
            _hear(disk, Standing(disk, sums, tally), told)
        for seen in accepted.frames:
            _watch(disk, Standing(disk, sums, tally), seen)


def _better_starts(disk: Disk, accepted: Accepted) -> Iterator[tuple[int, SensorNo]]:
    """Where a push's claims begin, and of which sensors they are."""
    for minute in accepted.minutes:
        yield minute.minute * 60, minute.sensor
    for claim in accepted.claims:
        yield claim.start_s, disk.place(claim.series)[0]


def _hear(disk: Disk, standing: Standing, told: LiveMinute) -> None:
    """Keep what a counter showed, and make the claims anew that it bears on."""
    series, minute = told.series, told.minute
    sensor, _ = disk.place(series)
    row = disk.row("live_get", series, minute)
    known = () if row is None else totals_of(minute, row[0])
    totals = joined(known, told.totals)
    if totals == known:
        standing.tally.duplicates += 1
        return
    disk.run("live_save", series, minute, sensor, bool(row and row[1]), _body(minute, totals))
    disk.lives(sensor, framed=False)
    standing.claim_anew(series, minute)
    if after := disk.row("live_after", series, minute):
        standing.claim_anew(series, after[0])


def _watch(disk: Disk, standing: Standing, seen: LiveFrames) -> None:
    """Keep in which seconds a channel was watched, where its counts come from live events."""
    lead, minute = seen.lead, seen.minute
    sensor, _ = disk.place(lead)
    row = disk.row("live_frame_get", lead, minute)
    if seen.always:
        counts = ALWAYS
    elif row is not None and row[1] != ALWAYS:
        counts = row[1]
    else:
        counts = ALONE if is_alone(disk, lead, minute) else NO_MORE
    if row is None and counts == NO_MORE:
        return  # better claims do not go away: these frames will never count
    now = (seen.seconds | (row[0] if row else 0), counts)
    if now == row:
        return
    disk.run("live_frame_save", lead, minute, sensor, *now)
    disk.lives(sensor, framed=True)
    for near in range(minute - AROUND, minute + AROUND + 1):
        _cover(disk, standing, lead, near, always=seen.always)


def _cover(disk: Disk, standing: Standing, lead: SeriesNo, minute: int, *, always: bool) -> None:
    """Make the claims of a channel's minute anew; one between two with frames has none of its own."""
    is_new = standing.covered_s(lead, minute) and not disk.row("live_frame_get", lead, minute)
    if is_new and (always or is_alone(disk, lead, minute)):
        counts = ALWAYS if always else ALONE
        disk.run("live_frame_save", lead, minute, disk.place(lead)[0], 0, counts)
    for series in disk.counters(lead):
        standing.claim_anew(series, minute)


def _heed_better(disk: Disk, standing: Standing, sensor: SensorNo, stretch: Stretch) -> None:
    """Claims of rank 1 or more came: no total may count them again, nor frames cover beside them."""
    first_s, last_s = stretch
    if sensor in disk.framed():
        until_s = last_s + LIVE_ALONE_S
        over: set[tuple[SeriesNo, int]] = set()
        for lead, minute in disk.rows("live_frame_alone", sensor, first_s // 60, until_s // 60):
            if not is_alone(disk, lead, minute):
                disk.run("live_frame_stop", lead, minute)
                over |= {(lead, minute + near) for near in range(-AROUND, AROUND + 1)}
        for lead, minute in sorted(over):
            for series in disk.counters(lead):
                standing.claim_anew(series, minute)
    for series, minute in disk.rows("live_bridged", sensor, first_s // 60):
        standing.claim_anew(series, minute)


def forget(disk: Disk, before_s: int) -> None:
    """Drop frames of minutes before an instant, and totals but for each counter's last."""
    disk.run("live_forget", before_s // 60)
    disk.run("live_frame_forget", before_s // 60)


def drop(disk: Disk, sums: Sums, tally: Tally, sensor: SensorNo) -> None:
    """Forget all that a sensor told live, and take back what counted by it alone."""
    standing = Standing(disk, sums, tally)
    for series in disk.series_of(sensor):
        minutes = {m for name in ("live_of", "live_frame_of") for (m,) in disk.rows(name, series)}
        leading = disk.counters(series)[:1] == (series,)
        followers = disk.counters(series) if leading else (series,)
        disk.run("live_drop", series)
        disk.run("live_frame_drop", series)
        for one in followers:
            for minute in sorted(minutes):
                standing.claim_anew(one, minute)


def told(disk: Disk, sensor: SensorNo, tally: Tally) -> Event:
    """That live events of a sensor count differently now."""
    row = disk.row("sensor_location", sensor)
    return Event(
        kind="counts.provisional",
        location_id=LocationId(row[0]) if row else None,
        sensor=sensor,
        start_s=tally.start_s,
        end_s=tally.end_s,
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
