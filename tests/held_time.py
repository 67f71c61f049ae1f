"""Time that only passes when somebody sleeps, so that waiting for days takes no time."""

import asyncio


class HeldTime:
    """Give `sleep`, `now_s`, `now_ms` and `elapsed_s` to what is tested; `naps` are all sleeps."""

    def __init__(self, now_s: float = 1_700_000_000) -> None:
        self._now_s = now_s
        self.naps: list[float] = []

    async def sleep(self, seconds: float) -> None:
        """Let the time pass, and everybody else run."""
        self.naps.append(seconds)
        self._now_s += seconds
        for _ in range(10):
            await asyncio.sleep(0)

    def now_s(self) -> int:
        return int(self._now_s)

    def now_ms(self) -> int:
        return int(self._now_s * 1000)

    def elapsed_s(self) -> float:
        return self._now_s
