"""One change of a device at a time, with a pause between: some firmware falls over quick ones."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager


class WriteQueue:
    """The queue of one device. First come, first served."""

    def __init__(
        self,
        *,
        pause_s: float,
        elapsed_s: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._pause_s = pause_s
        self._elapsed_s = elapsed_s
        self._sleep = sleep
        self._lock = asyncio.Lock()
        self._free_at_s = float("-inf")

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """The time for one change; the next one's begins a pause after this one's end."""
        async with self._lock:
            wait_s = self._free_at_s - self._elapsed_s()
            if wait_s > 0:
                await self._sleep(wait_s)
            try:
                yield
            finally:
                self._free_at_s = self._elapsed_s() + self._pause_s
