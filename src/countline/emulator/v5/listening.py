"""A device on real sockets: HTTP and HTTPS with keep-alive, all of one device over one state."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import NamedTuple, cast

import httptools

from countline.emulator.v5.answering import answer
from countline.emulator.v5.ask import Reply
from countline.emulator.v5.background import BACKGROUND
from countline.emulator.v5.certificate import Certificate
from countline.emulator.v5.device import Device

BODY_BYTES_MAX = 64 << 20


class Request(NamedTuple):
    """One request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    keep_alive: bool


class Connection(asyncio.Protocol):
    """One client. Its requests are answered one after another."""

    def __init__(self, device: Device, open_: "set[Connection]", *, tls: bool) -> None:
        self.device, self._open, self._tls = device, open_, tls
        self._parser = httptools.HttpRequestParser(self)
        self._waiting: list[Request] = []
        self._task: asyncio.Task[None] | None = None
        self._transport: asyncio.Transport | None = None
        self._begin()

    def _begin(self) -> None:
        self._target, self._headers, self._body = b"", dict[str, str](), bytearray()

    # asyncio calls these

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is no subclass of it
        self._open.add(self)
        if not (self._tls or self.device.config.kept["/www/config"]["http_enabled"]):
            self.cut()

    def connection_lost(self, exc: Exception | None) -> None:
        self._open.discard(self)
        self._transport = None
        if self._task:
            self._task.cancel()

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.cut()

    # httptools calls these

    def on_url(self, url: bytes) -> None:
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        if self._headers.get("expect", "").lower() == "100-continue" and self._transport:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        self._body += body
        if len(self._body) > BODY_BYTES_MAX:
            self.cut()

    def on_message_complete(self) -> None:
        request = Request(
            self._parser.get_method().decode(),
            self._target.decode("latin-1"),
            self._headers,
            bytes(self._body),
            self._parser.should_keep_alive(),
        )
        self._begin()
        self._waiting.append(request)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._work())

    async def _work(self) -> None:
        while self._waiting and self._transport:
            method, target, headers, body, keep_alive = self._waiting.pop(0)
            reply = await answer(self.device, method, target, headers, body)
            if reply is None:
                self.cut()
                return
            self._write(reply, keep_alive=keep_alive)

    def _write(self, reply: Reply, *, keep_alive: bool) -> None:
        if self._transport is None:
            return
        custom = self.device.config.kept["/www/config"]["custom_http_headers"]
        headers = {
            "Content-Type": reply.content_type,
            "Content-Length": str(len(reply.body)),
            "Connection": "keep-alive" if keep_alive else "close",
            **custom,
            **reply.headers,
        }
        head = f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}\r\n"
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self._transport.write(f"{head}{lines}\r\n".encode("latin-1") + reply.body)
        if not keep_alive:
            self._transport.close()

    def cut(self) -> None:
        """End without a word."""
        if self._transport:
            self._transport.abort()


class Background:
    """The tasks of a device that run while it listens anywhere."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._listeners = 0
        self._tasks: list[asyncio.Task[None]] = []

    @asynccontextmanager
    async def kept_running(self) -> AsyncIterator[None]:
        self._listeners += 1
        if self._listeners == 1:
            self._tasks = [asyncio.ensure_future(run(self._device)) for run in BACKGROUND]
        try:
            yield
        finally:
            self._listeners -= 1
            if not self._listeners:
                for task in self._tasks:
                    task.cancel()
                await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def listening(
    device: Device, host: str = "127.0.0.1", port: int = 0, *, tls: bool = True
) -> AsyncIterator[str]:
    """The device at an address, `https://127.0.0.1:9443`; port 0: any that is free.

    May be entered several times for one device, with and without TLS.
    """
    open_: set[Connection] = set()
    server = await asyncio.get_running_loop().create_server(
        lambda: Connection(device, open_, tls=tls),
        host,
        port,
        ssl=device.part(Certificate).context if tls else None,
    )
    port = server.sockets[0].getsockname()[1]
    device.where.ip = host
    if tls:
        device.where.https_port = port
    else:
        device.where.http_port = port
    try:
        async with device.part(Background).kept_running():
            yield f"{'https' if tls else 'http'}://{host}:{port}"
    finally:
        server.close()
        for connection in list(open_):
            connection.cut()
        await server.wait_closed()
