"""The contract of every store for live frames: what they cover, and until when."""

from itertools import pairwise
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from countline.counting.provisional import covered_s
from countline.limits import LIVE_ALONE_S
from countline.model.ids import LocationId, SensorNo, SeriesNo
from countline.store import Accepted, LiveFrames, Store, View
from tests.contract.store_kinds import (
    MEMORY,
    Opener,
    Pair,
    each_durable,
    each_store,
    empty_store,
    minute,
    run,
)
from tests.contract.store_world import BASE_S, DAY_S, NOW_S
from tests.contract.test_store_live import FIRST, TEN, live, shown
from tests.contract.test_stores import QUIET_STEPS, numbers

DAY = LIVE_ALONE_S // 60  # minutes


def frames(*seconds: int, always: bool = False, lead: SeriesNo = TEN) -> Accepted:
    """Frames of sensor 1 at these seconds of the first day."""
    minutes: dict[int, int] = {}
    for at_s in seconds:
        minutes[at_s // 60] = minutes.get(at_s // 60, 0) | 1 << at_s % 60
    return Accepted(
        received_ms=(BASE_S + DAY_S) * 1000,
        sensor=SensorNo(1),
        location_id=LocationId("ZRH"),
        frames=[LiveFrames(lead, FIRST + at, bits, always) for at, bits in minutes.items()],
    )


def covers(store: Store, series: SeriesNo = TEN) -> dict[int, tuple[int, int]]:
    """Value and covered seconds by minute of the first day."""
    bins = run(store.read(lambda v: v.bins([series], 0, NOW_S)))
    return {b.start_s // 60 - FIRST: (b.value, b.covered_s) for b in bins}


def test_time_between_frames_near_each_other_is_covered() -> None:
    assert covered_s([0, 0, 0, 0, 0]) == 0
    assert covered_s([0, 0, 1 << 5 | 1 << 38, 0, 0]) == 33
    assert covered_s([0, 1 << 59, 1 << 10, 1, 0]) == 60
    assert covered_s([1 << 30, 0, 1, 0, 0]) == 0  # 90 s apart, and it begins here
    assert covered_s([1 << 45, 0, 1 << 15, 0, 0]) == 15  # 90 s apart
    assert covered_s([1 << 45, 0, 1 << 16, 0, 0]) == 0
    assert covered_s([0, 1 << 50, 0, 1 << 20, 0]) == 60


@each_store
def test_frames_cover_all_counters_of_a_channel_where_nobody_else_counts(opener: Opener) -> None:
    with empty_store(opener) as store:
        run(store.apply([frames(0, 40, 100)]))
        assert covers(store) == covers(store, SeriesNo(12)) == {0: (0, 60), 1: (0, 40)}
        run(store.apply([live(shown(0, 9))]))
        assert covers(store) == {0: (1, 60), 1: (0, 40)}
        marks = run(store.read(lambda v: v.provisional([TEN, SeriesNo(20)], 0, NOW_S)))
        assert marks == [(TEN, BASE_S), (TEN, BASE_S + 60)]


@each_store
def test_frames_cover_nothing_within_a_day_of_a_record(opener: Opener) -> None:
    with empty_store(opener) as store:
        run(store.apply([minute(0, 2)]))
        run(store.apply([frames(*range(60, 120, 5), *range(60 * DAY, 60 * DAY + 200, 20))]))
        assert covers(store) == {0: (2, 60), DAY + 1: (0, 60), DAY + 2: (0, 60)}


@each_store
def test_a_record_that_comes_late_ends_what_frames_cover_for_a_day(opener: Opener) -> None:
    with empty_store(opener) as store:
        run(store.apply([frames(60, 120, 180, *range(60 * DAY + 60, 60 * DAY + 200, 60))]))
        assert covers(store)[2] == (0, 60)
        run(store.apply([live(shown(2, 4))]))
        run(store.apply([minute(0, 2)]))
        assert {at: told for at, told in covers(store).items() if at < DAY} == {
            0: (2, 60), 1: (0, 0), 2: (1, 0)
        }  # fmt: skip
        assert covers(store)[DAY + 1] == (0, 60)


@each_store
def test_a_sensor_that_is_set_so_is_covered_whatever_else_comes(opener: Opener) -> None:
    with empty_store(opener) as store:
        run(store.apply([minute(0, 2)]))
        run(store.apply([frames(60, 120, 180, always=True)]))
        assert covers(store) == {0: (2, 60), 1: (0, 60), 2: (0, 60)}
        run(store.apply([minute(1, 3, covered_s=0)]))
        assert covers(store) == {0: (2, 60), 1: (3, 0), 2: (0, 60)}


@each_store
def test_what_counted_by_live_events_alone_can_be_taken_back(opener: Opener) -> None:
    with empty_store(opener) as store:
        run(store.apply([frames(0, 60, 120, always=True), live(shown(1, 5)), minute(0, 1)]))
        run(store.write(lambda tx: tx.drop_live(SensorNo(1))))
        assert covers(store) == {0: (1, 60), 1: (0, 0)}
        assert run(store.read(lambda v: v.provisional([TEN], 0, NOW_S))) == []
        assert run(store.read(lambda v: v.events(0, 9)))[-1].kind == "counts.provisional"
        run(store.apply([live(shown(1, 7))]))
        assert covers(store)[1] == (1, 0)


# -- any order, any splitting ----------------------------------------------------------------------
AT = st.sampled_from(
    (*range(0, 400, 17), *range(60 * DAY - 90, 60 * DAY + 200, 23), 2 * 60 * DAY, 2 * 60 * DAY + 50)
)
PUSHES = st.one_of(
    st.builds(lambda seconds: frames(*seconds), st.lists(AT, min_size=1, max_size=6)),
    st.builds(
        lambda seconds: frames(*seconds, lead=SeriesNo(20), always=True),
        st.lists(AT, min_size=1, max_size=6),
    ),
    st.builds(
        lambda at_s, total: live(shown(at_s // 60, total, ms=at_s % 60)), AT, st.integers(1, 9)
    ),
    st.builds(
        lambda at_s, value, sensor: minute(at_s // 60, value, None, value, sensor=sensor),
        AT,
        st.integers(0, 3),
        st.sampled_from((1, 2)),
    ),
)


def look(view: View) -> Any:
    return view.provisional([TEN, SeriesNo(11), SeriesNo(20)], 0, NOW_S)


@each_durable
@settings(max_examples=40)
@given(steps=st.lists(st.one_of(QUIET_STEPS, st.lists(PUSHES, max_size=5)), max_size=8))
def test_frames_agree_with_the_reference(opener: Opener, steps: list[Any]) -> None:
    with TemporaryDirectory(dir=MEMORY) as folder:
        pair = Pair(opener, folder)
        for step in steps:
            if isinstance(step, str):
                pair.do(step)
            else:
                for store in (pair.store, pair.reference):
                    run(store.apply(step))
            assert numbers(pair.store) == numbers(pair.reference)
            pair.both(lambda store: store.read(look))
        run(pair.store.close())


@each_durable
@settings(max_examples=40)
@given(batch=st.lists(PUSHES, min_size=1, max_size=10), data=st.data())
def test_frames_doubled_shuffled_and_split_end_in_the_same_numbers(
    opener: Opener, batch: list[Accepted], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations([*batch, *batch]))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(shuffled)), max_size=6)))
    with TemporaryDirectory(dir=MEMORY) as one, TemporaryDirectory(dir=MEMORY) as two:
        straight, mixed = Pair(opener, one), Pair(opener, two)
        run(straight.store.apply(batch))
        for a, b in pairwise([0, *cuts, len(shuffled)]):
            run(mixed.store.apply(shuffled[a:b]))
        assert told(straight.store) == told(mixed.store)
        for pair in (straight, mixed):
            run(pair.store.close())


def told(store: Store) -> Any:
    """Numbers, but for bins that say nothing: a frame that counted for a while leaves such."""
    look = numbers(store)
    bins = [b for b in look["bins"] if b.value or b.covered_s]
    return bins, run(store.read(lambda v: v.provisional([TEN, SeriesNo(20)], 0, NOW_S)))
