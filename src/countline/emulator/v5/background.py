"""What a device does by itself while it listens: one coroutine function for each, run as a task."""

from collections.abc import Callable, Coroutine
from typing import Any

from countline.emulator.v5.device import Device
from countline.emulator.v5.pushing import push

BACKGROUND: tuple[Callable[[Device], Coroutine[Any, Any, None]], ...] = (push,)
