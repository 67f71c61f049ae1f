"""The store's seam: what every store takes, keeps and gives, in the words of the house."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol, TypeVar

from countline.model.claim import Bin, Bucket, Claim, Fold, Minute, Shown
from countline.model.event import Event
from countline.model.ids import LocationId, SensorNo, SeriesNo

T = TypeVar("T")
R = TypeVar("R")

PushState = Literal["failed", "waiting", "clock", "late"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPush:
    """A body kept with its reason until it is replayed, dismissed, or too old."""

    push_id: int  # 0: the store gives one
    state: PushState
    driver: str
    received_ms: int
    code: str
    detail: str
    body: bytes
    device_id: int | None = None  # a discovered device's, while waiting
    sensor: SensorNo | None = None


class LiveMinute(NamedTuple):
    """What one counter showed in one minute, as live events told; at least one total."""

    series: SeriesNo
    minute: int  # start_s // 60
    totals: Sequence[Shown]


class LiveFrames(NamedTuple):
    """In which seconds of a minute a channel was watched, as live frames told.

    `lead` is the first of its accumulating counters; all of them are covered. `always` where the
    sensor's counts are to come from live events; else they do while no better claim of the channel
    starts in the `LIVE_ALONE_S` before the minute.
    """

    lead: SeriesNo
    minute: int
    seconds: int  # a bit for each
    always: bool


@dataclass(slots=True, kw_only=True)  # never changed; frozen takes thrice as long to make
class Accepted:
    """All that one admitted push brings into the group's transaction.

    `minutes` and `claims` hold each bin at most as often as the body does; the store sorts out
    which claim wins. `body` is kept for `replay` and proof where it is not None. `kept` rows go in
    as they stand. For each `Accepted` that changed a winner the store writes one event:
    `counts.revised` where it displaced a winner, or a changed bin starts more than `FINAL_AFTER_S`
    before `received_ms`; `counts.recorded` otherwise. Its range holds all bins that changed.

    `live` and `frames` are kept beside, and make claims of rank 0 by `counting.provisional`: at most one of a bin,
    made anew from all that is known of them whenever more of it, or a better claim, comes. Such a
    claim is never kept beside another, and displacing it is no revision. What only they changed is
    told as `counts.provisional`.
    """

    received_ms: int
    driver: str = ""
    sensor: SensorNo | None = None
    location_id: LocationId | None = None
    minutes: Sequence[Minute] = ()
    claims: Sequence[Claim] = ()  # bins that are not one whole minute
    live: Sequence[LiveMinute] = ()
    frames: Sequence[LiveFrames] = ()
    body: bytes | None = None
    kept: Sequence[KeptPush] = ()
    events: Sequence[Event] = ()  # further events of this push, e.g. `sensor.discovered`


class Outcome(NamedTuple):
    """What became of one `Accepted`: bins that changed a winner, and repeats that did not.

    A repeat is a claim equal in value to one that is kept. One that covers more than the winner it
    repeats changes the winner. A claim that loses with a value of its own is neither.
    """

    changed: int
    duplicates: int


class Commit(NamedTuple):
    """A durable group: its number, the last event's, and one outcome per push, in order."""

    commit: int
    seq: int
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreFacts:
    """For health: kind, bytes on disk, and the median time of the last flushes to disk."""

    kind: str
    bytes: int
    flush_ms: float
    commit: int
    seq: int
    detail: dict[str, Any] = field(default_factory=dict)


