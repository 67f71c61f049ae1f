"""Where a sensor's minutes are missing: plain stretches, from what is expected and what is there."""

from collections.abc import Iterable, Sequence

from countline.counting.coverage import Stretch, clip, unite
from countline.model.interval import MINUTE_S

HOLE_S_MIN = 2 * MINUTE_S  # a single minute is a late push more often than a lost one


def holes_between(
    expected: Sequence[Stretch],
    present: Iterable[Stretch],
    start_s: int,
    end_s: int,
    *,
    least_s: int = HOLE_S_MIN,
) -> list[Stretch]:
    """Whole minutes of `[start_s, end_s)` that are expected and not present, in stretches.

    Ascending and disjoint. One shorter than `least_s` is left out.
    """
    there = unite(present)
    holes: list[Stretch] = []
    for from_s, to_s in clip(unite(expected), start_s, end_s):
        at_s = -(-from_s // MINUTE_S) * MINUTE_S
        last_s = to_s // MINUTE_S * MINUTE_S
        for begin_s, stop_s in [*clip(there, at_s, last_s), (last_s, last_s)]:
            hole_end_s = begin_s // MINUTE_S * MINUTE_S
            if hole_end_s - at_s >= least_s:
                holes.append((at_s, hole_end_s))
            at_s = max(at_s, -(-stop_s // MINUTE_S) * MINUTE_S)
    return holes
