"""A package on its way: HTTP for real; of the other protocols only that they are not spoken."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httpx2

from countline import clock

# What libcurl calls what went wrong before there was an answer.
UNSUPPORTED, UNRESOLVED, COULD_NOT_CONNECT, TIMED_OUT, TLS_FAILED, NO_ANSWER = 1, 6, 7, 28, 35, 52
CHUNK_BYTES = 16_384
DELIVERED = ("HTTP",)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a push: an HTTP status, or a libcurl error below 100."""

    code: int
    info: str
    sent_bytes: int = 0
    received_bytes: int = 0
    duration_ms: int = 0

    @property
    def acknowledged(self) -> bool:
        """2xx and nothing else."""
        return 200 <= self.code < 300


def address_of(connection: Mapping[str, Any]) -> httpx2.URL:
    """Where an HTTP connection leads. Raises ValueError where its uri is none."""
    config = connection["config"]
    uri = str(config["uri"])
    scheme = "https" if config.get("ssl_enable") else "http"
    try:
        url = httpx2.URL(uri if "://" in uri else f"{scheme}://{uri}")
    except httpx2.InvalidURL as wrong:
        raise ValueError(str(wrong)) from wrong
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError(f"'{uri}' is no address")
    if config.get("ssl_enable"):
        url = url.copy_with(scheme="https")
    port = config.get("port")
    return url.copy_with(port=port) if port else url


async def deliver(
    connection: Mapping[str, Any],
    body: bytes,
    *,
    transport: httpx2.AsyncBaseTransport | None = None,
) -> Outcome:
    """Push a body over a connection and wait for the answer. Never raises for what goes wrong."""
    if connection["protocol"] not in DELIVERED:
        return Outcome(UNSUPPORTED, f"{connection['protocol']} is not delivered by this emulator")
    config = connection["config"]
    try:
        url = address_of(connection)
    except ValueError as wrong:
        return Outcome(UNRESOLVED, str(wrong))
    began_s = clock.elapsed_s()
    timeout_s = float(config.get("connection_timeout_s") or 10)
    try:
        async with (
            httpx2.AsyncClient(
                timeout=timeout_s,
                verify=_any_certificate(url),
                transport=transport,
                trust_env=False,
            ) as client,
            asyncio.timeout(timeout_s),
        ):
            response = await client.post(
                url, content=_content(config, body), headers=_headers(config), auth=_auth(config)
            )
    except (httpx2.TransportError, TimeoutError) as wrong:
        return _failure(wrong, began_s)
    return Outcome(
        response.status_code,
        _phrase(response.status_code),
        len(body) + sum(len(k) + len(v) + 4 for k, v in response.request.headers.raw),
        len(response.content) + sum(len(k) + len(v) + 4 for k, v in response.headers.raw),
        round((clock.elapsed_s() - began_s) * 1000),
    )


def _any_certificate(url: httpx2.URL) -> ssl.SSLContext | bool:
    """Receivers have certificates of their own making: none is checked."""
    if url.scheme != "https":
        return False
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _content(config: Mapping[str, Any], body: bytes) -> "bytes | Chunks":
    return Chunks(body) if config.get("chunked_transfer_enabled") else body


@dataclass(frozen=True, slots=True)
class Chunks:
    """A body in pieces, which can be sent again after a challenge."""

    body: bytes

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self.body), CHUNK_BYTES):
            yield self.body[start : start + CHUNK_BYTES]


def _headers(config: Mapping[str, Any]) -> dict[str, str]:
    headers = {"Content-Type": "application/json"}
    if config.get("auth_method") == "BEARER_TOKEN":
        headers["Authorization"] = f"Bearer {config.get('auth_data', '')}"
    for field in config.get("custom_header_fields") or ():
        headers[field["name"]] = field["value"]
    return headers


def _auth(config: Mapping[str, Any]) -> httpx2.Auth:
    user, password = config.get("user", ""), config.get("password", "")
    match config.get("auth_method"):
        case "BASIC":
            return httpx2.BasicAuth(user, password)
        case "DIGEST" | "DIGEST_IE":
            return httpx2.DigestAuth(user, password)
    return httpx2.Auth()


def _failure(wrong: Exception, began_s: float) -> Outcome:
    took_ms = round((clock.elapsed_s() - began_s) * 1000)
    if isinstance(wrong, (httpx2.TimeoutException, TimeoutError)):
        return Outcome(TIMED_OUT, "Timeout was reached", duration_ms=took_ms)
    if isinstance(wrong, httpx2.ConnectError):
        text = str(wrong).lower()
        if "ssl" in text or "certificate" in text:
            return Outcome(TLS_FAILED, "SSL connect error", duration_ms=took_ms)
        if "name" in text or "resol" in text:
            return Outcome(UNRESOLVED, "Couldn't resolve host name", duration_ms=took_ms)
        return Outcome(COULD_NOT_CONNECT, "Couldn't connect to server", duration_ms=took_ms)
    return Outcome(NO_ANSWER, "Server returned nothing", duration_ms=took_ms)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
