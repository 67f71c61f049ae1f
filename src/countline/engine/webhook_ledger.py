"""What is written down of webhooks while they are told: before a message is sent, and after it.

Changes of several webhooks that come while one commit runs make the next one together.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from countline import limits
from countline.engine.feed import Feed
from countline.engine.marks import Mark, read_mark
from countline.engine.reporting import fact
from countline.errors import Conflict, StoreError
from countline.model.event import Event
from countline.model.webhook import DeadLetter, Webhook, WebhookDelivery, WebhookProgress
from countline.store.seam import Store, Transaction, View
from countline.wire.events import WebhookDisabledData


@dataclass(slots=True, eq=False, kw_only=True)
class Entry:
    """One change, all of it or nothing. `outcome` says what became of it.

    `taken` is the message that was taken last: that holds whoever has changed the webhook since.
    """

    webhook_id: str
    progress: WebhookProgress
    taken: str = ""
    deliveries: Sequence[WebhookDelivery] = ()
    buried: Sequence[DeadLetter] = ()
    risen: Sequence[DeadLetter] = ()
    events: Sequence[Event] = ()
    outcome: Literal["", "written", "superseded", "failed"] = ""


class WebhookLedger:
    """Begins, notes and ends what senders do. Whoever's epoch has passed is told `superseded`."""

    def __init__(self, store: Store, feed: Feed, *, now_ms: Callable[[], int]) -> None:
        self._store = store
        self._feed = feed
        self._now_ms = now_ms
        self._queue: list[Entry] = []
        self._turn = asyncio.Lock()

    async def begin(self, webhook: Webhook, from_seq: int | None = None) -> WebhookProgress:
        """Where a webhook is; a new one is told what comes after `from_seq`, None: after now.

        Its cursor is put where its mark is, which alone says what is done with.
        """
        reader = webhook.reader

        def work(tx: Transaction) -> WebhookProgress:
            known = tx.record(WebhookProgress, reader)
            if known is None:
                known = WebhookProgress(
                    reader=reader, mark=Mark.at(begun(tx, reader, from_seq)).write()
                )
                tx.save(known)
            tx.move_cursor(reader, mark_of(known).after)
            tx.move_cursor(f"{reader}:begun", 1)
            return known

        return await self._store.write(work)

    async def save(self, entry: Entry) -> None:
        """Write an entry down. Raises `Conflict` where somebody else changed it, `StoreError`."""
        self._queue.append(entry)
        async with self._turn:
            if not entry.outcome:
                await self._write_queue()
        if entry.outcome == "superseded":
            raise Conflict("The webhook was changed meanwhile.")
        if entry.outcome == "failed":
            raise StoreError("The progress of a webhook could not be written down.")

    async def _write_queue(self) -> None:
        entries, self._queue = self._queue, []

        def work(tx: Transaction) -> list[bool]:
            return [write_entry(tx, one) for one in entries]

        try:
            written = await self._store.write(work)
        except BaseException:
            for one in entries:
                one.outcome = "failed"
            raise
        for one, done in zip(entries, written, strict=True):
            one.outcome = "written" if done else "superseded"
        if any(one.events for one in entries):
            self._feed.wake()

    async def disable(self, entry: Entry, webhook: Webhook, reason: str) -> WebhookProgress:
        """Switch a webhook off, for good until somebody switches it on, and write the event of it."""
        now_ms = self._now_ms()
        progress = replace(
            entry.progress,
            state="disabled",
            reason=reason,
            state_s=now_ms // 1000,
            attempts=0,
            next_try_s=0,
        )
        entry.progress = progress
        data = WebhookDisabledData(
            webhook_id=webhook.webhook_id, host=webhook.host, reason=reason, sequence=0
        )
        entry.events = [fact("webhook.disabled", data, at_s=now_ms // 1000)]
        await self.save(entry)
        return progress

    async def note_delivery(self, delivery: WebhookDelivery) -> WebhookDelivery:
        """An attempt outside the order: a test."""
        return await self._store.write(lambda tx: save_delivery(tx, delivery))

    async def letters_again(self, webhook_id: str) -> list[DeadLetter]:
        """Dead letters that are to be sent again, oldest first."""

        def work(view: View) -> list[DeadLetter]:
            return [x for x in view.records(DeadLetter, webhook_id=webhook_id) if x.again]

        return await self._store.read(work)

    async def event(self, seq: int) -> Event | None:
        """One event of the log; None where it is forgotten."""
        found = await self._store.read(lambda view: view.events(seq - 1, 1))
        return found[0] if found and found[0].seq == seq else None


def mark_of(progress: WebhookProgress) -> Mark:
    """Behind what a webhook was told last."""
    found = read_mark(progress.mark)
    assert found is not None, progress.mark
    return found


def begun(view: View, reader: str, from_seq: int | None) -> int:
    """Where a reader that nothing else is known of begins."""
    if view.cursor(reader) or view.cursor(f"{reader}:begun"):
        return view.cursor(reader)
    return view.head()[1] if from_seq is None else from_seq


def write_entry(tx: Transaction, entry: Entry) -> bool:
    """Write it; False where somebody else has changed the webhook, or removed it.

    Then what is written is only that a message was taken, and the attempts.
    """
    known = tx.record(WebhookProgress, entry.progress.reader)
    if known is None:
        return False
    for delivery in entry.deliveries:
        save_delivery(tx, delivery)
    if known.epoch != entry.progress.epoch:
        if known.message_id and known.message_id == entry.taken:
            tx.save(without_message(known))
        return False
    tx.save(entry.progress)
    tx.delete(*entry.risen)
    for letter in entry.buried:
        tx.save(replace(letter, letter_id=tx.next_number("webhook_letter")))
    if entry.buried:
        letters = tx.records(DeadLetter, webhook_id=entry.webhook_id)
        tx.delete(*letters[: -limits.WEBHOOK_LETTERS_KEPT])
    if entry.events:
        tx.emit(*entry.events)
    return True


def without_message(progress: WebhookProgress) -> WebhookProgress:
    """The same, and no message waits."""
    return replace(
        progress,
        message_id="",
        message_type="",
        message_body=b"",
        attempts=0,
        next_try_s=0,
        error="",
    )


def save_delivery(tx: Transaction, delivery: WebhookDelivery) -> WebhookDelivery:
    """Keep an attempt, in the place of the oldest one that is kept."""
    number = tx.next_number(f"webhook_delivery:{delivery.webhook_id}")
    made = replace(delivery, number=number, slot=number % limits.WEBHOOK_DELIVERIES_KEPT)
    tx.save(made)
    return made
