"""One keep-alive HTTP connection to a loopback port, as plain as it gets."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Self

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
