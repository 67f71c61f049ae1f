"""How the text of one parameter is read: strictly, and with what to write instead."""

import re
from collections.abc import Callable, Collection
from difflib import get_close_matches
from functools import cache
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from msgspec import inspect

from countline.api.instants import read_instant

Number = TypeVar("Number", int, float)
WORD_LENGTH = 64  # of a misspelt name; comparing longer ones costs more than it tells
Reader = Callable[[str], Any]

_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,17})", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,12})?", re.ASCII)


def reader_of(kind: inspect.Type) -> Reader:
    """The reader of a type; it raises `ValueError`. A type without one is a programmer's mistake."""
    match kind:
        case inspect.Metadata(type=inner):
            return reader_of(inner)
        case inspect.UnionType(types=types):
            (inner,) = [t for t in types if not isinstance(t, inspect.NoneType)]
            return reader_of(inner)
        case inspect.StrType(pattern=pattern):
            return lambda text: _read_text(text, pattern)
        case inspect.IntType(ge=low, le=high):
            return lambda text: _within(_read_whole(text), low, high)
        case inspect.FloatType(ge=low, le=high):
            return lambda text: _within(_read_number(text), low, high)
        case inspect.LiteralType(values=values):
            known = [str(v) for v in values]
            return lambda text: _read_choice(text, known)
        case inspect.BoolType():
            return lambda text: _read_choice(text, ("true", "false")) == "true"
        case inspect.DateTimeType():
            return read_instant
        case inspect.CustomType(cls=cls) if cls is ZoneInfo:
            return _read_time_zone
    raise TypeError(f"no reader for {kind}")


def nearest(word: str, known: Collection[str]) -> str:
    """`; did you mean 'x'?` or, where nothing is near, what is known."""
    if near := get_close_matches(word[:WORD_LENGTH], known, n=1, cutoff=0.5):
        return f"; did you mean '{near[0]}'?"
    return f"; there are {', '.join(known)}" if known else "; this takes none"


def _read_text(text: str, pattern: str | None) -> str:
    if pattern is not None and not re.fullmatch(pattern, text):
        raise ValueError(f"{text!r} is not one: it does not fit {pattern}")
    return text


def _read_whole(text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise ValueError(f"{text!r} is not a whole number")
    return int(text)


def _read_number(text: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{text!r} is not a number; write it as 0.8")
    return float(text)


def _within(value: Number, low: float | None, high: float | None) -> Number:
    if low is not None and value < low:
        raise ValueError(f"{value} is too small; the least is {low}")
    if high is not None and value > high:
        raise ValueError(f"{value} is too large; the most is {high}")
    return value


def _read_choice(text: str, known: Collection[str]) -> str:
    if text in known:
        return text
    raise ValueError(f"{text!r} is not known{nearest(text, known)}")


def _read_time_zone(text: str) -> ZoneInfo:
    known = _time_zones()
    if text not in known:
        near = get_close_matches(text[:WORD_LENGTH], known, n=1)
        hint = f"did you mean '{near[0]}'?" if near else "write it as 'Europe/Zurich'"
        raise ValueError(f"{text!r} is not an IANA time zone; {hint}")
    return ZoneInfo(text)


@cache
def _time_zones() -> frozenset[str]:
    """Reading the list of time zones from disk takes some 20 ms, so it is read once."""
    return frozenset(available_timezones())
