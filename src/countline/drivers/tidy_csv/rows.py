"""Rows of a tidy file, gathered by the place they are about; what is wrong is noted by line."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from countline.drivers.csv_rows import NOT_A_COUNT, CsvRows, whole_number
from countline.drivers.faults import Faults, shown
from countline.drivers.local_times import (
    BIN_S_MAX,
    Moment,
    Times,
    end_of,
    start_of,
    wrong_with_length,
)
from countline.drivers.reading import FileOptions
from countline.drivers.tidy_csv.wire import PLACE, Columns, Row, picker
from countline.model.ids import is_id

_ZONE_MAX = 200
_PLACES_MAX = 10_000  # of one file; a chain of 1,000 stores with ten zones each
_CACHE_MAX = 200_000  # texts remembered: 20 MB

K = TypeVar("K")
V = TypeVar("V")
Values = tuple[tuple[str, int], ...]
Place = tuple[str | None, ...]  # location, sensor, zone


@dataclass(slots=True)
class Group:
    """All rows about one place, in the file's order; ends come later where they are left out."""

    place: Place
    lines: list[int] = field(default_factory=list)
    starts_s: list[int] = field(default_factory=list)
    ends_s: list[int] = field(default_factory=list)
    starts: list[Moment] = field(default_factory=list)  # filled where ends are left out
    values: list[Values] = field(default_factory=list)


