"""Provisional counts: what running totals say about a minute while its proper record is to come.

A pure function of the set of totals told, whatever their order, and of where better claims lie.
"""

from collections.abc import Iterable, Sequence
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


def _sum(total: int, totals: Sequence[Shown]) -> int:
    counts = 0
    for one in totals:
        if not one.was_reset:
            delta = total_delta(total, one.total, was_reset=False)
            counts += delta or 0
        total = one.total
    return counts if counts <= VALUE_MAX else 0  # more is no count of anything
