"""Waiting for bodies, but not for ever: a look at all of them now and then, not a timer for each."""

import asyncio
from typing import Any

LOOK_S = 1.0  # how often, at most; a timer for each push would cost a tenth of reading it


class Patience:
    """Cancels tasks that wait for longer than `s_max`; they are told apart by `is_over`."""

    def __init__(self, s_max: float) -> None:
        self._s_max = s_max
        self._since: dict[asyncio.Task[Any], float] = {}
        self._over: set[asyncio.Task[Any]] = set()
        self._looking: asyncio.TimerHandle | None = None

    def begin(self) -> asyncio.Task[Any]:
        """The running task begins to wait."""
        loop = asyncio.get_running_loop()
        task = asyncio.current_task()
        assert task is not None
        self._since[task] = loop.time()
        if self._looking is None:
            self._looking = loop.call_later(min(LOOK_S, self._s_max / 4), self._look, loop)
        return task

    def end(self, task: asyncio.Task[Any]) -> None:
        """It waits no longer."""
        self._since.pop(task, None)
        self._over.discard(task)

    def is_over(self, task: asyncio.Task[Any]) -> bool:
        """Whether a cancelled task was cancelled here; then it may go on."""
        if task not in self._over:
            return False
        task.uncancel()
        return True

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        self._looking = None
        late = [t for t, since_s in self._since.items() if loop.time() - since_s > self._s_max]
        for task in late:
            del self._since[task]
            self._over.add(task)
            task.cancel()
        if self._since:
            self._looking = loop.call_later(min(LOOK_S, self._s_max / 4), self._look, loop)
