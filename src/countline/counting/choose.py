"""Which claim wins a bin, and which of the winning bins count where they overlap.

Both are maxima over sets: order, repetition and splitting of what arrives cannot matter. Every
store decides by these functions, or in a way that provably decides the same.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal, NamedTuple, Protocol, TypeVar

from countline.model.claim import Claim

Verdict = Literal["first", "duplicate", "won", "lost"]


class Merge(NamedTuple):
    """What became of a claim that met the standing winner of its bin.

    `beside` is the claim that did not win and is kept: the new one when it `lost`, the former
    winner when the new one `won`; None when it was the `first`, or a `duplicate` in value.
    """

    winner: Claim
    beside: Claim | None
    verdict: Verdict


class Winner(NamedTuple):
    """The winning claim of one bin, as far as overlapping bins of one series look at it."""

    start_s: int
    length_s: int
    rank: int
    covered_s: int
    value: int


class Placed(Protocol):
    """A bin with the rank of its winning claim: a `Winner`, a `Claim`, or a store's own row."""

    @property
    def start_s(self) -> int: ...
    @property
    def length_s(self) -> int: ...
    @property
    def rank(self) -> int: ...


P = TypeVar("P", bound=Placed)


def claim_order(claim: Claim) -> tuple[int, int, int, int]:
    """The key by which claims about one bin are ordered; the greatest wins."""
    return (claim.rank, claim.covered_s, claim.sequence, claim.value)


def winner(claims: Iterable[Claim]) -> Claim:
    """The winning claim of one bin. Raises `ValueError` when there is none."""
    return max(claims, key=claim_order)


def merge_claim(standing: Claim | None, new: Claim) -> Merge:
    """Let a claim meet the standing winner of its bin.

    One equal in value leaves the greater of the two orders standing, so `winner` may be the new
    claim even for a `duplicate`: its coverage or sequence is greater.
    """
    if standing is None:
        return Merge(new, None, "first")
    greater, lesser = standing, new
    if claim_order(new) > claim_order(standing):
        greater, lesser = new, standing
    if new.value == standing.value:
        return Merge(greater, None, "duplicate")
    return Merge(greater, lesser, "won" if greater is new else "lost")


def choose_counted(bins: Iterable[P]) -> tuple[list[P], list[P]]:
    """Which winning bins of one series count, and which are kept but overlapped; both by start.

    Taken by rank descending, length ascending, start ascending, each counts that overlaps none
    counted before it.
    """
    counted: list[P] = []
    overlapped: list[P] = []
    for group in _neighbours(bins):
        if len(group) == 1:
            counted.append(group[0])
        else:
            _choose_among(group, counted, overlapped)
    counted.sort(key=_start)
    overlapped.sort(key=_place)
    return counted, overlapped


def neighbourhood(
    overlapping: Callable[[int, int], Sequence[P]], start_s: int, end_s: int
) -> tuple[int, int, list[P]]:
    """The stretch that must be chosen anew when a bin `[start_s, end_s)` came, went or changed.

    `overlapping(start_s, end_s)` gives the winning bins of the series that overlap a stretch.
    Returns the smallest stretch around the bin whose edges no bin crosses, with its bins: what
    counts inside does not depend on anything outside, nor the other way round.
    """
    while True:
        bins = list(overlapping(start_s, end_s))
        widest_start_s = min((bin_.start_s for bin_ in bins), default=start_s)
        widest_end_s = max((bin_.start_s + bin_.length_s for bin_ in bins), default=end_s)
        if widest_start_s >= start_s and widest_end_s <= end_s:
            return start_s, end_s, bins
        start_s, end_s = min(start_s, widest_start_s), max(end_s, widest_end_s)


def _neighbours(bins: Iterable[P]) -> Iterator[list[P]]:
    """Groups of bins connected by overlaps, so that no bin overlaps one of another group."""
    group: list[P] = []
    reach_s = 0
    for bin_ in sorted(bins, key=_start):
        if group and bin_.start_s >= reach_s:
            yield group
            group = []
        end_s = bin_.start_s + bin_.length_s
        reach_s = max(reach_s, end_s) if group else end_s
        group.append(bin_)
    if group:
        yield group


def _choose_among(group: Iterable[P], counted: list[P], overlapped: list[P]) -> None:
    starts_s: list[int] = []  # of the bins counted so far, ascending; they overlap nowhere
    ends_s: list[int] = []
    for bin_ in sorted(group, key=_preference):
        start_s, end_s = bin_.start_s, bin_.start_s + bin_.length_s
        place = bisect_right(ends_s, start_s)
        if place < len(starts_s) and starts_s[place] < end_s:
            overlapped.append(bin_)
        else:
            starts_s.insert(place, start_s)
            ends_s.insert(place, end_s)
            counted.append(bin_)


def _start(bin_: Placed) -> int:
    return bin_.start_s


def _place(bin_: Placed) -> tuple[int, int]:
    return (bin_.start_s, bin_.length_s)


def _preference(bin_: Placed) -> tuple[int, int, int]:
    return (-bin_.rank, bin_.length_s, bin_.start_s)
