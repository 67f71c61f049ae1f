"""A real MQTT broker on loopback, which can be killed and started again, and who listens to it."""

import asyncio
import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from countline.broker import BrokerSettings, Version

ANSWER_S_MAX = 30
BINARY = shutil.which("mosquitto", path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin")))

needs_mosquitto = pytest.mark.skipif(
    BINARY is None, reason="no mosquitto on this machine: install the package of that name"
)


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])


class Mosquitto:
    """The broker: `start`, `kill` and `start` again on the same port, with what it kept."""

    def __init__(self, folder: Path, *more: str, anonymous: bool = True) -> None:
        self.folder = folder
        self.port = free_port()
        lines = [
            f"listener {self.port} 127.0.0.1",
            f"allow_anonymous {'true' if anonymous else 'false'}",
            "persistence true",
            f"persistence_location {folder}/",
            "autosave_interval 1",
            "autosave_on_changes true",
            *(["user root"] if os.geteuid() == 0 else []),
            *more,
        ]
        self.config = folder / "mosquitto.conf"
        self.config.write_text("\n".join(lines) + "\n")
        self.running: subprocess.Popen[bytes] | None = None

    def _spawn(self) -> subprocess.Popen[bytes]:
        assert BINARY is not None
        with (self.folder / "mosquitto.log").open("ab") as log:
            return subprocess.Popen([BINARY, "-c", str(self.config)], stdout=log, stderr=log)

    async def start(self) -> None:
        """Return when it takes connections."""
        self.running = self._spawn()
        async with asyncio.timeout(ANSWER_S_MAX):
            while True:
                assert self.running.poll() is None, (self.folder / "mosquitto.log").read_text()
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                except OSError:
                    await asyncio.sleep(0.01)
                else:
                    writer.close()
                    await writer.wait_closed()
                    return

    def kill(self) -> None:
        """No chance to tidy up; what it keeps was saved at its last change."""
        if self.running is not None:
            self.running.kill()
            self.running.wait()
            self.running = None

    def stop(self) -> None:
        """It ends by itself, and saves what it keeps."""
        assert self.running is not None
        self.running.terminate()
        self.running.wait()
        self.running = None

    def logged(self, words: str) -> int:
        """How often it has said so."""
        return (self.folder / "mosquitto.log").read_text().count(words)

    def settings(self, client_id: str = "countline-here", **more: Any) -> BrokerSettings:
        """How to reach it."""
        url = f"mqtt://127.0.0.1:{self.port}"
        return BrokerSettings(**{"url": url, "client_id": client_id} | more)


@asynccontextmanager
async def mosquitto(folder: Path, *more: str, anonymous: bool = True) -> AsyncIterator[Mosquitto]:
    """A broker that runs until the end of the block."""
    broker = Mosquitto(folder, *more, anonymous=anonymous)
    try:
        await broker.start()
        yield broker
    finally:
        broker.kill()


class Listener:
    """Somebody else at the broker: what they were sent, in order, and what they publish."""

    def __init__(self, client: aiomqtt.Client) -> None:
        self.client = client
        self.heard: list[aiomqtt.Message] = []
        self._woken = asyncio.Event()

    async def listen(self) -> None:
        """Until the connection ends."""
        async for message in self.client.messages:
            self.heard.append(message)
            self._woken.set()

    @property
    def kept(self) -> dict[str, bytes]:
        """The newest message of each topic; what was taken away is left out."""
        newest = {m.topic.value: bytes(m.payload) for m in self.heard}
        return {topic: body for topic, body in newest.items() if body}

    def of(self, topic: str) -> list[bytes]:
        """What was heard of one topic, in order."""
        return [bytes(m.payload) for m in self.heard if m.topic.value == topic]

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds of what was heard."""
        async with asyncio.timeout(ANSWER_S_MAX):
            while not holds():
                self._woken.clear()
                await self._woken.wait()

    async def publish(self, topic: str, body: bytes, *, qos: int = 1) -> None:
        """As a sensor does."""
        await self.client.publish(topic, body, qos=qos)


@asynccontextmanager
async def listener(
    broker: Mosquitto, *filters: str, version: Version = "3.1.1", **more: Any
) -> AsyncIterator[Listener]:
    """Connected and subscribed."""
    protocol = aiomqtt.ProtocolVersion.V5 if version == "5" else aiomqtt.ProtocolVersion.V311
    async with aiomqtt.Client("127.0.0.1", broker.port, protocol=protocol, **more) as client:
        found = Listener(client)
        for one in filters:
            await client.subscribe(one, qos=1)
        listening = asyncio.create_task(found.listen())
        try:
            yield found
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
