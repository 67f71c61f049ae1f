"""Emulated devices at the end of wires that are no sockets, and a gateway that dies at a step."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from countline.devices.adopting import Adopter
from countline.devices.adoptions import Adoptions
from countline.devices.configuring import Configurer
from countline.devices.desk import Desk
from countline.devices.guard import AllowedNetworks
from countline.devices.letting_go import Releaser
from countline.devices.rounds import DeviceRounds
from countline.devices.xovis_v5 import Address, Devices, Ways
from countline.devices.xovis_v5.transport import Answer
from countline.devices.xovis_v5.wiring import Pin
from countline.emulator.v5 import Device
from countline.emulator.v5.answering import answer
from countline.engine.engine import Engine, make_engine
from countline.errors import DeviceGone, DeviceUnreachable, StoreError
from countline.store.opening import open_store
from countline.vault import Vault

VAULT = Vault({1: b"k" * 32})  # the same after a restart
TESTED = b'{"connection_test": {"status": "OK"}}'
End = Literal["killed before", "killed after", "refused", "gone"]


class Killed(BaseException):
    """The process is no more."""


@dataclass(slots=True)
class Fate:
    """What happens at the nth step: a change of the device, or of the store."""

    nth: int | None = None
    end: End = "killed before"
    steps: int = 0
    dead: bool = False

    def before(self, kind: Literal["device", "store"]) -> None:
        """A step begins."""
        if self.dead:
            raise Killed
        self.steps += 1
        if self.steps != self.nth:
            return
        if self.end == "killed before":
            self.dead = True
            raise Killed
        if self.end == "refused":
            raise StoreError("The disk is full.") if kind == "store" else DeviceUnreachable("Away.")

    def after(self, kind: Literal["device", "store"]) -> None:
        """A step is done."""
        if self.steps != self.nth:
            return
        if self.end == "killed after":
            self.dead = True
            raise Killed
        if self.end == "gone" and kind == "device":
            raise DeviceGone("Away in the middle.")


def as_it_is(method: str, target: str, said: Answer) -> Answer:
    """An answer, not bent."""
    return said


@dataclass(slots=True)
class Wired:
    """A `Wire` to one device."""

    address: Address
    device: Device
    fate: Fate
    fingerprint: str = ""
    bent: Callable[[str, str, Answer], Answer] = as_it_is

    async def send(
        self,
        method: str,
        target: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None = None,
        **_: Any,
    ) -> Answer:
        if target.endswith("/test"):
            return Answer(200, "application/json", TESTED)
        changes = method != "GET" and "/users/" not in target
        if changes:
            self.fate.before("device")
        elif self.fate.dead:
            raise Killed
        lower = {name.lower(): value for name, value in headers.items()}
        reply = await answer(self.device, method, target, lower, body or b"")
        if reply is None:
            raise DeviceUnreachable("It does not answer.")
        if changes:
            self.fate.after("device")
        said = Answer(reply.status, reply.content_type.partition(";")[0], reply.body)
        return self.bent(method, target, said)

    async def close(self) -> None:
        """Nothing to hang up."""


class FatefulStore:
    """A store of which a write may be the last thing that a process does."""

    def __init__(self, store: Any, fate: Fate) -> None:
        self._store = store
        self._fate = fate

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def write(self, work: Callable[..., Any]) -> Any:
        self._fate.before("store")
        done = await self._store.write(work)
        self._fate.after("store")
        return done


@dataclass(frozen=True, slots=True)
class WiredHouse:
    """A gateway without sockets."""

    engine: Engine
    desk: Desk
    adoptions: Adoptions
    configurer: Configurer
    rounds: DeviceRounds


@asynccontextmanager
async def wired_house(
    folder: Path,
    devices: Mapping[str, Device],
    *,
    fate: Fate | None = None,
    fingerprints: Mapping[str, str] | None = None,
    now_ms: Callable[[], int] | None = None,
    bent: Callable[[str, str, Answer], Answer] = as_it_is,
    vault: Vault = VAULT,
) -> AsyncIterator[WiredHouse]:
    """A gateway over the store in a folder; `devices` and their certificates by host.

    `bent` may change what devices answer.
    """
    fate = fate or Fate()
    shown = fingerprints or {}

    def wire(address: Address, pin: Pin) -> Wired:
        fingerprint = shown.get(address.host, pin.fingerprint)
        return Wired(address, devices[address.host], fate, fingerprint, bent)

    store: Any = FatefulStore(open_store(f"sqlite:///{folder}/countline.db"), fate)
    engine = make_engine(store) if now_ms is None else make_engine(store, now_ms=now_ms)
    await engine.start(follow=False)  # what follows is a step of whoever waits for it
    try:
        adoptions = Adoptions(
            engine,
            Devices(AllowedNetworks.of(), Ways(write_pause_s=0, retry_delays_s=(), wire=wire)),
            lambda: vault,
        )
        releaser = Releaser(adoptions)
        adopter = Adopter(adoptions, releaser, seen_from=lambda host: "http://10.0.0.1:8080")
        configurer = Configurer(adoptions)
        desk = Desk(adoptions, adopter, releaser, configurer)
        yield WiredHouse(engine, desk, adoptions, configurer, DeviceRounds(adoptions, configurer))
    finally:
        await asyncio.shield(engine.close())
