"""How counted bins and their sums are read, hot and cold."""

from collections.abc import Mapping, Sequence

from countline.counting.choose import claim_order
from countline.model.claim import Bin, Bucket, Claim
from countline.model.ids import SensorNo, SeriesNo
from countline.store.sqlite import winners
from countline.store.sqlite.cells import Held, unpack
from countline.store.sqlite.disk import Disk
from countline.store.sqlite.sums import read_hours

_AGES_S = (0, 1 << 36)  # every instant that may be stored


def counted_bins(disk: Disk, series: Sequence[SeriesNo], start_s: int, end_s: int) -> list[Bin]:
    """Counted bins of any length that start in `[start_s, end_s)`; by start, then series."""
    bins: list[Bin] = []
    places = [(one, place) for one in series if (place := disk.find_place(one))]
    for sensor in dict.fromkeys(place[0] for _, place in places):
        wanted = [(one, place[1]) for one, place in places if place[0] == sensor]
        for minute, row in winners.walk_minutes(disk, sensor, start_s, end_s):
            if row.mixed is None:
                values = unpack(row.values)
                bins += [
                    Bin(one, minute * 60, 60, values[position], row.covered_s, row.commit)
                    for one, position in wanted
                    if position < len(values) and values[position] is not None
                ]
            else:
                cells = [row.cell(one, minute, position) for one, position in wanted]
                bins += _counted(cells)
    for one, _ in places:
        bins += _counted(winners.long_starting(disk, one, start_s, end_s))
    return sorted(bins, key=_by_start)


def long_bins(disk: Disk, series: Sequence[SeriesNo], start_s: int, end_s: int) -> list[Bin]:
    """Counted bins that are not one whole minute and overlap `[start_s, end_s)`."""
    bins: list[Bin] = []
    for one in series:
        bins += _counted(winners.long_overlapping(disk, one, start_s, end_s))
    return sorted(bins, key=_by_start)


def _by_start(one: Bin) -> tuple[int, int, int]:
    return (one.start_s, one.series, one.length_s)


def _counted(cells: Sequence[Held | None]) -> list[Bin]:
    return [_bin(held) for held in cells if held is not None and held.counted]


def _bin(held: Held) -> Bin:
    claim = held.claim
    return Bin(
        claim.series, claim.start_s, claim.length_s, claim.value, claim.covered_s, held.commit
    )


def quarters(
    disk: Disk, series: Sequence[SeriesNo], start_s: int, end_s: int
) -> Mapping[SeriesNo, Sequence[Bucket]]:
    """Sums by UTC quarter that starts in `[start_s, end_s)`, ascending."""
    return {
        one: [Bucket(*quarter) for quarter in read_hours(disk, one, start_s, end_s)]
        for one in series
    }


def days(
    disk: Disk, series: Sequence[SeriesNo], edges_s: Sequence[int]
) -> Mapping[SeriesNo, Sequence[Bucket]]:
    """Sums of the quarters between each two neighbours of `edges_s`."""
    return {one: _sum_between(disk, one, edges_s) for one in series}


def _sum_between(disk: Disk, series: SeriesNo, edges_s: Sequence[int]) -> list[Bucket]:
    if len(edges_s) < 2:
        return []
    sums: dict[int, Bucket] = {}
    place = 0
    for at_s, value, covered_s, commit in read_hours(disk, series, edges_s[0], edges_s[-1]):
        while edges_s[place + 1] <= at_s:
            place += 1
        start_s = edges_s[place]
        was = sums.get(start_s)
        if was is None:
            sums[start_s] = Bucket(start_s, value, covered_s, commit)
        else:
            sums[start_s] = Bucket(
                start_s, was.value + value, was.covered_s + covered_s, max(was.commit, commit)
            )
    return list(sums.values())


def claims(disk: Disk, series: SeriesNo, start_s: int, length_s: int) -> list[Claim]:
    """The whole claim set of one bin that is known, winner first."""
    place = disk.find_place(series)
    if place is None:
        return []
    if length_s == 60 and not start_s % 60:
        cells = winners.get_cells(disk, place[0], start_s // 60)
        held = cells[place[1]] if place[1] < len(cells) else None
    else:
        held = winners.get_long(disk, Claim(series, start_s, length_s, 0, 0, 0, 0))
    if held is None:
        return []
    losers = [
        Claim(series, start_s, length_s, *row)
        for row in disk.rows("beside_of", series, start_s, length_s)
    ]
    return [held.claim, *sorted(losers, key=claim_order, reverse=True)]


def overlapped(disk: Disk, sensor: SensorNo, start_s: int, end_s: int) -> list[Bin]:
    """Winning bins that overlap `[start_s, end_s)` and are not summed, since a better one is."""
    if sensor not in disk.reaching():
        return []
    return sorted(
        (
            _bin(held)
            for series in disk.positions(sensor)
            if series is not None and disk.reach_s(series)
            for held in winners.winners_overlapping(disk, series, start_s, end_s)
            if not held.counted
        ),
        key=_by_start,
    )


def span(disk: Disk, sensor: SensorNo) -> tuple[int, int] | None:
    """First start and last end of all counted bins of a sensor."""
    starts_s: list[int] = []
    ends_s: list[int] = []
    for series in disk.positions(sensor):
        if series is None:
            continue
        found = counted_bins(disk, [series], *_AGES_S)
        starts_s += [one.start_s for one in found[:1]]
        ends_s += [max(one.start_s + one.length_s for one in found)] if found else []
    return (min(starts_s), max(ends_s)) if starts_s else None
