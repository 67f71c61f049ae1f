"""A gateway that listens on a real socket, and sensors on its lines."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
import uvicorn

from countline.drivers.xovis_v5 import DRIVER
from countline.gateway.gate import Gate, PushLimits, Ticket
from countline.gateway.http import with_pushes
from countline.gateway.listener import listener
from tests.engine_house import House, at, in_memory, package, passing

START_S = at("2026-06-02 08:00")
ANSWER_S_MAX = 20
KEEP_ALIVE_S: float = 5
SHORT, LONG = "short", "long"  # the listener's own way, and that by ASGI


def body_of(minute: int, forward: int = 4) -> bytes:
    """One minute of a door."""
    reading = passing(START_S + 60 * minute, forward)
    return DRIVER.encode([package(reading, sequence=minute + 1, serial=None)])


BODY = body_of(0)


class WatchedGate(Gate):
    """Remembers the way that each body came."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.ways: list[str] = []

    async def keep(self, ticket: Ticket, body: bytes) -> None:
        self.ways.append(LONG)
        await super().keep(ticket, body)

    def take(
        self, ticket: Ticket, body: bytes, told: Callable[[BaseException | None], None]
    ) -> None:
        self.ways.append(SHORT)
        super().take(ticket, body, told)

    @property
    def in_flight(self) -> int:
        return self._in_flight


async def elsewhere(scope: Any, receive: Any, send: Any) -> None:
    """The API behind the gateway: it tells which path was asked."""
    body = scope["path"].encode()
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": 200, "headers": [length]})
    await send({"type": "http.response.body", "body": body})


class Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """The test runner's signals stay its own."""
        yield


@dataclass(slots=True)
class Answer:
    status: int
    headers: dict[bytes, bytes]
    body: bytes

    @property
    def code(self) -> str:
        return str(msgspec.json.decode(self.body)["code"])


@dataclass(slots=True)
class Line:
    """A connection to the server."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, *pieces: bytes) -> None:
        """Each piece in a segment of its own, so that the server reads them one by one."""
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()
            for _ in range(5):
                await asyncio.sleep(0)

    async def answer(self) -> Answer:
        async with asyncio.timeout(ANSWER_S_MAX):
            head = await self.reader.readuntil(b"\r\n\r\n")
            first, *lines = head[:-4].split(b"\r\n")
            headers = {k.lower(): v for k, _, v in (line.partition(b": ") for line in lines)}
            return Answer(int(first.split()[1]), headers, await self._body(headers))

    async def _body(self, headers: dict[bytes, bytes]) -> bytes:
        if headers.get(b"transfer-encoding") != b"chunked":
            return await self.reader.readexactly(int(headers.get(b"content-length", b"0")))
        body = b""
        while size := int(await self.reader.readline(), 16):
            body += (await self.reader.readexactly(size + 2))[:-2]
        await self.reader.readline()
        return body

    async def ask(self, *pieces: bytes) -> Answer:
        await self.send(*pieces)
        return await self.answer()

    async def is_closed(self) -> bool:
        async with asyncio.timeout(ANSWER_S_MAX):
            return await self.reader.read(1) == b""


@dataclass(slots=True)
class Site:
    """A gateway that listens, and a sensor's secret."""

    house: House
    gate: WatchedGate
    port: int
    secret: str
    lines: list[Line] = field(default_factory=list)

    async def line(self) -> Line:
        line = Line(*await asyncio.open_connection("127.0.0.1", self.port))
        self.lines.append(line)
        return line

    def push(self, body: bytes = BODY, *more: str, path: str = "/push/xovis_v5") -> bytes:
        """A push as sensors send them."""
        return self.head(f"Content-Length: {len(body)}", *more, path=path) + body

    def head(self, *more: str, path: str = "/push/xovis_v5", secret: str | None = None) -> bytes:
        key = f"X-Push-Key: {self.secret if secret is None else secret}"
        lines = (f"POST {path} HTTP/1.1", "Host: here", key, *more)
        return "\r\n".join(lines).encode() + b"\r\n\r\n"

    async def counted(self) -> int:
        """What is on disk."""
        catalogue = await self.house.engine.desk.fresh()
        series = list(catalogue.series)
        bins = await self.house.engine.store.read(lambda v: v.bins(series, START_S, 2**40))
        return sum(one.value for one in bins)

    async def settled(self, size: int = 0) -> None:
        """Wait until so many bytes are in flight."""
        await until(lambda: self.gate.in_flight == size)

    async def took(self) -> None:
        """Wait until a body came whole."""
        await until(lambda: bool(self.gate.ways))


async def until(holds: Callable[[], bool]) -> None:
    """Turn the loop until something holds."""
    async with asyncio.timeout(ANSWER_S_MAX):
        while not holds():  # noqa: ASYNC110  # sockets have no event for it
            await asyncio.sleep(0)


@asynccontextmanager
async def site_of(house: House, limits: PushLimits) -> AsyncIterator[Site]:
    await house.location()
    await house.sensor("S1")
    gate = WatchedGate(house.engine, limits)
    app = with_pushes(elsewhere, gate)
    config = uvicorn.Config(
        app,
        http=listener(gate),
        port=0,
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_keep_alive=KEEP_ALIVE_S,  # type: ignore[arg-type]  # less than a second is more than 0
    )
    server = Server(config)
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    site = Site(house, gate, port, await house.secret("S1"))
    try:
        yield site
    finally:
        for line in site.lines:
            line.writer.close()
        server.should_exit = True
        await serving


def told(story: Callable[[Site], Awaitable[None]], limits: PushLimits | None = None) -> None:
    async def inside(house: House) -> None:
        async with site_of(house, limits or PushLimits()) as site:
            await story(site)
            await site.settled()  # whatever became of a push, it holds no room any more

    in_memory(inside, START_S + 3_600)
