"""Every sum made right of claims anew, a sensor's day at a time."""

from collections.abc import Iterable

from countline.counting.rollup import sum_quarters
from countline.model.claim import Bucket
from countline.model.ids import LocationId, SensorNo, SeriesNo
from countline.model.interval import DAY_S
from countline.store.sqlite import buckets, days, journal, winners
from countline.store.sqlite.bins import counted_bins
from countline.store.sqlite.cold import DAY_MASK, day_key, pack_quarters
from countline.store.sqlite.disk import Disk
from countline.store.sqlite.hours import save_quarters
from countline.store.sqlite.settle import Tally, choose_anew
from countline.store.sqlite.sums import Sums
from countline.store.sqlite.warmth import hot_days, hot_stretches


def known_days(disk: Disk, sensor: SensorNo) -> list[int]:
    """UTC days in which a sensor may have bins or sums, ascending."""
    keys = (day_key(sensor, 0), day_key(sensor, DAY_MASK))
    found = {key & DAY_MASK for key, _ in disk.rows("cold_between", *keys)}
    for series in disk.series_of(sensor):
        keys = (day_key(series, 0), day_key(series, DAY_MASK))
        found |= {day for (day,) in disk.rows("coldq_days", *keys)}
        found |= {day for (day,) in disk.rows("long_days", series)}
    return sorted(found.union(hot_days(disk, 0, DAY_MASK)))


def rebuild_day(disk: Disk, sensor: SensorNo, day: int) -> None:
    """Choose anew what counts among overlapping bins, and make the day's sums right.

    A sum that is right keeps its commit; one that was not gets this one, and the log says so.
    """
    start_s, end_s = day * DAY_S, (day + 1) * DAY_S
    tally, sums = Tally(), Sums()
    for series in disk.series_of(sensor):
        for held in winners.long_starting(disk, series, start_s, end_s):
            choose_anew(disk, sums, tally, held)
    sums.flush(disk)
    for series in disk.series_of(sensor):
        _sum_series(disk, sensor, tally, series, day)
    days.sum_anew(disk, sensor, day, day)
    if tally.end_s:
        row = disk.row("sensor_location", sensor)
        location_id = LocationId(row[0]) if row else None
        journal.append(
            disk,
            [
                (
                    "counts.revised",
                    location_id,
                    sensor,
                    tally.start_s,
                    tally.end_s,
                    None,
                    end_s * 1000,
                )
            ],
        )


def _sum_series(disk: Disk, sensor: SensorNo, tally: Tally, series: SeriesNo, day: int) -> None:
    start_s, end_s = day * DAY_S, (day + 1) * DAY_S
    stored = {b.start_s: b for b in buckets.quarters(disk, [series], start_s, end_s)[series]}
    right = {b.start_s: b for b in sum_quarters(counted_bins(disk, [series], start_s, end_s))}
    wrong = [
        at_s
        for at_s in stored.keys() | right.keys()
        if stored.get(at_s, _NOTHING)[1:3] != right.get(at_s, _NOTHING)[1:3]
    ]
    if not wrong:
        return
    commit = disk.take_commit()
    for at_s in wrong:
        tally.touch(at_s, 900)
        none = Bucket(at_s, 0, 0, 0)  # of no commit, as where no bin is counted
        stored[at_s] = right[at_s]._replace(commit=commit) if at_s in right else none
    _write(disk, sensor, series, day, sorted(stored.values()))


_NOTHING = Bucket(0, -1, -1, 0)


def _write(
    disk: Disk, sensor: SensorNo, series: SeriesNo, day: int, quarters: Iterable[Bucket]
) -> None:
    if list(hot_stretches(disk, sensor, day * DAY_S, (day + 1) * DAY_S)):
        save_quarters(disk, series, quarters)
    elif left := [bucket for bucket in quarters if bucket.commit]:
        disk.run("coldq_save", day_key(series, day), pack_quarters(left))
    else:
        disk.run("coldq_drop", day_key(series, day))
