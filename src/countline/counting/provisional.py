"""Provisional counts: what running totals say about a minute while its proper record is to come.

A pure function of the set of totals told, whatever their order, and of where better claims lie.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from countline.counting.normalise import total_delta
from countline.limits import LIVE_TOTALS_OF_MINUTE_MAX, VALUE_MAX
from countline.model.claim import Shown


def joined(known: Iterable[Shown], told: Iterable[Shown]) -> tuple[Shown, ...]:
    """All that a counter showed within a minute, in time; of too many the latest."""
    return tuple(sorted({*known, *told})[-LIVE_TOTALS_OF_MINUTE_MAX:])


class Value(NamedTuple):
    """What is counted in a minute; `bridged` where the totals before the minute add to it.

    They do where events were lost. `alone` is what the minute's own events say by themselves.
    """

    value: int
    alone: int

    @property
    def bridged(self) -> bool:
        return self.value != self.alone


def counted(before: Shown | None, totals: Sequence[Shown]) -> Value:
    """What an accumulating counter counted in a minute with these totals, given the last one before.

    Events that were lost since then show in the difference. A total that fell without a reset says
    nothing: what lies before it is not counted. Where no total is known before, the first event
    itself says what it added.
    """
    first = totals[0]
    alone = _sum(first.total - min(first.step, first.total), totals)
    return Value(alone if before is None else _sum(before.total, totals), alone)


FRAMES_APART_S_MAX = 90  # live frames farther apart leave what lies between uncovered
AROUND = 2  # minutes on either side whose frames may cover a part of a minute


def covered_s(seconds: Sequence[int]) -> int:
    """How much of a minute lies between live frames that follow each other closely.

    `seconds` has a bit for each second in which there was a frame, of the minute itself in the
    middle and of `AROUND` minutes on either side.
    """
    if not any(seconds):
        return 0
    seen = [
        60 * (at - AROUND) + second
        for at, bits in enumerate(seconds)
        for second in range(60)
        if bits >> second & 1
    ]
    between = (
        max(0, min(later, 60) - max(earlier, 0))
        for earlier, later in pairwise(seen)
        if later - earlier <= FRAMES_APART_S_MAX
    )
    return sum(between)


def _sum(total: int, totals: Sequence[Shown]) -> int:
    counts = 0
    for one in totals:
        if not one.was_reset:
            delta = total_delta(total, one.total, was_reset=False)
            counts += delta or 0
        total = one.total
    return counts if counts <= VALUE_MAX else 0  # more is no count of anything
