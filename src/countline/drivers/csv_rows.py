"""Rows of a CSV file whoever wrote it: commas, semicolons or tabs, quoted cells, BOM, CRLF."""

import csv
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper

from countline.errors import BadPush, FieldError

_SEPARATORS = (",", ";", "\t")


class CsvRows:
    """The rows of a file, the header first. `line` is where the last row ended, from 1."""

    def __init__(self, body: bytes) -> None:
        first, _, _ = body[:100_000].partition(b"\n")
        self._separator = max(_SEPARATORS, key=lambda s: first.count(s.encode()))
        self._text = TextIOWrapper(BytesIO(body), encoding="utf-8-sig", newline="")
        self._rows = csv.reader(self._text, delimiter=self._separator, strict=True)

    @property
    def line(self) -> int:
        return self._rows.line_num

    def __iter__(self) -> Iterator[list[str]]:
        """Raises `BadPush` where the text is no CSV."""
        try:
            yield from self._rows
        except UnicodeDecodeError:
            raise self._bad("is not UTF-8; save it as 'CSV UTF-8'") from None
        except csv.Error as error:
            raise self._bad(f"is not CSV: {error}") from None

    def _bad(self, what: str) -> BadPush:
        field = f"line {self._rows.line_num + 1}"
        return BadPush(
            f"the file cannot be read: {field} or one soon after {what}",
            errors=(FieldError(field=field, detail=what),),
        )
