"""Hot to cold and back, in steps that pushes come between."""

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from countline.errors import StoreError
from countline.model.claim import Minute
from countline.model.ids import SensorNo, SeriesNo
from countline.model.sensor import Series
from countline.store import Accepted, open_store
from countline.store.sqlite import bulk, compact, days
from countline.store.sqlite.disk import Disk
from countline.store.sqlite.store import SqliteStore
from countline.testing.reference_store import ReferenceStore
from tests.contract.store_kinds import MEMORY, furnish, long, minute, run
from tests.contract.store_world import (
    BASE_S,
    DAY_S,
    LOCATIONS,
    NOW_S,
    NUMBERS,
    backlogs,
    day_edges,
    full_look,
    pushes,
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = cast(SqliteStore, open_store(tmp_path / "countline.db", threads=False))
    run(store.write(furnish))
    yield store
    run(store.close())


def rows_of(store: SqliteStore, table: str) -> int:
    """How many rows lie in a table."""
    statements = {
        "bin": "SELECT count(*) FROM bin", "hour": "SELECT count(*) FROM hour",
        "cold": "SELECT count(*) FROM cold", "coldq": "SELECT count(*) FROM coldq",
        "warm": "SELECT count(*) FROM warm",
    }  # fmt: skip
    count = store._disk.conn.execute(statements[table]).fetchone()
    assert count is not None
    return int(count[0])


def some_days(first: int, count: int, step: int = 10) -> Accepted:
    """Minutes of sensor 1 from the `first` day on, received when they were young."""
    start = BASE_S // 60 + first * 1_440
    return Accepted(
        received_ms=(BASE_S + (first + count) * DAY_S) * 1000,
        sensor=SensorNo(1),
        minutes=[
            Minute(SensorNo(1), at, 1, 60, at % 99, (at % 3, None, at % 5))
            for at in range(start, start + count * 1_440, step)
        ],
    )


def test_old_days_move_and_no_answer_changes(store: SqliteStore) -> None:
    run(store.apply([some_days(0, 2), long(3 * DAY_S, 3_600, 5), minute(4 * 1_440, 1)]))
    before = run(store.read(full_look))
    now_s = BASE_S + 4 * DAY_S + 48 * 3_600
    assert run(store.compact(now_s)) == 3
    assert run(store.compact(now_s)) == 0
    assert run(store.read(full_look)) == before
    assert (rows_of(store, "cold"), rows_of(store, "coldq"), rows_of(store, "warm")) == (2, 5, 0)
    assert (rows_of(store, "bin"), rows_of(store, "hour")) == (1, 1), "the young day stays hot"


def test_a_late_claim_makes_its_day_hot_again_until_the_next_compaction(store: SqliteStore) -> None:
    reference = ReferenceStore()
    run(reference.write(furnish))
    steps = [some_days(0, 3), minute(7, 9, sequence=500), long(DAY_S + 60, 600, 1, rank=3)]
    for number, push in enumerate(steps):
        assert run(store.apply([push])) == run(reference.apply([push]))
        assert rows_of(store, "warm") == (0, 1, 1)[number]
        assert run(store.compact(NOW_S)) == (3, 1, 1)[number]
        assert run(store.read(full_look)) == run(reference.read(full_look))
        assert rows_of(store, "bin") == rows_of(store, "hour") == 0


@pytest.mark.parametrize(
    "push",
    [
        long(43_200, DAY_S, 500, rank=3),  # displaces minutes of the next day, too
        long(3 * DAY_S + 7_200, 3_600, 1, rank=2),  # wins over a bin that began the day before
        minute(3 * 1_440 + 200, 4, rank=2),
    ],
)
def test_what_overlaps_into_another_cold_day_is_chosen_anew(
    store: SqliteStore, push: Accepted
) -> None:
    reference = ReferenceStore()
    run(reference.write(furnish))
    first = [some_days(0, 2), long(2 * DAY_S + 43_200, DAY_S, 9)]
    for group in (first, [push], [push]):
        assert run(store.apply(group)) == run(reference.apply(group))
        for _ in range(2):
            assert run(store.read(full_look)) == run(reference.read(full_look))
            run(store.compact(NOW_S))


def test_whole_old_days_go_straight_to_cold(store: SqliteStore) -> None:
    reference = ReferenceStore()
    run(reference.write(furnish))
    push = replace(some_days(0, 5, step=20), received_ms=NOW_S * 1000)
    again = replace(push, minutes=push.minutes[::-1])
    better = replace(push, minutes=[one._replace(sequence=500) for one in push.minutes[80:200]])
    for group, cold in ([push], 3), ([push], 3), ([again, push], 3), ([better], 1):
        assert run(store.apply(group)) == run(reference.apply(group))
        assert run(store.read(full_look)) == run(reference.read(full_look))
        assert rows_of(store, "cold") == cold


@pytest.mark.parametrize("rank", [1, 3])
@pytest.mark.parametrize(
    "before",
    [
        [long(DAY_S + 1_800, 7_200, 9, rank=2)],
        [some_days(0, 2), "compact", minute(1_440 + 5, 9, rank=2)],
        [some_days(0, 2)],
        [some_days(0, 2), "compact"],
    ],
    ids=["long", "warm", "hot", "cold"],
)
def test_days_of_which_something_is_known_are_not_loaded_over(
    store: SqliteStore, before: list[Any], rank: int
) -> None:
    reference = ReferenceStore()
    run(reference.write(furnish))
    backlog = replace(some_days(0, 4, step=15), received_ms=NOW_S * 1000)
    backlog = replace(backlog, minutes=[one._replace(rank=rank) for one in backlog.minutes])
    for step in [*before, backlog, "compact", backlog]:
        if step == "compact":
            run(store.compact(NOW_S))
        else:
            assert run(store.apply([step])) == run(reference.apply([step]))
        assert run(store.read(full_look)) == run(reference.read(full_look))


def test_a_day_that_a_late_push_made_hot_is_not_dropped(store: SqliteStore) -> None:
    reference = ReferenceStore()
    run(reference.write(furnish))
    for one in (store, reference):
        run(one.apply([some_days(0, 1), minute(3, 1, sensor=2)]))
    run(store._step(lambda disk: compact.begin(disk, NOW_S)))
    while run(store._step(lambda disk: compact.freeze_some(disk, NOW_S)))[0]:
        pass
    for one in (store, reference):
        run(one.apply([minute(7, 9, sequence=500)]))
    assert not run(store._step(compact.drop_some))
    assert run(store.read(full_look)) == run(reference.read(full_look))
    assert run(store.compact(NOW_S)) == 1
    assert rows_of(store, "bin") == 0
    assert run(store.read(full_look)) == run(reference.read(full_look))


def test_young_days_stay_hot_however_many_come(store: SqliteStore) -> None:
    run(store.apply([replace(some_days(0, 5), received_ms=(BASE_S + 2 * DAY_S) * 1000)]))
    assert rows_of(store, "cold") == 0


def test_a_cold_bin_takes_less_than_a_byte(store: SqliteStore) -> None:
    """Two doors through a day with a quiet night and a busy noon."""
    first = BASE_S // 60
    minutes = [
        Minute(
            SensorNo(1), first + at, 1, 60, 100_000 + at,
            tuple(
                int(max(0, 3 * math.sin((at % 1_440 - 420) / 780 * math.pi)) * ((at * 7 + p) % 3))
                for p in range(3)
            ),
        )
        for at in range(3 * 1_440)
    ]  # fmt: skip
    for at in range(0, len(minutes), 40):
        run(store.apply([Accepted(received_ms=BASE_S * 1000, minutes=minutes[at : at + 40])]))
    run(store.compact(NOW_S))
    sizes = store._disk.conn.execute(
        "SELECT sum(pgsize) FROM dbstat WHERE name IN ('cold', 'coldq', 'coldw')"
    )
    total = sizes.fetchone()
    assert total is not None
    assert int(total[0]) < 3 * len(minutes)


def test_days_of_another_time_zone_are_summed_anew(store: SqliteStore) -> None:
    reference = ReferenceStore()
    run(reference.write(furnish))
    group = [some_days(0, 4), minute(2 * 1_440, 5, sensor=7)]
    moved = replace(LOCATIONS[0], time_zone="Asia/Kathmandu", day_start_s=900)
    edges_s = list(day_edges(moved))
    for one in (store, reference):
        run(one.apply(group))
        run(one.compact(NOW_S))
        run(one.write(lambda tx: tx.save(moved)))
    right = run(reference.read(lambda view: view.days(NUMBERS, edges_s)))
    assert run(store.read(lambda view: view.days(NUMBERS, edges_s))) == right
    run(store.compact(NOW_S))
    assert run(store.read(lambda view: view.days(NUMBERS, edges_s))) == right
    ends_s = dict(pairwise(edges_s))
    store._disk.begin(writes=False)
    assert days.read(store._disk, NUMBERS[0], ends_s) == right[NUMBERS[0]]
    store._disk.roll_back()


@pytest.mark.parametrize("old", [False, True], ids=["hot", "cold"])
def test_rebuild_mends_sums_and_says_so(store: SqliteStore, old: bool) -> None:
    run(store.apply([some_days(0, 2), long(3_600, 3_600, 5, rank=2)]))
    if old:
        run(store.compact(NOW_S))
    right = run(store.read(full_look))
    run(store.rebuild())
    assert run(store.read(full_look)) == right, "what is right is left alone"
    if old:
        run(store.compact(NOW_S))  # a day with overlaps was made hot to look at it
        store._disk.conn.execute("DELETE FROM coldq WHERE k % 2")
        store._disk.conn.execute("DELETE FROM day")
    else:
        store._disk.conn.execute("UPDATE hour SET q1 = q1 + 7, w3 = 0, q3 = 0, c3 = 0")
        store._disk.conn.execute("UPDATE long SET counted = 0")
    run(store.rebuild())
    mended = run(store.read(full_look))
    assert sums_of(mended) == sums_of(right)
    last = mended["events"][-1]
    assert (last.kind, last.sensor, last.location_id) == ("counts.revised", 1, "ZRH")
    assert BASE_S <= last.start_s < last.end_s <= BASE_S + 2 * DAY_S


def sums_of(look: dict[str, Any]) -> dict[str, Any]:
    """Sums without the commits that changed them last."""
    return {
        verb: {one: [b._replace(commit=0) for b in buckets] for one, buckets in look[verb].items()}
        for verb in ("quarters", "hours")
    }


def test_stored_days_are_joined_with_gaps_and_young_quarters(store: SqliteStore) -> None:
    """Of three days the last is stored, one has nothing, one is asked up to its noon."""
    run(store.apply([some_days(0, 1), some_days(3, 1), minute(5 * 1_440, 3)]))
    edges_s = list(day_edges(LOCATIONS[0]))
    odd_s = [edges_s[0], edges_s[1] + 43_200, *edges_s[2:]]
    before = [run(store.read(lambda view, e=e: view.days(NUMBERS, e))) for e in (edges_s, odd_s)]  # type: ignore[misc]
    run(store.compact(BASE_S + 7 * DAY_S))
    after = [run(store.read(lambda view, e=e: view.days(NUMBERS, e))) for e in (edges_s, odd_s)]  # type: ignore[misc]
    assert after == before


def test_a_sensor_without_a_location_has_no_stored_days(store: SqliteStore) -> None:
    stray = Series(
        series=SeriesNo(500), sensor=SensorNo(50), channel="c", measure="forward",
        kind="accumulating", position=0,
    )  # fmt: skip
    run(store.write(lambda tx: tx.save(stray)))
    run(store.apply([minute(at, 1, sensor=50) for at in range(20)]))
    edges_s = [BASE_S, BASE_S + DAY_S]
    before = run(store.read(lambda view: view.days([SeriesNo(500)], edges_s)))
    assert run(store.compact(NOW_S)) == 1
    assert run(store.read(lambda view: view.days([SeriesNo(500)], edges_s))) == before
    run(store.rebuild())
    assert run(store.read(lambda view: view.days([SeriesNo(500)], edges_s))) == before


def test_a_whole_day_of_an_unknown_series_is_refused(store: SqliteStore) -> None:
    push = replace(some_days(0, 4), received_ms=NOW_S * 1000)
    wide = replace(push, minutes=[one._replace(values=(1, 2, 3, 4)) for one in push.minutes])
    with pytest.raises(StoreError, match="no series at position 3"):
        run(store.apply([wide]))
    assert rows_of(store, "cold") == 0


# -- pushes between any two steps ------------------------------------------------------------------
STEPS = st.one_of(
    st.sampled_from(["begin", "freeze", "freeze", "drop", "drop", "sums"]),
    st.lists(pushes(), min_size=1, max_size=2),
    st.lists(backlogs(), min_size=1, max_size=1),
)


def take(store: SqliteStore, step: str) -> None:
    """One short transaction of a compaction."""
    works: dict[str, Any] = {
        "begin": lambda disk: compact.begin(disk, BASE_S + 5 * DAY_S),
        "freeze": lambda disk: compact.freeze_some(disk, NOW_S),
        "drop": compact.drop_some,
        "sums": compact.sum_a_sensor,
    }

    def work(disk: Disk) -> Any:
        return works[step](disk)

    run(store._step(work))


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=14))
def test_pushes_between_any_two_steps(monkeypatch: pytest.MonkeyPatch, steps: list[Any]) -> None:
    monkeypatch.setattr(compact, "DAYS_PER_STEP", 2)
    monkeypatch.setattr(compact, "ROWS_PER_STEP", 5)
    monkeypatch.setattr(bulk, "MINUTES_MIN", 3)
    reference = ReferenceStore()
    run(reference.write(furnish))
    with TemporaryDirectory(dir=MEMORY) as folder:
        store = cast(SqliteStore, open_store(Path(folder) / "countline.db", threads=False))
        run(store.write(furnish))
        for step in steps:
            if isinstance(step, str):
                take(store, step)
            else:
                assert run(store.apply(step)) == run(reference.apply(step))
            answer, right = run(store.read(full_look)), run(reference.read(full_look))
            for verb in right:
                assert answer[verb] == right[verb], verb
        run(store.close())
