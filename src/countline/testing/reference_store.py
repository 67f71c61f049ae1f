"""A store made of dicts that is obviously right: every other store must agree with it."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any, TypeVar

from countline.counting.choose import choose_counted, claim_order, winner
from countline.counting.rollup import sum_quarters
from countline.errors import StoreError
from countline.limits import FINAL_AFTER_S
from countline.model.claim import Claim, Fold, Minute
from countline.model.event import Event
from countline.model.ids import SeriesNo
from countline.model.sensor import Series
from countline.store.records import TABLES, key_of
from countline.store.seam import (
    Accepted,
    Commit,
    KeptPush,
    Outcome,
    StoreFacts,
    Transaction,
    View,
)
from countline.testing.reference_view import Memory, ReferenceView, Winning, between, is_minute

T = TypeVar("T")


class ReferenceTransaction(ReferenceView):
    """`Transaction` over dicts."""

    def __init__(self, memory: Memory) -> None:
        super().__init__(memory)
        self._found_commit = memory.commit
        self._found_catalogue = memory.catalogue

    def _take_commit(self) -> int:
        self._memory.commit = self._found_commit + 1
        return self._memory.commit

    def save(self, *records: Any) -> None:
        for record in records:
            self._memory.records.setdefault(type(record), {})[key_of(record)] = record
            self._moved(record)

    def delete(self, *records: Any) -> None:
        for record in records:
            if self._memory.records.get(type(record), {}).pop(key_of(record), None) is not None:
                self._moved(record)

    def _moved(self, record: Any) -> None:
        if TABLES[type(record)].moves_catalogue:
            self._memory.catalogue = self._found_catalogue + 1

    def next_number(self, name: str) -> int:
        self._memory.numbers[name] = self._memory.numbers.get(name, 0) + 1
        return self._memory.numbers[name]

    def emit(self, *events: Event) -> int:
        for event in events:
            self._memory.seq += 1
            told = replace(event, seq=self._memory.seq, commit=self._take_commit())
            self._memory.events.append(told)
        return self._memory.seq

    def move_cursor(self, reader: str, seq: int) -> None:
        self._memory.cursors[reader] = seq

    def put_folds(self, subject: str, folds: Sequence[Fold]) -> None:
        self._put(self._memory.folds, subject, folds)

    def put_day_folds(self, subject: str, folds: Sequence[Fold]) -> None:
        self._put(self._memory.day_folds, subject, folds)

    def _put(self, shelf: dict[str, dict[int, Fold]], subject: str, folds: Sequence[Fold]) -> None:
        for fold in folds:
            known = shelf.setdefault(subject, {})
            was = known.get(fold.start_s)
            if was is None or was[:-1] != fold[:-1]:
                known[fold.start_s] = fold._replace(commit=self._take_commit())

    def drop_folds(self, subject: str, start_s: int, end_s: int) -> None:
        for shelf in (self._memory.folds, self._memory.day_folds):
            for fold in between(shelf.get(subject, {}), start_s, end_s):
                del shelf[subject][fold.start_s]

    def keep_push(self, push: KeptPush) -> int:
        push_id = push.push_id or self.next_number("push")
        self._memory.pushes[push_id] = replace(push, push_id=push_id)
        return push_id

    def drop_pushes(self, push_ids: Sequence[int]) -> None:
        for push_id in push_ids:
            self._memory.pushes.pop(push_id, None)

    def forget(self, *, bodies_before_ms: int, events_before_ms: int) -> None:
        memory = self._memory
        memory.bodies = [body for body in memory.bodies if body[0] >= bodies_before_ms]
        late = {event.commit for event in memory.events if event.at_ms >= events_before_ms}
        first = min(late, default=memory.commit + 1)
        memory.events = [event for event in memory.events if event.commit >= first]

    # -- claims -----------------------------------------------------------------------------------
    def apply(self, accepted: Accepted) -> Outcome:
        (outcome,) = self.apply_group([accepted])
        return outcome

    def apply_group(self, group: Sequence[Accepted]) -> tuple[Outcome, ...]:
        """One push after the other, one claim after the other; sums are made anew at the end."""
        outcomes = tuple(self._apply_one(accepted) for accepted in group)
        for series in {claim.series for one in group for claim in self._claims_of(one)}:
            self._sum_anew(series)
        return outcomes

    def _claims_of(self, accepted: Accepted) -> list[Claim]:
        claims = [claim for minute in accepted.minutes for claim in self._unpack(minute)]
        claims += accepted.claims
        known = {one.series for one in self.records(Series)}
        if strangers := {claim.series for claim in claims} - known:
            raise StoreError(f"there is no series {min(strangers)}: save it before its claims")
        for claim in claims:
            if claim.length_s <= 0:
                raise StoreError(f"a bin of {claim.length_s} s has no length")
        return claims

    def _unpack(self, minute: Minute) -> list[Claim]:
        at = {one.position: one.series for one in self.records(Series, sensor=minute.sensor)}
        return [
            Claim(
                at.get(position, SeriesNo(0)), minute.minute * 60, 60,
                minute.rank, minute.covered_s, minute.sequence, value,
            )
            for position, value in enumerate(minute.values)
            if value is not None
        ]  # fmt: skip

    def _apply_one(self, accepted: Accepted) -> Outcome:
        changed = duplicates = 0
        touched: list[Claim] = []
        revised = False
        for claim in self._claims_of(accepted):
            kept = self._memory.claims.setdefault(claim.series, {}).setdefault(
                (claim.start_s, claim.length_s), {}
            )
            known = kept.get(claim.value)
            before = winner(kept.values()) if kept else None
            kept[claim.value] = claim if known is None else max(known, claim, key=claim_order)
            after = winner(kept.values())
            if before and (before.value, before.covered_s) == (after.value, after.covered_s):
                duplicates += known is not None
            else:
                changed += 1
                touched.append(claim)
                revised |= before is not None and before.value != after.value
            flipped = self._choose_anew(claim.series, claim, after, before)
            touched += [held.claim for held in flipped]
            revised |= any(not held.counted for held in flipped)
        self._tell(accepted, touched, revised)
        return Outcome(changed, duplicates)

    def _choose_anew(
        self, series: SeriesNo, claim: Claim, after: Claim, before: Claim | None
    ) -> list[Winning]:
        """Set the winner of the claim's bin; gives the older bins that count from now on, or not."""
        winners = self._memory.winners.setdefault(series, {})
        key = (claim.start_s, claim.length_s)
        if before is None:
            winners[key] = Winning(after, True, self._take_commit())
        elif before != after:
            same = (before.value, before.covered_s) == (after.value, after.covered_s)
            commit = winners[key].commit if same else self._take_commit()
            winners[key] = Winning(after, winners[key].counted, commit)
        if all(is_minute(held.claim) for held in winners.values()):
            return []  # minutes overlap nothing
        counted = {id(held) for held in choose_counted(winners.values())[0]}
        flipped = [held for held in winners.values() if held.counted != (id(held) in counted)]
        for held in flipped:
            held.counted = not held.counted
            held.commit = self._take_commit()
        return [held for held in flipped if before is not None or held is not winners[key]]

    def _sum_anew(self, series: SeriesNo) -> None:
        was = {bucket.start_s: bucket for bucket in self._memory.quarters.get(series, [])}
        counted = [h.bin() for h in self._memory.winners.get(series, {}).values() if h.counted]
        self._memory.quarters[series] = [
            was[now.start_s]
            if now.start_s in was and was[now.start_s][:3] == now[:3]
            else now._replace(commit=self._memory.commit)
            for now in sum_quarters(counted)
        ]

    def _tell(self, accepted: Accepted, touched: list[Claim], revised: bool) -> None:
        if touched:
            start_s = min(claim.start_s for claim in touched)
            late = start_s * 1000 < accepted.received_ms - FINAL_AFTER_S * 1000
            self.emit(
                Event(
                    kind="counts.revised" if revised or late else "counts.recorded",
                    location_id=accepted.location_id,
                    sensor=accepted.sensor,
                    start_s=start_s,
                    end_s=max(claim.start_s + claim.length_s for claim in touched),
                    at_ms=accepted.received_ms,
                )
            )
        self.emit(*accepted.events)
        for push in accepted.kept:
            self.keep_push(push)
        if accepted.body is not None:
            body = (accepted.received_ms, accepted.driver, accepted.sensor, accepted.body)
            self._memory.bodies.append(body)


