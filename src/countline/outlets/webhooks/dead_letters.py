"""Messages that no attempt could deliver, kept in a file of JSON lines for whoever mends it."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import msgspec
import structlog

from countline.limits import DEAD_LETTERS_BYTES_MAX

_log = structlog.get_logger("countline.webhook")


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """A message past its last attempt, and why."""

    reader: str
    id: str
    type: str
    detail: str
    first_attempt_s: int
    given_up_s: int
    body: msgspec.Raw


Keep = Callable[[DeadLetter], Coroutine[Any, Any, None]]


def file_keeper(path: Path) -> Keep:
    """Appends to a file; once it is full, further letters are only logged."""

    def append(letter: DeadLetter) -> None:
        if path.exists() and path.stat().st_size > DEAD_LETTERS_BYTES_MAX:
            _log.error("dead letters are full", path=str(path), message=letter.id)
            return
        with path.open("ab") as file:
            file.write(msgspec.json.encode(letter) + b"\n")

    async def keep(letter: DeadLetter) -> None:
        await asyncio.to_thread(append, letter)

    return keep
