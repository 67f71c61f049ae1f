"""A package on its way, what waits to be acknowledged, and a resend that was asked for."""

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from countline.emulator.v5.packages import Bin

if TYPE_CHECKING:
    from countline.emulator.v5.device import Device


class Sending(NamedTuple):
    """A package on its way. `repeat` is 1 for a second copy, `attempt` counts from 1."""

    device: "Device"
    root: str
    agent_id: int
    kind: str  # the agent's type
    package: int
    body: bytes
    connection: dict[str, Any]
    attempt: int = 1
    repeat: int = 0


@dataclass(slots=True)
class Package:
    """What waits to be acknowledged, and how far it brings the agent."""

    number: int
    body: bytes
    upto: int  # the last record in it, or -1
    attempts: int = 0
    triggered: bool = False


@dataclass(slots=True)
class Trigger:
    """A resend that was asked for."""

    config: dict[str, Any]
    at_ms: int  # by the device's clock
    bins: deque[Bin] = field(default_factory=deque)
    bodies: deque[bytes] = field(default_factory=deque)
    number: int | None = None  # of the next package, where it was chosen

    @property
    def busy(self) -> bool:
        return bool(self.bins or self.bodies)