class ReferenceStore:
    """`Store` in memory. Nothing is durable, and all else holds."""

    def __init__(self) -> None:
        self._memory = Memory()
        self._closed = False

    async def apply(self, group: Sequence[Accepted]) -> Commit:
        def work(tx: ReferenceTransaction) -> Commit:
            outcomes = tx.apply_group(group)
            return Commit(*tx.head(), outcomes)

        return self._write(work)

    async def write(self, work: Callable[[Transaction], T]) -> T:
        return self._write(work)

    def _write(self, work: Callable[[ReferenceTransaction], T]) -> T:
        self._check_open()
        before = deepcopy(self._memory)
        try:
            return work(ReferenceTransaction(self._memory))
        except BaseException:
            self._memory = before
            raise

    async def read(self, work: Callable[[View], T], *, heavy: bool = False) -> T:
        self._check_open()
        return work(ReferenceView(self._memory))

    def _check_open(self) -> None:
        if self._closed:
            raise StoreError("the store is closed")

    async def compact(self, now_s: int) -> int:
        return 0

    async def rebuild(self) -> None:
        """Sums are always made of claims anew."""

    def facts(self) -> StoreFacts:
        memory = self._memory
        return StoreFacts(
            kind="reference", bytes=0, flush_ms=0.0, commit=memory.commit, seq=memory.seq
        )

    async def close(self) -> None:
        self._closed = True
