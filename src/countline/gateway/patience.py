"""Waiting for bodies, but not for ever: a look at all of them now and then, not a timer for each."""

import asyncio
from typing import Protocol

LOOK_S = 1.0  # how often, at most; a timer for each push would cost a tenth of reading it


class Reader(Protocol):
    """Whoever reads a body, piece by piece."""

    def too_late(self) -> None:
        """The rest did not come in time: read no further. Called once at most."""
        ...


class Patience:
    """Tells readers that have waited for longer than `s_max`."""

    def __init__(self, s_max: float) -> None:
        self.s_max = s_max
        self._since: dict[Reader, float] = {}
        self._looking: asyncio.TimerHandle | None = None

    def begin(self, reader: Reader) -> None:
        """It begins to wait, or waits still."""
        loop = asyncio.get_running_loop()
        self._since.setdefault(reader, loop.time())
        if self._looking is None:
            self._looking = loop.call_later(min(LOOK_S, self.s_max / 4), self._look, loop)

    def end(self, reader: Reader) -> None:
        """It waits no longer, whether it began or not."""
        self._since.pop(reader, None)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        self._looking = None
        late = [r for r, since_s in self._since.items() if loop.time() - since_s > self.s_max]
        for reader in late:
            del self._since[reader]
            reader.too_late()
        if self._since:
            self._looking = loop.call_later(min(LOOK_S, self.s_max / 4), self._look, loop)
