"""A small server on loopback that answers as a test says: well, badly, slowly, or not at all."""

import asyncio
import functools
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from ssl import SSLContext
from typing import Any, ParamSpec

import msgspec

P = ParamSpec("P")


def in_loop(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """A test that is a coroutine, run in a loop of its own."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        asyncio.run(test(*args, **kwargs))

    return run


@dataclass(frozen=True, slots=True)
class Heard:
    """One request. Header names are lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """Without the base and the query."""
        return self.target.partition("?")[0].removeprefix("/api/v5")

    @property
    def credentials(self) -> str:
        """What came as `Authorization`."""
        return self.headers.get("authorization", "")


Reply = Callable[[Heard, asyncio.StreamWriter], Awaitable[None]]


def json(body: Any, status: int = 200) -> bytes:
    """A whole answer in JSON."""
    return whole(msgspec.json.encode(body), status, "application/json")


def html(status: int) -> bytes:
    """What sensors answer to paths that they do not have."""
    return whole(b"<html><title>403 - Forbidden</title></html>", status, "text/html")


def whole(body: bytes, status: int = 200, media_type: str = "application/json") -> bytes:
    """A whole answer."""
    head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: {media_type}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


@dataclass(slots=True)
class Answering:
    """The server, and all that it heard. `replies` may be changed while it runs."""

    reply: Reply
    url: str = ""
    heard: list[Heard] = field(default_factory=list)
    connections: int = 0

    @property
    def asked(self) -> list[str]:
        """Method and path of each request."""
        return [f"{one.method} {one.path}" for one in self.heard]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while not writer.is_closing():
                heard = await _read(reader)
                self.heard.append(heard)
                await self.reply(heard, writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def answering(
    reply: Reply | bytes, *, tls: SSLContext | None = None
) -> AsyncIterator[Answering]:
    """A server that answers every request by `reply`: bytes, or what a function writes."""

    async def same(heard: Heard, writer: asyncio.StreamWriter) -> None:
        assert isinstance(reply, bytes)
        writer.write(reply)

    served = Answering(same if isinstance(reply, bytes) else reply)
    conversations: set[asyncio.Task[None]] = set()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(served._serve(reader, writer))
        conversations.add(task)
        task.add_done_callback(conversations.discard)

    server = await asyncio.start_server(begin, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    served.url = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    try:
        yield served
    finally:
        server.close()
        for task in list(conversations):
            task.cancel()
        await asyncio.gather(*conversations, return_exceptions=True)
        await server.wait_closed()


async def _read(reader: asyncio.StreamReader) -> Heard:
    first = await reader.readexactly(1)
    if not first.isalpha():
        raise ConnectionError("this is no HTTP")
    head = (first + await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = head[0].split(" ")
    pairs = (line.split(": ", 1) for line in head[1:] if line)
    headers = {name.lower(): value for name, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Heard(method, target, headers, body)
