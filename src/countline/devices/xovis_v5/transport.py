"""Bytes to a sensor and back, within bounds of time and size, repeated where that is safe."""

import asyncio
import itertools
import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol

import httpcore2

from countline import limits
from countline.devices.guard import AllowedNetworks, Resolve
from countline.devices.xovis_v5.address import Address
from countline.devices.xovis_v5.documents import readable
from countline.devices.xovis_v5.wiring import NO_TLS, Pin, Wiring, tls_context
from countline.errors import DeviceError, DeviceGone, DeviceUnreachable

CONNECT_S_MAX = 10
CONNECTIONS_MAX = 4  # to one sensor: a small computer
KEEP_S = 5  # an idle connection is closed before the sensor does, so that no change is lost in it
_REPEATABLE = frozenset({"GET", "PUT"})  # a PUT says the whole resource: twice is as once
_NOT_DONE = 503  # says so itself, whatever was asked
HUNG_UP = "it hung up before the end of its answer"
_ON_THE_WAY = frozenset({502, 504})  # of something between, which cannot know


class Answer(NamedTuple):
    """What came back. `media_type` is lower case, without parameters."""

    status: int
    media_type: str
    body: bytes

    @property
    def is_html(self) -> bool:
        """A page for people, not an answer of the sensor's interface."""
        return self.media_type == "text/html"

    @property
    def is_unknown_path(self) -> bool:
        """What sensors answer to operations that they do not have: 403 with a page, mostly."""
        return self.status in (405, 501) or (self.is_html and self.status in (403, 404))


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How patiently a sensor is asked."""

    timeout_s: float  # a whole request, the answer read to its end
    retry_delays_s: tuple[float, ...]
    sleep: Callable[[float], Awaitable[None]]


class _Broken(Exception):
    """An attempt failed on the way. `sent`: something of the request had gone out."""

    def __init__(self, why: str, *, sent: bool) -> None:
        super().__init__(why)
        self.why = why
        self.sent = sent


class Wire(Protocol):
    """What carries requests to one sensor; a simulation has its own."""

    @property
    def address(self) -> Address:
        """Where the sensor is."""
        ...

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate in use, hex; "" as long as none was seen."""
        ...

    async def send(
        self,
        method: str,
        target: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None = None,
        timeout_s: float | None = None,
        repeat: bool = True,
    ) -> Answer:
        """The sensor's answer, whatever its status; `target` is path and query."""
        ...

    async def close(self) -> None:
        """Hang up."""
        ...


