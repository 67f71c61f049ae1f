"""One keep-alive HTTP connection to a loopback port, as plain as it gets."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Self
from urllib.parse import quote

from tests.chaos.mutations import Request

ANSWER_S_MAX = 120


class Connection:
    """Asks one question after the other. Raises `ConnectionError` or `IncompleteReadError`."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        writer = self._writer
        self.close()
        if writer is not None:
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def ask(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
    ) -> tuple[int, bytes]:
        """Status and body of the answer."""
        async with asyncio.timeout(ANSWER_S_MAX):
            if self._writer is None:
                opened = await asyncio.open_connection("127.0.0.1", self._port, limit=2**26)
                self._reader, self._writer = opened
            lines = [f"{method} {path} HTTP/1.1", "Host: localhost"]
            lines += [f"{name}: {value}" for name, value in headers.items()]
            lines += [f"Content-Length: {len(body)}", "", ""]
            self._writer.write("\r\n".join(lines).encode() + body)
            await self._writer.drain()
            return await self._answer()

    async def _answer(self) -> tuple[int, bytes]:
        assert self._reader is not None
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        said = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
        body = b""
        if said.get("transfer-encoding") == "chunked":
            while size := int(await self._reader.readline(), 16):
                body += (await self._reader.readexactly(size + 2))[:-2]
            await self._reader.readline()
        else:
            body = await self._reader.readexactly(int(said.get("content-length", "0")))
        return int(head[0].split()[1]), body

    def close(self) -> None:
        """The next question opens it anew."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None


async def send_raw(port: int, asked: Request) -> int:
    """Send a request as odd as it is, over a connection of its own; 0 where nothing came back."""
    head = [f"{asked.method} {quote(asked.path)} HTTP/1.1".encode(), b"host: localhost"]
    head += [name + b": " + value for name, value in asked.headers]
    if b"content-length" not in dict(asked.headers):
        head.append(b"content-length: %d" % (len(asked.body) + asked.breaks_off))
    head += [b"connection: close", b"", b""]
    async with asyncio.timeout(ANSWER_S_MAX):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(b"\r\n".join(head))
            for part in asked.parts:
                writer.write(part)
                await writer.drain()
            if asked.breaks_off:
                return 0
            if b"content-length" in dict(asked.headers):  # it may promise more than ever comes
                writer.write_eof()
            answer = await reader.read()
        except (ConnectionError, OSError):
            return 0
        finally:
            writer.close()
    lines = [line for line in answer.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")]
    return int(lines[-1].split()[1]) if lines else 0
