"""Webhooks as callers see them: made, changed, rotated, replayed and removed, with their logs.

Those of the settings stand in the same list. Nobody can change what the settings say of them, but
their progress is kept, paused, replayed and looked at like that of the others.
"""

import asyncio
import base64
import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from countline import limits
from countline.engine.desk import CatalogueDesk
from countline.engine.feed import Feed, Lag
from countline.engine.marks import Mark
from countline.engine.watch import Sight
from countline.engine.webhook_ledger import WebhookLedger, begun
from countline.errors import Conflict, Impossible, NotFound, NotReady
from countline.model.webhook import (
    DeadLetter,
    Webhook,
    WebhookDelivery,
    WebhookProgress,
    WebhookState,
)
from countline.store.seam import Transaction, View
from countline.vault import Secret, Vault

SECRET_BYTES = 32

Tester = Callable[[Webhook], Awaitable[WebhookDelivery]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedWebhook:
    """A webhook of the settings, with the secrets that are written there."""

    webhook: Webhook
    secrets: tuple[str, ...]
    allow_private: bool

    def __repr__(self) -> str:
        return f"FixedWebhook({self.webhook.webhook_id})"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownWebhook:
    """A webhook, how far it is, and whether it stands in the settings."""

    webhook: Webhook
    progress: WebhookProgress
    fixed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What is told again: events after a place in the log, or so many dead letters."""

    after_event: int | None = None
    events: int = 0
    dead_letters: int = 0


class WebhookDesk:
    """All webhooks of an installation. `changed` is set when one was made, changed or removed."""

    def __init__(
        self,
        desk: CatalogueDesk,
        feed: Feed,
        *,
        vault: Callable[[], Vault],
        now_ms: Callable[[], int],
        fixed: Mapping[str, FixedWebhook] = MappingProxyType({}),
        allow_private: bool = False,
    ) -> None:
        self._store = desk.store
        self._feed = feed
        self._vault = vault
        self._now_ms = now_ms
        self._fixed = fixed
        self._tester: Tester | None = None
        self.allow_private = allow_private
        self.changed = asyncio.Event()
        self.ledger = WebhookLedger(desk.store, feed, now_ms=now_ms)

    # -- looking ----------------------------------------------------------------------------------
    async def every(self) -> list[KnownWebhook]:
        """All webhooks, by id."""

        def work(view: View) -> list[KnownWebhook]:
            made = {one.webhook_id: one for one in view.records(Webhook)}
            made |= {name: one.webhook for name, one in self._fixed.items()}
            return [self._known(view, made[name]) for name in sorted(made)]

        return await self._store.read(work)

    async def one(self, webhook_id: str, sight: Sight = None) -> KnownWebhook:
        """One webhook. Raises `NotFound` for one that is not there or not in sight."""
        return await self._store.read(lambda view: self._one(view, webhook_id, sight))

    async def lag(self, known: KnownWebhook) -> Lag:
        """How far a webhook is behind."""
        return await self._feed.lag(known.webhook.reader)

    async def deliveries(self, webhook_id: str) -> list[WebhookDelivery]:
        """The last attempts at a webhook, newest first."""
        found = await self._store.read(
            lambda view: view.records(WebhookDelivery, webhook_id=webhook_id)
        )
        return sorted(found, key=lambda one: -one.number)

    async def letters(self, webhook_id: str) -> list[DeadLetter]:
        """The dead letters of a webhook, newest first."""
        found = await self._store.read(lambda view: view.records(DeadLetter, webhook_id=webhook_id))
        return found[::-1]

    def _known(self, view: View, webhook: Webhook) -> KnownWebhook:
        progress = view.record(WebhookProgress, webhook.reader)
        return KnownWebhook(
            webhook=webhook,
            progress=progress or WebhookProgress(reader=webhook.reader),
            fixed=webhook.webhook_id in self._fixed,
        )

    def _one(self, view: View, webhook_id: str, sight: Sight = None) -> KnownWebhook:
        fixed = self._fixed.get(webhook_id)
        webhook = fixed.webhook if fixed else view.record(Webhook, webhook_id)
        if webhook is None or not in_sight(webhook, sight):
            raise NotFound(f"There is no webhook {webhook_id!r}.", code="webhook_not_found")
        return self._known(view, webhook)

    # -- secrets ----------------------------------------------------------------------------------
    def secrets(self, webhook: Webhook, now_s: int) -> tuple[str, ...]:
        """What bodies are signed by at an instant, the newest first. Raises `ConfigError`."""
        if fixed := self._fixed.get(webhook.webhook_id):
            return fixed.secrets
        sealed = [webhook.secret]
        if webhook.old_secret and now_s < webhook.old_until_s:
            sealed.append(webhook.old_secret)
        about = _about(webhook.webhook_id)
        return tuple(self._vault().open(one, about=about).reveal() for one in sealed)

    def may_be_private(self, webhook: Webhook) -> bool:
        """Whether a webhook may go to this machine or its network."""
        fixed = self._fixed.get(webhook.webhook_id)
        return fixed.allow_private if fixed else self.allow_private

    def _new_secret(self, webhook_id: str) -> tuple[bytes, str]:
        text = "whsec_" + base64.b64encode(os.urandom(SECRET_BYTES)).decode()
        return self._vault().seal(Secret(text), about=_about(webhook_id)), text

    async def rotate(self, webhook_id: str, overlap_s: int) -> tuple[KnownWebhook, str]:
        """A new secret, shown only here; the one before it signs beside it for so long."""
        self._check_not_fixed(webhook_id)
        sealed, text = self._new_secret(webhook_id)
        now_s = self._now_ms() // 1000

        def change(webhook: Webhook) -> Webhook:
            return replace(
                webhook,
                secret=sealed,
                old_secret=webhook.secret if overlap_s else b"",
                old_until_s=now_s + overlap_s,
                changed_s=now_s,
            )

        return await self._write(webhook_id, change, lambda progress: progress), text

    # -- changing ---------------------------------------------------------------------------------
    async def add(self, wanted: Webhook, *, paused: bool = False) -> tuple[KnownWebhook, str]:
        """Make a webhook that is told what happens from now on; gives its secret, only here."""
        webhook_id = wanted.webhook_id or "wh_" + os.urandom(8).hex()
        sealed, text = self._new_secret(webhook_id)
        now_s = self._now_ms() // 1000
        webhook = replace(
            wanted, webhook_id=webhook_id, secret=sealed, created_s=now_s, changed_s=now_s
        )

        def work(tx: Transaction) -> KnownWebhook:
            if len(tx.records(Webhook)) >= limits.WEBHOOKS_MAX:
                detail = f"There can be {limits.WEBHOOKS_MAX} webhooks; remove one first."
                raise Conflict(detail, code="too_many_webhooks")
            progress = WebhookProgress(
                reader=webhook.reader,
                mark=Mark.at(tx.head()[1]).write(),
                state="paused" if paused else "active",
            )
            tx.save(webhook, progress)
            tx.move_cursor(webhook.reader, tx.head()[1])
            tx.move_cursor(f"{webhook.reader}:begun", 1)
            return KnownWebhook(webhook=webhook, progress=progress)

        made = await self._store.write(work)
        self.changed.set()
        return made, text

    async def change(
        self, webhook_id: str, changes: Mapping[str, Any], state: WebhookState | None = None
    ) -> KnownWebhook:
        """Change what a webhook is told, pause it, or switch it on again.

        The message that waits is tried anew, at once. Raises `Conflict` for what the settings say.
        """
        if changes:
            self._check_not_fixed(webhook_id)
        now_s = self._now_ms() // 1000

        def change(webhook: Webhook) -> Webhook:
            return replace(webhook, **changes, changed_s=now_s) if changes else webhook

        def begin_anew(progress: WebhookProgress) -> WebhookProgress:
            progress = replace(progress, attempts=0, next_try_s=0)
            if state is None or state == progress.state:
                return progress
            return replace(progress, state=state, reason="", state_s=now_s, given_up=0, error="")

        return await self._write(webhook_id, change, begin_anew)

    async def remove(self, webhook_id: str) -> None:
        """Remove a webhook, its logs and its dead letters."""
        self._check_not_fixed(webhook_id)

        def work(tx: Transaction) -> None:
            known = self._one(tx, webhook_id)
            tx.delete(known.webhook, known.progress)
            tx.delete(*tx.records(WebhookDelivery, webhook_id=webhook_id))
            tx.delete(*tx.records(DeadLetter, webhook_id=webhook_id))

        await self._store.write(work)
        self.changed.set()

    async def _write(
        self,
        webhook_id: str,
        change: Callable[[Webhook], Webhook],
        move: Callable[[WebhookProgress], WebhookProgress],
    ) -> KnownWebhook:
        def work(tx: Transaction) -> KnownWebhook:
            known = self._one(tx, webhook_id)
            webhook, progress = change(known.webhook), _moved(tx, known)
            progress = move(progress)
            tx.save(progress)
            if not known.fixed:
                tx.save(webhook)
            return replace(known, webhook=webhook, progress=progress)

        made = await self._store.write(work)
        self.changed.set()
        return made

    def _check_not_fixed(self, webhook_id: str) -> None:
        if webhook_id in self._fixed:
            raise Conflict(
                "This webhook stands in the settings of the server: change it there. Here it can be"
                " paused, switched on, tested and replayed.",
                code="webhook_in_settings",
            )

    # -- telling again ----------------------------------------------------------------------------
    async def replay(
        self, webhook_id: str, *, after_event: int | None = None, since_s: int | None = None
    ) -> Replay:
        """Tell again what comes after a place in the log, or from an instant on.

        Messages have the ids that they had. Raises `Impossible` for what the log has forgotten.
        """
        told: list[Replay] = []

        def work(tx: Transaction) -> None:
            head, kept = tx.head()[1], tx.events(0, 1)
            oldest = kept[0].seq if kept else head + 1
            after = _first_after(tx, since_s * 1000) if since_s is not None else after_event
            assert after is not None
            if not oldest - 1 <= after <= head or (
                since_s is not None and kept and after == oldest - 1 > 0
            ):
                raise _forgotten(oldest, head)
            progress = _moved(tx, self._one(tx, webhook_id))
            tx.save(replace(progress, mark=Mark.at(after).write(), filters={}))
            tx.move_cursor(progress.reader, after)
            tx.move_cursor(f"{progress.reader}:begun", 1)
            told.append(Replay(after_event=after, events=head - after))

        await self._store.write(work)
        self.changed.set()
        return told[-1]

    async def replay_letters(self, webhook_id: str) -> Replay:
        """Send all dead letters again, under the ids that they had; what is taken is removed."""

        def work(tx: Transaction) -> int:
            tx.save(_moved(tx, self._one(tx, webhook_id)))
            letters = tx.records(DeadLetter, webhook_id=webhook_id)
            tx.save(*(replace(one, again=True) for one in letters))
            return len(letters)

        count = await self._store.write(work)
        self.changed.set()
        return Replay(dead_letters=count)

    # -- testing ----------------------------------------------------------------------------------
    def when_tested(self, tester: Tester) -> None:
        """Say who posts a test."""
        self._tester = tester

    async def test(self, webhook_id: str) -> WebhookDelivery:
        """Post `webhook.test` at once, and say what came of it; paused and disabled ones too."""
        known = await self.one(webhook_id)
        if self._tester is None:
            raise NotReady("This server posts no webhooks.", retry_after_s=60)
        return await self._tester(known.webhook)


def in_sight(webhook: Webhook, sight: Sight) -> bool:
    """Whether a key that sees some locations may know of a webhook: it is told of no others."""
    return sight is None or (bool(webhook.locations) and set(webhook.locations) <= sight)


def _moved(view: View, known: KnownWebhook) -> WebhookProgress:
    """The progress of a webhook in its next epoch: whoever sends begins anew."""
    progress = known.progress
    if view.record(WebhookProgress, progress.reader) is None:
        progress = replace(progress, mark=Mark.at(begun(view, progress.reader, None)).write())
    return replace(progress, epoch=progress.epoch + 1)


def _about(webhook_id: str) -> str:
    return f"webhook:{webhook_id}:secret"


def _first_after(view: View, at_ms: int) -> int:
    """The place before the first event that is not older than an instant."""
    kept = view.events(0, 1)
    low, high = (kept[0].seq - 1 if kept else view.head()[1]), view.head()[1]
    while low < high:
        middle = (low + high) // 2
        event = view.events(middle, 1)[0]
        if event.at_ms < at_ms:
            low = event.seq
        else:
            high = middle
    return low


def _forgotten(oldest: int, head: int) -> Impossible:
    return Impossible(
        f"The log holds the events {oldest} to {head}; ask for the numbers before it from the API.",
        code="events_forgotten",
    )
