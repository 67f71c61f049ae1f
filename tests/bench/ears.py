"""Those who are told how many people are in each zone: a webhook, a broker's subscriber, BACnet's."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import perf_counter

import aiomqtt

from tests.bench.servers import ROOT

GONE_S_MAX = 10.0
NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"


@dataclass(slots=True)
class Ear:
    """What one of them heard, and when: by zone, in the order in which it came."""

    name: str
    note: str
    heard: dict[int, list[tuple[float, int]]] = field(default_factory=dict)

    def hear(self, zone: int, people: int | None, at_s: float) -> None:
        """So many people are in a zone. That it is unknown is no number."""
        if people is not None:
            self.heard.setdefault(zone, []).append((at_s, people))

    def last(self, zone: int) -> int | None:
        """The newest number of a zone."""
        told = self.heard.get(zone)
        return told[-1][1] if told else None

    def since(self, zone: int, people: int, sent_s: float) -> float | None:
        """How long until a zone had at least so many; None while it has not. Nobody leaves."""
        for at_s, told in self.heard.get(zone, ()):
            if told >= people and at_s >= sent_s:
                return at_s - sent_s
        return None


@asynccontextmanager
async def webhook(port: int) -> AsyncIterator[Ear]:
    """A receiver of webhooks on this port, which takes everything."""
    ear = Ear("a webhook receiver", "occupancy.changed, each in a request")

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0])
                content = await reader.readexactly(length)
                at_s = perf_counter()
                writer.write(NO_CONTENT)
                told = json.loads(content)["data"]
                ear.hear(told["zone_id"], told["people"], at_s)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async with await asyncio.start_server(take, "127.0.0.1", port):
        yield ear


@asynccontextmanager
async def subscriber(port: int) -> AsyncIterator[Ear]:
    """A subscriber to the state of all zones, at the broker on this port."""
    ear = Ear("an MQTT subscriber", "state topics of zones, QoS 1")
    async with aiomqtt.Client("127.0.0.1", port) as client:
        await client.subscribe("countline/+/zones/+/state", qos=1)

        async def listen() -> None:
            async for message in client.messages:
                at_s = perf_counter()
                assert isinstance(message.payload, bytes)
                told = json.loads(message.payload)
                ear.hear(told["zone_id"], told["people"], at_s)

        listening = asyncio.create_task(listen())
        try:
            yield ear
        finally:
            listening.cancel()


@asynccontextmanager
async def controller(port: int, device_port: int, zones: Sequence[int]) -> AsyncIterator[Ear]:
    """Subscribed to changes of the people of these zones, in a process of its own."""
    ear = Ear("a BACnet subscriber", f"{len(zones)} zones subscribed, confirmed notices")
    pipe = asyncio.subprocess.PIPE
    words = (sys.executable, "-m", "tests.bench.controller")
    process = await asyncio.create_subprocess_exec(*words, cwd=ROOT, stdin=pipe, stdout=pipe)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{port} {device_port} {' '.join(map(str, zones))}\n".encode())
    if await process.stdout.readline() != b"subscribed\n":
        raise RuntimeError("the BACnet subscriber failed; see above")

    async def listen(lines: asyncio.StreamReader) -> None:
        while line := await lines.readline():
            zone, people, at_s = line.split()
            ear.hear(int(zone), int(people), float(at_s))

    listening = asyncio.create_task(listen(process.stdout))
    try:
        yield ear
    finally:
        process.stdin.close()
        try:
            async with asyncio.timeout(GONE_S_MAX):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
        await listening
