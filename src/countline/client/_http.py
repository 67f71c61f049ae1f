"""The two clients: the same operations over httpx2, waiting or awaited."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx2

from countline import __version__
from countline.client._events import Following, StreamEvent
from countline.client._operations import Operations, Page
from countline.client._requests import Request
from countline.client._responses import ATTEMPTS_MAX, Exchange
from countline.errors import NotReady

T = TypeVar("T")
E = TypeVar("E")

BASE_URL = "http://127.0.0.1:8080"
TIMEOUT_S = 30.0


class Client(Operations):
    """Asks a countline server and waits for its answers. Use it in a `with` block, or `close()` it.

    One client may be shared by threads. Refusals raise `ApiError`; a server that cannot be reached
    raises `NotReady`. When told to wait (429, 503) it waits and asks again, a few times.
    """

    def __init__(
        self,
        base_url: str = BASE_URL,
        key: str | None = None,
        *,
        timeout_s: float = TIMEOUT_S,
        attempts_max: int = ATTEMPTS_MAX,
        verify: ssl.SSLContext | bool = True,
        transport: httpx2.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._attempts_max = attempts_max
        self._sleep = sleep
        self._http = httpx2.Client(
            base_url=base_url,
            headers=_headers(key),
            timeout=timeout_s,
            verify=verify,
            transport=transport,
        )

    def send(self, request: Request[T]) -> T:
        """The answer to one request, after as many waits as the server asks for."""
        exchange = Exchange(request, attempts_max=self._attempts_max)
        while True:
            try:
                answer = self._http.request(**_arguments(request))
            except httpx2.TransportError as error:
                raise _unreachable(self._http.base_url, error) from error
            wait_s = exchange.receive(answer.status_code, answer.headers, answer.content)
            if wait_s is None:
                return exchange.result
            self._sleep(wait_s)

    def each(self, request: Request[Page[E]]) -> Iterator[E]:
        """The entries of a list; the next page is fetched when the one before is used up."""
        while True:
            page = self.send(request)
            yield from page.data
            if page.next is None:
                return
            request = request.on(page.next)

    def events(self, *, last_event_id: str | None = None, **asked: Any) -> Iterator[StreamEvent]:
        """Events as they happen, for ever: a connection that breaks is opened again, behind the last.

        `kinds`, `location_id`, `sensor_id` and `zone_id` choose, as in `GET /v3/events`. Keep the
        `id` of an event, and give it as `last_event_id` to go on after a restart. After a `resync`
        ask for the numbers anew. Raises `ApiError` for a refusal that waiting does not mend.
        """
        following = Following(last_event_id, asked)
        while True:
            try:
                with self._http.stream(**following.request()) as answer:
                    if answer.status_code == 200:
                        for line in answer.iter_lines():
                            if event := following.take(line):
                                yield event
                        wait_s = following.broken()
                    else:
                        body = answer.read()
                        wait_s = following.refused(answer.status_code, answer.headers, body)
            except httpx2.TransportError:
                wait_s = following.broken()
            self._sleep(wait_s)

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class AsyncClient(Operations):
    """As `Client`; answers are awaited and lists are iterated with `async for`."""

    def __init__(
        self,
        base_url: str = BASE_URL,
        key: str | None = None,
        *,
        timeout_s: float = TIMEOUT_S,
        attempts_max: int = ATTEMPTS_MAX,
        verify: ssl.SSLContext | bool = True,
        transport: httpx2.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._attempts_max = attempts_max
        self._sleep = sleep
        self._http = httpx2.AsyncClient(
            base_url=base_url,
            headers=_headers(key),
            timeout=timeout_s,
            verify=verify,
            transport=transport,
        )

    async def send(self, request: Request[T]) -> T:
        """The answer to one request, after as many waits as the server asks for."""
        exchange = Exchange(request, attempts_max=self._attempts_max)
        while True:
            try:
                answer = await self._http.request(**_arguments(request))
            except httpx2.TransportError as error:
                raise _unreachable(self._http.base_url, error) from error
            wait_s = exchange.receive(answer.status_code, answer.headers, answer.content)
            if wait_s is None:
                return exchange.result
            await self._sleep(wait_s)

    async def each(self, request: Request[Page[E]]) -> AsyncIterator[E]:
        """The entries of a list; the next page is fetched when the one before is used up."""
        while True:
            page = await self.send(request)
            for entry in page.data:
                yield entry
            if page.next is None:
                return
            request = request.on(page.next)

    async def events(
        self, *, last_event_id: str | None = None, **asked: Any
    ) -> AsyncIterator[StreamEvent]:
        """Events as they happen, for ever: a connection that breaks is opened again, behind the last.

        `kinds`, `location_id`, `sensor_id` and `zone_id` choose, as in `GET /v3/events`. Keep the
        `id` of an event, and give it as `last_event_id` to go on after a restart. After a `resync`
        ask for the numbers anew. Raises `ApiError` for a refusal that waiting does not mend.
        """
        following = Following(last_event_id, asked)
        while True:
            try:
                async with self._http.stream(**following.request()) as answer:
                    if answer.status_code == 200:
                        async for line in answer.aiter_lines():
                            if event := following.take(line):
                                yield event
                        wait_s = following.broken()
                    else:
                        body = await answer.aread()
                        wait_s = following.refused(answer.status_code, answer.headers, body)
            except httpx2.TransportError:
                wait_s = following.broken()
            await self._sleep(wait_s)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()


def _headers(key: str | None) -> dict[str, str]:
    known = {"user-agent": f"countline-client/{__version__}", "accept": "application/json"}
    return known if key is None else known | {"x-api-key": key}


def _arguments(request: Request[Any]) -> dict[str, Any]:
    headers = {} if request.body is None else {"content-type": request.media_type}
    if request.if_match is not None:
        headers["if-match"] = request.if_match
    if request.idempotency_key is not None:
        headers["idempotency-key"] = request.idempotency_key
    sent: dict[str, Any] = {
        "method": request.method,
        "url": request.path,
        "params": request.parameters,
        "headers": headers,
        "content": request.body,
    }
    return sent if request.timeout_s is None else sent | {"timeout": request.timeout_s}


def _unreachable(base_url: httpx2.URL, error: httpx2.TransportError) -> NotReady:
    if isinstance(error, httpx2.TimeoutException):
        return NotReady(f"{base_url} did not answer in time.", code="timeout")
    reason = str(error) or type(error).__name__
    return NotReady(f"{base_url} cannot be reached: {reason}", code="unreachable")
