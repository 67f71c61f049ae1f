"""Stored sums as they are asked: quarters, and sums between any edges, hot and cold."""

from collections.abc import Iterator, Mapping, Sequence

from countline.model.claim import Bucket
from countline.model.ids import SeriesNo
from countline.store.sqlite import days
from countline.store.sqlite.coldsums import read_cold, sum_between
from countline.store.sqlite.disk import Disk
from countline.store.sqlite.hours import new_bucket, read_hours
from countline.store.sqlite.warmth import hot_stretches

Found = dict[SeriesNo, list[Bucket]]


def quarters(disk: Disk, series: Sequence[SeriesNo], start_s: int, end_s: int) -> Found:
    """Sums by UTC quarter that starts in `[start_s, end_s)`, ascending."""
    found: Found = {one: [] for one in series}
    for one in found:
        found[one] += map(new_bucket, read_cold(disk, one, start_s, end_s))
    _add_hot(disk, found, start_s, end_s)
    return found


def sums(disk: Disk, series: Sequence[SeriesNo], edges_s: Sequence[int]) -> Found:
    """Sums of the quarters between each two neighbours of `edges_s`, ascending."""
    found: Found = {one: [] for one in series}
    if len(edges_s) < 2:
        return found
    stored = {one: days.read(disk, one, edges_s) for one in found}
    for one in found:
        for start_s, end_s in _gaps(edges_s, stored[one]):
            found[one] += map(new_bucket, read_cold(disk, one, start_s, end_s))
    _add_hot(disk, found, edges_s[0], edges_s[-1])
    return {one: _merge(stored[one], sum_between(found[one], edges_s)) for one in found}


def _add_hot(disk: Disk, found: Found, start_s: int, end_s: int) -> None:
    """Put hot quarters between the cold ones."""
    for sensor, group in disk.by_sensor(found):
        cold = any(found[one] for one in group)
        for stretch in hot_stretches(disk, sensor, start_s, end_s):
            read_hours(disk, group, *stretch, found)
        if cold:
            for one in group:
                found[one].sort()


def _gaps(edges_s: Sequence[int], stored: Mapping[int, Bucket]) -> Iterator[tuple[int, int]]:
    """Stretches between edges without a stored day, neighbours joined."""
    begun_s = None
    for start_s in edges_s[:-1]:
        if start_s in stored and begun_s is not None:
            yield begun_s, start_s
            begun_s = None
        elif start_s not in stored and begun_s is None:
            begun_s = start_s
    if begun_s is not None:
        yield begun_s, edges_s[-1]


def _merge(stored: Mapping[int, Bucket], summed: list[Bucket]) -> list[Bucket]:
    """Stored days and further sums, added where they start together."""
    if not stored:
        return summed
    merged = dict(stored)
    for one in summed:
        was = merged.get(one.start_s)
        if was is not None:
            one = Bucket(
                one.start_s,
                was.value + one.value,
                was.covered_s + one.covered_s,
                max(was.commit, one.commit),
            )
        merged[one.start_s] = one
    return sorted(merged.values())
