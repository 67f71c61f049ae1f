"""Reads the event log for one address, and makes messages of what it asked for."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from itertools import groupby

import structlog

from countline import limits
from countline.engine.catalogue import Catalogue
from countline.engine.feed import Feed, pause
from countline.engine.marks import Mark
from countline.engine.telling import Snapshots, Teller, Telling
from countline.engine.webhook_ledger import mark_of
from countline.model.event import Event
from countline.model.query import Reason
from countline.model.webhook import DeadLetter, Webhook
from countline.outlets.webhooks.choosing import Choice, Memory
from countline.outlets.webhooks.drafts import Draft, compose
from countline.outlets.webhooks.messages import write_messages
from countline.outlets.webhooks.sending import Ledger, Sending, Ways

AGAIN_S = 1.0  # after a failure of our own

_log = structlog.get_logger("countline.webhook")


class WebhookOutlet:
    """An outlet. Messages go one at a time, so their order is kept: one that is not taken waits."""

    def __init__(
        self,
        webhook: Webhook,
        sending: Sending,
        *,
        teller: Teller,
        snapshots: Snapshots,
        ledger: Ledger,
        stop: asyncio.Event,
        ways: Ways,
    ) -> None:
        self.name = webhook.reader
        self._webhook = webhook
        self._choice = Choice(webhook)
        self._sending = sending
        self._teller = teller
        self._snapshots = snapshots
        self._ledger = ledger
        self._stop = stop
        self._ways = ways
        self._log = _log.bind(webhook=webhook.webhook_id, host=webhook.host)
        self._position = mark_of(sending.progress)  # behind what is told, or waits in drafts
        self._memory = Memory.read(sending.progress.filters)  # as of there
        self._drafts: list[Draft] = []
        self._drafts_since_s: int | None = None
        self._turn = asyncio.Lock()
        self._poke = asyncio.Event()

    # -- running ----------------------------------------------------------------------------------
    async def run(self, feed: Feed) -> None:
        """Tell what the log holds until stopped."""
        for letter in await self._ledger.letters_again(self._webhook.webhook_id):
            self._add(self._draft_of(letter))
        following = feed.follow(self.name, self.deliver, stop=self._stop)
        try:
            await asyncio.gather(following, self._mind())
        finally:
            self._stop.set()
        await self._sending.close()

    async def deliver(self, events: Sequence[Event]) -> None:
        """Tell all of a batch, or note what of it is to be told later.

        Raises `NotReady` when stopped before that; a batch that comes again goes on where it was.
        """
        async with self._turn:
            await self._sending.finish()
            for _, commit in groupby(events, key=lambda event: event.commit):
                await self._tell_commit(list(commit))
            await self._send_due()
            await self._note()
        self._poke.set()

    async def _mind(self) -> None:
        """Send what is due by the clock alone: what is held back, and batches that waited."""
        failures = 0
        while not self._stop.is_set():
            self._poke.clear()
            try:
                async with self._turn:
                    await self._sending.finish()
                    await self._release()
                    await self._send_due()
                    await self._note()
                wait_s = self._next_due_s()
            except Exception as error:
                if self._stop.is_set():
                    return
                failures += 1
                wait_s = min(limits.FEED_BACKOFF_S_MAX, AGAIN_S * 2 ** min(failures - 1, 16))
                self._fail(error, first=failures == 1)
            else:
                if failures:
                    failures = 0
                    self._ways.report(None)
            await pause(wait_s, self._poke, self._stop, sleep=self._ways.sleep)

    def _fail(self, error: Exception, *, first: bool) -> None:
        self._log.warning("webhook not told", exc_info=error)
        if first:
            detail = f"{self.name}: {type(error).__name__}: {error}"
            self._ways.report(Reason("reader_failing", detail, self._ways.now_s()))

    def _next_due_s(self) -> float | None:
        due = [one.due_s for one in self._memory.held.values()]
        if self._drafts and self._drafts_since_s is not None:
            due.append(self._drafts_since_s + self._webhook.batch_wait_s)
        return max(0.0, min(due) - self._ways.now_s()) if due else None

    # -- what is to be told -----------------------------------------------------------------------
    async def _tell_commit(self, events: Sequence[Event]) -> None:
        after, whole = events[0].seq - 1, Mark.at(events[-1].seq)
        if self._position >= whole:
            return
        catalogue = await self._snapshots.fresh()
        wanted = [event for event in events if self._choice.wants(event, catalogue)]
        if wanted:
            by_seq = {event.seq: event for event in wanted}
            async with aclosing(self._teller.tell(wanted)) as tellings:
                async for telling in tellings:
                    rest = self._position.rest_of(telling)
                    if rest is not None:
                        event = by_seq.get(telling.seq)
                        await self._tell(rest, event, Mark.behind(telling, after), catalogue)
        self._position = whole

    async def _tell(
        self, telling: Telling, event: Event | None, behind: Mark, catalogue: Catalogue
    ) -> None:
        part = self._choice.part_of(telling, catalogue)
        if part is not None and event is not None and event.kind == "occupancy.changed":
            decision, self._memory = self._choice.judge(event, self._memory, self._ways.now_s())
            part = part if decision == "tell" else None
        messages = [] if part is None else write_messages(part, self.name)
        for message in messages:
            mark = behind if message is messages[-1] else behind.in_front_of(message.last)
            self._position = mark
            await self._put(message.id, message.type, message.body)
        self._position = behind

    async def _release(self) -> None:
        """Tell what was held back for its time, the newest of each zone."""
        now_s = self._ways.now_s()
        for zone, held in sorted(self._memory.held.items(), key=lambda one: one[1].due_s):
            if held.due_s > now_s:
                return
            event = await self._ledger.event(held.seq)
            messages = []
            if event is not None:
                async with aclosing(self._teller.tell([event])) as tellings:
                    async for telling in tellings:
                        messages += write_messages(telling, self.name)
            self._memory = self._memory.released(zone, now_s, self._webhook.rate_s)
            for message in messages:
                await self._put(message.id, message.type, message.body)

    async def _put(self, message_id: str, kind: str, body: bytes) -> None:
        draft = Draft(id=message_id, type=kind, body=body, mark=self._position, memory=self._memory)
        self._add(draft)
        if len(self._drafts) >= self._webhook.batch_items:
            await self._send()

    def _add(self, draft: Draft) -> None:
        if self._drafts_since_s is None:
            self._drafts_since_s = self._ways.now_s()
        self._drafts.append(draft)

    def _draft_of(self, letter: DeadLetter) -> Draft:
        return Draft(
            id=letter.message_id,
            type=letter.type,
            body=letter.body,
            mark=self._position,
            memory=self._memory,
            letter=letter,
        )

    # -- what waits -------------------------------------------------------------------------------
    async def _note(self) -> None:
        """Write down how far the log was looked through, and what came of the last attempt."""
        if self._drafts:
            await self._sending.note_attempts()
        else:
            await self._sending.note(self._position.write(), self._memory.write())

    async def _send_due(self) -> None:
        """Send what waits, where it has waited long enough."""
        while self._drafts and self._drafts_since_s is not None:
            waited_s = self._ways.now_s() - self._drafts_since_s
            whole = len(self._drafts) >= self._webhook.batch_items
            if not whole and waited_s < self._webhook.batch_wait_s:
                return
            await self._send()

    async def _send(self) -> None:
        """Make the next message of what waits, write it down, and send it."""
        await self._sending.finish()
        now_s = self._ways.now_s()
        composed = compose(self._drafts, items_max=self._webhook.batch_items, now_s=now_s)
        await self._sending.begin(composed)
        self._drafts = self._drafts[len(composed.drafts) :]
        self._drafts_since_s = now_s if self._drafts else None
        await self._sending.finish()
