"""Reading a body of which a part is not what it should be: that part is noted, the rest stands."""

from functools import cache
from typing import Any, Final, NamedTuple, TypeVar, get_args, get_origin

import msgspec
from msgspec import Struct, structs

from countline.drivers.xovis_v5.noting import Notes
from countline.drivers.xovis_v5.wire import Count, Logic, Record

# Stand where an unreadable list element was, so that the others keep their place.
NO_COUNT: Final = Count(id=-1)  # an id that no body can hold
NO_RECORD: Final = Record(start=0, end=0)
NO_LOGIC: Final = Logic(id=0)
_HOLES: dict[type, Struct] = {Count: NO_COUNT, Record: NO_RECORD, Logic: NO_LOGIC}

S = TypeVar("S", bound=Struct)


class _Field(NamedTuple):
    """What is to be known of a struct's field in order to read it in parts."""

    key: str
    name: str
    type: Any
    required: bool
    struct: type[Struct] | None
    is_list: bool


def mend(raw: Any, kind: type[S], path: str, notes: Notes) -> S | None:
    """`raw` as a `kind`, without its unreadable parts; None where nothing of it can be read."""
    if not isinstance(raw, dict):
        notes.add("unreadable", path, f"expected an object, found {_shown(raw)}")
        return None
    kept: dict[str, Any] = {}
    for field in _fields(kind):
        if field.key in raw:
            at = f"{path}.{field.key}" if path else field.key
            readable, value = _read(raw[field.key], field, at, notes)
            if readable:
                kept[field.name] = value
    missing = [field.key for field in _fields(kind) if field.required and field.name not in kept]
    if missing:
        detail = f"left out, since '{missing[0]}' is missing or unreadable"
        notes.add("unreadable", path, detail)
        return None
    return kind(**kept)


def _read(raw: Any, field: _Field, path: str, notes: Notes) -> tuple[bool, Any]:
    """(whether it can be read, what was read) of one field's value."""
    try:
        return True, msgspec.convert(raw, field.type)
    except msgspec.ValidationError as error:
        if field.struct is None:
            wrong = (
                str(error).partition(" - at ")[0].replace("`", "").replace("Expected", "expected")
            )
            notes.add("unreadable", path, f"{wrong}, found {_shown(raw)}; left out")
            return False, None
    if not field.is_list:
        value = mend(raw, field.struct, path, notes)
        return value is not None, value
    if not isinstance(raw, list):
        notes.add("unreadable", path, f"expected an array, found {_shown(raw)}")
        return False, None
    hole = _HOLES.get(field.struct)
    items: list[Struct | None] = []
    for i, item in enumerate(raw):
        try:
            items.append(msgspec.convert(item, field.struct))
        except msgspec.ValidationError:
            items.append(mend(item, field.struct, f"{path}[{i}]", notes) or hole)
    return True, tuple(item for item in items if item is not None)


@cache
def _fields(kind: type[Struct]) -> tuple[_Field, ...]:
    return tuple(
        _Field(
            key=field.encode_name,
            name=field.name,
            type=field.type,
            required=field.required,
            struct=_struct_in(field.type),
            is_list=_is_list(field.type),
        )
        for field in structs.fields(kind)
    )


def _is_list(kind: Any) -> bool:
    """Whether it is `tuple[Logic, ...]`, or that or nothing."""
    return any(get_origin(part) is tuple for part in (kind, *get_args(kind)))


def _struct_in(kind: Any) -> type[Struct] | None:
    """The struct of `Record`, `Config | None` or `tuple[Logic, ...]`."""
    if isinstance(kind, type) and issubclass(kind, Struct):
        return kind
    found = [_struct_in(part) for part in get_args(kind)]
    return next((struct for struct in found if struct), None)


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
