"""Waiting for an event for so long, and no longer."""

import asyncio

import pytest

from countline.clock import set_within


def test_it_says_whether_the_event_was_set() -> None:
    async def run() -> None:
        event = asyncio.Event()
        assert not await set_within(event, 0.001)
        asyncio.get_running_loop().call_later(0.001, event.set)
        assert await set_within(event, 10)
        assert await set_within(event, 0), "what is set already takes no time"

    asyncio.run(run())


@pytest.mark.parametrize("turns", range(6))
def test_a_cancellation_just_as_the_event_is_set_is_not_lost(turns: int) -> None:
    event = asyncio.Event()

    async def again_and_again() -> None:
        while True:
            await set_within(event, 10)
            event.clear()

    async def run() -> bool:
        task = asyncio.create_task(again_and_again())
        await asyncio.sleep(0)
        event.set()
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        done, _ = await asyncio.wait({task}, timeout=5)
        return bool(done)

    with asyncio.Runner() as runner:
        assert runner.run(run()), "it went on after it was cancelled"
