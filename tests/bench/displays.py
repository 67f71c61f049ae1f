"""Listeners as thin as can be, so that it is the server that is measured: by both ways there are."""

import asyncio
import json
from time import perf_counter
from typing import Self

Heard = dict[tuple[str, str], list[float]]  # when each row was heard, by sensor and start
TEXT, PING = 0x81, 0x89
PONG = bytes([0x8A, 0x84, 0, 0, 0, 0])  # of four bytes, masked with nothing


class Display:
    """Reads one stream of server-sent events, and notes when each row came."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._reading: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, port: int, key: str, query: str, heard: Heard) -> Self:
        """Returns when the stream has begun."""
        made = cls(*await asyncio.open_connection("127.0.0.1", port))
        await made._begin(f"{query} HTTP/1.1\r\nHost: x\r\nX-API-Key: {key}\r\n")
        made._reading = asyncio.create_task(made._read(heard))
        return made

    def close(self) -> None:
        """Leave."""
        assert self._reading is not None
        self._reading.cancel()
        self._writer.close()

    async def _begin(self, head: str) -> None:
        self._writer.write(f"GET /v3/events{head}\r\n".encode())
        while not (line := await self._reader.readline()).startswith(b"id:"):
            if not line:
                raise RuntimeError("the stream did not begin")

    async def _read(self, heard: Heard) -> None:
        while line := await self._reader.readline():
            if line.startswith(b"data: "):
                note(line[6:], heard)


class SocketDisplay(Display):
    """Reads one WebSocket."""

    async def _begin(self, head: str) -> None:
        head += "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        head += "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        self._writer.write(f"GET /v3/ws{head}\r\n".encode())
        answer = await self._reader.readuntil(b"\r\n\r\n")
        if b" 101 " not in answer[:15] or (await self._frame())[0] != TEXT:
            raise RuntimeError("the stream did not begin")

    async def _read(self, heard: Heard) -> None:
        while True:
            kind, content = await self._frame()
            if kind == PING:
                self._writer.write(PONG + content)
            elif kind == TEXT and b'"type":"heartbeat"' not in content[:100]:
                note(content, heard)

    async def _frame(self) -> tuple[int, bytes]:
        kind, length = await self._reader.readexactly(2)
        if length > 125:
            length = int.from_bytes(
                await self._reader.readexactly(2 if length == 126 else 8), "big"
            )
        return kind, await self._reader.readexactly(length)


def note(text: bytes, heard: Heard) -> None:
    """Note the rows of an event."""
    at_s = perf_counter()
    for row in json.loads(text)["data"]["rows"]:
        heard.setdefault((row["sensor_id"], row["timestamp"]), []).append(at_s)
