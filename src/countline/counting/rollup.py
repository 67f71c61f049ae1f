"""What a bucket means, in plain Python: the oracle for every store's sums.

A counted bin belongs, whole, to the bucket in which it starts: its value, its covered seconds and
the commit that last changed it. No bucket exists where no bin is counted.
"""

from collections.abc import Iterable, Sequence

from countline.model.claim import Bin, Bucket
from countline.model.interval import QUARTER_S, Slice

_NONE = Bucket(2**62, 0, 0, 0)  # after the last bucket


def sum_quarters(bins: Iterable[Bin]) -> list[Bucket]:
    """Counted bins of one series, in any order, summed by UTC quarter; ascending."""
    quarters: dict[int, Bucket] = {}
    for bin_ in bins:
        start_s = bin_.start_s // QUARTER_S * QUARTER_S
        known = quarters.get(start_s, Bucket(start_s, 0, 0, 0))
        quarters[start_s] = Bucket(
            start_s,
            known.value + bin_.value,
            known.covered_s + bin_.covered_s,
            max(known.commit, bin_.commit),
        )
    return [quarters[start_s] for start_s in sorted(quarters)]


def sum_buckets(buckets: Sequence[Bucket], slices: Iterable[Slice]) -> list[Bucket | None]:
    """Ascending buckets of one series summed into slices; None where a slice holds none.

    Each bucket must lie within one slice or outside all: quarters in hours, days in weeks.
    """
    sums: list[Bucket | None] = []
    coming = iter(buckets)
    start_s, value, covered_s, commit = next(coming, _NONE)
    for slice_start_s, slice_end_s, _ in slices:
        while start_s < slice_start_s:
            start_s, value, covered_s, commit = next(coming, _NONE)
        if start_s >= slice_end_s:
            sums.append(None)
            continue
        sum_value = sum_covered_s = sum_commit = 0
        while start_s < slice_end_s:
            sum_value += value
            sum_covered_s += covered_s
            if commit > sum_commit:
                sum_commit = commit
            start_s, value, covered_s, commit = next(coming, _NONE)
        sums.append(Bucket(slice_start_s, sum_value, sum_covered_s, sum_commit))
    return sums


def sum_series(columns: Iterable[Sequence[Bucket | None]]) -> list[Bucket | None]:
    """The same slices of several series, added row by row; None where no series has a bucket."""
    rows = zip(*columns, strict=True)
    present = ([bucket for bucket in row if bucket is not None] for row in rows)
    return [_add_up(row[0].start_s, row) if row else None for row in present]


def known_value(bucket: Bucket | None) -> int | None:
    """What may be shown of a bucket: a zero needs covered seconds, else it is not known."""
    if bucket is None or not (bucket.value or bucket.covered_s):
        return None
    return bucket.value


def _add_up(start_s: int, buckets: Sequence[Bucket]) -> Bucket:
    return Bucket(
        start_s,
        sum(bucket.value for bucket in buckets),
        sum(bucket.covered_s for bucket in buckets),
        max(bucket.commit for bucket in buckets),
    )
