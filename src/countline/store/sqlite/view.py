"""The verbs of a read transaction, and of a write transaction, over one connection."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from countline.model.claim import Bin, Bucket, Claim, Fold
from countline.model.event import Event
from countline.model.ids import SensorNo, SeriesNo
from countline.store.seam import Accepted, KeptPush, Outcome, PushState
from countline.store.sqlite import bins, buckets, catalogue, folds, journal, live, pushes, reading
from countline.store.sqlite.apply import apply_group
from countline.store.sqlite.disk import Disk
from countline.store.sqlite.settle import Tally
from countline.store.sqlite.sums import Sums

R = TypeVar("R")


class SqliteView:
    """`View`: everything read through it is of one commit."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk

    # -- catalogue --------------------------------------------------------------------------------
    def catalogue_version(self) -> int:
        return self._disk.head.catalogue

    def records(self, kind: type[R], **equal: Any) -> list[R]:
        return catalogue.read_all(self._disk, kind, equal)

    def record(self, kind: type[R], *key: Any) -> R | None:
        return catalogue.read_one(self._disk, kind, key)

    # -- numbers ----------------------------------------------------------------------------------
    def bins(self, series: Sequence[SeriesNo], start_s: int, end_s: int) -> list[Bin]:
        return bins.counted_bins(self._disk, series, start_s, end_s)

    def long_bins(self, series: Sequence[SeriesNo], start_s: int, end_s: int) -> list[Bin]:
        return reading.long_bins(self._disk, series, start_s, end_s)

    def quarters(
        self, series: Sequence[SeriesNo], start_s: int, end_s: int
    ) -> Mapping[SeriesNo, Sequence[Bucket]]:
        return buckets.quarters(self._disk, series, start_s, end_s)

    def days(
        self, series: Sequence[SeriesNo], edges_s: Sequence[int]
    ) -> Mapping[SeriesNo, Sequence[Bucket]]:
        return buckets.sums(self._disk, series, edges_s)

    def claims(self, series: SeriesNo, start_s: int, length_s: int) -> list[Claim]:
        return reading.claims(self._disk, series, start_s, length_s)

    def overlapped(self, sensor: SensorNo, start_s: int, end_s: int) -> list[Bin]:
        return reading.overlapped(self._disk, sensor, start_s, end_s)

    def provisional(
        self, series: Sequence[SeriesNo], start_s: int, end_s: int
    ) -> list[tuple[SeriesNo, int]]:
        return live.provisional(self._disk, series, start_s, end_s)

    def span(self, sensor: SensorNo) -> tuple[int, int] | None:
        return reading.span(self._disk, sensor)

    # -- occupancy --------------------------------------------------------------------------------
    def folds(self, subject: str, start_s: int, end_s: int) -> list[Fold]:
        return folds.read(self._disk, folds.QUARTERS, subject, start_s, end_s)

    def last_fold(self, subject: str, before_s: int) -> Fold | None:
        return folds.last_before(self._disk, subject, before_s)

    def next_fold(self, subject: str, from_s: int) -> Fold | None:
        return folds.first_from(self._disk, subject, from_s)

    def day_folds(self, subject: str, start_s: int, end_s: int) -> list[Fold]:
        return folds.read(self._disk, folds.DAYS, subject, start_s, end_s)

    # -- events, pushes ---------------------------------------------------------------------------
    def head(self) -> tuple[int, int]:
        return self._disk.head.commit, self._disk.head.seq

    def events(self, after: int, limit: int) -> list[Event]:
        return journal.read(self._disk, after, limit)

    def cursor(self, reader: str) -> int:
        row = self._disk.row("cursor_get", reader)
        return 0 if row is None else row[0]

    def pushes(
        self, state: PushState | None, *, after: int = 0, limit: int = 100
    ) -> list[KeptPush]:
        return pushes.read_kept(self._disk, state, after, limit)

    def push_bytes(self, state: PushState) -> Mapping[int | None, int]:
        return pushes.kept_bytes(self._disk, state)

    def bodies(self, start_ms: int, end_ms: int) -> Iterable[tuple[int, str, int | None, bytes]]:
        return pushes.read_bodies(self._disk, start_ms, end_ms)


class SqliteTransaction(SqliteView):
    """`Transaction`: a view that also writes, and sees what it wrote."""

    def save(self, *records: Any) -> None:
        for record in records:
            catalogue.save(self._disk, record)

    def delete(self, *records: Any) -> None:
        for record in records:
            catalogue.delete(self._disk, record)

    def next_number(self, name: str) -> int:
        row = self._disk.row("counter_next", name)
        assert row is not None
        return int(row[0])

    def emit(self, *events: Event) -> int:
        journal.append(self._disk, [journal.line_of(event) for event in events])
        return self._disk.head.seq

    def drop_live(self, sensor: SensorNo) -> None:
        tally, sums = Tally(), Sums()
        live.drop(self._disk, sums, tally, sensor)
        sums.flush(self._disk)
        if tally.end_s:
            self.emit(live.told(self._disk, sensor, tally))

    def move_cursor(self, reader: str, seq: int) -> None:
        self._disk.run("cursor_save", reader, seq)

    def put_folds(self, subject: str, rows: Sequence[Fold]) -> None:
        folds.put(self._disk, folds.QUARTERS, subject, rows)

    def put_day_folds(self, subject: str, rows: Sequence[Fold]) -> None:
        folds.put(self._disk, folds.DAYS, subject, rows)

    def drop_folds(self, subject: str, start_s: int, end_s: int) -> None:
        folds.drop(self._disk, folds.QUARTERS, subject, start_s, end_s)
        folds.drop(self._disk, folds.DAYS, subject, start_s, end_s)

    def keep_push(self, push: KeptPush) -> int:
        return pushes.keep(self._disk, push)

    def drop_pushes(self, push_ids: Sequence[int]) -> None:
        self._disk.run_many("push_drop", [(push_id,) for push_id in push_ids])

    def apply(self, accepted: Accepted) -> Outcome:
        (outcome,) = apply_group(self._disk, [accepted])
        pushes.keep_bodies(self._disk, pushes.pack_bodies([accepted]))
        return outcome

    def forget(
        self, *, bodies_before_ms: int, events_before_ms: int, live_before_s: int = 0
    ) -> None:
        self._disk.run("bodies_forget", bodies_before_ms)
        self._disk.run("events_forget", events_before_ms)
        if live_before_s:
            live.forget(self._disk, live_before_s)
