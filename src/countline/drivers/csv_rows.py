"""Rows of a CSV file whoever wrote it: commas, semicolons or tabs, quoted cells, BOM, CRLF."""

import csv
import re
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper

from countline.errors import BadPush, FieldError
from countline.limits import VALUE_MAX

NOT_A_COUNT = f"is no whole number from 0 to {VALUE_MAX}; leave the cell blank where none is known"
_WHOLE = re.compile(r"\d{1,10}(\.0*)?", re.ASCII)
_COLUMNS_MAX = 200
_SEPARATORS = (",", ";", "\t")


class CsvRows:
    """The rows of a file, the header first. `line` is where the last row ended, from 1."""

    def __init__(self, body: bytes) -> None:
        first, _, _ = body[:100_000].partition(b"\n")
        separator = max(_SEPARATORS, key=lambda s: first.count(s.encode()))
        self._body = body
        self._text = TextIOWrapper(BytesIO(body), encoding="utf-8-sig", newline="")
        self._rows = csv.reader(self._text, delimiter=separator, strict=True)

    @property
    def line(self) -> int:
        return self._rows.line_num

    def __iter__(self) -> Iterator[list[str]]:
        """Raises `BadPush` where the text is no CSV."""
        try:
            yield from self._rows
        except UnicodeDecodeError:
            raise _bad(self._line_of_bad_byte(), "is not UTF-8; save it as 'CSV UTF-8'") from None
        except csv.Error as error:
            raise _bad(self.line, f"is not CSV: {error}") from None

    def header(self) -> list[str]:
        """The first row, empty for an empty file. Raises `BadPush` where it cannot be one."""
        first = next(iter(self), [])
        if len(first) > _COLUMNS_MAX:
            raise _bad(self.line, f"has {len(first)} columns; at most {_COLUMNS_MAX} can be read")
        return first

    def _line_of_bad_byte(self) -> int:
        try:
            self._body.decode()
        except UnicodeDecodeError as error:
            return self._body.count(b"\n", 0, error.start) + 1
        return self.line


def _bad(line: int, what: str) -> BadPush:
    error = FieldError(field=f"line {line}", detail=what)
    return BadPush(f"nothing of the file is taken: line {line} {what}", errors=(error,))


def whole_number(cell: str) -> int | None:
    """A count as files write it: `12`, also `12.0`."""
    if not _WHOLE.fullmatch(cell):
        return None
    value = int(cell.partition(".")[0])
    return value if value <= VALUE_MAX else None
