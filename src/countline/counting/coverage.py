"""How much of what was expected is known, which rows there are, and why something is missing.

A stretch is `(start_s, end_s)`, half-open. Missing is never zero: a number needs covered seconds.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, pairwise, repeat
from typing import NamedTuple, Protocol

from countline.model.ids import SensorNo
from countline.model.interval import Slice
from countline.model.place import Source
from countline.model.sensor import Expected, Gap

Stretch = tuple[int, int]

FOREVER_S = 2**40  # the end of what has none yet
UNKNOWN = "unknown"
REASONS = (
    *("sensor_offline", "network", "not_installed", "disabled"),
    *("clock", "rejected", "maintenance", UNKNOWN),
)


class Span(Protocol):
    """A counted bin, as far as coverage looks at it."""

    @property
    def start_s(self) -> int: ...
    @property
    def length_s(self) -> int: ...


class Active(NamedTuple):
    """A stretch in which one source counts its line, or measures its zone."""

    start_s: int
    end_s: int
    source: Source


def unite(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The union of stretches: disjoint, not touching, ascending."""
    united: list[Stretch] = []
    for start_s, end_s in sorted(stretches):
        if start_s >= end_s:
            continue
        if united and start_s <= united[-1][1]:
            united[-1] = (united[-1][0], max(united[-1][1], end_s))
        else:
            united.append((start_s, end_s))
    return united


def clip(stretches: Iterable[Stretch], start_s: int, end_s: int) -> list[Stretch]:
    """What of the stretches lies in `[start_s, end_s)`."""
    cut = ((max(from_s, start_s), min(to_s, end_s)) for from_s, to_s in stretches)
    return [(from_s, to_s) for from_s, to_s in cut if from_s < to_s]


def expected_stretches(expected: Iterable[Expected]) -> dict[SensorNo, list[Stretch]]:
    """The expected periods of each sensor, united; one that still pushes has no end."""
    periods: dict[SensorNo, list[Stretch]] = {}
    for one in expected:
        to_s = FOREVER_S if one.to_s is None else one.to_s
        periods.setdefault(one.sensor, []).append((one.from_s, to_s))
    return {sensor: unite(stretches) for sensor, stretches in periods.items()}


def active_stretches(
    sources: Iterable[Source],
    expected: Mapping[SensorNo, Sequence[Stretch]],
    start_s: int,
    end_s: int,
) -> list[Active]:
    """Which source of one line, or one zone, is active in `[start_s, end_s)`; ascending.

    At every instant that is the first in failover order of those that are valid and whose sensor
    is expected to give data; so several sources count once. `expected` is united per sensor.
    """
    candidates = [
        (source.order, source.source_id, source, _valid(source, expected, start_s, end_s))
        for source in sources
    ]
    candidates.sort(key=lambda candidate: candidate[:2])
    edges = {edge_s for *_, stretches in candidates for stretch in stretches for edge_s in stretch}
    active: list[Active] = []
    for from_s, to_s in pairwise(sorted(edges)):
        holders = (source for *_, source, stretches in candidates if _holds(stretches, from_s))
        source = next(holders, None)
        if source is None:
            continue
        if active and active[-1].end_s == from_s and active[-1].source == source:
            from_s = active.pop().start_s
        active.append(Active(from_s, to_s, source))
    return active


def _valid(
    source: Source, expected: Mapping[SensorNo, Sequence[Stretch]], start_s: int, end_s: int
) -> list[Stretch]:
    valid_to_s = FOREVER_S if source.valid_to_s is None else source.valid_to_s
    from_s, to_s = max(start_s, source.valid_from_s), min(end_s, valid_to_s)
    return clip(expected.get(source.sensor, ()), from_s, to_s)


def _holds(stretches: Sequence[Stretch], at_s: int) -> bool:
    place = bisect_right(stretches, (at_s, FOREVER_S + 1))
    return place > 0 and at_s < stretches[place - 1][1]


