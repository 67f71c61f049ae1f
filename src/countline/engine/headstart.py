"""Coroutines that are begun at once, and become tasks only where they must wait for something."""

import asyncio
from collections.abc import Awaitable, Coroutine, Generator
from typing import Any, TypeVar

T = TypeVar("T")


def begin(work: Coroutine[Any, Any, T]) -> "T | asyncio.Task[T]":
    """What it returns, or a task that does the rest of it; raises what it raises at once.

    Python 3.12 has tasks that start so. What never waits costs a tenth of a task.
    """
    try:
        waits_for = work.send(None)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    return asyncio.get_running_loop().create_task(_go_on(work, waits_for))


async def _go_on(work: Coroutine[Any, Any, T], waits_for: Any) -> T:
    return await _Rest(work, waits_for)


class _Rest(Awaitable[T]):
    """A coroutine from where it waits; its future is handed to the task that waits now."""

    def __init__(self, work: Coroutine[Any, Any, T], waits_for: Any) -> None:
        self._work = work
        self._waits_for = waits_for

    def __await__(self) -> Generator[Any, None, T]:
        try:
            yield self._waits_for
        except BaseException as error:  # cancelled, say: it is the coroutine's to handle
            return (yield from _thrown(self._work, error))
        return (yield from self._work.__await__())


def _thrown(work: Coroutine[Any, Any, T], error: BaseException) -> Generator[Any, None, T]:
    try:
        waits_for = work.throw(error)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    yield waits_for
    return (yield from work.__await__())
