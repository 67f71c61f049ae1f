"""WebSocket connections over real sockets: how they begin in uvicorn's hands, and how they end."""

import asyncio
import ssl
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx2
import pytest
import uvloop

from countline import limits
from countline.gateway.listener import PushListener
from countline.gateway.sockets import SocketListener
from countline.model.event import Event
from tests.app.socket_ear import socket_ear
from tests.app.streaming import Gateway, gateway
from tests.app.test_device_trust import certificate
from tests.held_time import until
from tests.push_site import BODY
from tests.told_house import discovered


def run(test: Callable[[Gateway], Coroutine[Any, Any, None]]) -> None:
    async def main() -> None:
        async with gateway() as house, asyncio.timeout(60):
            await test(house)

    asyncio.run(main())


def handshake(key: str, *, method: str = "GET", path: str = "/v3/ws", more: str = "") -> bytes:
    return (
        f"{method} {path} HTTP/1.1\r\nHost: x\r\nX-API-Key: {key}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{more}\r\n"
    ).encode()


async def opened(house: Gateway) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, port = house.url.removeprefix("http://").split(":")
    return await asyncio.open_connection(host, int(port))


# -- how it begins --------------------------------------------------------------------------------
@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_over_tls_it_is_the_same(loop: Any, tmp_path: Path) -> None:
    certificate(tmp_path, "server")
    pem = tmp_path / "server.pem"

    async def main() -> None:
        async with gateway(certificate=(pem, pem)) as house:
            ear = socket_ear(house)
            assert ear.address.startswith("wss://")
            ear.tls = trusting()
            async with ear:
                await house.push(0, 7)
                (told,) = await ear.until_heard(1)
                assert told["type"] == "counts.recorded"
                house.streams.close()
                await until(lambda: ear.ended)
                assert ear.code == 1001

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(main())


def trusting() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def test_over_tls_a_page_that_came_without_is_of_another_address(tmp_path: Path) -> None:
    certificate(tmp_path, "server")
    pem = tmp_path / "server.pem"

    async def main() -> None:
        async with gateway(certificate=(pem, pem)) as house:
            async with httpx2.AsyncClient(base_url=house.url, verify=trusting()) as client:
                made = await client.post("/v3/session", headers={"x-api-key": house.key})
            headers = {"cookie": made.headers["set-cookie"].partition(";")[0]}
            for origin, status in ((house.url, 101), (house.url.replace("https", "http"), 403)):
                ear = socket_ear(house, headers=headers | {"origin": origin})
                ear.tls = trusting()
                async with ear:
                    assert ear.status == status

    asyncio.run(main())


def test_a_connection_may_push_and_ask_first() -> None:
    """The listener for pushes hands the connection over, and its timer for idle ones is forgotten."""

    async def test(house: Gateway) -> None:
        secret = await house.engine.access.create_push_secret(driver="xovis_v5")
        push = f"POST /push/xovis_v5 HTTP/1.1\r\nHost: x\r\nX-Push-Key: {secret}\r\n"
        push += f"Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n"
        reader, writer = await opened(house)
        for _ in range(2):
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert (await reader.readuntil(b"\r\n\r\nok")).startswith(b"HTTP/1.1 200")
            writer.write(push.encode() + BODY)
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 204")
        (before,) = house.server.server_state.connections
        writer.write(handshake(house.key))
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101")
        kind, length = await reader.readexactly(2)
        told = await reader.readexactly(length)
        assert (kind, told[:6]) == (0x81, b'{"id":')  # a text in one frame
        assert isinstance(before, PushListener)
        assert before.timeout_keep_alive_task is None
        assert before not in house.server.server_state.connections
        writer.close()
        await until(lambda: house.streams.listeners == 0)

    run(test)


def test_a_handshake_behind_a_question_that_is_not_answered_is_none() -> None:
    async def test(house: Gateway) -> None:
        reader, writer = await opened(house)
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" + handshake(house.key))
        assert (await reader.readuntil(b"ok")).startswith(b"HTTP/1.1 200")
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 426")
        writer.close()

    run(test)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (handshake("x", method="POST"), 405),
        (handshake("x", more="A: b\r\n" * 200), 431),
        (handshake("x", path="/v3/ws?" + "x" * 10_000), 414),
        (handshake("x").replace(b"Sec-WebSocket-Key", b"X"), 400),
        (handshake("x", more="Bad\x01: x\r\n"), 400),
    ],
)
def test_what_is_no_handshake_is_answered_and_closed(sent: bytes, status: int) -> None:
    async def test(house: Gateway) -> None:
        reader, writer = await opened(house)
        writer.write(sent)
        assert (await reader.read()).startswith(b"HTTP/1.1 %d" % status)
        writer.close()
        await until(lambda: not house.server.server_state.connections)

    run(test)


