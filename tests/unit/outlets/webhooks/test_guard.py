"""Where webhooks may not go, however the address is written and whatever a name says."""

import asyncio
from collections.abc import Sequence
from ipaddress import ip_address

import httpx2
import pytest

from countline.outlets.webhooks.guard import (
    AddressRefused,
    GuardedTransport,
    permitted,
    resolve,
)
from countline.reach import reach

PUBLIC = ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::5db8:d822"]
PRIVATE = [
    "127.0.0.1",
    "127.8.9.10",
    "10.0.0.1",
    "172.16.5.4",
    "192.168.1.20",
    "100.64.0.1",
    "198.18.0.1",
    "::1",
    "fd12:3456::1",
    "fec0::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "::127.0.0.1",
]
NEVER = [
    "169.254.169.254",
    "169.254.0.1",
    "fe80::1",
    "fe80::1%eth0",
    "fd00:ec2::254",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "0.0.0.0",
    "0.1.2.3",
    "::",
    "224.0.0.1",
    "ff02::1",
    "240.0.0.1",
    "255.255.255.255",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::",
    "::169.254.169.254",
    "2001:0:a9fe:a9fe::1",  # Teredo, by way of a server that is the metadata address
]
WRITTEN_OTHERWISE = ["2130706433", "0x7f000001", "0x7f.1", "127.1", "localhost"]


@pytest.mark.parametrize(
    ("address", "expected"),
    [(a, "public") for a in PUBLIC]
    + [(a, "private") for a in PRIVATE]
    + [(a, "never") for a in NEVER],
)
def test_every_address_is_judged(address: str, expected: str) -> None:
    assert reach(ip_address(address)) == expected


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_need_the_setting(address: str) -> None:
    with pytest.raises(AddressRefused, match="allow_private"):
        permitted("host", [address], allow_private=False)
    assert permitted("host", [address], allow_private=True) == [address]


@pytest.mark.parametrize("address", NEVER)
@pytest.mark.parametrize("allow_private", [False, True])
def test_some_addresses_no_setting_allows(address: str, allow_private: bool) -> None:
    with pytest.raises(AddressRefused, match="never"):
        permitted("host", [address], allow_private=allow_private)


def test_of_several_addresses_only_the_good_ones_are_left() -> None:
    found = ["10.0.0.1", "93.184.216.34", "169.254.169.254"]
    assert permitted("host", found, allow_private=False) == ["93.184.216.34"]
    assert permitted("host", found, allow_private=True) == ["10.0.0.1", "93.184.216.34"]


# -- the transport --------------------------------------------------------------------------------


class Wire(httpx2.AsyncBaseTransport):
    """Keeps requests instead of sending them; `dead` addresses refuse the connection."""

    def __init__(self, dead: Sequence[str] = ()) -> None:
        self.dead = dead
        self.requests: list[httpx2.Request] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        if request.url.host in self.dead:
            raise httpx2.ConnectError("refused")
        return httpx2.Response(204)


def post(
    url: str, *answers: list[str], wire: Wire, allow_private: bool = False, times: int = 1
) -> None:
    """Post `times` times; the name resolves to each of `answers` in turn."""
    waiting = list(answers)

    async def resolves(host: str, port: int) -> list[str]:
        return waiting.pop(0)

    async def main() -> None:
        transport = GuardedTransport(
            allow_private=allow_private, resolve=resolves if answers else resolve, inner=wire
        )
        async with httpx2.AsyncClient(transport=transport) as client:
            for _ in range(times):
                await client.post(url, content=b"body")

    asyncio.run(main())


def test_the_connection_goes_to_the_judged_address_under_the_name_of_the_request() -> None:
    wire = Wire()
    post("https://hook.example:8443/a?b=c", ["93.184.216.34"], wire=wire)
    (request,) = wire.requests
    assert str(request.url) == "https://93.184.216.34:8443/a?b=c"
    assert request.headers["host"] == "hook.example:8443"
    assert request.extensions["sni_hostname"] == "hook.example"


def test_an_ipv6_address_is_written_as_urls_want_it() -> None:
    wire = Wire()
    post("http://hook.example/", ["2606:2800:220:1:248:1893:25c8:1946"], wire=wire)
    assert wire.requests[0].url.host == "2606:2800:220:1:248:1893:25c8:1946"


def test_a_name_that_changes_to_this_machine_is_refused_the_second_time() -> None:
    wire = Wire()
    with pytest.raises(AddressRefused):
        post("http://hook.example/", ["93.184.216.34"], ["127.0.0.1"], wire=wire, times=2)
    assert [r.url.host for r in wire.requests] == ["93.184.216.34"]


def test_the_next_good_address_is_tried_when_one_does_not_answer() -> None:
    wire = Wire(dead=["93.184.216.34"])
    post("http://hook.example/", ["93.184.216.34", "10.0.0.1", "93.184.216.35"], wire=wire)
    assert [r.url.host for r in wire.requests] == ["93.184.216.34", "93.184.216.35"]


def test_when_no_address_answers_the_last_failure_is_told() -> None:
    with pytest.raises(httpx2.ConnectError, match="refused"):
        post("http://hook.example/", ["93.184.216.34"], wire=Wire(dead=["93.184.216.34"]))
    with pytest.raises(httpx2.ConnectError, match="no address"):
        post("http://hook.example/", [], wire=Wire())


@pytest.mark.parametrize("host", [*WRITTEN_OTHERWISE, "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]"])
def test_this_machine_is_refused_however_it_is_written(host: str) -> None:
    wire = Wire()
    with pytest.raises(AddressRefused):
        post(f"http://{host}/", wire=wire)
    assert wire.requests == []


def test_a_name_that_cannot_be_resolved_is_a_failure_like_another() -> None:
    name = "x" * 64 + ".example"  # no label may be so long, so nobody is asked
    with pytest.raises(httpx2.ConnectError, match="cannot be resolved"):
        asyncio.run(resolve(name, 80))
