"""Who we are to a sensor."""

from collections.abc import Callable
from dataclasses import dataclass

from countline.devices.xovis_v5.context import Context
from countline.devices.xovis_v5.operations.asking import Asker
from countline.devices.xovis_v5.transport import Transport
from countline.devices.xovis_v5.writing import WriteQueue
from countline.drivers.xovis_v5.firmware import Firmware
from countline.vault import Secret


@dataclass(frozen=True, slots=True)
class Login:
    """A user of the sensor; the password shows itself nowhere."""

    user: str
    password: Secret


class Session:
    """Logged in when needed."""

    def __init__(
        self,
        transport: Transport,
        *,
        login: Login | None,
        queue: WriteQueue,
        elapsed_s: Callable[[], float],
    ) -> None:
        self._transport = transport

    @property
    def fingerprint(self) -> str:
        """As in `SensorClient`."""
        return self._transport.fingerprint

    async def firmware(self) -> Firmware:
        """Asked once."""
        raise NotImplementedError

    def at(self, context: Context) -> Asker:
        """Operations of a context."""
        raise NotImplementedError

    async def close(self) -> None:
        """Log out, hang up."""
