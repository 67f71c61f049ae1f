"""The outermost layer: HEAD, and the headers that every answer carries. Plain ASGI."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from countline.api.door import STANDING, address_of
from countline.api.event_stream import HEAD
from countline.api.ratelimit import Standing

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)
NO_CACHE = (b"cache-control", b"private, no-cache")


def with_headers(app: App, standing_of: Callable[[str], Standing]) -> App:
    """The app, answering HEAD as GET without a body, and saying on each answer how the caller stands."""

    async def edge(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        head = scope["method"] == "HEAD"
        if head:
            scope = {**scope, "method": "GET", HEAD: True}  # a copy: the server must still see HEAD

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                more = headers_of(scope, standing_of)
                if any(name == b"cache-control" for name, _ in message["headers"]):
                    more.remove(NO_CACHE)
                message["headers"] = [*message["headers"], *more]
            elif head:
                message["body"] = b""
            await send(message)

        await app(scope, receive, told)

    return edge


def headers_of(scope: Scope, standing_of: Callable[[str], Standing]) -> list[tuple[bytes, bytes]]:
    """What every answer carries: how the caller stands, and how to treat it."""
    standing = scope.get(STANDING) or standing_of(address_of(scope))
    return [*standing.headers, *ALWAYS, NO_CACHE]
