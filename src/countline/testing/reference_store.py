"""A store made of dicts that is obviously right: every other store must agree with it."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from countline.counting.choose import choose_counted, claim_order, winner
from countline.counting.provisional import AROUND, joined
from countline.counting.rollup import sum_quarters
from countline.errors import StoreError
from countline.limits import FINAL_AFTER_S
from countline.model.claim import RANK_PROVISIONAL, Claim, Fold, Minute
from countline.model.event import Event, EventKind
from countline.model.ids import SensorNo, SeriesNo
from countline.model.sensor import Sensor, Series
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
from countline.testing.reference_live import ReferenceLive
from countline.testing.reference_view import (
    Memory,
    ReferenceView,
    Winning,
    between,
    is_minute,
)

T = TypeVar("T")


class ReferenceTransaction(ReferenceLive):
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

    def forget(
        self, *, bodies_before_ms: int, events_before_ms: int, live_before_s: int = 0
    ) -> None:
        memory = self._memory
        for shown in memory.live.values():
            for minute in sorted(one for one in shown if one < live_before_s // 60)[:-1]:
                del shown[minute]
        for seen in memory.frames.values():
            for minute in [one for one in seen if one < live_before_s // 60]:
                del seen[minute]
        memory.bodies = [body for body in memory.bodies if body[0] >= bodies_before_ms]
        late = {event.commit for event in memory.events if event.at_ms >= events_before_ms}
        first = min(late, default=memory.commit + 1)
        memory.events = [event for event in memory.events if event.commit >= first]

    def drop_live(self, sensor: SensorNo) -> None:
        story = Story()
        for one in self.records(Series, sensor=sensor):
            self._memory.live.pop(one.series, None)
            self._memory.frames.pop(one.series, None)
        for one in self.records(Series, sensor=sensor):
            bins = self._memory.claims.get(one.series, {})
            for (start_s, length_s), kept in sorted(bins.items()):
                if length_s == 60 and any(one.rank == RANK_PROVISIONAL for one in kept.values()):
                    self._claim_anew(one.series, start_s // 60, story)
            self._sum_anew(one.series)
        if story.touched:
            place = self.record(Sensor, sensor)
            self.emit(
                Event(
                    kind="counts.provisional",
                    location_id=place.location_id if place else None,
                    sensor=sensor,
                    start_s=min(claim.start_s for claim in story.touched),
                    end_s=max(claim.start_s + claim.length_s for claim in story.touched),
                )
            )

    # -- claims -----------------------------------------------------------------------------------
    def apply(self, accepted: Accepted) -> Outcome:
        (outcome,) = self.apply_group([accepted])
        return outcome

    def apply_group(self, group: Sequence[Accepted]) -> tuple[Outcome, ...]:
        """One push after the other, one claim after the other; sums are made anew at the end."""
        stories = [self._apply_one(accepted) for accepted in group]
        for accepted, story in zip(group, stories, strict=True):
            self._heed(accepted, story)
        for accepted, story in zip(group, stories, strict=True):
            self._hear(accepted, story)
        for series in {claim.series for story in stories for claim in story.seen}:
            self._sum_anew(series)
        for accepted, story in zip(group, stories, strict=True):
            self._tell(accepted, story)
        return tuple(Outcome(story.changed, story.duplicates) for story in stories)

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

    def _apply_one(self, accepted: Accepted) -> "Story":
        story = Story()
        for claim in self._claims_of(accepted):
            kept = self._kept(claim)
            known = kept.get(claim.value)
            before = winner(kept.values()) if kept else None
            kept[claim.value] = claim if known is None else max(known, claim, key=claim_order)
            after = winner(kept.values())
            for one in [one for one in kept.values() if one.rank == RANK_PROVISIONAL]:
                if one is not after:
                    del kept[one.value]
            if before and _same(before, after):
                story.duplicates += known is not None
            else:
                story.changed += 1
                story.touched.append(claim)
                story.revised |= (
                    before is not None
                    and before.value != after.value
                    and (before.rank != RANK_PROVISIONAL)
                )
            self._settle(claim, after, before, story)
        return story

    def _kept(self, claim: Claim) -> dict[int, Claim]:
        bins = self._memory.claims.setdefault(claim.series, {})
        return bins.setdefault((claim.start_s, claim.length_s), {})

    def _settle(self, claim: Claim, after: Claim, before: Claim | None, story: "Story") -> None:
        story.seen.append(claim)
        flipped = self._choose_anew(claim.series, claim, after, before)
        story.touched += [held.claim for held in flipped]
        story.revised |= any(not held.counted for held in flipped)

    def _choose_anew(
        self, series: SeriesNo, claim: Claim, after: Claim, before: Claim | None
    ) -> list[Winning]:
        """Set the winner of the claim's bin; gives the older bins that count from now on, or not."""
        winners = self._memory.winners.setdefault(series, {})
        key = (claim.start_s, claim.length_s)
        if before is None:
            winners[key] = Winning(after, True, self._take_commit())
        elif before != after:
            commit = winners[key].commit if _same(before, after) else self._take_commit()
            winners[key] = Winning(after, winners[key].counted, commit)
        if all(is_minute(held.claim) for held in winners.values()):
            return []  # minutes overlap nothing
        counted = {id(held) for held in choose_counted(winners.values())[0]}
        flipped = [held for held in winners.values() if held.counted != (id(held) in counted)]
        for held in flipped:
            held.counted = not held.counted
            held.commit = self._take_commit()
        return [held for held in flipped if before is not None or held is not winners[key]]

    # -- live events ------------------------------------------------------------------------------
    def _hear(self, accepted: Accepted, story: "Story") -> None:
        """Keep what counters showed; claims of that minute and of the next known one are made anew."""
        for series, minute, told in accepted.live:
            if self.record(Series, series) is None:
                raise StoreError(f"there is no series {series}: save it before its claims")
            shown = self._memory.live.setdefault(series, {})
            totals = joined(shown.get(minute, ()), told)
            if totals == shown.get(minute):
                story.duplicates += 1
                continue
            shown[minute] = totals
            later = [one for one in sorted(shown) if one > minute]
            for one in (minute, *later[:1]):
                self._claim_anew(series, one, story)
        for lead, minute, seconds, always in accepted.frames:
            seen = self._memory.frames.setdefault(lead, {})
            seen[minute] = (seconds | seen.get(minute, (0, always))[0], always)
            self._cover_anew(lead, {minute}, story)

    def _heed(self, accepted: Accepted, story: "Story") -> None:
        """Better claims came: claims of later minutes of their sensors are made anew."""
        firsts: dict[SensorNo, int] = {}
        for claim in self._claims_of(accepted):
            sensor = self.sensor(claim.series)
            firsts[sensor] = min(claim.start_s // 60, firsts.get(sensor, claim.start_s // 60))
        for series, shown in self._memory.live.items():
            first = firsts.get(self.sensor(series))
            for minute in [one for one in sorted(shown) if first is not None and one > first]:
                self._claim_anew(series, minute, story)
        for lead, seen in self._memory.frames.items():
            if self.sensor(lead) in firsts:
                self._cover_anew(lead, set(seen), story)

    def _cover_anew(self, lead: SeriesNo, minutes: set[int], story: "Story") -> None:
        """Claims of a channel in minutes that its frames may cover are made anew."""
        near = {minute + at for minute in minutes for at in range(-AROUND, AROUND + 1)}
        for minute in sorted(near):
            for series in self.counters(lead):
                self._claim_anew(series, minute, story)

    def _claim_anew(self, series: SeriesNo, minute: int, story: "Story") -> None:
        totals = self._memory.live.get(series, {}).get(minute)
        value = 0 if totals is None else self.value(series, minute, totals)
        sequence = 0 if totals is None else totals[-1].at_ms
        covered = self.covered_s(series, minute)
        claim = Claim(series, minute * 60, 60, RANK_PROVISIONAL, covered, sequence, value)
        kept = self._kept(claim)
        before = winner(kept.values()) if kept else None
        if before is None and totals is None and not covered:
            return
        if before is not None and before.rank != RANK_PROVISIONAL:
            return
        kept.clear()
        kept[value] = claim
        if before is None or not _same(before, claim):
            story.changed += 1
            story.touched.append(claim)
        self._settle(claim, claim, before, story)

    def _sum_anew(self, series: SeriesNo) -> None:
        was = {bucket.start_s: bucket for bucket in self._memory.quarters.get(series, [])}
        counted = [h.bin() for h in self._memory.winners.get(series, {}).values() if h.counted]
        self._memory.quarters[series] = [
            was[now.start_s]
            if now.start_s in was and was[now.start_s][:3] == now[:3]
            else now._replace(commit=self._memory.commit)
            for now in sum_quarters(counted)
        ]

    def _tell(self, accepted: Accepted, story: "Story") -> None:
        if touched := story.touched:
            start_s = min(claim.start_s for claim in touched)
            late = start_s * 1000 < accepted.received_ms - FINAL_AFTER_S * 1000
            kind: EventKind = "counts.revised" if story.revised or late else "counts.recorded"
            if (accepted.live or accepted.frames) and not (accepted.minutes or accepted.claims):
                kind = "counts.provisional"
            self.emit(
                Event(
                    kind=kind,
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


@dataclass(slots=True)
class Story:
    """What one push did: claims that it brought, and what changed by them."""

    changed: int = 0
    duplicates: int = 0
    revised: bool = False
    touched: list[Claim] = field(default_factory=list)
    seen: list[Claim] = field(default_factory=list)


def _same(before: Claim, after: Claim) -> bool:
    """Whether a new winner of a bin says what the former said, and is not better founded."""
    better = after.rank > before.rank == RANK_PROVISIONAL
    return (before.value, before.covered_s) == (after.value, after.covered_s) and not better


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
