"""A BACnet device on loopback with a board that tests write, and a client of the network beside it."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from bacpypes3.apdu import ErrorRejectAbortNack
from bacpypes3.basetypes import StatusFlags
from bacpypes3.ipv4.app import NormalApplication
from bacpypes3.local.device import DeviceObject
from bacpypes3.pdu import Address, IPv4Address

from countline.engine.board import Board
from countline.model.board import AirNow, ZoneNow
from countline.model.ids import LocationId, ZoneId
from countline.outlets.bacnet import BacnetSettings
from countline.outlets.bacnet.outlet import BacnetOutlet, SetOccupancy, Ways

DEVICE = 4_711
TRIES, STEP_S = 1_000, 0.01  # what a test waits for, it looks for so often


def free_port() -> int:
    """A UDP port that nobody has now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def hall(zone_id: int = 3, **changes: Any) -> ZoneNow:
    """A zone of which all is known."""
    known: dict[str, Any] = {
        "name": "Hall",
        "location_name": "Zürich",
        "as_of_s": 1_700_000_000,
        "people": 5,
        "last_known": 5,
        "high": 6.5,
        "quality": "good",
        "in_total": 120,
        "out_total": 115,
        "capacity": 10,
        "utilisation": 0.5,
        "light": "green",
        "air": air(),
    }
    return ZoneNow(zone_id=ZoneId(zone_id), location_id=LocationId("ZRH"), **known | changes)


def air(**changes: Any) -> AirNow:
    """What a zone asks for."""
    known: dict[str, Any] = {
        "as_of_s": 1_700_000_000,
        "flow": 42.5,
        "design_flow": 80.0,
        "unit": "L/s",
        "population": 7,
        "mode": "occupied",
        "fallback": False,
        "setpoint": 1.5,
        "setpoint_gives": "setpoint_offset",
        "setpoint_unit": "K",
    }
    return AirNow(**known | changes)


async def until(holds: Callable[[], Any]) -> None:
    """Return when it holds; fails when it does not in the end."""
    for _ in range(TRIES):
        if holds():
            return
        await asyncio.sleep(STEP_S)
    raise AssertionError("it never came to be")


async def until_read(read: Callable[[], Awaitable[Any]], expected: Any) -> None:
    """Return when reading gives what is expected."""
    found: Any = None
    for _ in range(TRIES):
        try:
            if (found := await read()) == expected:
                return
        except ErrorRejectAbortNack as error:  # the object is not there yet
            found = error
        await asyncio.sleep(STEP_S)
    raise AssertionError(f"{found!r} is not {expected!r}")


class Client(NormalApplication):  # type: ignore[misc]
    """Another device on the network, which asks ours."""

    def __init__(self, port: int, device_port: int) -> None:
        me = DeviceObject(
            objectIdentifier=("device", 99), objectName="client", vendorIdentifier=999
        )
        super().__init__(me, IPv4Address(f"127.0.0.1/8:{port}"))
        self.there = Address(f"127.0.0.1:{device_port}")

    async def ids(self) -> list[tuple[str, int]]:
        """The object list."""
        found = await self.read_property(self.there, f"device,{DEVICE}", "object-list")
        return [(str(kind), number) for kind, number in found]

    async def get(self, thing: str, name: str = "present-value") -> Any:
        """One property."""
        return await self.read_property(self.there, thing, name)

    async def state(self, thing: str) -> tuple[Any, bool, int]:
        """Value, fault flag and reliability, read at once."""
        names = ["present-value", "status-flags", "reliability"]
        rows = await self.read_property_multiple(self.there, [thing, names])
        value, flags, reliability = (row[3] for row in rows)
        return value, fault(flags), int(reliability)

    async def put(self, thing: str, value: Any, name: str = "present-value") -> str:
        """Write a property; what it was refused with, or nothing."""
        try:
            error = await self.write_property(self.there, thing, name, value)
        except ErrorRejectAbortNack as raised:
            error = raised
        return "" if error is None else str(error)


def fault(flags: Any) -> bool:
    """Whether the fault flag is set."""
    return bool(flags[StatusFlags.fault])


@dataclass(slots=True)
class Site:
    """The device's board, what was written to it, what health heard, and the client."""

    port: int
    client: Client
    board: Board
    words: list[tuple[int, int, str]] = field(default_factory=list)
    troubles: list[str | None] = field(default_factory=list)
    refusal: Exception | None = None
    elapsed_s: float = 0.0

    async def set_occupancy(self, zone_id: int, people: int, reason: str) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.words.append((zone_id, people, reason))


@asynccontextmanager
async def device_on(
    site: Site, *, now_s: int = 1_700_000_000, word: SetOccupancy | None = None, **settings: Any
) -> AsyncIterator[None]:
    """The device runs until the end of the block, and answers in it."""
    wanted = BacnetSettings(address=f"127.0.0.1/8:{site.port}", device_instance=DEVICE, **settings)
    ways = Ways(
        set_occupancy=word or site.set_occupancy,
        report=site.troubles.append,
        now_s=lambda: now_s,
        elapsed_s=lambda: site.elapsed_s,
    )
    outlet = BacnetOutlet(wanted, board=site.board, ways=ways)
    stop = asyncio.Event()
    running = asyncio.create_task(outlet.run(stop))
    try:
        await site.client.get(f"device,{DEVICE}", "object-name")
        yield
        assert not running.done() or running.result() is None
    finally:
        stop.set()
        await running


@asynccontextmanager
async def site_with(*zones: ZoneNow) -> AsyncIterator[Site]:
    """A client, and a board for a device that is not there yet."""
    port = free_port()
    client = Client(free_port(), port)
    site = Site(port, client, Board())
    site.board.put(zones=zones)
    try:
        yield site
    finally:
        client.close()
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(0)


@asynccontextmanager
async def standing(*zones: ZoneNow, **settings: Any) -> AsyncIterator[Site]:
    """A device that shows the zones, and answers."""
    async with site_with(*zones) as site, device_on(site, **settings):
        yield site
