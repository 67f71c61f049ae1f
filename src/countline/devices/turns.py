"""Who changes a device has it alone, in this process and beside others on the same data folder."""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from countline.clock import elapsed_s
from countline.errors import DeviceError

WAIT_S_MAX = 30.0  # what is usual takes a few seconds
LOOK_AGAIN_S = 0.1
RETRY_AFTER_S = 30


class Turns:
    """One turn at a time for each device, by its serial number."""

    def __init__(self, folder: Path | None = None) -> None:
        """`folder` is where other processes see whose turn it is; None: there are no others."""
        self._folder = folder
        self._taken: set[str] = set()

    @asynccontextmanager
    async def turn(self, serial: str, *, wait_s: float = WAIT_S_MAX) -> AsyncIterator[None]:
        """The device is the caller's until the block ends.

        Raises `DeviceError` `device_busy` where it is somebody else's for as long as `wait_s`.
        """
        until_s = elapsed_s() + wait_s
        while (lock := self._take(serial)) is None:
            if elapsed_s() >= until_s:
                raise DeviceError(
                    f"The device {serial} is being adopted, changed or released by somebody else;"
                    " ask again when that has ended.",
                    code="device_busy",
                    retry_after_s=RETRY_AFTER_S,
                )
            await asyncio.sleep(LOOK_AGAIN_S)
        try:
            yield
        finally:
            self._give_back(serial, lock)

    def _take(self, serial: str) -> int | None:
        """The file that says it is ours (-1: none is needed); None while it is somebody else's."""
        if serial in self._taken:
            return None
        lock = -1 if self._folder is None else _locked(_path(self._folder, serial))
        if lock is not None:
            self._taken.add(serial)
        return lock

    def _give_back(self, serial: str, lock: int) -> None:
        self._taken.discard(serial)
        if self._folder is not None:
            _path(self._folder, serial).unlink(missing_ok=True)  # while it is ours
            os.close(lock)


def _path(folder: Path, serial: str) -> Path:
    return folder / f"{''.join(sign for sign in serial if sign.isalnum())}.turn"


def _locked(path: Path) -> int | None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(lock).st_ino == path.stat().st_ino:  # whoever had it has not removed it
            return lock
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(lock)
    return None
