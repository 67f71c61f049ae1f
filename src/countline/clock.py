"""The only way to learn the time, and to wait for something no longer than so long."""

import asyncio
import time


def now_ms() -> int:
    """Milliseconds since the epoch, UTC."""
    return time.time_ns() // 1_000_000


def now_s() -> int:
    """Whole seconds since the epoch, UTC."""
    return time.time_ns() // 1_000_000_000


def elapsed_s() -> float:
    """Seconds of a clock that never steps back; only differences mean something."""
    return time.monotonic()


async def set_within(event: asyncio.Event, seconds: float) -> bool:
    """Whether an event is set within so long.

    `asyncio.wait_for` of Python 3.11 loses a cancellation that comes just as the event is set; what
    was to end then goes on, and whoever waits for its end waits for ever.
    """
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
