"""A webhook receiver on loopback: real sockets, with answers that a test lays down beforehand."""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Any, Self

import msgspec


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)


@dataclass(frozen=True, slots=True)
class Reply:
    """What to answer; `hangs` answers nothing until the receiver closes.

    `withheld` bytes of the body are promised and not sent until then.
    """

    status: int = 204
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    hangs: bool = False
    withheld: int = 0


class Receiver:
    """Answers each request by the next of `replies`, then by 204; `at` wakes who waits for one."""

    def __init__(self, *replies: Reply | int) -> None:
        self.replies = deque(Reply(r) if isinstance(r, int) else r for r in replies)
        self.received: list[Received] = []
        self.connections = 0
        self._changed = asyncio.Condition()
        self._closing = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        self._server.close()
        await self._server.wait_closed()

    def url(self, path: str = "/hook") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    @property
    def ids(self) -> list[str]:
        return [one.id for one in self.received]

    async def until(self, count: int) -> None:
        """Wait until so many requests have come."""
        async with self._changed:
            await asyncio.wait_for(
                self._changed.wait_for(lambda: len(self.received) >= count), timeout=30
            )

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while not self._closing.is_set():
                await self._answer(await self._read(reader), writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> Received:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        lines = (line.split(": ", 1) for line in head[1:] if line)
        headers = {name.lower(): value for name, value in lines}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        return Received(head[0].split()[1], headers, body)

    async def _answer(self, request: Received, writer: asyncio.StreamWriter) -> None:
        async with self._changed:
            self.received.append(request)
            self._changed.notify_all()
        reply = self.replies.popleft() if self.replies else Reply()
        if reply.hangs:
            await self._closing.wait()
            return
        lines = [
            f"HTTP/1.1 {reply.status} Said",
            f"content-length: {len(reply.body) + reply.withheld}",
        ]
        lines += [f"{name}: {value}" for name, value in reply.headers]
        writer.write("\r\n".join([*lines, "", ""]).encode() + reply.body)
        await writer.drain()
        if reply.withheld:
            await self._closing.wait()
