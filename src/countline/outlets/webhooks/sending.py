"""The message in hand: written down, posted until it is taken, and given up past its last attempt.

Before a message is posted it is written down, with its number and with how far the log has been
told once it is done. So a process that dies sends at most this one message again, under the same id,
with the same number, and with as many attempts behind it as it had.
"""

import asyncio
import random
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Any, Protocol, TypeVar

import structlog

from countline import clock, limits
from countline.engine.feed import Sleep, pause
from countline.engine.webhook_ledger import Entry, without_message
from countline.errors import Conflict, NotReady
from countline.model.event import Event
from countline.model.query import Reason
from countline.model.webhook import DeadLetter, Webhook, WebhookDelivery, WebhookProgress
from countline.outlets.webhooks.attempts import Attempt, Posting, excerpt
from countline.outlets.webhooks.drafts import Composed, numbered

T = TypeVar("T")

ATTEMPTS_MAX = len(limits.WEBHOOK_RETRY_DELAYS_S) + 1
LONGEST_S = 3_600.0  # of one wait: a clock that was set is looked at again

_log = structlog.get_logger("countline.webhook")


class Ledger(Protocol):
    """Where progress is written down: the engine's webhook ledger."""

    async def save(self, entry: Entry) -> None:
        """Durably. Raises `Conflict` where somebody else has changed the webhook."""
        ...

    async def disable(self, entry: Entry, webhook: Webhook, reason: str) -> WebhookProgress:
        """Switch the webhook off, and tell that it is."""
        ...

    async def letters_again(self, webhook_id: str) -> list[DeadLetter]:
        """Dead letters that somebody wants sent again."""
        ...

    async def event(self, seq: int) -> Event | None:
        """One event of the log."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How a webhook reaches the world outside, each replaceable by a test."""

    report: Callable[[Reason | None], None]
    secrets: Callable[[Webhook, int], tuple[str, ...]]
    now_s: Callable[[], int] = clock.now_s
    sleep: Sleep = asyncio.sleep
    jitter: Callable[[], float] = random.random


