"""Query strings, read strictly: a struct says what may be asked, and everything wrong is told at once.

A field's own name and its name on the wire are both understood (`sensor_id` and `sensorId`), never
both in one request.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, ClassVar, Literal, Protocol
from urllib.parse import unquote_plus
from zoneinfo import ZoneInfo

import msgspec
from msgspec import inspect

from countline.api.instants import NaiveTime, with_offset
from countline.api.readers import Reader, nearest, reader_of
from countline.errors import BadQuery, FieldError
from countline.limits import QUERY_BYTES_MAX

PARAMETERS_MAX = 64  # more than the largest operation has, twice over
Pairs = list[tuple[str, str]]
SUBJECTS = ("sensor_id", "zone_id", "location_id")


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """Parameters of one operation. `SUBJECT`: is one of the three ids needed?

    `one_or_alone`: it may be left out by a caller who sees exactly one location.
    """

    SUBJECT: ClassVar[Literal["optional", "one", "one_or_alone"]] = "optional"


class Context(Protocol):
    """What reading needs to know of the caller."""

    def sees_one_location(self) -> bool:
        """Whether the caller sees exactly one location, so that it need not be named."""

    def time_zone(self, given: Mapping[str, Any]) -> tuple[str, ZoneInfo] | None:
        """The location that the parameters are about, where that can be told, and its time zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter: the field it fills, its documented name, and how its text is read."""

    field: str
    name: str
    required: bool
    read: Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """A struct of parameters, compiled once; `by_name` has both spellings of each."""

    struct: type[Asking]
    by_name: Mapping[str, Parameter]
    required: tuple[Parameter, ...]

    @classmethod
    def of(cls, struct: type[Asking]) -> "Parameters":
        """Compile a struct. A field of a type that has no reader is a programmer's mistake."""
        shape = inspect.type_info(struct)
        assert isinstance(shape, inspect.StructType)
        made = [
            Parameter(field=f.name, name=f.encode_name, required=f.required, read=reader_of(f.type))
            for f in shape.fields
        ]
        names = {p.field: p for p in made} | {p.name: p for p in made}
        return cls(struct=struct, by_name=names, required=tuple(p for p in made if p.required))

    def read(self, pairs: Pairs, context: Context) -> Asking:
        """The filled struct. Raises one `BadQuery` with an error for each thing that is wrong."""
        values: dict[str, Any] = {}
        given: dict[str, str] = {}  # field -> name as written
        errors: list[FieldError] = []
        naive: list[tuple[str, NaiveTime]] = []
        for name, text in pairs:
            parameter = self.by_name.get(name)
            if parameter is None:
                errors.append(_unknown(name, self.by_name))
            elif parameter.field in given:
                errors.append(_twice(name, given[parameter.field]))
            else:
                given[parameter.field] = name
                try:
                    values[parameter.field] = parameter.read(text)
                except NaiveTime as error:
                    naive.append((name, error))
                except ValueError as error:
                    errors.append(FieldError(field=name, detail=str(error)))
        errors += [_missing(p) for p in self.required if p.field not in given]
        errors += self._subject_errors(given, context)
        if naive:
            where = context.time_zone(values)
            errors += [_naive(name, error, where) for name, error in naive]
        if errors:
            raise bad_query(errors)
        return self.struct(**values)

    def _subject_errors(self, given: Mapping[str, Any], context: Context) -> list[FieldError]:
        """Which of the three ids are given: one is needed, and a location stands alone."""
        need = self.struct.SUBJECT
        if need == "optional":
            return []
        sensor, zone, location = (self.by_name[field].name for field in SUBJECTS)
        found = [field for field in SUBJECTS if field in given]
        if not found:
            if need == "one_or_alone" and context.sees_one_location():
                return []
            detail = f"one of {sensor}, {zone} and {location} is needed: it says whose numbers"
            return [FieldError(field=sensor, code="missing", detail=detail)]
        if "location_id" in found and len(found) > 1:
            detail = (
                f"{location} asks for the whole location; leave it out to ask for"
                f" {' and '.join(self.by_name[f].name for f in found if f != 'location_id')}"
            )
            return [FieldError(field=location, code="conflicting", detail=detail)]
        return []


def split_query(query: bytes) -> Pairs:
    """Names and texts of a query string, in order. Raises `BadQuery` for one that is too long."""
    if not query:
        return []
    if len(query) > QUERY_BYTES_MAX:
        raise BadQuery(f"The query has {len(query)} bytes; at most {QUERY_BYTES_MAX} are read.")
    parts = query.decode("latin-1").split("&")
    if len(parts) > PARAMETERS_MAX:
        raise BadQuery(f"The query has more than {PARAMETERS_MAX} parameters.")
    pairs = (part.partition("=") for part in parts if part)
    return [(_plain(name), _plain(text)) for name, _, text in pairs]


def _plain(text: str) -> str:
    return unquote_plus(text) if "%" in text or "+" in text else text


def bad_query(errors: list[FieldError]) -> BadQuery:
    """One error for all that is wrong; its detail is readable alone."""
    told = "; ".join(f"{e.field}: {e.detail}" for e in errors)
    return BadQuery(told, errors=tuple(errors))


def _unknown(name: str, by_name: Mapping[str, Parameter]) -> FieldError:
    documented = [p.name for name, p in by_name.items() if name == p.name]
    near = get_close_matches(name, list(by_name), n=1, cutoff=0.5)
    hint = f"; did you mean '{near[0]}'?" if near else nearest(name, documented)
    return FieldError(field=name, code="unknown", detail=f"there is no such parameter{hint}")


def _twice(name: str, first: str) -> FieldError:
    if name == first:
        return FieldError(field=name, code="repeated", detail="is given twice; give it once")
    detail = f"'{first}' is given too, and both mean the same; give one of them"
    return FieldError(field=name, code="conflicting", detail=detail)


def _missing(parameter: Parameter) -> FieldError:
    return FieldError(field=parameter.name, code="missing", detail="is needed")


def _naive(name: str, error: NaiveTime, where: tuple[str, ZoneInfo] | None) -> FieldError:
    hint = f"write {with_offset(error.wall, None)} for UTC"
    if where is not None:
        location_id, zone = where
        hint += f", or {with_offset(error.wall, zone)} for local time at {location_id}"
    return FieldError(field=name, code="naive_time", detail=f"{error}; {hint}")
