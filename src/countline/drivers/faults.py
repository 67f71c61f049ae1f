"""What is wrong with a file, line by line: told all at once, since a file is taken whole or not."""

from countline.errors import BadPush, FieldError

FAULTS_MAX = 20  # told one by one; the rest is a number


class Faults:
    """Collects faults while a file is read to its end."""

    def __init__(self) -> None:
        self._first: list[FieldError] = []
        self._more = 0

    def at(self, line: int, column: str, detail: str) -> None:
        """A cell of a line of the file; the header is line 1."""
        self.of(f"line {line}, {column}" if column else f"line {line}", detail)

    def of(self, field: str, detail: str) -> None:
        """Something else: the header, an option."""
        if len(self._first) < FAULTS_MAX:
            self._first.append(FieldError(field=field, detail=detail))
        else:
            self._more += 1

    def raise_any(self) -> None:
        """Raises `BadPush` with all that was found; returns where there is none."""
        if not self._first:
            return
        first = self._first[0]
        count = len(self._first) + self._more
        rest = f", and {count - 1} more like it" if count > 1 else ""
        detail = f"nothing of the file is taken: {first.field}: {first.detail}{rest}"
        raise BadPush(detail, errors=tuple(self._first), faults=count)


def shown(text: str) -> str:
    """A cell as a message quotes it."""
    return f"'{text}'" if len(text) <= 40 else f"'{text[:40]}...'"
