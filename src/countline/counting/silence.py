"""How far a number of people can be trusted while some of what tells of it is silent."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from countline.model.query import Quality

SILENT_SHARE_MAX = 0.2  # of the usual crossings: more than this silent makes a number stale


class Silence(NamedTuple):
    """For how long a line (or a sensor that sees people) has given nothing, and how long it may."""

    gone_s: int
    stale_s: int


def quality_of(silences: Sequence[Silence], usual: Callable[[], Sequence[int]]) -> Quality:
    """Good while those that are silent carry no more than a fifth of the usual crossings.

    Beyond it is stale; when it has lasted as long again, or when all are silent, it is unknown.
    `usual` gives the usual crossings of each, in the same order, and is asked only where it matters;
    where there have been none they weigh alike.
    """
    silent = [one.gone_s > one.stale_s for one in silences]
    if all(silent):  # or there are none
        return "unknown"
    if not any(silent):
        return "good"
    weights = usual()
    total = sum(weights)
    if not total:
        weights, total = [1] * len(silences), len(silences)
    if _share(silent, weights, total) <= SILENT_SHARE_MAX:
        return "good"
    long = [one.gone_s > 2 * one.stale_s for one in silences]
    return "unknown" if _share(long, weights, total) > SILENT_SHARE_MAX else "stale"


def _share(which: Sequence[bool], weights: Sequence[int], total: int) -> float:
    return sum(weight for is_one, weight in zip(which, weights, strict=True) if is_one) / total
