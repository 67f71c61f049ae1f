"""One sensor, to be asked and changed: a session with typed operations."""

from dataclasses import dataclass
from types import TracebackType

from countline.devices.xovis_v5.context import SINGLE, Context
from countline.devices.xovis_v5.operations.analysis import AnalysisOperations
from countline.devices.xovis_v5.operations.data import DataOperations
from countline.devices.xovis_v5.operations.device import DeviceOperations
from countline.devices.xovis_v5.operations.push import PushOperations
from countline.devices.xovis_v5.operations.scene import SceneOperations
from countline.devices.xovis_v5.session import Session
from countline.drivers.xovis_v5.firmware import Firmware


@dataclass(frozen=True, slots=True)
class ContextOperations:
    """What belongs to one lens, or to one stitched instance."""

    scene: SceneOperations
    analysis: AnalysisOperations
    data: DataOperations
    push: PushOperations


class SensorClient:
    """Use as `async with`: leaving ends the session on the sensor.

    Nothing is sent before the first operation, and the password only when one needs it.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self.device = DeviceOperations(session.at(SINGLE))

    def at(self, context: Context = SINGLE) -> ContextOperations:
        """The operations of one context."""
        asker = self._session.at(context)
        return ContextOperations(
            SceneOperations(asker),
            AnalysisOperations(asker),
            DataOperations(asker),
            PushOperations(asker),
        )

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate that was seen (hex); "" before the first answer, and over HTTP."""
        return self._session.fingerprint

    async def firmware(self) -> Firmware:
        """Its firmware, asked once."""
        return await self._session.firmware()

    async def __aenter__(self) -> "SensorClient":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._session.close()