def expected_seconds(
    slices: Sequence[Slice],
    stretches: Sequence[Stretch],
    now_s: int,
    counted: Iterable[Span] = (),
) -> list[int]:
    """Seconds of each slice in which one line is expected to give data, up to now.

    `slices` follow each other without a gap; `stretches` are united. `counted` are the line's
    counted bins that reach past the end of their slice and overlap any of these (further ones do no
    harm): the seconds of each are expected, like its covered ones, where it starts.
    """
    until = _Until(clip(stretches, -FOREVER_S, now_s))
    edges = [slice_.start_s for slice_ in slices] + [slice_.end_s for slice_ in slices[-1:]]
    seconds = [after - before for before, after in pairwise(until.each(edges))]
    for bin_ in counted:
        end_s = bin_.start_s + bin_.length_s
        own = bisect_right(edges, bin_.start_s) - 1  # -1: it counts before the first slice
        for other in range(own + 1, bisect_left(edges, end_s, 0, len(seconds))):
            from_s, to_s = max(edges[other], bin_.start_s), min(edges[other + 1], end_s)
            moved_s = until(to_s) - until(from_s)
            seconds[other] -= moved_s
            if own >= 0:
                seconds[own] += moved_s
        if 0 <= own < len(seconds) and end_s > edges[-1]:
            seconds[own] += until(end_s) - until(edges[-1])
    return seconds


class _Until:
    """How many seconds of some stretches lie before an instant."""

    def __init__(self, stretches: Sequence[Stretch]) -> None:
        self._stretches = stretches
        self._starts_s = [start_s for start_s, _ in stretches]
        lengths_s = (end_s - start_s for start_s, end_s in stretches)
        self._before_s = list(accumulate(lengths_s, initial=0))

    def each(self, instants_s: Sequence[int]) -> list[int]:
        """The same for many instants, ascending."""
        if len(self._stretches) == 1 and instants_s:
            ((start_s, end_s),) = self._stretches
            if start_s <= instants_s[0] and instants_s[-1] <= end_s:  # by far the most usual
                return [at_s - start_s for at_s in instants_s]
        return [self(at_s) for at_s in instants_s]

    def __call__(self, at_s: int) -> int:
        place = bisect_right(self._starts_s, at_s) - 1
        if place < 0:
            return 0
        start_s, end_s = self._stretches[place]
        return self._before_s[place] + min(at_s, end_s) - start_s


def coverage_ratio(covered_s: int, expected_s: int) -> float | None:
    """Covered of expected seconds, never above 1; None where nothing was expected nor covered."""
    if expected_s <= 0:
        return 1.0 if covered_s > 0 else None
    return min(1.0, covered_s / expected_s)


def row_slices(slices: Iterable[Slice], stretches: Sequence[Stretch], now_s: int) -> list[Slice]:
    """The slices for which there is a row: some of it is expected, and it has begun by now.

    `stretches` are the united expected periods of all sensors of the subject.
    """
    starts_s = [start_s for start_s, _ in stretches]
    rows: list[Slice] = []
    for slice_ in slices:
        place = bisect_left(starts_s, slice_.end_s) - 1
        if place >= 0 and stretches[place][1] > slice_.start_s and slice_.start_s <= now_s:
            rows.append(slice_)
    return rows


def gap_reasons(slices: Sequence[Slice], gaps: Iterable[Gap]) -> Iterator[str]:
    """Why each of these slices, ascending, lacks data: the reason of the longest gap within it.

    `unknown` where no gap is known; of equally long ones the earlier, then the smaller id.
    """
    real = (gap for gap in gaps if gap.to_s is None or gap.from_s < gap.to_s)
    coming = sorted(real, key=lambda gap: (gap.from_s, gap.gap_id), reverse=True)
    if not coming:
        yield from repeat(UNKNOWN, len(slices))
        return
    here: list[Gap] = []
    for start_s, end_s, _ in slices:
        while coming and coming[-1].from_s < end_s:
            here.append(coming.pop())
        here = [gap for gap in here if gap.to_s is None or gap.to_s > start_s]
        yield _longest_reason(here, start_s, end_s)


def _longest_reason(gaps: Sequence[Gap], start_s: int, end_s: int) -> str:
    shared_s = [_shared_s(gap, start_s, end_s) for gap in gaps]
    return gaps[shared_s.index(max(shared_s))].reason if gaps else UNKNOWN


def _shared_s(gap: Gap, start_s: int, end_s: int) -> int:
    to_s = end_s if gap.to_s is None else min(end_s, gap.to_s)
    return to_s - max(start_s, gap.from_s)
