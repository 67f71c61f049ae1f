"""What is sent, and what its answer is read as: the request that each operation describes. No I/O.

The operations themselves lie beside this file, by what they are about.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from urllib.parse import quote

import msgspec

from countline.errors import BadQuery, FieldError
from countline.wire import Sent, Told

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Instant = datetime | str

CONFIGURE_S = 300.0  # patience with changes of a device, which are sent with pauses between


@dataclass(frozen=True, slots=True, kw_only=True)
class Request(Generic[T_co]):
    """One HTTP request, and the type that its answer is read as; `bytes` are taken as they are."""

    method: str = "GET"
    path: str
    answer: type[T_co]
    parameters: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    media_type: str = "application/json"  # of the body
    if_match: str | None = None  # the version that a change is meant for
    idempotency_key: str | None = None  # sent again with it, a change is made once
    timeout_s: float | None = None  # where the usual patience is not enough

    def on(self, cursor: str) -> "Request[T_co]":
        """The same request for the page that a cursor stands for."""
        others = tuple(pair for pair in self.parameters if pair[0] != "cursor")
        return replace(self, parameters=(*others, ("cursor", cursor)))


def page(path: str, answer: type[T], **asked: Any) -> Request[T]:
    """A list, of which this is the first page."""
    return Request(path=path, parameters=pairs(asked), answer=answer)


def write(method: str, path: str, content: Sent | Told, answer: type[T], **more: Any) -> Request[T]:
    """A request with a body; what the body's own type forbids is refused before it leaves."""
    body = msgspec.json.encode(content)
    try:
        msgspec.json.decode(body, type=type(content))
    except msgspec.ValidationError as error:
        detail, _, where = str(error).partition(" - at ")
        field = where.strip("`").removeprefix("$.")
        raise BadQuery(
            f"{field or 'body'}: {detail}", errors=(FieldError(field=field, detail=detail),)
        ) from error
    return Request(method=method, path=path, body=body, answer=answer, **more)


def pairs(asked: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Parameters as they are sent; those that are None are left out."""
    return tuple((name, _text(name, value)) for name, value in asked.items() if value is not None)


def _text(name: str, value: Any) -> str:
    if name in ("start_ts", "end_ts", "at"):
        return _instant(name, value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _instant(name: str, value: Instant) -> str:
    return instant_of(name, value).isoformat().replace("+00:00", "Z")


def instant_of(name: str, value: Instant) -> datetime:
    """An instant in UTC. One without time zone means another instant on every machine: refused."""
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError as error:
        detail = f"found {value!r}, expected an instant such as 2023-10-01T08:00:00Z"
        raise _refused(name, detail, "invalid") from error
    if at.utcoffset() is None:
        detail = (
            f"{at.isoformat()} has no time zone; give datetime(..., tzinfo=UTC)"
            " or tzinfo=ZoneInfo(...), or write Z or an offset after it"
        )
        raise _refused(name, detail, "naive_time")
    return at.astimezone(UTC)


def _refused(name: str, detail: str, code: str) -> BadQuery:
    return BadQuery(
        f"{name}: {detail}",
        code=code,
        errors=(FieldError(field=name, detail=detail, code=code),),
    )


def part(value: str | int) -> str:
    """An id as one part of a path."""
    return quote(str(value), safe="")
