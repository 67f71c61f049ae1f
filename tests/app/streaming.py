"""A gateway on a loopback port in the test's own loop, and readers of its streams of events."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Self

import httpx2
import uvicorn

from countline.api.app import ApiSettings, create_app
from countline.api.metrics.routes import Metrics
from countline.engine.engine import Engine, make_engine
from countline.engine.streams import Streams, streams_of
from countline.gateway.gate import Gate, PushLimits
from countline.gateway.http import with_pushes
from countline.gateway.listener import listener
from countline.model.claim import Minute
from countline.model.ids import LocationId, SensorNo
from countline.store.seam import Accepted
from countline.testing.reference_store import ReferenceStore
from tests.held_time import until
from tests.told_house import DOOR, LONDON, NOON_S, records

TOLD = Metrics(counts=True)
FIRST_SERIES = {1: 10, 2: 20, 3: 30}


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Any:
        """The test runner's signals stay its own."""
        yield


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """What listens, and what it tells of."""

    url: str
    engine: Engine
    streams: Streams
    server: uvicorn.Server
    key: str
    pages: dict[str, str] = field(default_factory=dict)  # further ones, by path
    reported: list[bytes] = field(default_factory=list)  # what pages posted to /report

    async def push(
        self,
        minute: int,
        value: int,
        *,
        sensor: SensorNo = DOOR,
        location_id: LocationId = LONDON,
        late: bool = False,
    ) -> None:
        """One commit: a minute after noon, in time or two days late."""
        await self.apply(accepted(minute, value, sensor=sensor, location_id=location_id, late=late))

    async def apply(self, *group: Accepted) -> None:
        """One commit of several pushes."""
        await self.engine.store.apply(group)
        self.engine.woke()

    async def key_for(self, *scopes: str, **more: Any) -> tuple[str, str]:
        """A new key: its id and its secret."""
        key, secret = await self.engine.access.create_key(
            name="x", scopes=scopes or ("read",), **more
        )
        return key.key_id, secret

    def cut(self) -> None:
        """Break every stream."""
        for one in list(self.streams._listeners):
            one.end()

    def listening(self, key: str | None = None, last_id: str | None = None, **asked: Any) -> "Ear":
        """Somebody who listens as soon as it is entered."""
        return Ear(self.url, key or self.key, last_id, asked)


def accepted(
    minute: int,
    value: int,
    *,
    sensor: SensorNo = DOOR,
    location_id: LocationId = LONDON,
    late: bool = False,
    sequence: int = 0,
) -> Accepted:
    """What a push of one minute brings in."""
    position = FIRST_SERIES[sensor]
    values = tuple(value if n == position else None for n in range(position + 1))
    start_s = NOON_S + 60 * minute
    return Accepted(
        received_ms=(NOON_S + 172_800 * late) * 1000,
        sensor=sensor,
        location_id=location_id,
        minutes=[Minute(sensor, start_s // 60, 1, 60, sequence, values)],
    )


@asynccontextmanager
async def gateway(
    metrics: Metrics = TOLD, *, board_by_hand: bool = False
) -> AsyncIterator[Gateway]:
    """A gateway over the small house, until the block ends.

    With `board_by_hand` followers rest, and on the board hangs what the test puts there.
    """
    engine = make_engine(ReferenceStore())
    await engine.store.write(lambda tx: tx.save(*records()))
    await engine.start()
    _, key = await engine.access.create_key(name="test", scopes=("read", "write", "admin"))
    streams = streams_of(engine)
    pages: dict[str, str] = {}
    reported: list[bytes] = []
    api = create_app(engine, ApiSettings(metrics=metrics), streams=streams)
    app = _with_pages(api, pages, reported)
    limits = PushLimits(body_bytes_max=1_000_000, in_flight_bytes_max=10_000_000)
    gate = Gate(engine, limits)
    config = uvicorn.Config(
        with_pushes(app, gate), http=listener(gate), log_config=None, lifespan="off"
    )
    server = _Server(config)
    with socket.create_server(("127.0.0.1", 0)) as sock:
        serving = asyncio.create_task(server.serve(sockets=[sock]))
        url = f"http://127.0.0.1:{sock.getsockname()[1]}"
        try:
            await until(lambda: server.started)
            with engine.holding_back() if board_by_hand else nullcontext():
                yield Gateway(
                    url=url,
                    engine=engine,
                    streams=streams,
                    server=server,
                    key=key,
                    pages=pages,
                    reported=reported,
                )
        finally:
            streams.close()
            server.should_exit = True
            await serving
            await engine.close()


def _with_pages(api: Any, pages: dict[str, str], reported: list[bytes]) -> Any:
    """The API with pages of a test beside it, which may post to `/report`."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] != "/report" and scope["path"] not in pages:
            await api(scope, receive, send)
            return
        if scope["path"] == "/report":
            reported.append((await receive())["body"])
        body = pages.get(scope["path"], "").encode()
        headers = [(b"content-type", b"text/html"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app


@dataclass(slots=True)
class Ear:
    """Listens by the rules of the standard for event streams, with no code of ours.

    `heard` are events with data; `last_id` is what a browser would send when it comes back.
    """

    url: str
    key: str | None
    last_id: str | None
    asked: dict[str, Any]
    status: int = 0
    headers: Any = None
    problem: Any = None
    heard: list[dict[str, Any]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    comments: int = 0
    retry_ms: int = 0
    begun: bool = False
    ended: bool = False
    cookie: str | None = None
    _task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._listen())
        await until(lambda: self.begun or self.ended)
        return self

    async def __aexit__(self, *_: Any) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def until_heard(self, count: int) -> list[dict[str, Any]]:
        """The events, when there are so many."""
        await until(lambda: len(self.heard) >= count)
        return self.heard

    async def _listen(self) -> None:
        headers = {} if self.key is None else {"x-api-key": self.key}
        if self.cookie is not None:
            headers = {"cookie": self.cookie}
        if self.last_id is not None:
            headers["last-event-id"] = self.last_id
        try:
            async with (
                httpx2.AsyncClient(timeout=None) as client,
                client.stream(
                    "GET", f"{self.url}/v3/events", params=self.asked, headers=headers
                ) as response,
            ):
                self.status, self.headers = response.status_code, response.headers
                if self.status != 200:
                    self.problem = json.loads(await response.aread())
                    return
                fields: dict[str, str] = {}
                async for line in response.aiter_lines():
                    self._take(line, fields)
        finally:
            self.ended = True

    def _take(self, line: str, fields: dict[str, str]) -> None:
        name, _, value = line.partition(":")
        if line.startswith(":"):
            self.comments += 1
        elif line:
            fields[name] = value.removeprefix(" ")
        else:
            self.last_id = fields.pop("id", self.last_id)
            self.retry_ms = int(fields.pop("retry", self.retry_ms))
            self.begun = True
            if "data" in fields:
                told = json.loads(fields.pop("data"))
                assert told["type"] == fields.pop("event")
                self.heard.append(told)
                self.ids.append(str(self.last_id))
