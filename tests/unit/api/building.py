"""The building of the documentation, in memory, and callers that need no sockets."""

import asyncio
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec

from countline.api.app import ApiSettings, create_app
from countline.drivers.reading import FileOptions
from countline.engine.engine import Engine, make_engine
from countline.engine.importing import import_file
from countline.engine.ventilation_settings import Wanted
from countline.engine.webhooks import WebhookDesk
from countline.model.webhook import Webhook, WebhookDelivery
from countline.testing.reference_store import ReferenceStore
from countline.vault import Vault, new_key
from tests.pictures import png
from tests.unit.api.devices import InventedDevices

T = TypeVar("T")

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
OFFICE = Wanted(category="office", area=120.0, design_population=60)
HOOK = Webhook(
    webhook_id="wh_5b1c0de2a94b3e58",
    url="https://hooks.example.org/countline",
    kinds=("occupancy.changed",),
)
DAY = {"start_ts": "2023-10-01T00:00:00Z", "end_ts": "2023-10-01T23:59:59Z"}
NEW_YEAR = {"from": "2025-01-01T00:00:00Z", "to": "2025-01-02T00:00:00Z"}


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


@dataclass(slots=True)
class Clock:
    """A clock that moves when told."""

    ms: int = NOW_S * 1000

    def now_ms(self) -> int:
        return self.ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Somebody who asks, with a key or without one, from an address."""

    runner: asyncio.Runner
    app: Any
    key: str | None = None
    address: str = "192.0.2.1"

    def __call__(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | str = "",
        *,
        body: Any = None,
        raw: bytes = b"",
        **headers: str,
    ) -> Answered:
        """One request. `body` is sent as JSON, `raw` as it is; headers are written with `_`."""
        sent = {"x-api-key": self.key} if self.key else {}
        if body is not None:
            raw = msgspec.json.encode(body)
            sent["content-type"] = "application/json"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        scope = self._scope(method, path, query if isinstance(query, str) else urlencode(query))
        scope["headers"] = [(n.encode(), v.encode("latin-1")) for n, v in sent.items()]
        return self.runner.run(exchange(self.app, scope, raw))

    def get(self, path: str, query: Mapping[str, Any] | str = "", **headers: str) -> Answered:
        """One GET."""
        return self("GET", path, query, body=None, raw=b"", **headers)

    def _scope(self, method: str, path: str, query: str) -> dict[str, Any]:
        return {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http",
            "method": method, "path": path, "raw_path": path.encode(), "root_path": "",
            "query_string": query.encode(), "client": (self.address, 5000),
            "server": ("127.0.0.1", 8080),
        }  # fmt: skip


async def exchange(app: Any, scope: dict[str, Any], body: bytes) -> Answered:
    """One ASGI exchange; the caller hangs up when the answer is complete, or a stream has begun."""
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
        if message["type"] == "http.response.body":
            begun = b"text/event-stream" in dict(told[0]["headers"]).get(b"content-type", b"")
            if begun or not message.get("more_body"):
                over.set()

    await app(scope, receive, send)
    return Answered(
        status=told[0]["status"],
        headers={n.decode(): v.decode("latin-1") for n, v in told[0]["headers"]},
        body=b"".join(m.get("body", b"") for m in told[1:]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """An installation in memory: its engine, the API over it, and a clock that stands."""

    runner: asyncio.Runner
    engine: Engine
    devices: InventedDevices
    webhooks: WebhookDesk
    app: Any
    clock: Clock

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Let something happen in the engine."""
        return self.runner.run(work)

    def nobody(self, address: str = "192.0.2.1") -> Caller:
        """A caller without a key."""
        return Caller(runner=self.runner, app=self.app, address=address)

    def caller(self, *scopes: str, locations: tuple[str, ...] = (), **key: Any) -> Caller:
        """A caller with a new key; no scopes named: `read`."""
        _, secret = self.run(
            self.engine.access.create_key(
                name="a test", scopes=scopes or ("read",), locations=locations, **key
            )
        )
        return Caller(runner=self.runner, app=self.app, key=secret)

    def add_location(self, location_id: str, time_zone: str = "America/New_York") -> None:
        """A location with its default zone."""
        work = self.engine.desk.add_location(
            location_id=location_id, name="Broadway", time_zone=time_zone
        )
        self.run(work)

    def import_csv(self, sensor_id: str, text: str, *, location_id: str = "LOC_NYC_05") -> None:
        """The hours of a sensor."""
        options = FileOptions(location=location_id, sensor=sensor_id)
        work = import_file(
            self.engine, driver="tidy_csv", name="a.csv", body=text.encode(), options=options
        )
        self.run(work)


@contextmanager
def open_house(**settings: Any) -> Iterator[House]:
    """An installation with nothing in it."""
    clock = Clock()
    with asyncio.Runner() as runner:
        engine = make_engine(ReferenceStore(), now_ms=clock.now_ms)
        runner.run(engine.start(follow=True))
        devices = InventedDevices()
        webhooks = make_webhooks(engine)
        app = create_app(
            engine,
            ApiSettings(**settings),
            devices=devices,
            webhooks=webhooks,
            now_ms=clock.now_ms,
        )
        try:
            yield House(
                runner=runner,
                engine=engine,
                devices=devices,
                webhooks=webhooks,
                app=app,
                clock=clock,
            )
        finally:
            runner.run(engine.close())


def make_webhooks(engine: Engine) -> WebhookDesk:
    """Webhooks that nobody tells, and whose tests are always taken."""
    vault = Vault({1: new_key()})
    desk = WebhookDesk(engine.desk, engine.feed, vault=lambda: vault, now_ms=engine.now_ms)

    async def test(webhook: Webhook) -> WebhookDelivery:
        return await desk.ledger.note_delivery(
            WebhookDelivery(
                webhook_id=webhook.webhook_id, slot=0, number=0, at_s=engine.now_ms() // 1000,
                message_id="msg_1", type="webhook.test", attempt=1, taken=True, status=204,
            )
        )  # fmt: skip

    desk.when_tested(test)
    return desk


def furnish(house: House) -> None:
    """LOC_NYC_05 with SNSR_001 and S12345, and the hours that the documentation shows."""
    house.add_location("LOC_NYC_05")
    house.import_csv("SNSR_001", TWO_HOURS)
    house.import_csv("S12345", OTHER_TWO_HOURS)
    house.run(draw_plan(house.engine))
    house.run(house.engine.ventilating.put(1, OFFICE))
    house.run(house.webhooks.add(HOOK))


async def draw_plan(engine: Engine) -> None:
    """The floor plan that the documentation shows, as layout 1 of LOC_NYC_05."""
    layout = await engine.layouts.add(
        location_id="LOC_NYC_05",
        name="Ground floor",
        floor=0,
        scale_m_per_px=0.02,
        latitude_deg=40.7223,
        longitude_deg=-73.9987,
        bearing_deg=29.0,
    )
    await engine.layouts.put_image(layout.layout_id, png(800, 600))
