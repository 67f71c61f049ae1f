"""Work that is begun at once ends as it would in a task."""

import asyncio
from typing import Any

import pytest

from countline.engine.headstart import begin


async def given(value: int) -> int:
    return value


async def failing() -> int:
    raise ValueError("at once")


async def waiting(for_: "asyncio.Future[int]", seen: list[str]) -> int:
    seen.append("began")
    try:
        found = await for_
    except ValueError:
        await asyncio.sleep(0)
        return -1
    await asyncio.sleep(0)
    return found


def test_what_never_waits_is_done_at_once() -> None:
    async def story() -> None:
        assert begin(given(3)) == 3
        with pytest.raises(ValueError, match="at once"):
            begin(failing())

    asyncio.run(story())


def test_what_waits_goes_on_in_a_task() -> None:
    async def story() -> None:
        seen: list[str] = []
        future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        rest = begin(waiting(future, seen))
        assert seen == ["began"]
        assert isinstance(rest, asyncio.Task)
        future.set_result(5)
        assert await rest == 5
        assert await _task(begin(asyncio.sleep(0, 4))) == 4

    asyncio.run(story())


def test_what_it_waits_for_may_fail() -> None:
    async def story() -> None:
        future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        rest = begin(waiting(future, []))
        future.set_exception(ValueError())
        assert await _task(rest) == -1

    asyncio.run(story())


def test_the_rest_may_be_cancelled() -> None:
    async def story() -> None:
        future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        rest = _task(begin(waiting(future, [])))
        await asyncio.sleep(0)
        rest.cancel()
        with pytest.raises(asyncio.CancelledError):
            await rest
        assert future.cancelled()

    asyncio.run(story())


def _task(begun: Any) -> "asyncio.Task[Any]":
    assert isinstance(begun, asyncio.Task)
    return begun
