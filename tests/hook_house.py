"""A store with commits to tell, and one webhook that tells them in held time, over real sockets."""

import asyncio
import base64
import itertools
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx2

from countline import clock, limits
from countline.engine.feed import Feed
from countline.engine.telling import Teller
from countline.engine.webhook_ledger import WebhookLedger
from countline.model.event import Event, EventKind
from countline.model.query import Reason
from countline.model.webhook import DeadLetter, Webhook, WebhookDelivery, WebhookProgress
from countline.outlets.webhooks import WebhookSettings
from countline.outlets.webhooks.attempts import Posting
from countline.outlets.webhooks.guard import GuardedTransport
from countline.outlets.webhooks.outlet import WebhookOutlet
from countline.outlets.webhooks.sending import Sending, Ways
from tests.app.receiver import Receiver, Reply
from tests.held_time import HeldTime, until
from tests.small_store import SmallStore
from tests.told_house import DOOR, LONDON, NOON_S, counts, one_bin, records

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()


def occupancy(zone: int, people: int | None, *, kind: EventKind = "occupancy.changed") -> Event:
    """A zone of London has so many people now."""
    known = people is not None
    detail = {
        "location_id": LONDON,
        "zone_id": zone,
        "as_of": None,
        "people": people,
        "last_known": people,
        "quality": "good" if known else "unknown",
        "in_today": None,
        "out_today": None,
    }
    return Event(kind=kind, location_id=LONDON, detail=detail, at_ms=NOON_S * 1000)


class HookHouse:
    """`commit` and `store.add` write events; `running` is one life of the webhook's sender."""

    def __init__(
        self,
        url: str,
        *,
        secret: str = SECRET,
        allow_private: bool = True,
        store: SmallStore | None = None,
        **wanted: Any,
    ) -> None:
        self.time = HeldTime(clock.now_s())
        self.store = store or SmallStore(*records())
        self.timeout_s = float(limits.WEBHOOK_TIMEOUT_S)
        fixed = WebhookSettings(url=url, secret=secret, allow_private=allow_private).fixed()
        self.secrets = fixed.secrets
        self.allow_private = allow_private
        self.webhook: Webhook = replace(fixed.webhook, **wanted)
        self.stop = asyncio.Event()
        self.feed = self._new_feed()
        self.ledger = WebhookLedger(self.store.as_store(), self.feed, now_ms=self.time.now_ms)

    def _new_feed(self) -> Feed:
        return Feed(
            self.store.as_store(),
            now_ms=self.time.now_ms,
            elapsed_s=self.time.elapsed_s,
            sleep=self._idle,
        )

    async def _idle(self, seconds: float) -> None:
        """A reader with nothing to do: sockets get their turn."""
        self.time.pass_by(seconds)
        await asyncio.sleep(0.001)

    def commit(self, minute: int, value: int) -> None:
        at_s = NOON_S + 60 * minute
        self.store.add(counts(DOOR, at_s, at_s + 60), bins=[one_bin(10, at_s, value)])
        self.feed.wake()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Start the sender, and kill it at the end without a word, as a crash would."""
        self.feed, self.stop = self._new_feed(), asyncio.Event()
        self.ledger = WebhookLedger(self.store.as_store(), self.feed, now_ms=self.time.now_ms)
        progress = await self.ledger.begin(self.webhook, from_seq=0)
        transport = GuardedTransport(allow_private=self.allow_private)
        async with httpx2.AsyncClient(transport=transport) as client:
            task = asyncio.ensure_future(self.outlet(progress, client).run(self.feed))
            try:
                yield
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    def outlet(self, progress: WebhookProgress, client: httpx2.AsyncClient) -> WebhookOutlet:
        """The sender itself, which goes on from here."""
        ways = Ways(
            report=lambda reason: self.feed.report(self.webhook.reader, reason),
            secrets=lambda webhook, now_s: self.secrets,
            now_s=self.time.now_s,
            sleep=self.time.sleep,
            jitter=lambda: 0.5,
        )
        posting = Posting(client=client, now_s=self.time.now_s, timeout_s=self.timeout_s)
        ledger, stop = self.ledger, self.stop
        return WebhookOutlet(
            self.webhook,
            Sending(self.webhook, progress, ledger=ledger, posting=posting, stop=stop, ways=ways),
            teller=Teller(self.store.as_store(), self.store),
            snapshots=self.store,
            ledger=ledger,
            stop=stop,
            ways=ways,
        )

    # -- what came of it --------------------------------------------------------------------------
    async def until_told(self, seq: int) -> None:
        """Wait until all up to an event is done with, and that is written down."""
        await until(lambda: self.done(seq))

    def done(self, seq: int) -> bool:
        """Whether all up to an event is done with."""
        progress = self.progress
        return int(progress.mark.partition("-")[0]) >= seq and not progress.message_id

    @property
    def progress(self) -> WebhookProgress:
        found = self.store.record(WebhookProgress, self.webhook.reader)
        assert found is not None
        return found

    @property
    def trouble(self) -> Reason | None:
        return self.feed.troubles().get(self.webhook.reader)

    @property
    def letters(self) -> list[DeadLetter]:
        return self.store.records(DeadLetter)

    @property
    def deliveries(self) -> list[WebhookDelivery]:
        return sorted(self.store.records(WebhookDelivery), key=lambda one: one.number)


def sequences(receiver: Receiver) -> list[int]:
    """The number of each message that came."""
    return [one.json["sequence"] for one in receiver.received]


def pauses(receiver: Receiver) -> list[int]:
    """How long it was from one attempt to the next."""
    stamps = [int(one.headers["webhook-timestamp"]) for one in receiver.received]
    return [after - before for before, after in itertools.pairwise(stamps)]


def run(
    test: Callable[[HookHouse, Receiver], Coroutine[Any, Any, None]],
    *replies: Reply | int,
    **wanted: Any,
) -> None:
    """Try something with a webhook and its receiver."""

    async def main() -> None:
        async with Receiver(*replies) as receiver:
            await test(HookHouse(receiver.url(), **wanted), receiver)

    asyncio.run(main())
