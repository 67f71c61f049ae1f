"""Posts messages to one address, in order, each until it is taken or past its last attempt."""

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import NamedTuple

import httpx2
import msgspec
import structlog

from countline import __version__, clock, limits
from countline.engine.feed import Feed, Sleep, pause
from countline.engine.telling import Teller
from countline.errors import NotReady
from countline.model.event import Event
from countline.model.query import Reason
from countline.outlets.webhooks.dead_letters import DeadLetter, Keep, file_keeper
from countline.outlets.webhooks.guard import GuardedTransport
from countline.outlets.webhooks.messages import Message, write_messages
from countline.outlets.webhooks.settings import WEBHOOK_KINDS, WebhookSettings
from countline.outlets.webhooks.signature import sign

ANSWER_BYTES_MAX = 65_536  # read and thrown away, so that the connection can be used again
RETRY_AFTER_S_MAX = 86_400
GONE = 410

_log = structlog.get_logger("countline.webhook")


class Verdict(NamedTuple):
    """What an attempt came to. `again_s` is what the receiver asked for."""

    taken: bool
    detail: str
    gone: bool = False
    again_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How a webhook reaches the world outside, each replaceable by a test."""

    keep: Keep
    report: Callable[[Reason | None], None]
    now_s: Callable[[], int] = clock.now_s
    sleep: Sleep = asyncio.sleep
    jitter: Callable[[], float] = random.random
    timeout_s: float = limits.WEBHOOK_TIMEOUT_S


class Webhook:
    """An outlet. Messages go one at a time, so their order is kept: one that is not taken waits.

    `stop` ends every wait and every attempt; what was then under way counts as not told.
    """

    def __init__(
        self,
        settings: WebhookSettings,
        *,
        teller: Teller,
        client: httpx2.AsyncClient,
        stop: asyncio.Event,
        ways: Ways,
    ) -> None:
        self.name = settings.reader
        self._settings = settings
        self._teller = teller
        self._client = client
        self._stop = stop
        self._ways = ways
        self._log = _log.bind(reader=self.name, host=settings.host)

    async def deliver(self, events: Sequence[Event]) -> None:
        """Tell all of a batch. Raises `NotReady` when stopped before that."""
        wanted = [event for event in events if self._settings.wants(event)]
        async with aclosing(self._teller.tell(wanted)) as tellings:
            async for telling in tellings:
                for message in write_messages(telling, self.name):
                    await self._send(message)

    async def _send(self, message: Message) -> None:
        """Post a message until it is taken; past the last attempt it is kept as a dead letter."""
        since_s = self._ways.now_s()
        attempts = len(limits.WEBHOOK_RETRY_DELAYS_S) + 1
        verdict = Verdict(False, "")
        for attempt, delay_s in enumerate((*limits.WEBHOOK_RETRY_DELAYS_S, None), start=1):
            verdict = await self._attempt_unless_stopped(message)
            if verdict.taken:
                self._ways.report(None)
                return
            if verdict.gone:
                await self._disable(since_s)
            if delay_s is not None:
                again_s = self._pause_s(delay_s, verdict)
                detail = (
                    f"{self._settings.host}: {verdict.detail}; attempt {attempt} of {attempts}, "
                    f"again in {again_s:.0f} s"
                )
                self._log.warning("webhook not taken", message=message.id, detail=detail)
                self._ways.report(Reason("webhook_failing", detail, since_s))
                await pause(again_s, self._stop, sleep=self._ways.sleep)
        await self._bury(message, verdict, since_s)

    def _pause_s(self, delay_s: int, verdict: Verdict) -> float:
        """The next pause of the schedule, a tenth more or less, and no less than was asked for."""
        return max(delay_s * (0.9 + 0.2 * self._ways.jitter()), verdict.again_s or 0)

    async def _attempt(self, message: Message) -> Verdict:
        settings, now_s = self._settings, self._ways.now_s()
        headers = sign(settings.secrets, message_id=message.id, at_s=now_s, body=message.body)
        headers["content-type"] = "application/json"
        verdict = None
        try:
            async with (
                asyncio.timeout(self._ways.timeout_s),
                self._client.stream(
                    "POST", settings.url, content=message.body, headers=headers
                ) as response,
            ):
                verdict = judge(response.status_code, response.headers, now_s)
                if verdict.taken:
                    await _read_away(response)
                return verdict
        except TimeoutError:
            return verdict or Verdict(False, f"no answer within {self._ways.timeout_s:g} s")
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            return Verdict(False, str(error) or type(error).__name__)

    async def _disable(self, since_s: int) -> None:
        """Never post again until the process restarts: the receiver said that it is gone."""
        detail = (
            f"{self._settings.host} answered 410 Gone, so it is told nothing more; "
            "remove it from the settings, or restart to try again"
        )
        self._log.error("webhook disabled", detail=detail)
        self._ways.report(Reason("webhook_disabled", detail, since_s))
        await self._stop.wait()
        raise NotReady("stopped")

    async def _bury(self, message: Message, verdict: Verdict, since_s: int) -> None:
        letter = DeadLetter(
            reader=self.name,
            id=message.id,
            type=message.type,
            detail=verdict.detail,
            first_attempt_s=since_s,
            given_up_s=self._ways.now_s(),
            body=msgspec.Raw(message.body),
        )
        self._log.error("webhook given up", message=message.id, detail=verdict.detail)
        await self._ways.keep(letter)

    async def _attempt_unless_stopped(self, message: Message) -> Verdict:
        if self._stop.is_set():
            raise NotReady("stopped")
        doing = asyncio.ensure_future(self._attempt(message))
        stopped = asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait((doing, stopped), return_when=asyncio.FIRST_COMPLETED)
            if not doing.done():
                raise NotReady("stopped")
            return doing.result()
        finally:
            for task in (doing, stopped):
                task.cancel()
            await asyncio.gather(doing, stopped, return_exceptions=True)


def judge(status: int, headers: Mapping[str, str], now_s: int) -> Verdict:
    """2xx is taken and nothing else is, a redirect neither; 410 is for ever."""
    if 200 <= status < 300:
        return Verdict(True, "")
    detail = f"answered {status}"
    if 300 <= status < 400:
        detail += " (redirects are not followed; give the final address)"
    again_s = retry_after_s(headers.get("retry-after"), now_s)
    return Verdict(False, detail, gone=status == GONE, again_s=again_s)


def retry_after_s(text: str | None, now_s: int) -> int | None:
    """Seconds that a `Retry-After` asks for, at most a day; None where it says nothing readable."""
    if text is None:
        return None
    if text.strip().isdecimal():
        return min(int(text), RETRY_AFTER_S_MAX)
    try:
        at_s = int(parsedate_to_datetime(text).timestamp())
    except (ValueError, OverflowError):
        return None
    return min(max(0, at_s - now_s), RETRY_AFTER_S_MAX)


async def _read_away(response: httpx2.Response) -> None:
    """Read what came with a 2xx; whatever goes wrong here, the message was taken."""
    size = 0
    try:
        async for part in response.aiter_raw():
            size += len(part)
            if size > ANSWER_BYTES_MAX:
                return
    except httpx2.HTTPError:
        return


async def run_webhook(
    settings: WebhookSettings,
    *,
    feed: Feed,
    teller: Teller,
    stop: asyncio.Event,
    dead_letters: Path,
    from_seq: int | None = None,
) -> None:
    """Tell one address until `stop` is set. A new address hears what comes after `from_seq`.

    `dead_letters` is a file of JSON lines, for messages past their last attempt.
    """

    def report(trouble: Reason | None) -> None:
        feed.report(settings.reader, trouble)

    transport = GuardedTransport(allow_private=settings.allow_private)
    async with httpx2.AsyncClient(
        transport=transport,
        timeout=limits.WEBHOOK_TIMEOUT_S,
        follow_redirects=False,
        headers={"user-agent": f"countline/{__version__}"},
    ) as client:
        webhook = Webhook(
            settings,
            teller=teller,
            client=client,
            stop=stop,
            ways=Ways(keep=file_keeper(dead_letters), report=report),
        )
        await feed.follow(
            webhook.name,
            webhook.deliver,
            stop=stop,
            kinds=settings.kinds or WEBHOOK_KINDS,
            from_seq=from_seq,
        )
