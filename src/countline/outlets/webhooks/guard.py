"""Keeps webhooks away from addresses that only this machine or its network can reach.

A name is resolved here, each address is judged, and the connection goes to an address that was
judged, so that a name which answers differently the second time gains nothing.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable
from ipaddress import ip_address

import httpx2

from countline.reach import reach

Resolve = Callable[[str, int], Awaitable[list[str]]]


class AddressRefused(httpx2.TransportError):
    """The webhook's address leads to where webhooks may not go."""


def permitted(host: str, found: Iterable[str], *, allow_private: bool) -> list[str]:
    """Those of a name's addresses that may be connected to. Raises `AddressRefused` for none."""
    reaches = {text: reach(ip_address(text)) for text in found}
    allowed = ("public", "private") if allow_private else ("public",)
    if good := [text for text, one in reaches.items() if one in allowed]:
        return good
    if "private" in reaches.values():
        raise AddressRefused(
            f"{host} is on this machine or in a private network; if that is meant, set allow_private"
        )
    raise AddressRefused(f"{host} leads to an address that webhooks never go to")


async def resolve(host: str, port: int) -> list[str]:
    """The addresses of a name, or of an address in any way of writing it."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpx2.ConnectError(f"{host} cannot be resolved: {error}") from error
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class GuardedTransport(httpx2.AsyncBaseTransport):
    """Judges the address of every request, then sends it to exactly that address.

    `Host` and the name that the certificate must have stay those of the request.
    """

    def __init__(
        self,
        *,
        allow_private: bool,
        resolve: Resolve = resolve,
        inner: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self._allow_private = allow_private
        self._resolve = resolve
        self._inner = inner or httpx2.AsyncHTTPTransport(trust_env=False)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        host = request.url.raw_host.decode("ascii")
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        found = await self._resolve(host, port)
        failure: httpx2.TransportError = httpx2.ConnectError(f"{host} has no address")
        if found:
            found = permitted(host, found, allow_private=self._allow_private)
        for address in found:
            try:
                return await self._inner.handle_async_request(_sent_to(request, address, host))
            except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                failure = error
        raise failure

    async def aclose(self) -> None:
        await self._inner.aclose()


def _sent_to(request: httpx2.Request, address: str, host: str) -> httpx2.Request:
    return httpx2.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": host},
    )