class View(Protocol):
    """All verbs of one read transaction: everything read through one view is of one commit."""

    # -- catalogue: every dataclass of `records.TABLES`, by its primary key ------------------------
    def catalogue_version(self) -> int:
        """Moves with every write of a catalogue record, whichever process made it."""
        ...

    def records(self, kind: type[R], **equal: Any) -> list[R]:
        """All records of one kind, in the order of their key; `equal` picks by indexed fields."""
        ...

    def record(self, kind: type[R], *key: Any) -> R | None:
        """One record by its key."""
        ...

    # -- numbers ----------------------------------------------------------------------------------
    def bins(self, series: Sequence[SeriesNo], start_s: int, end_s: int) -> list[Bin]:
        """Counted bins of any length that start in `[start_s, end_s)`; by start, then series."""
        ...

    def long_bins(self, series: Sequence[SeriesNo], start_s: int, end_s: int) -> list[Bin]:
        """Counted bins that are not one whole minute and overlap `[start_s, end_s)`."""
        ...

    def quarters(
        self, series: Sequence[SeriesNo], start_s: int, end_s: int
    ) -> Mapping[SeriesNo, Sequence[Bucket]]:
        """Sums by UTC quarter whose start lies in `[start_s, end_s)`, ascending; hot and cold."""
        ...

    def days(
        self, series: Sequence[SeriesNo], edges_s: Sequence[int]
    ) -> Mapping[SeriesNo, Sequence[Bucket]]:
        """Sums between each two neighbours of `edges_s` (day starts of the location, ascending).

        Equal to summing `quarters` between them; answered from stored days where there are some.
        """
        ...

    def claims(self, series: SeriesNo, start_s: int, length_s: int) -> list[Claim]:
        """The whole claim set of one bin that is known, winner first."""
        ...

    def overlapped(self, sensor: SensorNo, start_s: int, end_s: int) -> list[Bin]:
        """Winning bins that are kept but not summed, since a better one overlaps them."""
        ...

    def provisional(
        self, series: Sequence[SeriesNo], start_s: int, end_s: int
    ) -> list[tuple[SeriesNo, int]]:
        """Series and start of counted minutes in `[start_s, end_s)` that rest on `live` alone.

        In their order; those of value 0 that cover nothing say nothing, and are left out.
        """
        ...

    def span(self, sensor: SensorNo) -> tuple[int, int] | None:
        """First start and last end of all counted bins of a sensor; None where there is none."""
        ...

    # -- occupancy --------------------------------------------------------------------------------
    def folds(self, subject: str, start_s: int, end_s: int) -> list[Fold]:
        """Stored quarters of a subject whose start lies in `[start_s, end_s)`, ascending."""
        ...

    def last_fold(self, subject: str, before_s: int) -> Fold | None:
        """The newest stored quarter of a subject that starts before `before_s`."""
        ...

    def next_fold(self, subject: str, from_s: int) -> Fold | None:
        """The oldest stored quarter of a subject that starts at `from_s` or later."""
        ...

    def day_folds(self, subject: str, start_s: int, end_s: int) -> list[Fold]:
        """Stored civil days of a subject whose start lies in `[start_s, end_s)`, ascending."""
        ...

    # -- events, pushes ---------------------------------------------------------------------------
    def head(self) -> tuple[int, int]:
        """(newest commit, newest event seq); zeros in an empty store."""
        ...

    def events(self, after: int, limit: int) -> list[Event]:
        """Events with `seq > after`, ascending."""
        ...

    def cursor(self, reader: str) -> int:
        """How far a reader has come; 0 for one that never moved."""
        ...

    def pushes(
        self, state: PushState | None, *, after: int = 0, limit: int = 100
    ) -> list[KeptPush]:
        """Kept pushes by id; `state` None gives all."""
        ...

    def push_bytes(self, state: PushState) -> Mapping[int | None, int]:
        """Bytes kept in a state, by device id."""
        ...

    def bodies(self, start_ms: int, end_ms: int) -> Iterable[tuple[int, str, int | None, bytes]]:
        """Understood bodies still kept: (received_ms, driver, sensor, body).

        They are read as they are asked for, and not after the view's work has returned.
        """
        ...


class Transaction(View, Protocol):
    """One write transaction. It sees its own writes; if the work raises, nothing happened."""

    def save(self, *records: Any) -> None:
        """Insert or replace catalogue records by their key."""
        ...

    def delete(self, *records: Any) -> None:
        """Remove catalogue records by their key."""
        ...

    def next_number(self, name: str) -> int:
        """A number that is never given twice: `zone`, `line`, `sensor`, `series`, `source` ..."""
        ...

    def emit(self, *events: Event) -> int:
        """Append events; gives the last `seq`."""
        ...

    def drop_live(self, sensor: SensorNo) -> None:
        """Forget a sensor's live totals and frames, and take back what counted by them alone."""
        ...

    def move_cursor(self, reader: str, seq: int) -> None:
        """Remember how far a reader has come."""
        ...

    def put_folds(self, subject: str, folds: Sequence[Fold]) -> None:
        """Replace stored quarters by their start; `commit` of the rows is set by the store."""
        ...

    def put_day_folds(self, subject: str, folds: Sequence[Fold]) -> None:
        """Replace stored civil days by their start."""
        ...

    def drop_folds(self, subject: str, start_s: int, end_s: int) -> None:
        """Remove stored quarters and days that start in `[start_s, end_s)`."""
        ...

    def keep_push(self, push: KeptPush) -> int:
        """Keep a body with its reason; gives its id."""
        ...

    def drop_pushes(self, push_ids: Sequence[int]) -> None:
        """Forget kept pushes."""
        ...

    def apply(self, accepted: Accepted) -> Outcome:
        """What `Store.apply` does with one push, inside this transaction."""
        ...

    def forget(
        self, *, bodies_before_ms: int, events_before_ms: int, live_before_s: int = 0
    ) -> None:
        """Drop understood bodies, events and live totals older than the given instants.

        Of the totals the last minute before stays for each series: the next one is compared with it.
        """
        ...


class Store(Protocol):
    """Owns the disk. One writer at a time, whichever process; a commit that returned is durable."""

    async def apply(self, group: Sequence[Accepted]) -> Commit:
        """Claims, sums, events and bodies of a group, atomic and durable. Raises `StoreError`."""
        ...

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Run `work` in one durable write transaction."""
        ...

    async def read(self, work: Callable[[View], T], *, heavy: bool = False) -> T:
        """Run `work` in one read transaction; `heavy` work leaves the event loop free."""
        ...

    async def compact(self, now_s: int) -> int:
        """Move old hot device-days to cold; gives how many."""
        ...

    async def rebuild(self) -> None:
        """Make every sum right of claims anew. Folds are the followers' to rebuild."""
        ...

    def facts(self) -> StoreFacts:
        """For health and metrics."""
        ...

    async def close(self) -> None:
        """Finish what was begun, and let go of the disk."""
        ...
