"""Which sensor-days are hot and which are cold, and how a cold one becomes hot again.

A sensor-day is hot when it is later than `head.cold_to` or listed in `warm`, and cold otherwise:
one look decides it, whatever rows still lie in the hot tables and wait to be dropped.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace

from countline.errors import StoreError
from countline.model.ids import SensorNo
from countline.store.sqlite import days
from countline.store.sqlite.cells import SENSOR_BITS
from countline.store.sqlite.cold import DAY_MASK, DAY_S, day_key, unpack_minutes
from countline.store.sqlite.coldsums import read_cold
from countline.store.sqlite.disk import Disk
from countline.store.sqlite.hours import SERIES_BITS, save_quarters


def hot_stretches(
    disk: Disk, sensor: SensorNo, start_s: int, end_s: int
) -> Iterator[tuple[int, int]]:
    """The hot parts of `[start_s, end_s)`, ascending."""
    cold_end_s = (disk.head.cold_to + 1) * DAY_S
    if start_s < cold_end_s:
        first, last = start_s // DAY_S, min(disk.head.cold_to, (end_s - 1) // DAY_S)
        for (day,) in disk.rows("warm_between", day_key(sensor, first), day_key(sensor, last)):
            yield max(start_s, day * DAY_S), min(end_s, (day + 1) * DAY_S)
    if end_s > cold_end_s:
        yield max(start_s, cold_end_s), end_s


def warm_up(disk: Disk, sensor: SensorNo, at_s: int) -> None:
    """Make the day that holds an instant hot, before something is written into it."""
    day = at_s // DAY_S
    if day < 0:
        raise StoreError(f"a bin starts {-at_s} s before 1970: look at the device's clock")
    if day <= disk.head.cold_to and not disk.row("warm_get", day_key(sensor, day)):
        _thaw(disk, sensor, day)


def warm_up_minutes(disk: Disk, sensor: SensorNo, start_s: int, end_s: int) -> None:
    """Make those days of a stretch hot that have cold minutes."""
    first, last = start_s // DAY_S, min((end_s - 1) // DAY_S, disk.head.cold_to)
    if first <= last:
        keys = (day_key(sensor, first), day_key(sensor, last))
        for key, _ in disk.rows("cold_between", *keys):
            _thaw(disk, sensor, key & DAY_MASK)


def _thaw(disk: Disk, sensor: SensorNo, day: int) -> None:
    """Put a cold day's rows back. Some may lie there still, and then they are the same."""
    row = disk.row("cold_get", day_key(sensor, day))
    if row is not None:
        rows = unpack_minutes(day, row[0]).rows()
        disk.run_many("bin_save", [(m << SENSOR_BITS | sensor, *packed) for m, packed in rows])
        disk.run("cold_drop", day_key(sensor, day))
    for series in disk.series_of(sensor):
        quarters = list(read_cold(disk, series, day * DAY_S, (day + 1) * DAY_S))
        if quarters:
            save_quarters(disk, series, quarters)
            disk.run("coldq_drop", day_key(series, day))
    disk.run("coldw_drop", day_key(sensor, day))
    disk.run("warm_add", day_key(sensor, day))
    days.sum_anew(disk, sensor, day, day)


def raise_cold_to(disk: Disk, day: int, *, unwritten: Collection[int] = ()) -> None:
    """Let days up to this one be cold where they are not listed as warm, and list all that are hot.

    `unwritten` are days of which the transaction still holds sums that it has not written.
    """
    if day <= disk.head.cold_to:
        return
    sensors = [sensor for (sensor,) in disk.rows("sensors")]
    first = disk.head.cold_to + 1
    to_come = (one for one in unwritten if first <= one <= day)
    for hot_day in sorted({*hot_days(disk, first, day), *to_come}):
        disk.run_many("warm_add", [(day_key(sensor, hot_day),) for sensor in sensors])
    disk.head = replace(disk.head, cold_to=day)


def hot_days(disk: Disk, first: int, last: int) -> list[int]:
    """Days of a range that have rows in the hot tables, whosever they are, ascending."""
    found: set[int] = set()
    for name, bits, per_day in (("hour_next", SERIES_BITS, 24), ("bin_next", SENSOR_BITS, 1_440)):
        at = first * per_day
        while row := disk.row(name, at << bits, (last + 1) * per_day << bits):
            day = row[0] // per_day
            found.add(day)
            at = (day + 1) * per_day
    return sorted(found)
