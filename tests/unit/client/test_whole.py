"""Every operation of the API can be asked by the client, or stands here with the reason why not."""

import inspect
import re
from collections.abc import Callable
from typing import Any, get_type_hints

import msgspec

from countline.api.examples import SENT
from countline.api.routes import ALIASES, V1, V3
from countline.client._operations import Call, Listing, Operations
from countline.client._requests import Request

SESSION = "sessions are for browsers, which may not keep a key; the client sends its key each time"
AS_V3 = "version 3 answers the same and more"
LEFT_OUT = {
    "POST /v3/session": SESSION,
    "DELETE /v3/session": SESSION,
    "GET /v3/events": "a stream, which `events` of both clients follows",
    "GET /data/count": "another address of GET /v3/data/count",
    "GET /api/v1/sensors": AS_V3,
    "GET /api/v1/sensors/{sensor_id:str}/config": AS_V3,
    "GET /api/v1/devices": AS_V3,
    "GET /api/v1/zones": AS_V3,
    "GET /api/v1/layouts": AS_V3,
    "GET /api/v1/webhooks": AS_V3,
    "POST /api/v1/webhooks": AS_V3,
    "GET /api/v1/health": AS_V3,
}
PLAIN: dict[Any, Any] = {str: "x", int: 1, bytes: b"x"}


def test_every_operation_of_the_api_has_a_method_or_a_reason() -> None:
    asked = {_asked_by(name) for name in _offered()}
    rows = {f"{row.method} {row.path}" for row in (*V3, *V1, *ALIASES)}
    assert {row for row in rows if not any(map(_pattern(row).fullmatch, asked))} == set(LEFT_OUT)


def test_every_method_asks_for_an_operation_that_there_is() -> None:
    patterns = [_pattern(f"{row.method} {row.path}") for row in (*V3, *V1)]
    lost = [n for n in _offered() if not any(p.fullmatch(_asked_by(n)) for p in patterns)]
    assert not lost


def _offered() -> list[str]:
    return [n for n, v in vars(Operations).items() if isinstance(v, Call | Listing)]


def _pattern(row: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{\w+:(str|int)\}", r"(?!adopt$)[^/]+", row))


def _asked_by(name: str) -> str:
    """Method and path of what an operation sends, whatever it is asked."""
    describe: Callable[..., Request[Any]] = vars(Operations)[name]._describe
    hints = get_type_hints(describe)
    needed = [p for p in inspect.signature(describe).parameters.values() if p.default is p.empty]
    values = {p.name: _value(hints[p.name]) for p in needed if p.kind is not p.VAR_KEYWORD}
    positional = [values.pop(p.name) for p in needed if p.kind is p.POSITIONAL_OR_KEYWORD]
    request = describe(*positional, **values)
    return f"{request.method} {request.path}"


def _value(kind: Any) -> Any:
    """Something of a type: a body is the example of the documents."""
    for row in V3:
        if row.body is kind:
            sent = SENT[f"{row.method} {re.sub(r':(str|int)', '', row.path)}"]
            return msgspec.convert(sent, kind)
    return PLAIN.get(kind, "2026-01-01T00:00:00Z")
