"""What a commit promises: it outlives its process, and what was not committed leaves no trace."""

import random
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

import pytest

from countline.model.event import Event
from countline.model.ids import LocationId, SensorNo, SeriesNo, ZoneId
from countline.model.place import Zone
from countline.model.sensor import Series
from countline.store import Store, Transaction, View
from countline.testing.reference_store import ReferenceStore
from tests.contract.store_child import group_of
from tests.contract.store_kinds import (
    DURABLE,
    MEMORY,
    Opener,
    each_durable,
    furnish,
    long,
    minute,
    run,
)
from tests.contract.store_world import NOW_S, full_look

ROOT = Path(__file__).resolve().parents[2]
each_kind = pytest.mark.parametrize("kind", DURABLE)


def kill_after(kind: str, folder: str, first: int, commits: int) -> int:
    """Let a process write groups from `first` on, kill it amid the next; gives the last told."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.contract.store_child", kind, folder, str(first)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdout is not None
    for _ in range(commits):
        last = int(child.stdout.readline())
    child.send_signal(signal.SIGKILL)
    rest = child.stdout.read().split()  # what was told before the signal came
    child.wait()
    child.stdout.close()
    return int(rest[-1]) if rest else last


def crash_and_compare(kind: str, rounds: int, seed: int) -> None:
    """Kill a writer again and again; whatever it told is there, once, and all sums are right."""
    dice = random.Random(seed)
    reference = ReferenceStore()
    run(reference.write(furnish))
    applied = 0
    with TemporaryDirectory(dir=MEMORY) as folder:
        for _ in range(rounds):
            told = kill_after(kind, folder, applied, dice.randrange(1, 6))
            store = DURABLE[kind](Path(folder))
            commits = run(store.read(lambda view: view.head()[0]))
            while reference.facts().commit < commits:
                run(reference.apply(group_of(applied)))
                applied += 1
            assert told + 1 <= applied <= told + 2
            assert_equal(store, reference)
            run(store.rebuild())
            run(store.compact(NOW_S))
            assert_equal(store, reference)
            run(store.close())


def assert_equal(store: Store, reference: Store) -> None:
    answer, right = run(store.read(full_look)), run(reference.read(full_look))
    for verb in right:
        assert answer[verb] == right[verb], verb


@each_kind
def test_a_killed_writer_leaves_whole_commits(kind: str) -> None:
    crash_and_compare(kind, rounds=3, seed=1)


@pytest.mark.chaos
@each_kind
@pytest.mark.parametrize("seed", range(20))
def test_a_writer_killed_again_and_again_leaves_whole_commits(kind: str, seed: int) -> None:
    crash_and_compare(kind, rounds=5, seed=100 + seed)


@each_durable
def test_a_store_that_is_opened_again_goes_on(opener: Opener, tmp_path: Path) -> None:
    store = opener(tmp_path)
    run(store.write(furnish))
    run(store.apply([minute(0, 1)]))
    before = run(store.read(full_look))
    run(store.close())
    run(store.close())
    store = opener(tmp_path)
    assert run(store.read(full_look)) == before
    assert run(store.apply([minute(1, 2)])).commit == 2
    run(store.close())


@each_durable
def test_two_that_write_into_one_store_see_each_other(opener: Opener, tmp_path: Path) -> None:
    """As the command line does beside a running server."""
    server, other = opener(tmp_path), opener(tmp_path)
    run(server.write(furnish))
    assert run(server.apply([minute(0, 1)])).commit == 1
    assert run(other.apply([minute(0, 2, sequence=2)])).commit == 2
    version = run(server.read(lambda view: view.catalogue_version()))

    def extend(tx: Transaction) -> None:
        tx.save(
            Zone(zone_id=ZoneId(tx.next_number("zone")), location_id=LocationId("ZRH"), name="x"),
            Series(series=SeriesNo(13), sensor=SensorNo(1), channel="c", measure="staff",
                   kind="accumulating", position=3),
        )  # fmt: skip
        tx.emit(Event(kind="catalogue.changed"))

    run(other.write(extend))
    run(other.apply([long(0, 300, 3, rank=3)]))
    assert run(server.read(lambda view: view.catalogue_version())) > version
    assert run(server.apply([minute(1, 4, 5, 6, 7)])).outcomes == ((4, 0),)
    assert run(server.write(lambda tx: tx.next_number("zone"))) == 2
    for store in (server, other):
        bins = run(store.read(lambda view: view.bins([SeriesNo(10), SeriesNo(13)], 0, NOW_S)))
        assert [(one.series, one.value) for one in bins] == [(10, 3), (13, 7)]
        events = run(store.read(lambda view: view.events(0, 99)))
        assert [one.seq for one in events] == [1, 2, 3, 4, 5]
        run(store.close())


@each_durable
def test_what_was_undone_is_not_mistaken_for_what_another_wrote(
    opener: Opener, tmp_path: Path
) -> None:
    server, other = opener(tmp_path), opener(tmp_path)
    run(server.write(furnish))

    def extend(tx: Transaction, number: int) -> None:
        tx.save(
            Series(series=SeriesNo(number), sensor=SensorNo(1), channel="c", measure="staff",
                   kind="accumulating", position=3),
        )  # fmt: skip

    def extend_in_vain(tx: Transaction) -> None:
        extend(tx, 99)
        tx.apply(minute(0, 1, 2, 3, 4))
        raise LookupError

    with pytest.raises(LookupError):
        run(server.write(extend_in_vain))
    run(other.write(lambda tx: extend(tx, 13)))
    run(server.apply([minute(0, 1, 2, 3, 4)]))
    quarters = run(other.read(lambda view: view.quarters([SeriesNo(13), SeriesNo(99)], 0, NOW_S)))
    assert [len(buckets) for buckets in quarters.values()] == [1, 0]
    for store in (server, other):
        run(store.close())


@each_durable
def test_a_view_stands_still_while_others_write(opener: Opener, tmp_path: Path) -> None:
    reader, writer = opener(tmp_path), opener(tmp_path)
    run(writer.write(furnish))

    def work(view: View) -> None:
        before = view.head()
        other = Thread(target=lambda: run(writer.apply([minute(0, 1)])))
        other.start()
        other.join()
        assert view.head() == before
        assert not view.bins([SeriesNo(10)], 0, NOW_S)
        assert not view.events(0, 9)

    run(reader.read(work))
    assert run(reader.read(lambda view: view.head())) == (1, 1)
    for store in (reader, writer):
        run(store.close())