def test_without_a_handshake_the_address_says_what_it_is() -> None:
    async def test(house: Gateway) -> None:
        async with httpx2.AsyncClient(base_url=house.url) as client:
            told = await client.get("/v3/ws")
        assert (told.status_code, told.json()["code"]) == (426, "upgrade_needed")
        assert told.headers["upgrade"] == "websocket"

    run(test)


# -- how it ends ----------------------------------------------------------------------------------
@pytest.mark.parametrize(("said", "code"), [("{}", 1008), (b"\0", 1003)])
def test_who_says_anything_more_is_let_go(said: str | bytes, code: int) -> None:
    async def test(house: Gateway) -> None:
        async with socket_ear(house) as ear:
            assert ear.connection is not None
            await ear.connection.send(said)
            await until(lambda: ear.ended)
            assert ear.code == code
        assert house.streams.listeners == 0

    run(test)


def test_connections_end_when_the_server_stops() -> None:
    async def test(house: Gateway) -> None:
        async with socket_ear(house) as ear:
            house.streams.close()
            await until(lambda: ear.ended)
            assert (ear.code, ear.reason) == (1001, "the server stops")

    run(test)


def test_who_leaves_is_noticed() -> None:
    async def test(house: Gateway) -> None:
        async with socket_ear(house), socket_ear(house) as ear:
            assert house.streams.listeners == 2
            ear.cut()
            await until(lambda: house.streams.listeners == 1)
        await until(lambda: house.streams.listeners == 0)

    run(test)


def test_health_counts_who_listens_in_both_ways() -> None:
    async def test(house: Gateway) -> None:
        async with (
            socket_ear(house),
            house.listening(),
            httpx2.AsyncClient(base_url=house.url, headers={"x-api-key": house.key}) as client,
        ):
            assert (await client.get("/v3/health")).json()["listeners"] == 2

    run(test)


def test_a_failure_of_the_store_is_told_and_can_be_resumed() -> None:
    async def test(house: Gateway) -> None:
        await house.push(0, 7)
        with patch.object(house.streams, "_catch_up", side_effect=OSError("disk")):
            async with socket_ear(house), socket_ear(house, last_event_id="0") as ear:
                await until(lambda: ear.ended)
                assert ear.code == 1011
        async with socket_ear(house, last_event_id=ear.last_id) as again:
            (told,) = await again.until_heard(1)
            assert told["data"]["rows"][0]["values"] == {"forward": 7}

    run(test)


def test_who_does_not_read_is_let_go_and_harms_nobody() -> None:
    """Its connection is dropped with all that was to be sent; another hears every event."""

    async def test(house: Gateway) -> None:
        host, port = house.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port), limit=1)
        writer.write(handshake(house.key))
        await until(lambda: house.streams.listeners == 1)
        async with socket_ear(house, kinds="sensor.discovered") as ear:
            event = discovered()
            long = Event(kind=event.kind, detail={**event.detail, "serial": "x" * 100_000})
            for count in range(1, 101):
                await house.engine.store.write(lambda tx: tx.emit(long))
                house.engine.woke()
                await ear.until_heard(count)
            await until(lambda: house.streams.listeners == 1)
            await until(lambda: len(house.server.server_state.connections) == 1)
        got = 0
        while some := await reader.read(2**20):
            got += len(some)
        assert got < 100 * 100_000
        writer.close()

    with (
        patch("countline.api.websocket.STREAM_SEND_S_MAX", 0.2),
        patch("countline.gateway.sockets.LINGER_S", 0.1),
        patch.object(limits, "STREAM_QUEUE_BYTES_MAX", 1_000_000),
    ):
        run(test)


def test_who_does_not_answer_pings_is_let_go() -> None:
    async def test(house: Gateway) -> None:
        reader, writer = await opened(house)
        writer.write(handshake(house.key))
        await reader.readuntil(b"\r\n\r\n")
        frames = await reader.read()
        assert b"\x89\x04" in frames  # a ping of four bytes
        assert b"\x03\xf3keepalive ping timeout" in frames  # closed with 1011
        writer.close()
        await until(lambda: house.streams.listeners == 0)

    with (
        patch("countline.gateway.sockets.STREAM_HEARTBEAT_S", 0.05),
        patch("countline.gateway.sockets.STREAM_SEND_S_MAX", 0.1),
    ):
        run(test)


def test_a_server_that_stops_waits_for_nobody_who_does_not_read() -> None:
    async def main() -> None:
        async with gateway() as house:
            _, writer = await opened(house)
            writer.write(handshake(house.key))
            await until(lambda: house.streams.listeners == 1)
            long = Event(
                kind="sensor.discovered", detail={**discovered().detail, "serial": "x" * 10**6}
            )
            for _ in range(20):
                await house.engine.store.write(lambda tx: tx.emit(long))
                house.engine.woke()
            (connection,) = house.server.server_state.connections
            assert isinstance(connection, SocketListener)
            await until(lambda: not connection.writable.is_set())
            house.server.should_exit = True
            await until(lambda: not house.server.server_state.connections)
            writer.close()

    asyncio.run(main())
