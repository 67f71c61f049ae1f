"""Cold quarters of a series, and how any quarters are summed between edges."""

from collections.abc import Iterator, Sequence

from countline.model.claim import Bucket
from countline.model.ids import SeriesNo
from countline.store.sqlite.cold import DAY_MASK, DAY_S, Quarter, day_key, unpack_quarters
from countline.store.sqlite.disk import Disk
from countline.store.sqlite.hours import new_bucket


def read_cold(disk: Disk, series: SeriesNo, start_s: int, end_s: int) -> Iterator[Quarter]:
    """Cold quarters of a series that start in `[start_s, end_s)`, ascending."""
    first, last = start_s // DAY_S, min((end_s - 1) // DAY_S, disk.head.cold_to)
    if first > last:
        return
    rows = disk.rows("coldq_between", day_key(series, first), day_key(series, last))
    for key, body in rows:
        day = key & DAY_MASK
        if start_s <= day * DAY_S and (day + 1) * DAY_S <= end_s:
            yield from unpack_quarters(day, body)
        else:
            yield from (q for q in unpack_quarters(day, body) if start_s <= q[0] < end_s)


def sum_between(buckets: Sequence[Bucket], edges_s: Sequence[int]) -> list[Bucket]:
    """Ascending buckets summed between neighbours of `edges_s`; nothing where there is none."""
    summed: list[Bucket] = []
    place, edge_s = 0, edges_s[0]
    start_s = value = covered_s = commit = 0
    for bucket in buckets:
        if bucket[0] < edge_s:
            value += bucket[1]
            covered_s += bucket[2]
            commit = max(commit, bucket[3])
            continue
        if commit:
            summed.append(new_bucket((start_s, value, covered_s, commit)))
        while edges_s[place + 1] <= bucket[0]:
            place += 1
        start_s, edge_s = edges_s[place], edges_s[place + 1]
        _, value, covered_s, commit = bucket
    if commit:
        summed.append(new_bucket((start_s, value, covered_s, commit)))
    return summed
