"""Minutes that a cold day has already: told again they change nothing, and need not make it hot."""

from countline.model.claim import Minute
from countline.model.ids import SensorNo
from countline.store.sqlite.cold import DAY_MINUTES, ColdDay, day_key, unpack_minutes
from countline.store.sqlite.disk import Disk
from countline.store.sqlite.settle import Tally

Told = tuple[Tally, Minute]


def without_repeats(disk: Disk, minutes: list[Told]) -> list[Told]:
    """Count minutes of cold days that repeat what stands there; gives the others."""
    hot_from = (disk.head.cold_to + 1) * DAY_MINUTES
    cold: dict[tuple[SensorNo, int], ColdDay | None] = {}
    others: list[Told] = []
    for told in minutes:
        tally, minute = told
        if minute.minute >= hot_from:
            others.append(told)
            continue
        place = (minute.sensor, minute.minute // DAY_MINUTES)
        if place not in cold:
            cold[place] = _cold_day(disk, *place)
        if _stands(disk, cold[place], minute):
            tally.duplicates += len(minute.values) - minute.values.count(None)
        else:
            others.append(told)
    return others


def _cold_day(disk: Disk, sensor: SensorNo, day: int) -> ColdDay | None:
    row = disk.row("cold_get", day_key(sensor, day))
    return None if row is None else unpack_minutes(day, row[0])


def _stands(disk: Disk, cold: ColdDay | None, minute: Minute) -> bool:
    """Whether each value is that of the winner, whose order is as great or greater."""
    row = None if cold is None else cold.row(minute.minute)
    if row is None:
        return False
    cells = row.cells(disk.positions(minute.sensor), minute.minute)
    order = (minute.rank, minute.covered_s, minute.sequence)
    return len(minute.values) <= len(cells) and all(
        value is None
        or (held is not None and held.claim.value == value and order <= held.claim[3:6])
        for value, held in zip(minute.values, cells, strict=False)
    )
