"""A store of a few lists, for tests of what reads events; it keeps no claims and chooses nothing."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar, cast

from countline.engine.catalogue import Catalogue, read_catalogue
from countline.model.claim import Bin
from countline.model.event import Event
from countline.model.ids import SensorNo, SeriesNo
from countline.store.records import key_of
from countline.store.seam import Store, Transaction, View

T = TypeVar("T")
R = TypeVar("R")


class SmallStore:
    """Events, cursors, catalogue records and winning bins, as a test puts them there.

    `failures` of the next reads and writes raise `OSError`; `moves` are all moves of cursors.
    """

    def __init__(self, *records: Any) -> None:
        self.log: list[Event] = []
        self.commit = 0
        self.counted: dict[tuple[SeriesNo, int, int], Bin] = {}
        self.hidden: list[tuple[SensorNo, Bin]] = []
        self.cursors: dict[str, int] = {}
        self.moves: list[tuple[str, int]] = []
        self.kept: dict[type, dict[Any, Any]] = {}
        self.numbers: dict[str, int] = {}
        self.failures = 0
        self.save(*records)

    # -- what tests do ----------------------------------------------------------------------------
    def add(self, *events: Event, bins: Sequence[Bin] = ()) -> int:
        """One commit."""
        self.commit += 1
        for one in bins:
            self.counted[one.series, one.start_s, one.length_s] = one._replace(commit=self.commit)
        self.emit(*events)
        return self.commit

    def as_store(self) -> Store:
        """Itself, for callers that are typed."""
        return cast(Store, self)

    def catalogue(self) -> Catalogue:
        """A snapshot of the records."""
        return read_catalogue(cast(View, self))

    async def fresh(self) -> Catalogue:
        """As the catalogue desk does."""
        return self.catalogue()

    # -- Store ------------------------------------------------------------------------------------
    async def read(self, work: Callable[[View], T], *, heavy: bool = False) -> T:
        self._fail()
        return work(cast(View, self))

    async def write(self, work: Callable[[Transaction], T]) -> T:
        self._fail()
        return work(cast(Transaction, self))

    def _fail(self) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError("told to fail")

    # -- View and Transaction ---------------------------------------------------------------------
    def head(self) -> tuple[int, int]:
        return self.commit, len(self.log)

    def events(self, after: int, limit: int) -> list[Event]:
        return self.log[after : after + limit]

    def emit(self, *events: Event) -> int:
        for event in events:
            self.log.append(replace(event, seq=len(self.log) + 1, commit=self.commit))
        return len(self.log)

    def cursor(self, reader: str) -> int:
        return self.cursors.get(reader, 0)

    def move_cursor(self, reader: str, seq: int) -> None:
        self.cursors[reader] = seq
        self.moves.append((reader, seq))

    def catalogue_version(self) -> int:
        return 1

    def save(self, *records: Any) -> None:
        for record in records:
            self.kept.setdefault(type(record), {})[key_of(record)] = record

    def delete(self, *records: Any) -> None:
        for record in records:
            self.kept.get(type(record), {}).pop(key_of(record), None)

    def record(self, kind: type[R], *key: Any) -> R | None:
        return cast(R | None, self.kept.get(kind, {}).get(key))

    def records(self, kind: type[R], **equal: Any) -> list[R]:
        found = [record for _, record in sorted(self.kept.get(kind, {}).items())]
        return [one for one in found if all(getattr(one, n) == v for n, v in equal.items())]

    def next_number(self, name: str) -> int:
        self.numbers[name] = self.numbers.get(name, 0) + 1
        return self.numbers[name]

    def bins(self, series: Sequence[SeriesNo], start_s: int, end_s: int) -> list[Bin]:
        found = [b for b in self.counted.values() if b.series in series]
        found = [b for b in found if start_s <= b.start_s < end_s]
        return sorted(found, key=lambda b: (b.start_s, b.series))

    def overlapped(self, sensor: SensorNo, start_s: int, end_s: int) -> list[Bin]:
        return [b for one, b in self.hidden if one == sensor and start_s <= b.start_s < end_s]
