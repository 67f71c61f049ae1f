"""The only way to learn the time."""

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
