"""A disk that refuses: a clear error, nothing half kept, and the store goes on."""

import asyncio
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from countline.errors import StoreError
from countline.store import Store, open_store
from countline.store.sqlite.connection import told_plainly
from tests.contract.store_kinds import furnish, minute, run
from tests.contract.store_world import full_look

BIG = bytes(range(256)) * 4_000  # does not compress to nothing


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(tmp_path / "countline.db", threads=False)
    run(store.write(furnish))
    run(store.apply([minute(0, 1)]))
    yield store
    run(store.close())


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """Writes beyond `size` bytes fail, as they do on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_keeps_nothing_half_and_the_store_goes_on(store: Store, tmp_path: Path) -> None:
    before = run(store.read(full_look))
    log = (tmp_path / "countline.db-wal").stat().st_size
    group = [minute(at, 1, 2, 3) for at in range(400)]
    group = [replace(one, body=bytes([at % 251]) + BIG) for at, one in enumerate(group)][:300]
    with files_no_larger_than(log + 20_000):
        for _ in range(3):
            with pytest.raises(StoreError, match="nothing of this step was kept"):
                run(store.apply(group))
            assert run(store.read(full_look)) == before, "reading goes on"
    assert run(store.apply(group)).outcomes[0] == (2, 1)
    assert run(store.read(lambda view: view.head())) == (2, 301)


def test_a_lock_that_is_not_given_up_is_told(store: Store, tmp_path: Path) -> None:
    other = apsw.Connection(str(tmp_path / "countline.db"))
    other.execute("BEGIN IMMEDIATE")
    store._disk.conn.set_busy_timeout(1)  # type: ignore[attr-defined]
    with pytest.raises(StoreError, match="another process is writing"):
        run(store.apply([minute(1, 1)]))
    other.execute("ROLLBACK")
    assert run(store.apply([minute(1, 1)])).commit == 2
    other.close()


def test_every_error_of_the_disk_becomes_ours() -> None:
    for error in (apsw.FullError, apsw.CorruptError, apsw.ConstraintError, apsw.MisuseError):
        with pytest.raises(StoreError) as caught, told_plainly():
            raise error("said SQLite")
        assert "said SQLite" in str(caught.value)
        assert isinstance(caught.value.__cause__, error)


def test_a_closed_store_refuses_everything(store: Store) -> None:
    run(store.close())
    for step in (
        store.apply([minute(1, 1)]),
        store.write(lambda tx: tx.head()),
        store.read(lambda view: view.head()),
        store.read(lambda view: view.head(), heavy=True),
        store.compact(0),
        store.rebuild(),
    ):
        with pytest.raises(StoreError, match="closed"):
            run(step)


def test_a_view_is_over_when_its_work_has_returned(store: Store) -> None:
    run(store.apply([replace(minute(2, 1), body=b"{}")]))
    bodies = run(store.read(lambda view: view.bodies(0, 1 << 50)))
    with pytest.raises(AssertionError, match="a view is over"):
        next(iter(bodies))


def test_bins_before_1970_are_refused(store: Store) -> None:
    push = minute(0, 1)
    long_ago = replace(push, minutes=[push.minutes[0]._replace(minute=-5)])
    with pytest.raises(StoreError, match="before 1970"):
        run(store.apply([long_ago]))


def test_threads_keep_the_order_of_groups_and_let_the_loop_run(tmp_path: Path) -> None:
    async def together() -> tuple[list[int], list[int], int]:
        store = open_store(tmp_path / "threads.db")
        await store.write(furnish)
        steps = [store.apply([minute(at, at % 7, sequence=at)]) for at in range(50)]
        reads = [store.read(lambda view: view.head()[0], heavy=bool(at % 2)) for at in range(20)]
        commits = await asyncio.gather(*steps)
        heads = await asyncio.gather(*reads)
        bins = await store.read(lambda view: len(view.bins([10], 0, 1 << 33)))  # type: ignore[list-item]
        facts = store.facts()
        await store.close()
        assert facts.flush_ms > 0
        return [one.commit for one in commits], list(heads), bins

    commits, heads, bins = run(together())
    assert commits == list(range(1, 51))
    assert heads == [50] * 20
    assert bins == 50
