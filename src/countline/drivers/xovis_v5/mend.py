"""Reading a body of which a part is not what it should be: that part is noted, the rest stands."""

from typing import Any, Final, TypeVar, get_args, get_origin

import msgspec
from msgspec import Struct, structs

from countline.drivers.reading import Note
from countline.drivers.xovis_v5.wire import Count, Logic, Record

# Stand where an unreadable list element was, so that the others keep their place.
NO_COUNT: Final = Count(id=-1)  # an id that no body can hold
NO_RECORD: Final = Record(start=0, end=0)
NO_LOGIC: Final = Logic(id=0)
_HOLES: dict[type, Struct] = {Count: NO_COUNT, Record: NO_RECORD, Logic: NO_LOGIC}

S = TypeVar("S", bound=Struct)


def mend(raw: Any, kind: type[S], path: str, notes: list[Note]) -> S | None:
    """`raw` as a `kind`, without its unreadable parts; None where nothing of it can be read."""
    if not isinstance(raw, dict):
        notes.append(_unreadable(path, f"expected an object, found {_shown(raw)}"))
        return None
    kept: dict[str, Any] = {}
    for field in structs.fields(kind):
        if field.encode_name in raw:
            at = f"{path}.{field.encode_name}" if path else field.encode_name
            readable, value = _field(raw[field.encode_name], field.type, at, notes)
            if readable:
                kept[field.name] = value
    try:
        return kind(**kept)
    except TypeError:
        missing = [f.encode_name for f in structs.fields(kind) if f.required and f.name not in kept]
        notes.append(_unreadable(path, f"left out, since '{missing[0]}' is missing or unreadable"))
        return None


def _field(raw: Any, kind: Any, path: str, notes: list[Note]) -> tuple[bool, Any]:
    """(whether it can be read, what was read) of one field's value."""
    try:
        return True, msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        inner = _struct_in(kind)
        if inner is None:
            wrong = (
                str(error).partition(" - at ")[0].replace("`", "").replace("Expected", "expected")
            )
            notes.append(_unreadable(path, f"{wrong}, found {_shown(raw)}; left out"))
            return False, None
    if not _is_list(kind):
        value = mend(raw, inner, path, notes)
        return value is not None, value
    if not isinstance(raw, list):
        notes.append(_unreadable(path, f"expected an array, found {_shown(raw)}"))
        return False, None
    items = (mend(item, inner, f"{path}[{i}]", notes) for i, item in enumerate(raw))
    hole = _HOLES.get(inner)
    return True, tuple(hole if item is None else item for item in items if item or hole)


def _struct_in(kind: Any) -> type[Struct] | None:
    """The struct of `Record`, `Config | None` or `tuple[Logic, ...]`."""
    if isinstance(kind, type) and issubclass(kind, Struct):
        return kind
    found = [_struct_in(part) for part in get_args(kind)]
    return next((struct for struct in found if struct), None)


def _is_list(kind: Any) -> bool:
    return get_origin(kind) is tuple


def _unreadable(path: str, detail: str) -> Note:
    return Note(code="unreadable", path=path, detail=detail)


def _shown(raw: Any) -> str:
    match raw:
        case None:
            return "null"
        case dict():
            return "an object"
        case list():
            return "an array"
    text = msgspec.json.encode(raw).decode()
    return text if len(text) <= 40 else f"{text[:40]}..."
