"""Where in the telling of the event log somebody is, to the row, as an id that resumes exactly there."""

import base64
import binascii
from dataclasses import dataclass, replace
from datetime import date
from typing import Self

import msgspec

from countline.engine.messages import RowPlace, place_of
from countline.engine.telling import Counts, Telling

END_OF_COMMIT = date.max.toordinal() + 1
SEQ_DIGITS_MAX = 18


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """All up to here has been told. Marks are ordered as what they stand behind is told.

    A commit is told by tellings, ordered by their last event (`seq`) and civil day (`day`, 0 for
    none), and a telling by its rows. `whole` is behind the last row of a telling, else `row` is the
    last one told. `after` is where the commit begins in the log, for it is read anew to go on.
    """

    seq: int
    day: int = END_OF_COMMIT
    whole: bool = True
    row: RowPlace = (0, "", "", 0)
    after: int = 0

    @classmethod
    def at(cls, seq: int) -> Self:
        """Behind the whole commit that ends with an event."""
        return cls(seq, after=seq)

    @classmethod
    def behind(cls, telling: Telling, after: int) -> Self:
        """Behind a whole telling of the commit that begins after an event."""
        return cls(telling.seq, day_of(telling), after=after)

    def in_front_of(self, row: RowPlace | None) -> "Mark":
        """The same telling, no further than this row."""
        return self if row is None else replace(self, whole=False, row=row)

    def rest_of(self, telling: Telling) -> Telling | None:
        """What of a telling comes after this mark."""
        here, there = (self.seq, self.day), (telling.seq, day_of(telling))
        if there != here:
            return telling if there > here else None
        if self.whole or not isinstance(telling, Counts):
            return None
        rows = [row for row in telling.rows if place_of(row) > self.row]
        return replace(telling, rows=rows) if rows else None

    def write(self) -> str:
        """`412` behind a whole commit, `412-5` behind a telling, and more within one."""
        if self.day == END_OF_COMMIT:
            return str(self.seq)
        parts = [str(self.seq), str(self.seq - self.after)]
        if self.day or not self.whole:
            parts.append(str(self.day))
        if not self.whole:
            row = base64.urlsafe_b64encode(msgspec.json.encode(self.row)).decode()
            parts.append(row.rstrip("=").replace("-", "."))
        return "-".join(parts)


def read_mark(text: str) -> Mark | None:
    """The mark that an id stands for; None where it is none of ours."""
    seq, *more = text.split("-", 3)
    numbers = [_number(part) for part in (seq, *more[:2])]
    if None in numbers:
        return None
    known = [number for number in numbers if number is not None]
    if not more:
        return Mark.at(known[0])
    mark = Mark(known[0], known[2] if len(known) > 2 else 0, after=known[0] - known[1])
    if mark.after < 0 or mark.day >= END_OF_COMMIT:
        return None
    if len(more) < 3:
        return mark
    try:
        written = more[2].replace(".", "-")
        found = base64.b64decode(written + "=" * (-len(written) % 4), b"-_", validate=True)
        return mark.in_front_of(msgspec.json.decode(found, type=RowPlace))
    except (binascii.Error, ValueError, msgspec.MsgspecError):
        return None


def day_of(telling: Telling) -> int:
    """The civil day of a telling as a number; 0 where it is of none."""
    found = telling.local_date if isinstance(telling, Counts) else None
    return found.toordinal() if found else 0


def _number(text: str) -> int | None:
    if text.isascii() and text.isdecimal() and len(text) <= SEQ_DIGITS_MAX:
        return int(text)
    return None
