"""Pushes over HTTP: a plain ASGI function, chosen before the API, that answers after the commit."""

import asyncio
import base64
import zlib
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from countline.drivers import DRIVERS, PUSH_DRIVERS
from countline.drivers.reading import Push
from countline.engine.access import PUSH_PREFIX
from countline.engine.engine import Engine
from countline.errors import CountlineError, NotAllowed, NotReady, StoreError, TooMuch
from countline.gateway.patience import Patience
from countline.limits import PUSH_BYTES_IN_FLIGHT_MAX, PUSH_BYTES_MAX, PUSH_READ_S_MAX
from countline.model.access import PushSecret

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

RETRY_AFTER_S = 5
LENGTH_DIGITS_MAX = 15  # a length with more is announced by nobody
GZIP_MEMBERS_MAX = 100


class Unreadable(CountlineError):
    """The body is not what its headers say."""

    code = "push_unreadable"


class TooSlow(CountlineError):
    """The body did not come in time."""

    code = "push_too_slow"


STATUS_OF: Mapping[type[CountlineError], int] = {
    NotAllowed: 401,
    TooMuch: 413,
    NotReady: 503,
    StoreError: 503,
    TooSlow: 408,
}
TITLES = {
    400: "Bad request",
    401: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    408: "Too slow",
    413: "Too much",
    503: "Not ready",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PushLimits:
    """What one push, and all of them together, may take."""

    body_bytes_max: int = PUSH_BYTES_MAX
    in_flight_bytes_max: int = PUSH_BYTES_IN_FLIGHT_MAX
    read_s_max: float = PUSH_READ_S_MAX


class Given(NamedTuple):
    """What a request says of itself, as far as a push needs it."""

    secret: str
    driver: str
    length: int
    gzip: bool


def with_pushes(app: App, engine: Engine, limits: PushLimits) -> App:
    """An app that takes pushes itself and leaves everything else to `app`."""
    gate = PushGate(engine, limits)

    async def chosen(scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and is_push(scope):
            await gate(scope, receive, send)
        else:
            await app(scope, receive, send)

    return chosen


def is_push(scope: Mapping[str, Any]) -> bool:
    """Whether a request is a sensor's: by its path, or by the secret that it carries."""
    path: str = scope["path"]
    if path.startswith(("/push/", f"/{PUSH_PREFIX}")):
        return True
    if scope["method"] != "POST":
        return False
    return secret_of(scope["headers"], path).startswith(PUSH_PREFIX)


def secret_of(headers: list[tuple[bytes, bytes]], path: str) -> str:
    """The push secret of a request: X-Push-Key, Bearer, Basic's password, or the path's beginning."""
    if path.startswith(f"/{PUSH_PREFIX}"):
        return path[1:].partition("/")[0]
    found = ""
    for name, value in headers:
        if name == b"x-push-key":
            return value.decode("latin-1").strip()
        if name == b"authorization":
            found = _authorized(value.decode("latin-1").strip())
    return found


def _authorized(value: str) -> str:
    scheme, _, rest = value.partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(rest, validate=True).decode().partition(":")[2]
        except ValueError:  # letters that base64 or UTF-8 does not have
            return ""
    return ""


class PushGate:
    """Admits, reads and hands on one push at a time; knows how many bytes are in flight."""

    def __init__(self, engine: Engine, limits: PushLimits) -> None:
        self._engine = engine
        self._limits = limits
        self._in_flight = 0
        self._patience = Patience(limits.read_s_max)

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """One request. 204 once the body is on disk, whatever it holds."""
        if scope["method"] != "POST":
            await _refuse(
                send, 405, "method_not_allowed", "Pushes are sent by POST.", allow=b"POST"
            )
            return
        try:
            await self._take(scope, receive)
        except CountlineError as error:
            status = STATUS_OF.get(type(error), 400)
            if error.error_code == "driver_unknown":
                status = 404
            await _refuse(send, status, error.error_code, error.detail, retry=status == 503)
            return
        except Disconnected:
            return
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def _take(self, scope: Any, receive: Receive) -> None:
        given = _given(scope)
        if not given.secret:
            raise NotAllowed(
                "A push carries its secret as X-Push-Key, Bearer, Basic password, or as the first "
                "part of the path.",
                code="push_secret_missing",
            )
        secret = await self._engine.access.admit(given.secret)
        driver = self._driver(secret, given)
        room = Room(self)
        try:
            room.holds(given.length)
            body = await self._body(receive, room)
            if given.gzip:
                body = gunzip(body, self._limits.body_bytes_max)
                room.holds(len(body))
            push = Push(driver=driver, body=body, received_ms=self._engine.now_ms())
            await self._engine.intake.submit(push, secret)
        finally:
            self._in_flight -= room.size

    async def _body(self, receive: Receive, room: "Room") -> bytes:
        """All parts of a body. A sender that falls silent gives up its room."""
        parts: list[bytes] = []
        size, more = 0, True
        task = self._patience.begin()
        try:
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Disconnected
                parts.append(message.get("body", b""))
                more = message.get("more_body", False)
                size += len(parts[-1])
                room.holds(size)
        except asyncio.CancelledError:
            if not self._patience.is_over(task):
                raise
            raise TooSlow(
                f"The body was not complete after {self._limits.read_s_max:g} s; send it again."
            ) from None
        finally:
            self._patience.end(task)
        return b"".join(parts)

    def _driver(self, secret: PushSecret, given: Given) -> str:
        name = secret.driver or given.driver
        if name in PUSH_DRIVERS:
            return name
        if not name and len(PUSH_DRIVERS) == 1:
            return next(iter(PUSH_DRIVERS))
        known = ", ".join(PUSH_DRIVERS)
        hint = " Files are imported with `countline import`." if name in DRIVERS else ""
        raise CountlineError(
            f"No driver {name!r} takes pushes; POST to /push/{{driver}} with one of {known}.{hint}",
            code="driver_unknown",
        )

    def more(self, size: int, total: int) -> None:
        """Take so many bytes more for a body of so many in all. Raises `TooMuch`, `NotReady`."""
        if total > self._limits.body_bytes_max:
            raise TooMuch(
                f"The body is larger than {self._limits.body_bytes_max} bytes; send smaller "
                "packages.",
                code="push_too_large",
            )
        if self._in_flight + size > self._limits.in_flight_bytes_max:
            raise NotReady("Too many bytes are in flight.", retry_after_s=RETRY_AFTER_S)
        self._in_flight += size


@dataclass(slots=True)
class Room:
    """The bytes in flight that one push takes."""

    gate: PushGate
    size: int = 0

    def holds(self, size: int) -> None:
        """It holds so many now: more than announced in chunks, or more after gunzip."""
        if size > self.size:
            self.gate.more(size - self.size, size)
            self.size = size


class Disconnected(Exception):
    """The sender went away before its body was complete: nothing to keep, nobody to answer."""


def _given(scope: Mapping[str, Any]) -> Given:
    path: str = scope["path"]
    length = 0
    gzipped = False
    for name, value in scope["headers"]:
        if name == b"content-length":
            length = int(value) if value.isdigit() and len(value) <= LENGTH_DIGITS_MAX else 0
        elif name == b"content-encoding":
            gzipped = value.strip().lower() == b"gzip"
    _, _, after = path.partition("/push/")
    return Given(secret_of(scope["headers"], path), after.partition("/")[0], length, gzipped)


def gunzip(body: bytes, bytes_max: int) -> bytes:
    """An unpacked body, of all its members.

    Raises `TooMuch` past the bound, and `Unreadable` for what is no gzip.
    """
    plain, rest = b"", body
    for _ in range(GZIP_MEMBERS_MAX):
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            plain += unpacker.decompress(rest, bytes_max - len(plain) + 1)
        except zlib.error as error:
            raise Unreadable(
                f"Content-Encoding says gzip, but the body is not: {error}."
            ) from error
        if len(plain) > bytes_max:
            raise TooMuch(
                f"The body is larger than {bytes_max} bytes after gunzip; send smaller packages.",
                code="push_too_large",
            )
        if not unpacker.eof:
            raise Unreadable("The gzip body ends too early; send it again.")
        rest = unpacker.unused_data.lstrip(b"\0")  # some pad with zeros
        if not rest:
            return plain
    raise Unreadable(f"The gzip body has more than {GZIP_MEMBERS_MAX} members; join them to one.")


async def _refuse(
    send: Send, status: int, code: str, detail: str, *, retry: bool = False, allow: bytes = b""
) -> None:
    problem = {
        "type": f"/errors/{code}",
        "title": TITLES[status],
        "status": status,
        "detail": detail,
        "code": code,
    }
    headers = [(b"content-type", b"application/problem+json")]
    if retry:
        headers.append((b"retry-after", str(RETRY_AFTER_S).encode()))
    if allow:
        headers.append((b"allow", allow))
    if status == 401:
        headers.append((b"www-authenticate", b'Basic realm="countline push"'))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": msgspec.json.encode(problem)})
