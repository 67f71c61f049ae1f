"""Whole old days that come in one push, written cold at once: history, and long backlogs."""

from collections.abc import Sequence
from operator import attrgetter

from countline.errors import StoreError
from countline.model.claim import Minute
from countline.model.ids import SensorNo
from countline.model.interval import DAY_S
from countline.store.sqlite import days, winners
from countline.store.sqlite.cells import MinuteRow, pack_plain
from countline.store.sqlite.cold import (
    DAY_MINUTES,
    Quarter,
    day_key,
    pack_minutes,
    pack_quarters,
)
from countline.store.sqlite.compact import last_old_day
from countline.store.sqlite.disk import Disk
from countline.store.sqlite.hours import QUARTER_S
from countline.store.sqlite.settle import Tally
from countline.store.sqlite.sums import Sums
from countline.store.sqlite.warmth import raise_cold_to

MINUTES_MIN = 100  # fewer are as well off in hot rows


def load_whole_days(
    disk: Disk, sums: Sums, tally: Tally, minutes: Sequence[Minute], now_s: int
) -> Sequence[Minute]:
    """Write those days cold of which nothing is known; gives the minutes that are left.

    A day is whole that lies between others of the push, or that has all its minutes: the rest of a
    part day comes with the next push, and would find it cold.
    """
    if len(minutes) < MINUTES_MIN:
        return minutes
    by_sensor: dict[SensorNo, dict[int, list[Minute]]] = {}
    for minute in minutes:
        if minute.values.count(None) == len(minute.values):
            continue
        of_day = by_sensor.setdefault(minute.sensor, {})
        of_day.setdefault(minute.minute // DAY_MINUTES, []).append(minute)
    left: list[Minute] = []
    for sensor, of_day in by_sensor.items():
        edges = (min(of_day), max(of_day))
        cold = [
            day
            for day, given in of_day.items()
            if (day not in edges or len(given) == DAY_MINUTES)
            and 0 <= day <= last_old_day(now_s)
            and _is_new(disk, sensor, day, given)
        ]
        if cold:
            raise_cold_to(disk, max(cold), unwritten=sums.days())
        for day in cold:
            _load(disk, tally, sensor, day, of_day.pop(day))
        if cold:
            days.sum_anew(disk, sensor, min(cold), max(cold))
        left += [minute for day in sorted(of_day) for minute in of_day[day]]
    return left


def _is_new(disk: Disk, sensor: SensorNo, day: int, minutes: Sequence[Minute]) -> bool:
    """Whether nothing is known of a sensor's day, no bin comes twice, and none can be overlapped."""
    if sensor in disk.reaching() or len({minute.minute for minute in minutes}) < len(minutes):
        return False
    if day <= disk.head.cold_to:
        key = day_key(sensor, day)
        return not disk.row("warm_get", key) and not disk.row("cold_get", key)
    return not winners.walk_minutes(disk, sensor, day * DAY_S, (day + 1) * DAY_S)


def _load(disk: Disk, tally: Tally, sensor: SensorNo, day: int, minutes: list[Minute]) -> None:
    disk.run("warm_drop", day_key(sensor, day))
    commit = disk.take_commit()
    minutes.sort(key=attrgetter("minute"))
    rows = [
        (m.minute, MinuteRow(m.sequence, commit, pack_plain(m.rank, m.covered_s, m.values)))
        for m in minutes
    ]
    disk.run("cold_save", day_key(sensor, day), pack_minutes(rows))
    positions = disk.positions(sensor)
    width = max(len(m.values) for m in minutes)
    for position in range(width):
        series = positions[position] if position < len(positions) else None
        sums: dict[int, list[int]] = {}
        for m in minutes:
            if position < len(m.values) and (value := m.values[position]) is not None:
                quarter = sums.setdefault(m.minute // 15, [0, 0])
                quarter[0] += value
                quarter[1] += m.covered_s
                tally.changed += 1
        if sums and series is None:
            raise StoreError(f"sensor {sensor} has no series at position {position}")
        if series is not None and sums:
            quarters: list[Quarter] = [
                (at * QUARTER_S, value, covered_s, commit)
                for at, (value, covered_s) in sums.items()
            ]
            disk.run("coldq_save", day_key(series, day), pack_quarters(quarters))
    tally.touch(minutes[0].minute * 60, 60)
    tally.touch(minutes[-1].minute * 60, 60)
