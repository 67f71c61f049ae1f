"""Agents of a listening device over real sockets: delivery, refusal, silence, TLS, and the test."""

import asyncio
import ssl
from collections.abc import Callable
from typing import Any

import httpx2
import msgspec

from countline.emulator.v5 import (
    Certificate,
    Device,
    Outcome,
    Sending,
    SteppedTime,
    emulated_sensor,
    listening,
    simulate_async,
)
from countline.emulator.v5.delivering import deliver
from tests.app.receiver import Receiver, Reply
from tests.unit.emulator.hall import START_MS, START_S

PUSH = "/api/v5/singlesensor/data/push"
NOON_MS = START_MS + 12 * 3_600_000
AGENT = {
    "name": "minutes",
    "type": "LOGICS",
    "enabled": True,
    "connection": 1000,
    "config": {
        "data": {
            "resolution": "ONE_MINUTE",
            "package_size": 10,
            "include_empty": True,
            "format": {"type": "JSON"},
        },
        "filters": {"included_logics": "ALL"},
        "scheduler": {
            "type": "IMMEDIATE",
            "retry": {"mode": "INTERVAL", "delay_interval_min": 0, "delay_interval_max": 0},
        },
    },
}


def connection(port: int, **config: Any) -> dict[str, Any]:
    return {
        "name": "c",
        "protocol": "HTTP",
        "config": {"uri": "http://127.0.0.1/push", "port": port, **config},
    }


def with_device(work: Callable[[Device, SteppedTime, httpx2.AsyncClient], Any]) -> None:
    """Run against a device that listens; its time is stepped, its sockets are real."""

    async def run() -> None:
        time = SteppedTime(NOON_MS)
        device = emulated_sensor(true_ms=time, installed_s=START_S)
        async with (
            listening(device, tls=False) as url,
            httpx2.AsyncClient(base_url=url, auth=("admin", "pass"), timeout=20) as client,
        ):
            await work(device, time, client)

    asyncio.run(run())


def test_minutes_arrive_after_a_receiver_that_failed_first() -> None:
    async def work(device: Device, time: SteppedTime, client: httpx2.AsyncClient) -> None:
        async with Receiver(503, 401) as receiver:
            await client.post(f"{PUSH}/connections", json=connection(receiver.port))
            await client.post(f"{PUSH}/agents", json=AGENT)
            time.to(NOON_MS + 10 * 60_000 + 30_000)
            await receiver.until(3)
            bodies = {one.body for one in receiver.received}
            assert len(bodies) == 1
            data = msgspec.json.decode(bodies.pop())["logics_data"]
            assert len(data["logics"][0]["records"]) == 10
            assert data["package_info"]["id"] == 1
            state = await settled(client)
            assert state["transmit_info"]["no_of_failed"] == 2
            assert state["transmit_info"]["last_failed"]["reason"]["code"] == 401
            assert state["transmit_info"]["last_successful"]["reason"]["code"] == 204
            assert state["transmit_info"]["last_successful"]["time"].endswith(" UTC")
            assert state["package_info"]["last_processed"]["ack"] is True

    with_device(work)


async def settled(client: httpx2.AsyncClient) -> Any:
    """The agent's status once the device has heard that a push succeeded."""
    for _ in range(1_000):
        state = (await client.get(f"{PUSH}/agents/1000/status")).json()
        if state["transmit_info"]["no_of_successful"]:
            break
    return state


def test_a_connection_test_tells_how_it_went() -> None:
    async def work(device: Device, time: SteppedTime, client: httpx2.AsyncClient) -> None:
        async def tested() -> Any:
            answer = await client.post(f"{PUSH}/connections/1000/test")
            return answer.json()["connection_test"]

        async with Receiver(200, 401, 503, Reply(hangs=True)) as receiver:
            short = connection(receiver.port, connection_timeout_s=1)
            await client.post(f"{PUSH}/connections", json=short)
            found = [await tested() for _ in range(4)]
        words = [(one["status"], one["server_response"]["code"]) for one in found]
        assert words == [
            ("OK", 200),
            ("CLIENT_ERROR", 401),
            ("SERVER_ERROR", 503),
            ("NOT_CONNECTED", 28),
        ]
        refused = await tested()
        assert (refused["status"], refused["server_response"]["code"]) == ("NOT_CONNECTED", 7)

    with_device(work)


def test_a_body_is_delivered_over_tls_and_in_chunks() -> None:
    """A receiver's certificate of its own making is not checked."""

    async def run() -> None:
        came: list[bytes] = []

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = await reader.readuntil(b"\r\n\r\n")
            came.append(head)
            while size := int(await reader.readuntil(b"\r\n"), 16):
                came.append((await reader.readexactly(size + 2))[:-2])
            await reader.readexactly(2)
            writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
            await writer.drain()
            writer.close()

        context: ssl.SSLContext = emulated_sensor(installed_s=START_S).part(Certificate).context
        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
        async with server:
            port = server.sockets[0].getsockname()[1]
            to = connection(port, ssl_enable=True, chunked_transfer_enabled=True)
            outcome = await deliver(to, b"x" * 40_000)
        assert outcome.code == 204
        assert b"".join(came[1:]) == b"x" * 40_000
        assert b"chunked" in came[0]

    asyncio.run(run())


def test_a_device_that_is_stepped_pushes_no_more_by_itself() -> None:
    async def work(device: Device, time: SteppedTime, client: httpx2.AsyncClient) -> None:
        async with Receiver() as receiver:
            await client.post(f"{PUSH}/connections", json=connection(receiver.port))
            await client.post(f"{PUSH}/agents", json=AGENT)
            got: list[bytes] = []

            async def receive(sending: Sending) -> Outcome:
                got.append(sending.body)
                return Outcome(200, "OK")

            await simulate_async([device], time, NOON_MS + 3_600_000, receive)
            assert (await client.get("/api/v5/device/state")).status_code == 200
            assert len(got) == 59
            assert not receiver.received

    with_device(work)
