"""One attempt at one message, and what its answer means."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import NamedTuple

import httpx2

from countline import __version__, clock, limits
from countline.outlets.webhooks.guard import GuardedTransport
from countline.outlets.webhooks.signature import sign

ANSWER_BYTES_MAX = 65_536  # read and thrown away, so that the connection can be used again
RETRY_AFTER_S_MAX = 86_400
GONE = 410
TOLD_HEADERS = ("webhook-id", "webhook-timestamp", "content-type", "user-agent")


class Verdict(NamedTuple):
    """What an attempt came to. `again_s` is what the receiver asked for."""

    taken: bool
    detail: str
    gone: bool = False
    again_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """An attempt that is over: what it came to, and what can be told of it."""

    verdict: Verdict
    at_s: int
    duration_ms: int
    headers: dict[str, str]  # of the request, without signatures
    status: int | None = None
    answer_start: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """How bodies are posted."""

    client: httpx2.AsyncClient
    now_s: Callable[[], int] = clock.now_s
    elapsed_s: Callable[[], float] = clock.elapsed_s
    timeout_s: float = limits.WEBHOOK_TIMEOUT_S

    async def post(
        self, url: str, secrets: tuple[str, ...], message_id: str, body: bytes
    ) -> Attempt:
        """Post a body, signed for this moment; whatever goes wrong is in the verdict."""
        now_s, began_s = self.now_s(), self.elapsed_s()
        headers = sign(secrets, message_id=message_id, at_s=now_s, body=body)
        headers["content-type"] = "application/json"
        headers["user-agent"] = f"countline/{__version__}"
        verdict: Verdict | None = None
        status: int | None = None
        answer = bytearray()
        try:
            async with (
                asyncio.timeout(self.timeout_s),
                self.client.stream("POST", url, content=body, headers=headers) as response,
            ):
                status = response.status_code
                verdict = judge(status, response.headers, now_s)
                await _read(response, answer)
        except TimeoutError:
            verdict = verdict or Verdict(False, f"no answer within {self.timeout_s:g} s")
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            verdict = verdict or Verdict(False, str(error) or type(error).__name__)
        return Attempt(
            verdict=verdict,
            at_s=now_s,
            duration_ms=round(1000 * (self.elapsed_s() - began_s)),
            headers={name: headers[name] for name in TOLD_HEADERS},
            status=status,
            answer_start=excerpt(bytes(answer)),
        )


def open_client(*, allow_private: bool) -> httpx2.AsyncClient:
    """A client that connects only to addresses that were judged, and follows no redirect."""
    return httpx2.AsyncClient(
        transport=GuardedTransport(allow_private=allow_private),
        timeout=limits.WEBHOOK_TIMEOUT_S,
        follow_redirects=False,
    )


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


def excerpt(body: bytes) -> str:
    """The beginning of a body as text, for the log of deliveries."""
    return body[: 4 * limits.WEBHOOK_EXCERPT_CHARS].decode("utf-8", "replace")[
        : limits.WEBHOOK_EXCERPT_CHARS
    ]


async def _read(response: httpx2.Response, answer: bytearray) -> None:
    """Read what came with a status: its beginning is told, the rest thrown away."""
    size = 0
    async for part in response.aiter_raw():
        size += len(part)
        answer += part[: max(0, 4 * limits.WEBHOOK_EXCERPT_CHARS - len(answer))]
        if size > ANSWER_BYTES_MAX:
            return