class Transport:
    """A `Wire` over sockets. Follows no redirect, takes no proxy from the environment."""

    def __init__(
        self,
        address: Address,
        *,
        networks: AllowedNetworks,
        resolve: Resolve,
        pin: Pin,
        manner: Manner,
    ) -> None:
        self._address = address
        self._pin = pin
        self._manner = manner
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=tls_context() if address.is_https else None,
            max_connections=CONNECTIONS_MAX,
            keepalive_expiry=KEEP_S,
            network_backend=Wiring(networks, pin, resolve),
        )

    @property
    def address(self) -> Address:
        """As in `Wire`."""
        return self._address

    @property
    def fingerprint(self) -> str:
        """As in `Wire`."""
        return self._pin.fingerprint

    async def send(
        self,
        method: str,
        target: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None = None,
        timeout_s: float | None = None,
        repeat: bool = True,
    ) -> Answer:
        """The sensor's answer, whatever its status; `target` is path and query.

        Raises `DeviceUnreachable`, `DeviceGone` for a change that may have happened,
        `NotAllowed` `address_not_allowed`, and `DeviceError` `certificate_changed` and
        `device_answer_invalid`.
        """
        within_s = timeout_s or self._manner.timeout_s
        repeatable = repeat and method in _REPEATABLE
        delays = iter(self._manner.retry_delays_s if repeat else ())
        for attempt in itertools.count(1):
            try:
                answer = await self._attempt(method, target, headers, body, within_s)
                if answer.status != _NOT_DONE and not (repeatable and answer.status in _ON_THE_WAY):
                    return answer
                delay_s = next(delays, None)
                if delay_s is None:
                    return answer
            except _Broken as broken:
                # What never went out is safe to send again, whatever it is.
                safe = repeatable or not broken.sent
                delay_s = next(delays, None) if safe else None
                if delay_s is None:
                    raise self._failure(broken, method, attempt) from None
            await self._manner.sleep(delay_s)
        raise AssertionError("attempts end only by one of these")

    async def close(self) -> None:
        """Hang up."""
        await self._pool.aclose()

    async def _attempt(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes | None,
        within_s: float,
    ) -> Answer:
        sent = False

        async def trace(name: str, info: Mapping[str, Any]) -> None:
            nonlocal sent
            sent = sent or name == "http11.send_request_headers.started"

        connect_s = min(CONNECT_S_MAX, within_s)
        extensions = {"trace": trace, "timeout": {"connect": connect_s, "pool": within_s}}
        try:
            async with (
                asyncio.timeout(within_s),
                self._pool.stream(
                    method,
                    f"{self.address}{target}",
                    headers=list(headers.items()),
                    content=body,
                    extensions=extensions,
                ) as response,
            ):
                return await self._read(response)
        except TimeoutError:
            raise _Broken(f"no whole answer within {within_s:g} s", sent=sent) from None
        except (httpcore2.NetworkError, httpcore2.TimeoutException) as error:
            raise _Broken(_words(error), sent=sent) from None
        except httpcore2.ProtocolError as error:
            words = readable(_words(error))
            if "disconnected" in words or "peer closed" in words:
                raise _Broken(HUNG_UP, sent=sent) from None
            raise self._invalid(f"what it sends is no HTTP ({words[:120]})") from None

    async def _read(self, response: httpcore2.Response) -> Answer:
        headers = {name.lower(): value for name, value in response.headers}
        if headers.get(b"content-encoding", b"identity").strip().lower() != b"identity":
            raise self._invalid("its answer is compressed, which was not asked for")
        body = bytearray()
        async for chunk in response.aiter_stream():
            body += chunk
            if len(body) > limits.DEVICE_ANSWER_BYTES_MAX:
                million = limits.DEVICE_ANSWER_BYTES_MAX // 1_000_000
                raise self._invalid(f"its answer is longer than {million} MB")
        media_type = headers.get(b"content-type", b"").decode("latin-1")
        return Answer(response.status, media_type.partition(";")[0].strip().lower(), bytes(body))

    def _failure(self, broken: _Broken, method: str, attempts: int) -> DeviceError:
        where = str(self.address)
        tried = "tried once" if attempts == 1 else f"tried {attempts} times"
        if broken.sent and method != "GET":
            return DeviceGone(
                f"{where} went away in the middle of a change: {broken.why}. It may have been done or"
                " not; when the sensor answers again, do the same again",
                address=where,
            )
        advice = "check its power, cable and address, and that this machine may reach its network"
        if broken.why == HUNG_UP and not self.address.is_https:
            advice = f"if it speaks HTTPS, write {replace(self.address, scheme='https')}"
        if broken.why.startswith(NO_TLS):
            plain = replace(self.address, scheme="http")
            advice = f"if it speaks plain HTTP, write {plain}"
        detail = f"{where} does not answer: {broken.why} ({tried}); {advice}"
        return DeviceUnreachable(detail, address=where)

    def _invalid(self, why: str) -> DeviceError:
        detail = f"{self.address} answers nonsense: {why}. Check that a sensor is at this address"
        return DeviceError(detail, code="device_answer_invalid", address=str(self.address))


def _words(error: Exception) -> str:
    """What a failure says of itself, or what lies beneath it where that says more."""
    beneath: BaseException | None = None if str(error).startswith(NO_TLS) else error
    while beneath is not None:
        if isinstance(beneath, OSError) and beneath.errno is not None and beneath.errno > 0:
            return os.strerror(beneath.errno).lower()
        beneath = beneath.__cause__ or beneath.__context__
    silent = {"ConnectTimeout": "nobody takes the connection", "ReadTimeout": "no answer in time"}
    return str(error) or silent.get(type(error).__name__, type(error).__name__)
