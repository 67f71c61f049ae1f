"""A device's history database: one record for each minute of its clock that it saw whole."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from typing import NamedTuple

MEMORY_BYTES = 20_971_520
RECORD_BYTES = 96
RECORDS_MAX = MEMORY_BYTES // RECORD_BYTES  # then the oldest go
PRUNE_AT_ONCE = 1_440


class Record(NamedTuple):
    """What was counted in one minute; times in milliseconds. Numbers rise in order of storing."""

    number: int
    minute: int  # of the device's clock since the epoch
    grown: Mapping[int, int]  # by counter, those that grew
    states: Mapping[int, int]  # of state counters, at the minute's end
    counters: tuple[int, ...]  # all that there were


class Book:
    """The records, oldest first, as far back as memory or `days_kept` reaches."""

    def __init__(self, days_kept: float | None = None) -> None:
        self.days_kept = days_kept
        self.records: list[Record] = []
        self.next_number = 0
        self._turns_back = False  # a clock that was set back told some minutes twice

    def store(
        self,
        minute: int,
        grown: Mapping[int, int],
        states: Mapping[int, int],
        counters: tuple[int, ...],
    ) -> None:
        if self.records and minute <= self.records[-1].minute:
            self._turns_back = True
        self.records.append(Record(self.next_number, minute, grown, states, counters))
        self.next_number += 1
        self._prune(minute)

    def _prune(self, now: int) -> None:
        gone = max(0, len(self.records) - RECORDS_MAX)
        if self.days_kept is not None:
            oldest = now - round(self.days_kept * 1440)
            while gone < len(self.records) and self.records[gone].minute < oldest:
                gone += 1
        if gone >= PRUNE_AT_ONCE or (gone and self.days_kept is not None):
            del self.records[:gone]

    def clear(self) -> None:
        """Everything is gone; numbers go on."""
        self.records.clear()
        self._turns_back = False

    def between(self, start: int, end: int) -> list[Record]:
        """The records of minutes in [start, end), by minute, of equal ones the older first."""
        if self._turns_back:
            found = [r for r in self.records if start <= r.minute < end]
            return sorted(found, key=lambda r: (r.minute, r.number))
        return self.records[
            bisect_left(self.records, start, key=_minute) : bisect_left(
                self.records, end, key=_minute
            )
        ]

    def after(self, number: int) -> list[Record]:
        """The records stored after one, in order of storing."""
        return self.records[bisect_left(self.records, number + 1, key=_number) :]


def _minute(record: Record) -> int:
    return record.minute


def _number(record: Record) -> int:
    return record.number


class Sum(NamedTuple):
    """Some records together: how many, what grew by how much, and the states at the end."""

    records: int
    grown: dict[int, int]
    states: Mapping[int, int]
    counters: tuple[int, ...]

    def value(self, counter: int) -> int:
        return self.states.get(counter, self.grown.get(counter, 0))


def summed(records: Iterable[Record]) -> Sum:
    """Records of one bin, in order of time."""
    number, grown = 0, dict[int, int]()
    states: Mapping[int, int] = {}
    counters: dict[int, None] = {}
    for number, record in enumerate(records, 1):  # noqa: B007 - counted beyond the loop
        for counter, value in record.grown.items():
            grown[counter] = grown.get(counter, 0) + value
        states = record.states
        counters.update(dict.fromkeys(record.counters))
    return Sum(number, grown, states, tuple(counters))
