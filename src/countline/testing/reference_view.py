"""What the reference store knows, as plain dicts, and how it is read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, TypeVar

from countline.counting.choose import claim_order
from countline.model.claim import RANK_PROVISIONAL, Bin, Bucket, Claim, Fold, Shown
from countline.model.event import Event
from countline.model.ids import SensorNo, SeriesNo
from countline.model.sensor import Series
from countline.store.seam import KeptPush, PushState

R = TypeVar("R")
BinKey = tuple[int, int]  # start_s, length_s
Body = tuple[int, str, int | None, bytes]


@dataclass(slots=True)
class Winning:
    """What is known of one bin beside its claims."""

    claim: Claim
    counted: bool
    commit: int

    @property
    def start_s(self) -> int:
        return self.claim.start_s

    @property
    def length_s(self) -> int:
        return self.claim.length_s

    @property
    def rank(self) -> int:
        return self.claim.rank

    def bin(self) -> Bin:
        claim = self.claim
        return Bin(
            claim.series, claim.start_s, claim.length_s, claim.value, claim.covered_s, self.commit
        )


@dataclass(slots=True)
class Memory:
    """All that the store knows."""

    commit: int = 0
    seq: int = 0
    catalogue: int = 0
    records: dict[type[Any], dict[tuple[Any, ...], Any]] = field(default_factory=dict)
    claims: dict[SeriesNo, dict[BinKey, dict[int, Claim]]] = field(default_factory=dict)
    winners: dict[SeriesNo, dict[BinKey, Winning]] = field(default_factory=dict)
    quarters: dict[SeriesNo, list[Bucket]] = field(default_factory=dict)
    live: dict[SeriesNo, dict[int, tuple[Shown, ...]]] = field(default_factory=dict)
    frames: dict[SeriesNo, dict[int, tuple[int, bool]]] = field(default_factory=dict)
    folds: dict[str, dict[int, Fold]] = field(default_factory=dict)
    day_folds: dict[str, dict[int, Fold]] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    cursors: dict[str, int] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    pushes: dict[int, KeptPush] = field(default_factory=dict)
    bodies: list[Body] = field(default_factory=list)


class ReferenceView:
    """`View` over dicts."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def catalogue_version(self) -> int:
        return self._memory.catalogue

    def records(self, kind: type[R], **equal: Any) -> list[R]:
        mine = self._memory.records.get(kind, {})
        return [
            mine[key]
            for key in sorted(mine)
            if all(getattr(mine[key], name) == value for name, value in equal.items())
        ]

    def record(self, kind: type[R], *key: Any) -> R | None:
        return self._memory.records.get(kind, {}).get(key)

    # -- numbers ----------------------------------------------------------------------------------
    def _winning(self, series: Iterable[SeriesNo]) -> list[Winning]:
        ordered = (self._memory.winners.get(one, {}).values() for one in series)
        return sorted(
            (held for held_of_one in ordered for held in held_of_one),
            key=lambda held: (held.start_s, held.claim.series, held.length_s),
        )

    def _series_of(self, sensor: SensorNo) -> list[SeriesNo]:
        return [one.series for one in self.records(Series, sensor=sensor)]

    def bins(self, series: Sequence[SeriesNo], start_s: int, end_s: int) -> list[Bin]:
        return [
            held.bin()
            for held in self._winning(series)
            if held.counted and start_s <= held.start_s < end_s
        ]

    def long_bins(self, series: Sequence[SeriesNo], start_s: int, end_s: int) -> list[Bin]:
        return [
            held.bin()
            for held in self._winning(series)
            if held.counted and not is_minute(held.claim) and overlaps(held, start_s, end_s)
        ]

    def quarters(
        self, series: Sequence[SeriesNo], start_s: int, end_s: int
    ) -> Mapping[SeriesNo, Sequence[Bucket]]:
        known = self._memory.quarters
        return {
            one: [bucket for bucket in known.get(one, []) if start_s <= bucket.start_s < end_s]
            for one in series
        }

    def days(
        self, series: Sequence[SeriesNo], edges_s: Sequence[int]
    ) -> Mapping[SeriesNo, Sequence[Bucket]]:
        return {one: self._sums(one, edges_s) for one in series}

    def _sums(self, series: SeriesNo, edges_s: Sequence[int]) -> list[Bucket]:
        sums = []
        for start_s, end_s in pairwise(edges_s):
            if inside := self.quarters([series], start_s, end_s)[series]:
                value = sum(bucket.value for bucket in inside)
                covered_s = sum(bucket.covered_s for bucket in inside)
                commit = max(bucket.commit for bucket in inside)
                sums.append(Bucket(start_s, value, covered_s, commit))
        return sums

    def claims(self, series: SeriesNo, start_s: int, length_s: int) -> list[Claim]:
        kept = self._memory.claims.get(series, {}).get((start_s, length_s), {})
        return sorted(kept.values(), key=claim_order, reverse=True)

    def overlapped(self, sensor: SensorNo, start_s: int, end_s: int) -> list[Bin]:
        return [
            held.bin()
            for held in self._winning(self._series_of(sensor))
            if not held.counted and overlaps(held, start_s, end_s)
        ]

    def provisional(
        self, series: Sequence[SeriesNo], start_s: int, end_s: int
    ) -> list[tuple[SeriesNo, int]]:
        return sorted(
            (held.claim.series, held.start_s)
            for held in self._winning(series)
            if held.counted
            and held.rank == RANK_PROVISIONAL
            and (held.claim.value or held.claim.covered_s)
            and is_minute(held.claim)
            and start_s <= held.start_s < end_s
        )

    def span(self, sensor: SensorNo) -> tuple[int, int] | None:
        counted = [held for held in self._winning(self._series_of(sensor)) if held.counted]
        if not counted:
            return None
        return counted[0].start_s, max(held.start_s + held.length_s for held in counted)

    # -- occupancy --------------------------------------------------------------------------------
    def folds(self, subject: str, start_s: int, end_s: int) -> list[Fold]:
        return between(self._memory.folds.get(subject, {}), start_s, end_s)

    def last_fold(self, subject: str, before_s: int) -> Fold | None:
        earlier = [f for f in self._memory.folds.get(subject, {}).values() if f.start_s < before_s]
        return max(earlier, default=None)

    def next_fold(self, subject: str, from_s: int) -> Fold | None:
        later = [f for f in self._memory.folds.get(subject, {}).values() if f.start_s >= from_s]
        return min(later, default=None)

    def day_folds(self, subject: str, start_s: int, end_s: int) -> list[Fold]:
        return between(self._memory.day_folds.get(subject, {}), start_s, end_s)

    # -- events, pushes ---------------------------------------------------------------------------
    def head(self) -> tuple[int, int]:
        return self._memory.commit, self._memory.seq

    def events(self, after: int, limit: int) -> list[Event]:
        return [event for event in self._memory.events if event.seq > after][:limit]

    def cursor(self, reader: str) -> int:
        return self._memory.cursors.get(reader, 0)

    def pushes(
        self, state: PushState | None, *, after: int = 0, limit: int = 100
    ) -> list[KeptPush]:
        return [
            push
            for push_id, push in sorted(self._memory.pushes.items())
            if push_id > after and state in (None, push.state)
        ][:limit]

    def push_bytes(self, state: PushState) -> Mapping[int | None, int]:
        sizes: dict[int | None, int] = {}
        for push in self._memory.pushes.values():
            if push.state == state:
                sizes[push.device_id] = sizes.get(push.device_id, 0) + len(push.body)
        return sizes

    def bodies(self, start_ms: int, end_ms: int) -> Iterable[Body]:
        return [body for body in self._memory.bodies if start_ms <= body[0] < end_ms]


def is_minute(claim: Claim) -> bool:
    """Whether a claim is about one whole minute."""
    return claim.length_s == 60 and claim.start_s % 60 == 0


def overlaps(held: Winning, start_s: int, end_s: int) -> bool:
    """Whether a bin has an instant in `[start_s, end_s)`."""
    return held.start_s < end_s and held.start_s + held.length_s > start_s


def between(folds: Mapping[int, Fold], start_s: int, end_s: int) -> list[Fold]:
    """Folds that start in `[start_s, end_s)`, ascending."""
    return [folds[at_s] for at_s in sorted(folds) if start_s <= at_s < end_s]
