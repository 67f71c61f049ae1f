"""Time that only passes when somebody sleeps, so that waiting for days takes no time."""

import asyncio
from collections.abc import Callable


class HeldTime:
    """Give `sleep`, `now_s`, `now_ms` and `elapsed_s` to what is tested; `naps` are all sleeps."""

    def __init__(self, now_s: float = 1_700_000_000) -> None:
        self._now_s = now_s
        self.naps: list[float] = []

    async def sleep(self, seconds: float) -> None:
        """Let the time pass, and everybody else run."""
        self.naps.append(seconds)
        self.pass_by(seconds)
        for _ in range(10):
            await asyncio.sleep(0)

    def pass_by(self, seconds: float) -> None:
        """Let the time pass, and nobody sleep."""
        self._now_s += seconds

    def now_s(self) -> int:
        return int(self._now_s)

    def now_ms(self) -> int:
        return int(self._now_s * 1000)

    def elapsed_s(self) -> float:
        return self._now_s


async def until(holds: Callable[[], bool]) -> None:
    """Let sockets and threads work until something holds; fails when it does not come about."""
    for _ in range(30_000):
        if holds():
            return
        await asyncio.sleep(0.001)
    raise AssertionError("it did not come about")
