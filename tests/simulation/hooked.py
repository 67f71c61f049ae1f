"""A house that tells webhooks in simulated time, and a receiver that is there, or not, as a test says."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import httpx2
import msgspec

from countline.client import WebhookItem, verify_webhook
from countline.engine import feed as feeding
from countline.engine.desk import CatalogueDesk
from countline.engine.feed import Feed
from countline.engine.telling import Teller
from countline.engine.webhooks import WebhookDesk
from countline.model.event import Event
from countline.model.webhook import Webhook
from countline.outlets.webhooks import Supervisor
from countline.outlets.webhooks import supervisor as supervising
from countline.outlets.webhooks.guard import GuardedTransport
from countline.store import Store
from countline.store.seam import Transaction
from countline.testing.reference_store import ReferenceStore
from countline.vault import Vault, new_key
from tests.told_house import NOON_S, records

SELDOM_S = 600.0  # who is woken need not look each second: days would take minutes
URL = "https://hooks.example.org/countline"
Answer = int | str  # a status, or: `hangs`, `refuses`, `breaks`, `redirects`, `later`


@dataclass(slots=True)
class SimReceiver(httpx2.AsyncBaseTransport):
    """What answers at the other end; `answer` says how, at each moment. It verifies all it takes.

    `breaks` takes the message, and the answer is lost on its way back.
    """

    now_s: Callable[[], int]
    answer: Callable[[], Answer] = lambda: 204
    secret: str = ""
    taken: list[tuple[int, tuple[WebhookItem, ...]]] = field(default_factory=list)
    attempts: int = 0
    elsewhere: int = 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        body = await request.aread()
        self.attempts += 1
        self.elsewhere += request.url.path != "/countline"
        found = self.answer()
        if found == "refuses":
            raise httpx2.ConnectError("connection refused")
        if found == "hangs":
            await asyncio.sleep(10**9)
        if found == "redirects":
            return _response(302, location="https://hooks.example.org/else")
        if found == "later":
            return _response(429, retry_after="600")
        if found in (204, "breaks"):
            told = verify_webhook(body, dict(request.headers), self.secret, now_s=self.now_s)
            assert told.sequence is not None
            self.taken.append((told.sequence, told.items))
        if found == "breaks":
            raise httpx2.ReadError("the connection was cut")
        return _response(int(found))

    # -- what a consumer makes of it --------------------------------------------------------------
    def once(self) -> list[tuple[int, WebhookItem]]:
        """Each document once, by the number of its message: what has come twice is dropped."""
        known: dict[str, tuple[int, WebhookItem]] = {}
        for sequence, items in self.taken:
            for item in items:
                known.setdefault(item.id, (sequence, item))
        return sorted(known.values(), key=lambda one: one[0])

    def numbers(self) -> dict[tuple[Any, ...], dict[str, int]]:
        """The counts that the messages leave: of each row the one with the greatest revision."""
        rows: dict[tuple[Any, ...], Any] = {}
        for _, item in self.once():
            for row in getattr(item.message.data, "rows", ()):
                key = (row.sensor_id, row.channel, row.timestamp, row.duration_seconds)
                if key not in rows or row.revision >= rows[key].revision:
                    rows[key] = row
        values = {
            key: {measure: value for measure, value in row.values.items() if value is not None}
            for key, row in rows.items()
        }
        return {key: value for key, value in values.items() if value}


def _response(status: int, **headers: str) -> httpx2.Response:
    """With a body that is still to be read, as over a socket."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx2.Response(status, headers=named, stream=httpx2.ByteStream(b"said"))


class HookedHouse:
    """A store, and senders that live and die over it. Made inside a simulated loop."""

    def __init__(self) -> None:
        self.store: Store = ReferenceStore()
        self.receiver = SimReceiver(self.now_s)
        vault = Vault({1: new_key()})
        self._vault = lambda: vault
        self.feed, self.desk, self.hooks = self._build()

    def now_s(self) -> int:
        return NOON_S + int(asyncio.get_running_loop().time())

    def now_ms(self) -> int:
        return NOON_S * 1000 + int(1000 * asyncio.get_running_loop().time())

    def _build(self) -> tuple[Feed, CatalogueDesk, WebhookDesk]:
        loop = asyncio.get_running_loop()
        desk = CatalogueDesk(self.store, now_s=self.now_s)
        feed = Feed(self.store, now_ms=self.now_ms, elapsed_s=loop.time)
        hooks = WebhookDesk(desk, feed, vault=self._vault, now_ms=self.now_ms)
        return feed, desk, hooks

    async def open(self, **wanted: Any) -> str:
        """Make the webhook; gives its id."""
        await self.store.write(lambda tx: tx.save(*records()))
        made, self.receiver.secret = await self.hooks.add(
            Webhook(webhook_id="", url=URL, devices=True, **wanted)
        )
        return made.webhook.webhook_id

    async def emit(self, *events: Event) -> None:
        """One commit."""

        def work(tx: Transaction) -> None:
            tx.emit(*events)

        await self.store.write(work)
        self.feed.wake()

    def _connect(self, *, allow_private: bool) -> httpx2.AsyncClient:
        async def resolves(host: str, port: int) -> list[str]:
            return ["93.184.216.34"]

        transport = GuardedTransport(
            allow_private=allow_private, resolve=resolves, inner=self.receiver
        )
        return httpx2.AsyncClient(transport=transport)

    @asynccontextmanager
    async def living(self) -> AsyncIterator[None]:
        """One life of all senders, which ends without a word."""
        self.feed, self.desk, self.hooks = self._build()
        supervisor = Supervisor(
            self.hooks,
            self.feed,
            teller=Teller(self.store, self.desk),
            snapshots=self.desk,
            now_s=self.now_s,
            connect=self._connect,
        )
        with (
            patch.object(feeding, "POLL_S", SELDOM_S),
            patch.object(supervising, "LOOK_S", SELDOM_S),
        ):
            task = asyncio.ensure_future(supervisor.run(asyncio.Event()))
            try:
                yield
            finally:
                for runner in supervisor._runners.values():
                    runner.task.cancel()
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    async def settled(self, webhook_id: str) -> None:
        """Wait until all is told, however long that takes."""
        while True:
            known = await self.hooks.one(webhook_id)
            lag = await self.hooks.lag(known)
            if not (lag.events or known.progress.message_id):
                return
            await asyncio.sleep(60)


def check_order(receiver: SimReceiver) -> None:
    """Numbers have no gap, each is of one message, and messages come in their order."""
    by_number: dict[int, tuple[str, ...]] = {}
    highest = 0
    for sequence, items in receiver.taken:
        ids = tuple(item.id for item in items)
        assert by_number.setdefault(sequence, ids) == ids
        assert sequence <= highest + 1, "a message was overtaken"
        highest = max(highest, sequence)
    assert sorted(by_number) == list(range(1, highest + 1))
    places = [_place(item) for _, item in receiver.once()]
    assert places == sorted(places)


def _place(item: WebhookItem) -> int:
    data = item.message.data
    return int(data["sequence"] if isinstance(data, dict) else data.sequence)


def detail_of(items: Iterable[tuple[int, WebhookItem]], name: str) -> list[Any]:
    """One field of each document's data."""
    return [msgspec.to_builtins(item.message.data)[name] for _, item in items]
