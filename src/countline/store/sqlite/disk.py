"""One connection as the rest of the store sees it: statements by name, the head row, the layout."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, groupby
from typing import Any

import apsw

from countline.errors import StoreError
from countline.model.ids import SensorNo, SeriesNo
from countline.store.sqlite.connection import QUERIES, query_of_rows

Row = tuple[Any, ...]

ROWS_AT_ONCE = 32  # four times as many gain another tenth


@dataclass(frozen=True, slots=True)
class Head:
    """The row that every transaction reads first; see the schema for what moves each number."""

    commit: int
    seq: int
    catalogue: int
    layout: int
    cold_to: int


NOWHERE = Head(-1, -1, -1, -1, -1)


class Disk:
    """A connection, what its transaction has read and changed of the head, and cached layout.

    Caches are right because they live between two looks at the head: whatever they hold moves
    `head.layout`, whichever process changes it, and a rolled back transaction drops them.
    """

    def __init__(self, conn: apsw.Connection) -> None:
        self.conn = conn
        self.head = NOWHERE
        self._begun = NOWHERE  # the head as the transaction found it
        self._cached = -1  # the layout that the caches are of
        self._positions: dict[SensorNo, tuple[SeriesNo | None, ...]] = {}
        self._places: dict[SeriesNo, tuple[SensorNo, int] | None] = {}
        self._reach_s: dict[SeriesNo, int] = {}
        self._reaching: frozenset[SensorNo] | None = None
        self._living: frozenset[SensorNo] | None = None
        self._framed: frozenset[SensorNo] = frozenset()
        self._state: dict[SeriesNo, bool] = {}
        self._counters: dict[SeriesNo, tuple[SeriesNo, ...]] = {}
        self._channels: dict[SeriesNo, tuple[SeriesNo, ...]] = {}
        self.witnesses: dict[SeriesNo, int] = {}  # a better claim of its channel starts here

    # -- statements -------------------------------------------------------------------------------
    def rows(self, name: str, *values: Any) -> list[Row]:
        """All rows of a statement."""
        return self.conn.execute(QUERIES[name], values).fetchall()

    def each(self, name: str, *values: Any) -> Iterator[Row]:
        """Rows of a statement as they are asked for, in this transaction and not later."""
        return self._while_open(self._begun, self.conn.execute(QUERIES[name], values))

    def _while_open(self, begun: Head, rows: Iterable[Row]) -> Iterator[Row]:
        for row in rows:
            assert self._begun is begun, "a view is over when its work has returned"
            yield row

    def row(self, name: str, *values: Any) -> Row | None:
        """The first row of a statement."""
        return self.conn.execute(QUERIES[name], values).fetchone()

    def run(self, name: str, *values: Any) -> int:
        """Execute a statement; gives how many rows it changed."""
        self.conn.execute(QUERIES[name], values)
        return self.conn.changes()

    def run_many(self, name: str, rows: Iterable[Sequence[Any]]) -> None:
        """Execute a statement once for each row."""
        self.conn.executemany(QUERIES[name], rows)

    def add_rows(self, name: str, rows: Sequence[Row]) -> None:
        """Execute a statement that writes one row, for all of these, many of them at once.

        That takes half as long, and gives way to other threads once for many rows.
        """
        whole = len(rows) - len(rows) % ROWS_AT_ONCE
        query = query_of_rows(name, ROWS_AT_ONCE)
        for at in range(0, whole, ROWS_AT_ONCE):
            values = tuple(chain.from_iterable(rows[at : at + ROWS_AT_ONCE]))
            self.conn.execute(query, values)
        self.run_many(name, rows[whole:])

    # -- transactions -----------------------------------------------------------------------------
    def begin(self, *, writes: bool) -> None:
        """Start a transaction and read the head: from here on, all is of one commit."""
        self.conn.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
        row = self.row("head")
        assert row is not None
        self.head = self._begun = Head(*row)
        self._forget_layout()

    def finish(self) -> None:
        """Write the head where it moved. The caller commits."""
        if self.head != self._begun:
            head = self.head
            self.run("head_save", head.commit, head.seq, head.catalogue, head.layout, head.cold_to)

    def roll_back(self) -> None:
        """Undo the transaction, and forget what was read in it."""
        if not self.conn.get_autocommit():
            self.conn.execute("ROLLBACK")
        self.head = self._begun = NOWHERE
        self._cached = -1
        self.witnesses.clear()

    @property
    def commit_to_come(self) -> int:
        """The number that this transaction's commit has, if it changes anything."""
        return self._begun.commit + 1

    def take_commit(self) -> int:
        """The number of this transaction's commit, which now does change something."""
        if self.head.commit == self._begun.commit:
            self.head = replace(self.head, commit=self.commit_to_come)
        return self.head.commit

    def take_seqs(self, count: int) -> int:
        """Numbers for `count` events; gives the first."""
        first = self.head.seq + 1
        self.head = replace(self.head, seq=self.head.seq + count)
        return first

    def catalogue_moved(self) -> None:
        """A catalogue record was written."""
        if self.head.catalogue == self._begun.catalogue:
            self.head = replace(self.head, catalogue=self._begun.catalogue + 1)

    def layout_moved(self) -> None:
        """Something that is cached here was written."""
        if self.head.layout == self._begun.layout:
            self.head = replace(self.head, layout=self._begun.layout + 1)
        self._cached = -1
        self._forget_layout()

    # -- layout -----------------------------------------------------------------------------------
    def _forget_layout(self) -> None:
        if self._cached != self.head.layout:
            self._positions.clear()
            self._places.clear()
            self._reach_s.clear()
            self._reaching = self._living = None
            self._state.clear()
            self._counters.clear()
            self._channels.clear()
            self._cached = self.head.layout

    def positions(self, sensor: SensorNo) -> tuple[SeriesNo | None, ...]:
        """A sensor's series by their place in its packed minutes."""
        found = self._positions.get(sensor)
        if found is None:
            rows = self.rows("sensor_positions", sensor)
            series: list[SeriesNo | None] = [None] * (1 + max((p for p, _ in rows), default=-1))
            for position, number in rows:
                series[position] = number
            found = self._positions[sensor] = tuple(series)
        return found

    def series_of(self, sensor: SensorNo) -> list[SeriesNo]:
        """A sensor's series, by position."""
        return [series for series in self.positions(sensor) if series is not None]

    def find_place(self, series: SeriesNo) -> tuple[SensorNo, int] | None:
        """Sensor and position of a series; None for one that nobody made."""
        if series not in self._places:
            row = self.row("series_place", series)
            self._places[series] = None if row is None else (row[0], row[1])
        return self._places[series]

    def place(self, series: SeriesNo) -> tuple[SensorNo, int]:
        """Sensor and position of a series. Raises `StoreError` for one that nobody made."""
        found = self.find_place(series)
        if found is None:
            raise StoreError(f"there is no series {series}: save it before its claims")
        return found

    def by_sensor(self, series: Iterable[SeriesNo]) -> Iterator[tuple[SensorNo, list[SeriesNo]]]:
        """Those of these series that exist, grouped by their sensor."""
        placed = sorted((place[0], one) for one in series if (place := self.find_place(one)))
        for sensor, group in groupby(placed, key=lambda pair: pair[0]):
            yield sensor, [one for _, one in group]

    def reach_s(self, series: SeriesNo) -> int:
        """The greatest length that a long bin of this series ever had; 0 where there is none."""
        found = self._reach_s.get(series)
        if found is None:
            row = self.row("reach", series)
            found = self._reach_s[series] = 0 if row is None else row[0]
        return found

    def reaching(self) -> frozenset[SensorNo]:
        """Sensors that have long bins in some series."""
        if self._reaching is None:
            self._reaching = frozenset(sensor for (sensor,) in self.rows("reaching_sensors"))
        return self._reaching

    def living(self) -> frozenset[SensorNo]:
        """Sensors that ever told totals or frames of live events that are kept."""
        if self._living is None:
            rows = self.rows("live_sensors")
            self._living = frozenset(sensor for sensor, _ in rows)
            self._framed = frozenset(sensor for sensor, framed in rows if framed)
        return self._living

    def framed(self) -> frozenset[SensorNo]:
        """Those among them whose frames cover time."""
        self.living()
        return self._framed

    def lives(self, sensor: SensorNo, *, framed: bool) -> None:
        """Remember that a sensor told live totals, or frames."""
        if sensor not in (self.framed() if framed else self.living()):
            self.run("live_sensor_add", sensor, framed)
            self.layout_moved()

    def counters(self, series: SeriesNo) -> tuple[SeriesNo, ...]:
        """The accumulating series of a series' channel, the first one leading."""
        found = self._counters.get(series)
        if found is None:
            rows = self.rows("channel_counters", series)
            found = self._counters[series] = tuple(one for (one,) in rows)
        return found

    def is_state(self, series: SeriesNo) -> bool:
        """Whether a series' counter shows how things are, and does not only grow."""
        found = self._state.get(series)
        if found is None:
            row = self.row("series_kind", series)
            found = self._state[series] = row is not None and row[0] == "state"
        return found

    def channel(self, series: SeriesNo) -> tuple[SeriesNo, ...]:
        """All series of a series' channel."""
        found = self._channels.get(series)
        if found is None:
            rows = self.rows("channel_series", series)
            found = self._channels[series] = tuple(one for (one,) in rows)
        return found

    def widen_reach(self, series: SeriesNo, sensor: SensorNo, length_s: int) -> None:
        """Remember that a series has a long bin of this length."""
        if length_s > self.reach_s(series):
            self.run("reach_save", series, sensor, length_s)
            self.layout_moved()
