"""Devices at the end of a wire that is no socket, and the gateway's own door for what they push."""

import base64
from collections.abc import Mapping, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from countline.devices.adopting import Adopter
from countline.devices.adoptions import Adoptions
from countline.devices.configuring import Configurer
from countline.devices.guard import AllowedNetworks
from countline.devices.letting_go import Releaser
from countline.devices.rounds import DeviceRounds
from countline.devices.xovis_v5 import Address, Devices, Ways
from countline.devices.xovis_v5.transport import Answer
from countline.devices.xovis_v5.wiring import Pin
from countline.emulator.v5 import Device, Link, Outcome, SteppedTime, answer
from countline.engine.engine import Engine
from countline.errors import DeviceUnreachable
from countline.gateway.gate import Gate, PushLimits
from countline.gateway.http import with_pushes
from countline.vault import Vault, new_key
from tests.engine_house import HeldClock

GATEWAY = "http://192.0.2.1:8080"


class Pace(SteppedTime):
    """The time of devices, which is that of the gateway's clock."""

    def __init__(self, clock: HeldClock) -> None:
        self._clock = clock

    @property
    def at_ms(self) -> int:
        """Epoch milliseconds."""
        return self._clock.ms

    @at_ms.setter
    def at_ms(self, at_ms: int) -> None:
        self._clock.ms = at_ms


class Wired:
    """A `Wire` to one emulated device."""

    def __init__(self, device: Device, address: Address) -> None:
        self._device = device
        self.address = address
        self.fingerprint = device.serial.replace(":", "") * 5

    async def send(
        self, method: str, target: str, *, headers: Mapping[str, str], body: bytes | None = None,
        timeout_s: float | None = None, repeat: bool = True,
    ) -> Answer:  # fmt: skip
        """Its answer; none while its network is away or it is down."""
        reply = None
        trouble = self._device.part(Link).trouble()
        if trouble is None or trouble.code >= 100:  # receivers that fail are none of its network
            low = {name.lower(): value for name, value in headers.items()}
            reply = await answer(self._device, method, target, low, body or b"")
        if reply is None:
            raise DeviceUnreachable(f"{self.address} does not answer.", address=str(self.address))
        return Answer(reply.status, reply.content_type.partition(";")[0], reply.body)

    async def close(self) -> None:
        """Nothing to hang up."""


class Door:
    """Where pushes come in: over ASGI, with whatever secret the sensor's connection carries."""

    def __init__(self, engine: Engine) -> None:
        self._app = with_pushes(_nobody, Gate(engine, PushLimits()))

    async def deliver(self, connection: Mapping[str, Any], body: bytes) -> Outcome:
        """One push over a connection of a device."""
        config = connection["config"]
        pair = f"{config['user']}:{config['password']}".encode()
        scope = {
            "type": "http",
            "method": "POST",
            "path": urlsplit(config["uri"]).path,
            "headers": [
                (b"content-type", b"application/json"),
                (b"content-length", str(len(body)).encode()),
                (b"authorization", b"Basic " + base64.b64encode(pair)),
            ],
        }
        told: list[int] = []

        async def receive() -> MutableMapping[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: MutableMapping[str, Any]) -> None:
            if "status" in message:
                told.append(message["status"])

        await self._app(scope, receive, send)
        return Outcome(told[0], "")


async def _nobody(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError(f"{scope['path']} is no push")


class Field:
    """The parts of a gateway that reach devices, by wire; `devices` are those by host."""

    def __init__(self, engine: Engine, pace: SteppedTime, devices: Mapping[str, Device]) -> None:
        self.door = Door(engine)
        for device in devices.values():
            device.part(Link).carry = self.door.deliver

        def wire(address: Address, pin: Pin) -> Wired:
            return Wired(devices[address.host], address)

        ways = Ways(write_pause_s=0, elapsed_s=lambda: pace.at_ms / 1000, sleep=_at_once, wire=wire)
        vault = Vault({1: new_key()})
        adoptions = Adoptions(engine, Devices(AllowedNetworks.of(), ways), lambda: vault)
        self.releaser = Releaser(adoptions)
        self.adopter = Adopter(adoptions, self.releaser, seen_from=lambda host: GATEWAY)
        self.source = DeviceRounds(adoptions, Configurer(adoptions))


async def _at_once(seconds: float) -> None:
    """No pause is worth a second here."""