class RowReader:
    """Reads cells, remembering what texts mean, since files repeat them."""

    def __init__(
        self, columns: Columns, options: FileOptions, times: Times, faults: Faults
    ) -> None:
        self._columns = columns
        self._options = (options.location, options.sensor, options.zone)
        self._faults = faults
        self._times = times
        self._instants: dict[str, int] = {}  # of times that mean one instant, whatever comes before
        self._moments: dict[str, Moment] = {}
        self._pairs: list[dict[str, Values]] = [{} for _ in columns.counts]
        self._values: dict[tuple[str, ...], Values] = {}
        self._places: dict[tuple[str, ...], Group] = {}
        self._groups: dict[Place, Group] = {}
        self._line = 0

    def read(self, rows: CsvRows) -> list[Group]:
        """All rows that can be read; the others are in `faults`."""
        columns = self._columns
        pick_place = picker(tuple(i for i in columns.place if i is not None))
        pick_counts = picker(columns.counts)
        instants, starts_at, ends_at = self._instants, columns.start, columns.end
        for row in rows:
            self._line = rows.line
            if len(row) != columns.width and not self._mend_width(row):
                continue
            texts, counts = pick_place(row), pick_counts(row)
            group = self._places.get(texts) or self._group(texts)
            values = self._values.get(counts)
            if values is None:
                values = self._counts(counts)
            if group is None or values is None:
                continue
            start_s, end_s = instants.get(row[starts_at]), None
            if ends_at is not None:
                end_s = instants.get(row[ends_at])
            if start_s is None or end_s is None or not 0 < end_s - start_s <= BIN_S_MAX:
                if not self._add_bounds(group, row):
                    continue
            else:
                group.starts_s.append(start_s)
                group.ends_s.append(end_s)
            group.lines.append(self._line)
            group.values.append(values)
        return [group for group in self._groups.values() if group.lines]

    def _add_bounds(self, group: Group, row: Row) -> bool:
        """Start and end of a row that is not plain sailing; false where they cannot be read."""
        if not any(cell.strip() for cell in row):  # a blank line, as spreadsheets write it
            return False
        columns = self._columns
        start = self._moment(row[columns.start], "start")
        end = None if columns.end is None else self._moment(row[columns.end], "end")
        if start is None or (columns.end is not None and end is None):
            return False
        last_start_s = group.starts_s[-1] if group.starts_s else None
        last_end_s = group.ends_s[-1] if group.ends_s else None
        start_s = start_of(start, last_start_s, last_end_s)
        if end is None:
            group.starts.append(start)
        else:
            end_s = end_of(end, start, start_s)
            if (wrong := wrong_with_length(end_s - start_s)) is not None:
                self._faults.at(self._line, "end", wrong)
                return False
            group.ends_s.append(end_s)
        group.starts_s.append(start_s)
        return True

    def _mend_width(self, row: Row) -> bool:
        """Blank lines are passed over, blank cells beyond the header are cut off."""
        width = self._columns.width
        if not any(cell.strip() for cell in row):
            return False
        if len(row) > width and not any(cell.strip() for cell in row[width:]):
            del row[width:]
            return True
        self._faults.at(self._line, "", f"{len(row)} cells, but the header has {width}")
        return False

    # -- cells seen for the first time ------------------------------------------------------------
    def _group(self, texts: tuple[str, ...]) -> Group | None:
        cells = iter(texts)
        place: list[str | None] = []
        for name, index, option in zip(PLACE, self._columns.place, self._options, strict=True):
            cell = next(cells).strip() if index is not None else ""
            if cell and option is not None and cell != option:
                detail = f"{shown(cell)} differs from --{name} {shown(option)}; use one of the two"
                self._faults.at(self._line, name, detail)
                return None
            place.append(option if option is not None else cell or None)
            if (wrong := _wrong_with(name, cell)) is not None:
                self._faults.at(self._line, name, wrong)
                return None
        if len(self._groups) >= _PLACES_MAX and tuple(place) not in self._groups:
            self._faults.at(self._line, "", f"the file is about more than {_PLACES_MAX} places")
            return None
        found = self._groups.setdefault(tuple(place), Group(tuple(place)))
        self._places[texts] = found
        return found

    def _counts(self, texts: tuple[str, ...]) -> Values | None:
        values: Values = ()
        for i, text in enumerate(texts):
            pair = self._pairs[i].get(text)
            if pair is None and (pair := self._count(i, text)) is None:
                return None
            values += pair
        self._values = _bounded(self._values)
        self._values[texts] = values
        return values

    def _count(self, i: int, text: str) -> Values | None:
        """One (measure, value) pair, or none for a blank cell, which is no claim."""
        cell = text.strip()
        pair: Values = ()
        value = whole_number(cell)
        if value is not None:
            pair = ((self._columns.measures[i].measure, value),)
        elif cell:
            self._faults.at(self._line, self._columns.names[i], f"{shown(cell)} {NOT_A_COUNT}")
            return None
        self._pairs[i] = _bounded(self._pairs[i])
        self._pairs[i][text] = pair
        return pair

    def _moment(self, text: str, column: str) -> Moment | None:
        moment = self._moments.get(text)
        try:
            moment = moment or self._times.moment(parse_time(text.strip()))
        except ValueError as error:
            self._faults.at(self._line, column, f"{shown(text.strip())} {error}")
            return None
        if not (moment.instants if column == "start" else moment.ends):
            where = f"does not exist in {self._times.zone}: clocks jump over it"
            self._faults.at(self._line, column, f"{shown(text.strip())} {where}")
            return None
        if len(self._moments) >= _CACHE_MAX:
            self._moments.clear()
            self._instants.clear()
        self._moments[text] = moment
        if len(moment.instants) == 1:
            self._instants[text] = moment.instants[0]
        return moment


def _bounded(cache: dict[K, V]) -> dict[K, V]:
    return cache if len(cache) < _CACHE_MAX else {}


def parse_time(text: str) -> datetime:
    """An ISO 8601 time, with or without offset."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("is no time; expected one such as 2025-01-01T08:00:00Z") from None


def _wrong_with(name: str, cell: str) -> str | None:
    if name == "zone":
        return f"longer than {_ZONE_MAX} characters" if len(cell) > _ZONE_MAX else None
    if cell and not is_id(cell):
        return f"{shown(cell)} is no id; use letters, digits, '_', '.' and '-', at most 64"
    return None
