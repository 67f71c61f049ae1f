"""Claims, overlapped bins, and the span of a sensor, hot and cold."""

from collections.abc import Iterator, Sequence

from countline.counting.choose import claim_order
from countline.model.claim import Bin, Bucket, Claim
from countline.model.ids import SensorNo, SeriesNo
from countline.store.sqlite import winners
from countline.store.sqlite.bins import bin_of, by_start, cold_days, counted, counted_bins
from countline.store.sqlite.cells import Held
from countline.store.sqlite.cold import DAY_S
from countline.store.sqlite.coldsums import read_cold
from countline.store.sqlite.days import cold_ends
from countline.store.sqlite.disk import Disk
from countline.store.sqlite.hours import HOUR_S, QUARTER_S, SERIES_BITS, hour_key, read_hours
from countline.store.sqlite.warmth import hot_stretches

FOREVER_S = 1 << 36  # later than any instant that is kept


def long_bins(disk: Disk, series: Sequence[SeriesNo], start_s: int, end_s: int) -> list[Bin]:
    """Counted bins that are not one whole minute and overlap `[start_s, end_s)`."""
    bins: list[Bin] = []
    for one in series:
        bins += counted(winners.long_overlapping(disk, one, start_s, end_s))
    return sorted(bins, key=by_start)


def claims(disk: Disk, series: SeriesNo, start_s: int, length_s: int) -> list[Claim]:
    """The whole claim set of one bin that is known, winner first."""
    place = disk.find_place(series)
    if place is None:
        return []
    if length_s == 60 and not start_s % 60:
        held = winning_cell(disk, *place, start_s // 60)
    else:
        held = winners.get_long(disk, Claim(series, start_s, length_s, 0, 0, 0, 0))
    if held is None:
        return []
    losers = [
        Claim(series, start_s, length_s, *row)
        for row in disk.rows("beside_of", series, start_s, length_s)
    ]
    return [held.claim, *sorted(losers, key=claim_order, reverse=True)]


def winning_cell(disk: Disk, sensor: SensorNo, position: int, minute: int) -> Held | None:
    """The winner of one minute of a series, hot or cold."""
    for cold in cold_days(disk, sensor, minute * 60, minute * 60 + 60):
        row = cold.row(minute)
        return None if row is None else row.cells(disk.positions(sensor), minute)[position]
    if any(hot_stretches(disk, sensor, minute * 60, minute * 60 + 60)):
        return winners.get_cells(disk, sensor, minute)[position]
    return None


def _minutes(
    disk: Disk, sensor: SensorNo, start_s: int, end_s: int
) -> Iterator[tuple[int, list[Held | None]]]:
    """(minute, winners by position) of minutes that start in `[start_s, end_s)`."""
    positions = disk.positions(sensor)
    for cold in cold_days(disk, sensor, start_s, end_s):
        for minute, row in cold.rows():
            if start_s <= minute * 60 < end_s:
                yield minute, row.cells(positions, minute)
    for stretch in hot_stretches(disk, sensor, start_s, end_s):
        for minute, row in winners.walk_minutes(disk, sensor, *stretch):
            yield minute, row.cells(positions, minute)


def overlapped(disk: Disk, sensor: SensorNo, start_s: int, end_s: int) -> list[Bin]:
    """Winning bins that overlap `[start_s, end_s)` and are not summed, since a better one is."""
    if sensor not in disk.reaching():
        return []
    found = [
        held
        for series in disk.series_of(sensor)
        for held in winners.long_overlapping(disk, series, start_s, end_s)
    ]
    for _, cells in _minutes(disk, sensor, start_s // 60 * 60, end_s):
        found += [held for held in cells if held is not None]
    return sorted((bin_of(held) for held in found if not held.counted), key=by_start)


def span(disk: Disk, sensor: SensorNo) -> tuple[int, int] | None:
    """First start and last end of all counted bins of a sensor."""
    ends = [found for series in disk.series_of(sensor) if (found := _quarter_ends(disk, series))]
    if not ends:
        return None
    first_s, last_s = min(first for first, _ in ends), max(last for _, last in ends)
    series = disk.series_of(sensor)
    opening = counted_bins(disk, series, first_s, first_s + QUARTER_S)
    closing = counted_bins(disk, series, last_s, last_s + QUARTER_S)
    for one in series:  # one that is longer may start earlier and end later
        if reach_s := disk.reach_s(one):
            closing += counted(winners.long_starting(disk, one, last_s - reach_s, FOREVER_S))
    return opening[0].start_s, max(one.start_s + one.length_s for one in closing)


def _quarter_ends(disk: Disk, series: SeriesNo) -> tuple[int, int] | None:
    """Starts of the first and the last quarter in which a series has counted bins."""
    starts_s: list[int] = []
    for day in cold_ends(disk, series) or ():
        cold = list(read_cold(disk, series, day * DAY_S, (day + 1) * DAY_S))
        starts_s += [cold[0].start_s, cold[-1].start_s]
    sensor, _ = disk.place(series)
    for stretch in hot_stretches(disk, sensor, 0, FOREVER_S):
        for name in ("hour_first", "hour_last"):
            if (hour := _hour_at(disk, name, series, *stretch)) is not None:
                found: dict[SeriesNo, list[Bucket]] = {series: []}
                read_hours(disk, [series], hour * HOUR_S, (hour + 1) * HOUR_S, found)
                starts_s += [bucket.start_s for bucket in found[series]]
    return (min(starts_s), max(starts_s)) if starts_s else None


def _hour_at(disk: Disk, name: str, series: SeriesNo, start_s: int, end_s: int) -> int | None:
    """The first or last hot hour of a series in `[start_s, end_s)`."""
    ends = disk.row("hour_ends")
    if ends is None or ends[0] is None:
        return None
    first, last = max(start_s // HOUR_S, ends[0]), min((end_s - 1) // HOUR_S, ends[1])
    if first > last:
        return None
    row = disk.row(name, hour_key(first, series), hour_key(last, series))
    return None if row is None else row[0] >> SERIES_BITS
