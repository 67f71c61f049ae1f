"""How followers leave time to pushes while these queue for the disk."""

import asyncio
from collections.abc import Awaitable, Callable

from countline import clock

LONG_STEP_S = 0.05
STREAM_PER_S = 200  # twelve thousand sensors, each once a minute: fewer never queue
STREAM_S = 0.1  # how often it is looked whether the stream goes on
REST_STEPS = 15  # in a stream followers take a sixteenth of the time
REST_S_MAX = 30.0  # half of the lag that health tells of

Within = Callable[[asyncio.Event, float], Awaitable[bool]]


async def rest(
    took_s: float,
    came: int,
    packages: Callable[[], int],
    stop: asyncio.Event,
    *,
    elapsed_s: Callable[[], float] = clock.elapsed_s,
    within: Within = clock.set_within,
) -> None:
    """Rest after a step that took so long, in which so many packages came, if it was long.

    The more has come by the next step, the more changes of one subject are folded at once. Where
    packages do not come in a stream, or no longer do, whoever waits to hear of them comes first.
    """
    if took_s <= LONG_STEP_S or came < STREAM_PER_S * took_s:
        return
    until_s = elapsed_s() + min(REST_S_MAX, REST_STEPS * took_s)
    while elapsed_s() < until_s:
        before = packages()
        if await within(stop, STREAM_S) or packages() - before < STREAM_PER_S * STREAM_S:
            return
