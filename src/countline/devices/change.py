"""One change of a device."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from countline.devices.xovis_v5 import ContextOperations, SensorClient

Run = Callable[[SensorClient, ContextOperations], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One request to a device. `before` and `after` are for the log."""

    what: str
    do: Run
    before: dict[str, Any] = field(default_factory=dict, repr=False)  # blanked where it is kept
    after: dict[str, Any] = field(default_factory=dict, repr=False)
