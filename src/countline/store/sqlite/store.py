"""The embedded store: one writing thread, light reads at once, heavy ones beside."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from shutil import disk_usage
from statistics import median
from threading import local
from typing import TypeVar

import apsw

from countline.clock import elapsed_s
from countline.errors import StoreError
from countline.model.sensor import Series
from countline.store.seam import Accepted, Commit, StoreFacts, Transaction, View
from countline.store.sqlite import compact, pushes, rebuild
from countline.store.sqlite.apply import apply_group
from countline.store.sqlite.connection import migrate, open_connection, told_plainly
from countline.store.sqlite.disk import Disk
from countline.store.sqlite.view import SqliteTransaction, SqliteView

T = TypeVar("T")

HEAVY_THREADS = 2
FLUSHES_KEPT = 200


class SqliteStore:
    """`Store` in one SQLite file.

    Without `threads` everything runs where it is called, in an order that a seed decides.
    """

    def __init__(self, path: Path, *, threads: bool = True) -> None:
        self._path = path
        self._flushes_s: deque[float] = deque(maxlen=FLUSHES_KEPT)
        self._writer = ThreadPoolExecutor(1, "store-write") if threads else None
        self._heavy = ThreadPoolExecutor(HEAVY_THREADS, "store-read") if threads else None
        self._readers = local()
        self._connections: list[apsw.Connection] = []
        self._closed = False
        with told_plainly():
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StoreError(f"the folder {path.parent} cannot be made: {error}") from error
            conn = self._open(writes=True)
            migrate(conn)
            self._disk = Disk(conn)

    def _open(self, *, writes: bool) -> apsw.Connection:
        conn = open_connection(self._path, writes=writes)
        self._connections.append(conn)
        return conn

    # -- writing ----------------------------------------------------------------------------------
    async def apply(self, group: Sequence[Accepted]) -> Commit:
        """Claims, sums, events and bodies of a group, atomic and durable."""
        return await self._on_writer(lambda: self._apply(group))

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Run `work` in one durable write transaction."""
        return await self._on_writer(
            lambda: self._write(lambda: work(SqliteTransaction(self._disk)))
        )

    async def _on_writer(self, work: Callable[[], T]) -> T:
        if self._closed:
            raise StoreError("the store is closed")
        if self._writer is None:
            return work()
        return await asyncio.get_running_loop().run_in_executor(self._writer, work)

    def _apply(self, group: Sequence[Accepted]) -> Commit:
        bodies = pushes.pack_bodies(group)  # before the lock is taken

        def work() -> Commit:
            outcomes = apply_group(self._disk, group)
            pushes.keep_bodies(self._disk, bodies)
            return Commit(self._disk.head.commit, self._disk.head.seq, outcomes)

        return self._write(work)

    def _write(self, work: Callable[[], T]) -> T:
        disk = self._disk
        with told_plainly():
            before = disk.conn.total_changes()
            try:
                disk.begin(writes=True)
                result = work()
                disk.finish()
                began_s = elapsed_s()
                disk.conn.execute("COMMIT")
                if disk.conn.total_changes() > before:  # else nothing was flushed
                    self._flushes_s.append(elapsed_s() - began_s)
            except BaseException:
                disk.roll_back()
                raise
        return result

    # -- reading ----------------------------------------------------------------------------------
    async def read(self, work: Callable[[View], T], *, heavy: bool = False) -> T:
        """Run `work` in one read transaction; `heavy` work in a thread of its own."""
        if self._closed:
            raise StoreError("the store is closed")
        if heavy and self._heavy is not None:
            return await asyncio.get_running_loop().run_in_executor(
                self._heavy, lambda: self._read(work)
            )
        return self._read(work)

    def _read(self, work: Callable[[View], T]) -> T:
        with told_plainly():
            disk: Disk | None = getattr(self._readers, "disk", None)
            if disk is None:
                disk = self._readers.disk = Disk(self._open(writes=False))
            try:
                disk.begin(writes=False)
                return work(SqliteView(disk))
            finally:
                disk.roll_back()

    # -- upkeep -----------------------------------------------------------------------------------
    async def compact(self, now_s: int) -> int:
        """Move old hot device-days to cold; gives how many."""
        await self._step(lambda disk: compact.begin(disk, now_s))
        frozen = 0
        while True:
            seen, moved = await self._step(lambda disk: compact.freeze_some(disk, now_s))
            frozen += moved
            if not seen:
                break
        while await self._step(compact.drop_some):
            pass
        while await self._step(compact.sum_a_sensor):
            pass
        return frozen

    async def _step(self, work: Callable[[Disk], T]) -> T:
        """A short transaction of upkeep; pushes go in between two of them."""
        return await self._on_writer(lambda: self._write(lambda: work(self._disk)))

    async def rebuild(self) -> None:
        """Make every sum right of claims anew."""
        sensors = self._read(lambda view: {one.sensor for one in view.records(Series)})
        for sensor in sorted(sensors):
            for day in await self._step(partial(rebuild.known_days, sensor=sensor)):
                await self._step(partial(rebuild.rebuild_day, sensor=sensor, day=day))

    def facts(self) -> StoreFacts:
        """For health and metrics."""
        files = [self._path, self._path.with_name(self._path.name + "-wal")]
        commit, seq = self._read(lambda view: view.head())
        disk = disk_usage(self._path.parent)
        return StoreFacts(
            kind="sqlite",
            bytes=sum(file.stat().st_size for file in files if file.exists()),
            flush_ms=round(1000 * median(self._flushes_s), 3) if self._flushes_s else 0.0,
            commit=commit,
            seq=seq,
            detail={
                "path": str(self._path),
                "disk_bytes": disk.total,
                "disk_free_bytes": disk.free,
            },
        )

    async def close(self) -> None:
        """Finish what was begun, and let go of the file."""
        if self._closed:
            return
        self._closed = True
        for executor in (self._writer, self._heavy):
            if executor is not None:
                await asyncio.to_thread(executor.shutdown)
        for conn in self._connections:
            conn.close()