class Sending:
    """Sends the messages of one webhook, one after the other.

    `stop` ends every wait and every attempt; what was then under way counts as not told. It is set
    here, too, when the webhook is disabled or was changed by somebody else.
    """

    def __init__(
        self,
        webhook: Webhook,
        progress: WebhookProgress,
        *,
        ledger: Ledger,
        posting: Posting,
        stop: asyncio.Event,
        ways: Ways,
    ) -> None:
        self.progress = progress
        self._webhook = webhook
        self._ledger = ledger
        self._posting = posting
        self._stop = stop
        self._ways = ways
        self._log = _log.bind(webhook=webhook.webhook_id, host=webhook.host)
        self._attempts: list[WebhookDelivery] = []  # not written down yet
        self._taken = ""  # the last message that was taken
        self._noted_s = ways.now_s()

    async def begin(self, composed: Composed) -> None:
        """Write a message down; `finish` posts it."""
        last = composed.drafts[-1]
        risen = [one.letter for one in composed.drafts if one.letter]
        progress = replace(
            self.progress,
            mark=last.mark.write(),
            filters=last.memory.write(),
            sequence=self.progress.sequence + 1,
            message_id=composed.id,
            message_type=composed.type,
            message_body=composed.body,
            attempts=0,
            first_attempt_s=self._ways.now_s(),
            next_try_s=0,
            error="",
        )
        await self._save(progress, risen=risen)

    async def finish(self) -> None:
        """Post the message that waits until it is taken, or past its last attempt."""
        while self.progress.message_id:
            progress = self.progress
            if self._stop.is_set():
                raise NotReady("stopped")
            if (wait_s := progress.next_try_s - self._ways.now_s()) > 0:
                self._report_failing()
                await pause(min(wait_s, LONGEST_S), self._stop, sleep=self._ways.sleep)
                continue
            body = numbered(progress.message_body, progress.sequence)
            secrets = self._ways.secrets(self._webhook, self._ways.now_s())
            attempt = await self._unless_stopped(
                self._posting.post(self._webhook.url, secrets, progress.message_id, body)
            )
            delivery = delivery_of(
                self._webhook,
                (progress.message_id, progress.message_type),
                body,
                attempt,
                number=progress.attempts + 1,
                sequence=progress.sequence,
            )
            self._attempts.append(delivery)
            await self._heed(attempt)

    async def _heed(self, attempt: Attempt) -> None:
        """Do what the outcome of an attempt asks for."""
        verdict, progress = attempt.verdict, self.progress
        if verdict.taken:
            taken_s, self._taken = self._ways.now_s(), progress.message_id
            self.progress = replace(without_message(progress), given_up=0, taken_s=taken_s)
            self._ways.report(None)
            return  # written down with the next message, or when there is none
        attempts = progress.attempts + 1
        progress = replace(progress, attempts=attempts, error=verdict.detail)
        if verdict.gone:
            await self._disable(progress, "it answered 410 Gone")
        if attempts >= ATTEMPTS_MAX:
            await self._bury(progress, verdict.detail)
            return
        again_s = self._pause_s(limits.WEBHOOK_RETRY_DELAYS_S[attempts - 1], verdict.again_s)
        progress = replace(progress, next_try_s=self._ways.now_s() + ceil(again_s))
        self._log.warning(
            "webhook not taken",
            message=progress.message_id,
            detail=verdict.detail,
            attempt=attempts,
            again_s=round(again_s),
        )
        self.progress = progress  # it waits, even where that cannot be written down
        self._report_failing()
        await self._save(progress)

    def _pause_s(self, delay_s: int, asked_s: int | None) -> float:
        """The next pause of the schedule, a tenth more or less, and no less than was asked for."""
        return max(delay_s * (0.9 + 0.2 * self._ways.jitter()), asked_s or 0)

    def _report_failing(self) -> None:
        progress = self.progress
        again_s = max(0, progress.next_try_s - self._ways.now_s())
        detail = (
            f"{self._webhook.host}: {progress.error}; attempt {progress.attempts} of {ATTEMPTS_MAX},"
            f" again in {again_s} s"
        )
        self._ways.report(Reason("webhook_failing", detail, progress.first_attempt_s))

    async def _bury(self, progress: WebhookProgress, detail: str) -> None:
        letter = DeadLetter(
            letter_id=0,
            webhook_id=self._webhook.webhook_id,
            message_id=progress.message_id,
            type=progress.message_type,
            detail=detail,
            attempts=progress.attempts,
            first_attempt_s=progress.first_attempt_s,
            given_up_s=self._ways.now_s(),
            body=progress.message_body,
        )
        self._log.error("webhook given up", message=progress.message_id, detail=detail)
        progress = replace(without_message(progress), given_up=progress.given_up + 1)
        if progress.given_up >= limits.WEBHOOK_GIVEN_UP_MAX:
            reason = (
                f"{progress.given_up} messages one after the other were not taken in"
                f" {ATTEMPTS_MAX} attempts each, the last of which {detail}"
            )
            await self._disable(progress, reason, buried=[letter])
        await self._save(progress, buried=[letter])

    async def _disable(
        self, progress: WebhookProgress, reason: str, *, buried: Sequence[DeadLetter] = ()
    ) -> None:
        """Post nothing more until somebody switches it on again."""
        entry = self._entry(progress, buried=buried)
        self.progress = await self._written(self._ledger.disable(entry, self._webhook, reason))
        self._attempts.clear()
        self._log.error("webhook disabled", reason=reason)
        self._ways.report(disabled_reason(self._webhook, self.progress))
        self._stop.set()
        raise NotReady("stopped")

    # -- writing down -----------------------------------------------------------------------------
    async def note(self, mark: str, filters: dict[str, Any]) -> None:
        """Write down what came of the last attempt, and how far the log was looked through.

        What is held back by a rate is only there; a place in the log can wait for the next time.
        """
        held = filters["held"] != self.progress.filters.get("held", {})
        late = self._ways.now_s() - self._noted_s >= limits.WEBHOOK_NOTE_S
        progress = replace(self.progress, mark=mark, filters=filters)
        if self._attempts or held or (late and progress != self.progress):
            await self._save(progress)

    async def note_attempts(self) -> None:
        """Write down what came of the last attempt."""
        if self._attempts:
            await self._save(self.progress)

    async def close(self) -> None:
        """Write down what came of the last attempt, if that can be done."""
        try:
            await self.note_attempts()
        except NotReady:  # somebody else has changed the webhook; what was taken is written down
            pass
        except Exception:
            self._log.warning("webhook not noted", exc_info=True)

    async def _save(
        self,
        progress: WebhookProgress,
        *,
        buried: Sequence[DeadLetter] = (),
        risen: Sequence[DeadLetter] = (),
    ) -> None:
        entry = self._entry(progress, buried=buried, risen=risen)
        await self._written(self._ledger.save(entry))
        self.progress = progress
        self._attempts = self._attempts[len(entry.deliveries) :]
        self._noted_s = self._ways.now_s()

    def _entry(
        self,
        progress: WebhookProgress,
        *,
        buried: Sequence[DeadLetter] = (),
        risen: Sequence[DeadLetter] = (),
    ) -> Entry:
        return Entry(
            webhook_id=self._webhook.webhook_id,
            progress=progress,
            taken=self._taken,
            deliveries=tuple(self._attempts),
            buried=buried,
            risen=risen,
        )

    async def _written(self, writing: Coroutine[Any, Any, T]) -> T:
        try:
            return await writing
        except Conflict as error:
            self._stop.set()
            raise NotReady("changed by somebody else") from error

    async def _unless_stopped(self, doing: Coroutine[Any, Any, T]) -> T:
        task = asyncio.ensure_future(doing)
        stopped = asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait((task, stopped), return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise NotReady("stopped")
            return task.result()
        finally:
            for one in (task, stopped):
                one.cancel()
            await asyncio.gather(task, stopped, return_exceptions=True)


def disabled_reason(webhook: Webhook, progress: WebhookProgress) -> Reason:
    """Why a webhook is told nothing, for health."""
    detail = f"{webhook.webhook_id} ({webhook.host}): {progress.reason}"
    return Reason("webhook_disabled", detail, progress.state_s)


def delivery_of(
    webhook: Webhook,
    message: tuple[str, str],
    body: bytes,
    attempt: Attempt,
    *,
    number: int = 1,
    sequence: int | None = None,
) -> WebhookDelivery:
    """What the log keeps of an attempt at a message: its id and type, and what came of it."""
    return WebhookDelivery(
        webhook_id=webhook.webhook_id,
        slot=0,
        number=0,
        at_s=attempt.at_s,
        message_id=message[0],
        type=message[1],
        sequence=sequence,
        attempt=number,
        taken=attempt.verdict.taken,
        status=attempt.status,
        detail=attempt.verdict.detail,
        duration_ms=attempt.duration_ms,
        headers=attempt.headers,
        body_bytes=len(body),
        body_start=excerpt(body),
        answer_start=attempt.answer_start,
    )
