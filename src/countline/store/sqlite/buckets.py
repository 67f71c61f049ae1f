"""Stored sums as they are asked: quarters, and sums between any edges, hot and cold."""

from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import pairwise

from countline.model.claim import Bucket
from countline.model.ids import SeriesNo
from countline.store.sqlite import days
from countline.store.sqlite.coldsums import (
    are_hours,
    read_cold,
    read_columns,
    sum_between,
    sum_columns,
)
from countline.store.sqlite.disk import Disk
from countline.store.sqlite.hours import read_hours
from countline.store.sqlite.warmth import hot_stretches

Found = dict[SeriesNo, list[Bucket]]


def quarters(disk: Disk, series: Sequence[SeriesNo], start_s: int, end_s: int) -> Found:
    """Sums by UTC quarter that starts in `[start_s, end_s)`, ascending."""
    hot = _hot_quarters(disk, series, start_s, end_s)
    for one, buckets in hot.items():
        if cold := list(read_cold(disk, one, start_s, end_s)):
            hot[one] = sorted(cold + buckets) if buckets else cold
    return hot


def sums(disk: Disk, series: Sequence[SeriesNo], edges_s: Sequence[int]) -> Found:
    """Sums of the quarters between each two neighbours of `edges_s`, ascending."""
    if len(edges_s) < 2:
        return {one: [] for one in series}
    edges_s = list(edges_s)
    ends_s = {} if are_hours(edges_s) else dict(pairwise(edges_s))
    hot = _hot_quarters(disk, series, edges_s[0], edges_s[-1])
    return {
        one: _joined(_cold_sums(disk, one, edges_s, ends_s), sum_between(hot[one], edges_s))
        for one in hot
    }


def _cold_sums(
    disk: Disk, series: SeriesNo, edges_s: list[int], ends_s: Mapping[int, int]
) -> list[Bucket]:
    """Stored days that are in `ends_s` from start to end, and sums of cold quarters elsewhere."""
    found = days.read(disk, series, ends_s) if ends_s else []
    if len(found) == len(ends_s) > 0:
        return found  # every day is stored, and they ascend
    stored = {bucket.start_s for bucket in found}
    for stretch in _gaps(edges_s, stored) if stored else [edges_s]:
        columns = read_columns(disk, series, stretch[0], stretch[-1])
        if columns is not None:
            found += sum_columns(columns, stretch)
    return sorted(found) if stored else found


def _hot_quarters(disk: Disk, series: Sequence[SeriesNo], start_s: int, end_s: int) -> Found:
    found: Found = {one: [] for one in series}
    for sensor, group in disk.by_sensor(found):
        for stretch in hot_stretches(disk, sensor, start_s, end_s):
            read_hours(disk, group, *stretch, found)
    return found


def _gaps(edges_s: list[int], stored: Set[int]) -> Iterator[list[int]]:
    """Runs of edges between which no day is stored."""
    run: list[int] = []
    for edge_s in edges_s:
        run.append(edge_s)
        if edge_s in stored:
            if len(run) > 1:
                yield run
            run = []
    if len(run) > 1:
        yield run


def _joined(cold: list[Bucket], hot: list[Bucket]) -> list[Bucket]:
    """Sums of the two sides, added where they are of one stretch."""
    if not cold or not hot:
        return cold or hot
    joined = {bucket.start_s: bucket for bucket in cold}
    for more in hot:
        was = joined.get(more.start_s, Bucket(more.start_s, 0, 0, 0))
        joined[more.start_s] = Bucket(
            more.start_s,
            was.value + more.value,
            was.covered_s + more.covered_s,
            max(was.commit, more.commit),
        )
    return sorted(joined.values())
