"""What a request asks and what is replied: `Ask`, `Reply`, and `Refused` for every error body."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec

JSON_TYPE = "application/json"
T = TypeVar("T")


class Refused(Exception):
    """An answer other than success: its status, and the body `{code, info, detail?}`."""

    def __init__(self, status: int, code: int, info: str, *detail: str) -> None:
        super().__init__(info)
        self.status, self.code, self.info, self.detail = status, code, info, detail


def unknown(what: str, id_: object) -> Refused:
    """404 for an id that does not exist."""
    return Refused(404, 10000, f"{what} {id_} does not exist")


def invalid(info: str, *detail: str) -> Refused:
    """400 for settings that make no sense."""
    return Refused(400, 10010, "Invalid settings", info, *detail)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Status, body and headers of an answer."""

    status: int = 200
    body: bytes = b""
    content_type: str = JSON_TYPE
    headers: Mapping[str, str] = field(default_factory=dict)


DONE = Reply()  # 200 with an empty body: what DELETE, reset and most PUT answer


def replied(body: Any, status: int = 200, *, pretty: bool = False) -> Reply:
    """JSON."""
    text = json.dumps(body, indent=2 if pretty else None, ensure_ascii=False)
    return Reply(status=status, body=text.encode())


def told(body: str | bytes, content_type: str = "text/plain") -> Reply:
    """Anything but JSON."""
    raw = body.encode() if isinstance(body, str) else body
    return Reply(body=raw, content_type=content_type)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request, taken apart. Paths are those below `/api/v5`."""

    method: str
    path: str
    root: str = ""  # of the shared sub-tree: "/singlesensor", "/multisensors/1" or "/multisensor"
    params: Mapping[str, str] = field(default_factory=dict)  # of the path's pattern
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case
    body: bytes = b""
    user: str = ""  # who is logged in; "": nobody

    def id(self, name: str = "id") -> int:
        """A number of the path."""
        return int(self.params[name])

    def flag(self, name: str, *, default: bool = False) -> bool:
        text = self.query.get(name)
        return default if text is None else text.lower() in ("", "true", "1")

    def number(self, name: str, default: int) -> int:
        text = self.query.get(name, str(default))
        if not text.lstrip("-").isdecimal():
            raise invalid(f"{name}: '{text}' is no whole number")
        return int(text)

    def json(self) -> Any:
        """The body, which must be JSON and say so."""
        if not self.body:
            raise Refused(400, 11001, "Request is empty")
        kind = self.headers.get("content-type", JSON_TYPE).partition(";")[0].strip()
        if kind != JSON_TYPE:
            raise Refused(400, 11000, f"Wrong content type: {kind}")
        try:
            return json.loads(self.body)
        except ValueError as wrong:
            raise Refused(400, 11100, "JSON not parseable", str(wrong)) from wrong

    def object(self) -> dict[str, Any]:
        """The body, which must be a JSON object."""
        body = self.json()
        if not isinstance(body, dict):
            raise invalid("the body is no object")
        return body

    def fields(self, shape: type[T]) -> T:
        """The body as a struct; fields that it does not name are ignored."""
        return shaped(self.object(), shape)


def shaped(body: Any, shape: type[T]) -> T:
    """A body as a struct, or 400 that says which field is wrong."""
    try:
        return msgspec.convert(body, shape)
    except msgspec.ValidationError as wrong:
        raise invalid(str(wrong)) from wrong


def without_nulls(body: Any) -> Any:
    """A field that is null counts as left out."""
    if isinstance(body, dict):
        return {k: without_nulls(v) for k, v in body.items() if v is not None}
    return [without_nulls(item) for item in body] if isinstance(body, list) else body


def plain(value: Any) -> Any:
    """A struct as JSON-able data."""
    return msgspec.to_builtins(value)
