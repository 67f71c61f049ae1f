"""The building of the documentation in memory, and a caller that needs no sockets."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import msgspec

from countline.api.app import ApiSettings, create_app
from countline.drivers.reading import FileOptions
from countline.engine.engine import Engine, make_engine
from countline.engine.importing import import_file
from countline.testing.reference_store import ReferenceStore

NOW_S = 1_767_225_600  # 2026-01-01T00:00:00Z
TWO_HOURS = (
    "start,end,in,out,passby\n"
    "2023-10-01T08:00:00Z,2023-10-01T09:00:00Z,145,132,50\n"
    "2023-10-01T09:00:00Z,2023-10-01T10:00:00Z,210,195,65\n"
)
OTHER_TWO_HOURS = (
    "start,end,in,out\n"
    "2025-01-01T00:00:00Z,2025-01-01T01:00:00Z,12,8\n"
    "2025-01-01T01:00:00Z,2025-01-01T02:00:00Z,3,2\n"
)
DAY = {
    "sensor_id": "SNSR_001",
    "start_ts": "2023-10-01T00:00:00Z",
    "end_ts": "2023-10-01T23:59:59Z",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)

    @property
    def problem(self) -> Any:
        """The body, which must be problem details of the same status."""
        assert self.headers["content-type"].startswith("application/problem+json")
        told = self.json
        assert told["status"] == self.status
        return told


@dataclass(slots=True, kw_only=True)
class Caller:
    """Asks the app directly; `key` goes with each request unless headers say otherwise."""

    app: Any
    key: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    address: str = "192.0.2.1"

    async def __call__(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | str | None = None,
        *,
        body: Any = None,
        raw: bytes | None = None,
        **headers: str,
    ) -> Answered:
        """One request. `body` is sent as JSON, `raw` as it is; headers are written with `_`."""
        sent = {"x-api-key": self.key} if self.key else {}
        sent |= self.headers
        if body is not None:
            raw = msgspec.json.encode(body)
            sent["content-type"] = "application/json"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        text = query if isinstance(query, str) else urlencode(query or {})
        return await ask(self.app, method, path, text, raw or b"", sent, self.address)


async def ask(
    app: Any,
    method: str,
    path: str,
    query: str,
    body: bytes,
    headers: Mapping[str, str],
    address: str,
) -> Answered:
    """One ASGI exchange."""
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http",
        "method": method, "path": path, "raw_path": path.encode(), "root_path": "",
        "query_string": query.encode(), "client": (address, 5000), "server": ("127.0.0.1", 8080),
        "headers": [(n.lower().encode(), v.encode("latin-1")) for n, v in headers.items()],
    }  # fmt: skip
    waiting: list[dict[str, Any]] = [{"type": "http.request", "body": body, "more_body": False}]
    told: list[dict[str, Any]] = []
    over = asyncio.Event()

    async def receive() -> dict[str, Any]:
        if waiting:
            return waiting.pop()
        await over.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        told.append(message)
        if message["type"] == "http.response.body" and not message.get("more_body"):
            over.set()

    await app(scope, receive, send)
    return Answered(
        status=told[0]["status"],
        headers={n.decode(): v.decode("latin-1") for n, v in told[0]["headers"]},
        body=b"".join(m.get("body", b"") for m in told[1:]),
    )


@dataclass(slots=True, kw_only=True)
class Clock:
    """A clock that moves when told."""

    ms: int = NOW_S * 1000

    def now_ms(self) -> int:
        return self.ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Building:
    """The engine, the app over it, and callers with keys."""

    engine: Engine
    app: Any
    clock: Clock

    async def caller(
        self, *scopes: str, locations: tuple[str, ...] = (), quota: int = 600
    ) -> Caller:
        """A caller with a key of its own; no scopes named: `read`."""
        _, secret = await self.engine.access.create_key(
            name="a test", scopes=scopes or ("read",), locations=locations, quota=quota
        )
        return Caller(app=self.app, key=secret)


@asynccontextmanager
async def empty_house(**settings: Any) -> AsyncIterator[Building]:
    """An installation without anything in it."""
    clock = Clock()
    engine = make_engine(ReferenceStore(), now_ms=clock.now_ms)
    await engine.start(follow=True)
    app = create_app(engine, ApiSettings(**settings), now_ms=clock.now_ms)
    try:
        yield Building(engine=engine, app=app, clock=clock)
    finally:
        await engine.close()


@asynccontextmanager
async def documented_building() -> AsyncIterator[Building]:
    """LOC_NYC_05 with SNSR_001 and S12345, and the hours that the documentation shows."""
    async with empty_house() as house:
        await house.engine.desk.add_location(
            location_id="LOC_NYC_05", name="Broadway", time_zone="America/New_York"
        )
        for sensor, text in (("SNSR_001", TWO_HOURS), ("S12345", OTHER_TWO_HOURS)):
            await import_file(
                house.engine,
                driver="tidy_csv",
                name=f"{sensor}.csv",
                body=text.encode(),
                options=FileOptions(location="LOC_NYC_05", sensor=sensor),
            )
        yield house
