"""Keeps one sender at work for each webhook that is active, and posts tests."""

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import httpx2
import msgspec
import structlog

from countline import clock
from countline.engine.feed import Feed, Sleep, pause
from countline.engine.messages import write_instant
from countline.engine.telling import Snapshots, Teller
from countline.engine.webhooks import KnownWebhook, WebhookDesk
from countline.model.webhook import Webhook, WebhookDelivery, WebhookProgress
from countline.outlets.webhooks.attempts import Posting, open_client
from countline.outlets.webhooks.outlet import WebhookOutlet
from countline.outlets.webhooks.sending import Sending, Ways, delivery_of, disabled_reason
from countline.wire.events import OtherMessage

LOOK_S = 1.0  # another process may change webhooks, and cannot wake us
TEST = "webhook.test"

Connect = Callable[..., httpx2.AsyncClient]  # with `allow_private`

_log = structlog.get_logger("countline.webhook")


@dataclass(slots=True, eq=False, kw_only=True)
class _Runner:
    """A sender at work, and for what."""

    webhook: Webhook
    epoch: int
    stop: asyncio.Event
    task: asyncio.Task[None]


class Supervisor:
    """Starts, restarts and stops senders as webhooks are made, changed and removed."""

    def __init__(
        self,
        desk: WebhookDesk,
        feed: Feed,
        *,
        teller: Teller,
        snapshots: Snapshots,
        now_s: Callable[[], int] = clock.now_s,
        sleep: Sleep = asyncio.sleep,
        connect: Connect = open_client,
    ) -> None:
        self._desk = desk
        self._feed = feed
        self._teller = teller
        self._snapshots = snapshots
        self._now_s = now_s
        self._sleep = sleep
        self._connect = connect
        self._runners: dict[str, _Runner] = {}
        self._disabled: set[str] = set()
        desk.when_tested(self.test)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until stopped; whatever fails here is tried again."""
        try:
            while not stop.is_set():
                self._desk.changed.clear()
                try:
                    await self._settle(await self._desk.every())
                except Exception:
                    _log.exception("webhooks not looked through")
                await pause(LOOK_S, self._desk.changed, stop, sleep=self._sleep)
        finally:
            await self._end(list(self._runners))

    async def _settle(self, known: list[KnownWebhook]) -> None:
        """Let exactly those be at work that should be, and health tell of those that were disabled."""
        wanted = {one.webhook.reader: one for one in known if one.progress.state == "active"}
        over = [
            reader
            for reader, runner in self._runners.items()
            if runner.task.done()
            or reader not in wanted
            or runner.webhook != wanted[reader].webhook
            or runner.epoch != wanted[reader].progress.epoch
        ]
        await self._end(over)
        for reader, one in wanted.items():
            if reader not in self._runners:
                self._start(one)
        self._tell_disabled(known)

    def _tell_disabled(self, known: list[KnownWebhook]) -> None:
        disabled = {x.webhook.reader: x for x in known if x.progress.state == "disabled"}
        for reader in self._disabled - disabled.keys():
            self._feed.report(reader, None)
        for reader, one in disabled.items():
            self._feed.report(reader, disabled_reason(one.webhook, one.progress))
        self._disabled = set(disabled)

    def _start(self, known: KnownWebhook) -> None:
        stop = asyncio.Event()
        self._runners[known.webhook.reader] = _Runner(
            webhook=known.webhook,
            epoch=known.progress.epoch,
            stop=stop,
            task=asyncio.create_task(self._tell(known.webhook, stop)),
        )

    async def _end(self, readers: list[str]) -> None:
        runners = [self._runners.pop(reader) for reader in readers]
        for runner in runners:
            runner.stop.set()
        ended = await asyncio.gather(*(one.task for one in runners), return_exceptions=True)
        for runner, outcome in zip(runners, ended, strict=True):
            reader = runner.webhook.reader
            if isinstance(outcome, Exception):
                _log.error("webhook stopped", webhook=runner.webhook.webhook_id, exc_info=outcome)
            if reader not in self._disabled:
                self._feed.report(reader, None)

    async def _tell(self, webhook: Webhook, stop: asyncio.Event) -> None:
        """Tell one webhook until it is stopped, or changed by somebody else."""
        progress = await self._desk.ledger.begin(webhook)
        if progress.state != "active":
            return
        async with self._connect(allow_private=self._desk.may_be_private(webhook)) as client:
            posting = Posting(client=client, now_s=self._now_s)
            await self._outlet(webhook, progress, posting, stop).run(self._feed)

    def _outlet(
        self, webhook: Webhook, progress: WebhookProgress, posting: Posting, stop: asyncio.Event
    ) -> WebhookOutlet:
        ways = Ways(
            report=partial(self._feed.report, webhook.reader),
            secrets=self._desk.secrets,
            now_s=self._now_s,
            sleep=self._sleep,
        )
        ledger = self._desk.ledger
        return WebhookOutlet(
            webhook,
            Sending(webhook, progress, ledger=ledger, posting=posting, stop=stop, ways=ways),
            teller=self._teller,
            snapshots=self._snapshots,
            ledger=ledger,
            stop=stop,
            ways=ways,
        )

    async def test(self, webhook: Webhook) -> WebhookDelivery:
        """Post a message that says nothing, outside the order; what came of it is in the log."""
        now_s = self._now_s()
        data = {"webhook_id": webhook.webhook_id}
        message = OtherMessage(type=TEST, timestamp=write_instant(now_s), data=data)
        body, message_id = msgspec.json.encode(message), "msg_" + os.urandom(20).hex()
        secrets = self._desk.secrets(webhook, now_s)
        async with self._connect(allow_private=self._desk.may_be_private(webhook)) as client:
            posting = Posting(client=client, now_s=self._now_s)
            attempt = await posting.post(webhook.url, secrets, message_id, body)
        return await self._desk.ledger.note_delivery(
            delivery_of(webhook, (message_id, TEST), body, attempt)
        )
