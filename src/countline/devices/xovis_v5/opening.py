"""Clients for sensors, made from what one installation allows; every device has one write queue."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from countline import clock
from countline.devices.guard import AllowedNetworks, Resolve, resolve
from countline.devices.xovis_v5.address import Address
from countline.devices.xovis_v5.client import SensorClient
from countline.devices.xovis_v5.session import Login, RefusedLogins, Session
from countline.devices.xovis_v5.transport import Manner, Transport, Wire
from countline.devices.xovis_v5.wiring import Pin
from countline.devices.xovis_v5.writing import WriteQueue


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How clients behave, each part replaceable by a test."""

    timeout_s: float = 20  # a whole request, the answer read to its end
    write_pause_s: float = 2  # between two changes of one device: some firmware falls over them
    retry_delays_s: tuple[float, ...] = (0.5, 2)  # for what is safe to repeat
    elapsed_s: Callable[[], float] = clock.elapsed_s
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    resolve: Resolve = resolve
    wire: Callable[[Address, Pin], Wire] | None = None  # another way to devices than sockets


class Devices:
    """Makes clients. One per process, so that two parts of it never write to a device at once."""

    def __init__(self, networks: AllowedNetworks, ways: Ways | None = None) -> None:
        self._networks = networks
        self._ways = ways or Ways()
        self._queues: dict[Address, WriteQueue] = {}
        self._refused = RefusedLogins(self._ways.elapsed_s)

    def client(
        self,
        address: str | Address,
        *,
        login: Login | None = None,
        fingerprint: str = "",
        sensor_id: str = "",
        again: bool = False,
    ) -> SensorClient:
        """A client of the sensor at an address; nothing is sent yet.

        Without `login` only the open operations work. With `fingerprint` no other certificate is
        taken; without, the first one seen is kept for as long as the client lives. `sensor_id` is
        for messages. A login that was refused within the last hour is not tried, unless somebody
        asks for it: `again`. Raises `BadQuery` for what is no address.
        """
        where = address if isinstance(address, Address) else Address.of(address)
        if again and login is not None:
            self._refused.forget(str(where), login)
        session = Session(
            (self._ways.wire or self._over_sockets)(where, Pin(fingerprint, sensor_id)),
            login=login,
            queue=self._queue(where),
            refused=self._refused,
            elapsed_s=self._ways.elapsed_s,
        )
        return SensorClient(session)

    def _over_sockets(self, where: Address, pin: Pin) -> Wire:
        manner = Manner(
            timeout_s=self._ways.timeout_s,
            retry_delays_s=self._ways.retry_delays_s,
            sleep=self._ways.sleep,
        )
        return Transport(
            where, networks=self._networks, resolve=self._ways.resolve, pin=pin, manner=manner
        )

    def _queue(self, where: Address) -> WriteQueue:
        if where not in self._queues:
            self._queues[where] = WriteQueue(
                pause_s=self._ways.write_pause_s,
                elapsed_s=self._ways.elapsed_s,
                sleep=self._ways.sleep,
            )
        return self._queues[where]
