"""What a sensor that sees a zone, and closed hours, prove of how many people are in it.

Three rules, each about an instant at which something has been so for `after_s`:

- the sensor has seen nobody, and no line has counted anybody in: nobody is there;
- the sensor has seen at least so many, and no line has counted anybody out: so many are there at least;
- the place has been closed, and no line has counted anybody: nobody is there.

A crossing begins the time anew, so that a line and a sensor which notice one person in different
minutes prove nothing. So does a gap in what is seen. An instant is told when its time is full, and
not again before it has begun anew.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from countline.counting.coverage import Stretch
from countline.model.interval import MINUTE_S

NEVER_S = -(2**40)


class Seen(NamedTuple):
    """How many a sensor saw at the end of one bin, all of which is covered."""

    start_s: int
    end_s: int
    people: int


def longest_bin_s(after_s: int) -> int:
    """Longer bins are no evidence: too much may happen between their ends."""
    return after_s // 2


def back_s(after_s: int) -> int:
    """How long before an instant lies what decides whether something is told there."""
    return 2 * after_s + MINUTE_S


def unoccupied(seen: Iterable[Seen], entries_s: Sequence[int], after_s: int) -> list[int]:
    """When nobody is there, ascending, as `seen` and the instants `entries_s` are."""
    found: list[int] = []
    told = False
    for since_s, one in _runs(seen, lambda one: one.people == 0):
        full = one.end_s - max(since_s, _last(entries_s, one.end_s)) >= after_s
        if full and not told:
            found.append(one.end_s)
        told = full
    return found


def at_least(seen: Iterable[Seen], exits_s: Sequence[int], after_s: int) -> list[tuple[int, int]]:
    """When so many are there at least, ascending: told when its time is full, and when it rises."""
    found: list[tuple[int, int]] = []
    window: list[Seen] = []
    told = 0
    for since_s, one in _runs(seen, lambda one: one.people > 0):
        window = [w for w in window if w.end_s > one.end_s - after_s] + [one]
        full = one.end_s - max(since_s, _last(exits_s, one.end_s)) >= after_s
        least = min(w.people for w in window) if full else 0
        if least > told:
            found.append((one.end_s, least))
        told = least
    return found


def closed_for(closed: Iterable[Stretch], crossings_s: Sequence[int], after_s: int) -> list[int]:
    """When nobody is there since it has been closed for so long, or since somebody crossed in it."""
    found: list[int] = []
    for start_s, end_s in closed:
        first = bisect_right(crossings_s, start_s)
        begins_s = [start_s, *crossings_s[first : bisect_right(crossings_s, end_s)]]
        for at, begin_s in enumerate(begins_s):
            full_s = -(-(begin_s + after_s) // MINUTE_S) * MINUTE_S
            last = at + 1 == len(begins_s)
            if full_s <= end_s if last else full_s < begins_s[at + 1]:
                found.append(full_s)
    return found


def _runs(seen: Iterable[Seen], holds: Callable[[Seen], bool]) -> Iterator[tuple[int, Seen]]:
    """Each bin, and since when without a gap something has held; its own end where it does not."""
    since_s: int | None = None
    before_s = NEVER_S
    for one in seen:
        if not holds(one):
            since_s = None
        elif since_s is None or one.start_s != before_s:
            since_s = one.start_s
        before_s = one.end_s
        yield one.end_s if since_s is None else since_s, one


def _last(instants_s: Sequence[int], until_s: int) -> int:
    at = bisect_right(instants_s, until_s)
    return instants_s[at - 1] if at else NEVER_S
