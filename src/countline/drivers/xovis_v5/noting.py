"""Notes on what a body holds that is not understood or not counted; never more than can be read."""

from countline.drivers.reading import Note
from countline.errors import BadPush, FieldError

NOTES_MAX = 100  # of one package; the rest is a number
FAULTS_MAX = 100_000  # then a body is nothing that a sensor sends, and the search ends


class Notes:
    """The notes of one package. Raises `BadPush` where there would be no end of them."""

    def __init__(self) -> None:
        self._found: list[Note] = []
        self._faults = 0

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, code: str, path: str, detail: str) -> None:
        """Adds a note while there is room; the last one says that there would be more."""
        self._faults += 1
        if len(self._found) < NOTES_MAX:
            self._found.append(Note(code=code, path=path, detail=detail))
        elif len(self._found) == NOTES_MAX:
            self._found.append(Note(code="more", path=path, detail="from here on left out"))
        elif self._faults > FAULTS_MAX:
            first = self._found[0]
            detail = f"more than {FAULTS_MAX} parts cannot be read; the first: {first.detail}"
            raise BadPush(detail, errors=(FieldError(field=first.path or "body", detail=detail),))

    def take(self, inner: "Notes", path: str) -> None:
        """Moves the notes of a part that stands at `path`, paths made whole, out of `inner`."""
        for note in inner._found:
            self.add(note.code, f"{path}.{note.path}", note.detail)
        self._faults += max(0, inner._faults - len(inner._found))
        inner._found.clear()
        inner._faults = 0

    def all(self) -> tuple[Note, ...]:
        return tuple(self._found)
