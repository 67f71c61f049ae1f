"""One change of a device, and what takes it back."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from countline.devices.xovis_v5 import ContextOperations, SensorClient

Run = Callable[[SensorClient, ContextOperations], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One request to a device, and the one that takes it back. `before` and `after` are for the log."""

    what: str
    do: Run
    undo: Run
    before: dict[str, Any] = field(default_factory=dict, repr=False)  # blanked where it is kept
    after: dict[str, Any] = field(default_factory=dict, repr=False)
