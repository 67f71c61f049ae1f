"""Moving old device-days from hot to cold, in steps short enough to stand between two pushes."""

from collections.abc import Mapping
from itertools import chain

from countline.model.claim import Bucket
from countline.model.ids import SensorNo, SeriesNo
from countline.model.interval import DAY_S
from countline.store.sqlite import days, winners
from countline.store.sqlite.cells import SENSOR_BITS, pack
from countline.store.sqlite.cold import (
    DAY_MINUTES,
    DAY_QUARTERS,
    day_key,
    pack_minutes,
    pack_quarters,
    unpack_minutes,
)
from countline.store.sqlite.disk import Disk
from countline.store.sqlite.hours import QUARTER_S, SERIES_BITS, read_hours
from countline.store.sqlite.warmth import hot_days, raise_cold_to

HOT_S = 48 * 3_600  # a day is hot until so long after its end
DAYS_PER_STEP = 5  # sensor-days frozen in one transaction: about 50 ms
ROWS_PER_STEP = 20_000  # hot rows dropped in one transaction


def last_old_day(now_s: int) -> int:
    """The latest UTC day that may be cold."""
    return (now_s - HOT_S) // DAY_S - 1


def begin(disk: Disk, now_s: int) -> None:
    """From here on, old days are cold wherever they are not listed as warm."""
    raise_cold_to(disk, last_old_day(now_s))


def freeze_some(disk: Disk, now_s: int) -> tuple[int, int]:
    """Freeze a few warm sensor-days; gives how many were looked at, and how many had rows."""
    warm = disk.rows("warm_until", last_old_day(now_s), DAYS_PER_STEP)
    return len(warm), sum(freeze(disk, sensor, day) for sensor, day in warm)


def freeze(disk: Disk, sensor: SensorNo, day: int) -> bool:
    """Write a day's cold rows, from when on its hot ones are ignored; false where it has none.

    A day whose cold row would not give back exactly the same stays hot.
    """
    start_s, end_s = day * DAY_S, (day + 1) * DAY_S
    rows = winners.walk_minutes(disk, sensor, start_s, end_s)
    if rows:
        packed = pack_minutes(rows)
        assert unpack_minutes(day, packed).rows() == rows, "a cold day must be the hot one, exactly"
        disk.run("cold_save", day_key(sensor, day), packed)
    found: dict[SeriesNo, list[Bucket]] = {series: [] for series in disk.series_of(sensor)}
    read_hours(disk, list(found), start_s, end_s, found)
    _freeze_quarters(disk, sensor, day, found)
    disk.run("warm_drop", day_key(sensor, day))
    if any(found.values()):
        days.sum_anew(disk, sensor, day, day)
    return bool(rows) or any(found.values())


def _freeze_quarters(
    disk: Disk, sensor: SensorNo, day: int, found: Mapping[SeriesNo, list[Bucket]]
) -> None:
    shared = [0] * DAY_QUARTERS
    for bucket in chain.from_iterable(found.values()):
        at = bucket.start_s % DAY_S // QUARTER_S
        shared[at] = max(shared[at], bucket.commit)
    if any(shared):
        disk.run("coldw_save", day_key(sensor, day), pack(shared))
    for series, quarters in found.items():
        if quarters:
            disk.run("coldq_save", day_key(series, day), pack_quarters(quarters, shared))


def drop_some(disk: Disk) -> bool:
    """Drop a few hot rows of a day that is cold for all sensors; false when there are none."""
    for day in hot_days(disk, 0, disk.head.cold_to):
        if not disk.row("warm_on", day):
            _drop_oldest(disk, day)
            return True
    return False


def _drop_oldest(disk: Disk, day: int) -> None:
    """Drop a day's first minutes; hours go together with the last ones."""
    first, end = day * DAY_MINUTES << SENSOR_BITS, (day + 1) * DAY_MINUTES << SENSOR_BITS
    row = disk.row("bin_nth", first, end, ROWS_PER_STEP)
    disk.run("bins_drop", first, end if row is None else row[0])
    if row is None:
        first, end = day * 24 << SERIES_BITS, (day + 1) * 24 << SERIES_BITS
        row = disk.row("hour_nth", first, end, ROWS_PER_STEP)
        disk.run("hours_drop", first, end if row is None else row[0])


def sum_a_sensor(disk: Disk) -> bool:
    """Make the civil days of one sensor anew whose location moved them; false when none is left."""
    row = disk.row("grids_behind")
    if row is not None:
        days.sum_anew(disk, row[0], disk.head.cold_to, disk.head.cold_to)
    return row is not None
