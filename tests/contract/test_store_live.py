"""The contract of every store for live totals: provisional claims, never beside, never twice."""

from itertools import pairwise
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from countline.counting.provisional import joined
from countline.limits import LIVE_TOTALS_OF_MINUTE_MAX
from countline.model.claim import Bin, Bucket, Claim, Shown
from countline.model.ids import LocationId, SensorNo, SeriesNo
from countline.model.sensor import Series
from countline.store import Accepted, LiveMinute, Outcome, Store, Transaction, View
from tests.contract.store_kinds import (
    MEMORY,
    Opener,
    Pair,
    each_durable,
    each_store,
    empty_store,
    long,
    minute,
    run,
)
from tests.contract.store_world import BASE_S, DAY_S, NOW_S
from tests.contract.test_stores import QUIET_STEPS, numbers

TEN, ELEVEN = SeriesNo(10), SeriesNo(11)
FIRST = BASE_S // 60


def shown(at: int, total: int, *, ms: int = 0, **more: Any) -> LiveMinute:
    """A total of series 10 in minute `at` of the first day."""
    series = more.pop("series", TEN)
    fields: dict[str, Any] = {"order": 0, "step": 1, **more}
    one = Shown((FIRST + at) * 60_000 + ms, total=total, **fields)
    return LiveMinute(series, FIRST + at, (one,))


def live(*told: LiveMinute) -> Accepted:
    """A push of live events of sensor 1."""
    return Accepted(
        received_ms=(BASE_S + DAY_S) * 1000,
        sensor=SensorNo(1),
        location_id=LocationId("ZRH"),
        live=told,
    )


def values(store: Store, series: SeriesNo = TEN) -> list[int]:
    return [one.value for one in run(store.read(lambda v: v.bins([series], 0, NOW_S)))]


def marked(store: Store, *series: SeriesNo) -> list[int]:
    """Minutes of the first day that are provisional."""
    found = run(store.read(lambda v: v.provisional(series or (TEN,), 0, NOW_S)))
    return [at_s // 60 - FIRST for _, at_s in found]


# -- one total after the other ---------------------------------------------------------------------
@each_store
def test_a_live_total_counts_what_it_adds_and_covers_nothing(opener: Opener) -> None:
    with empty_store(opener) as store:
        assert run(store.apply([live(shown(0, 412))])).outcomes == (Outcome(1, 0),)
        assert run(store.apply([live(shown(0, 414, ms=900))])).outcomes == (Outcome(1, 0),)
        assert run(store.apply([live(shown(0, 414, ms=900))])).outcomes == (Outcome(0, 1),)
        bins = run(store.read(lambda v: v.bins([TEN], 0, NOW_S)))
        assert bins == [Bin(TEN, BASE_S, 60, 3, 0, 2)]
        assert run(store.read(lambda v: v.quarters([TEN], 0, NOW_S)))[TEN] == [
            Bucket(BASE_S, 3, 0, 2)
        ]
        assert marked(store) == [0]
        events = run(store.read(lambda v: v.events(0, 9)))
        assert [(e.kind, e.sensor, e.start_s, e.end_s) for e in events] == [
            ("counts.provisional", 1, BASE_S, BASE_S + 60)
        ] * 2


@each_store
def test_the_difference_is_to_the_last_total_before_the_minute(opener: Opener) -> None:
    with empty_store(opener) as store:
        run(store.apply([live(shown(0, 10), shown(3, 14), shown(4, 14, step=0), shown(5, 20))]))
        assert values(store) == [1, 4, 0, 6]
        assert marked(store) == [0, 3, 5]
        run(store.apply([live(shown(2, 12))]))  # late, and between two that are known
        assert values(store) == [1, 2, 2, 0, 6]


@each_store
def test_a_record_replaces_exactly_and_nothing_stays_beside(opener: Opener) -> None:
    with empty_store(opener) as store:
        run(store.apply([live(shown(0, 5), shown(0, 7, ms=500))]))
        told = run(store.apply([minute(0, 4, 2)]))
        assert told.outcomes == (Outcome(2, 0),)
        assert values(store) == [4]
        assert marked(store) == []
        assert run(store.apply([live(shown(0, 9, ms=800))])).outcomes == (Outcome(0, 0),)
        assert values(store) == [4]
        claims = run(store.read(lambda v: v.claims(TEN, BASE_S, 60)))
        assert claims == [Claim(TEN, BASE_S, 60, 1, 60, 1, 4)]
        events = run(store.read(lambda v: v.events(0, 9)))
        assert [e.kind for e in events] == ["counts.provisional", "counts.recorded"]


@each_store
def test_a_record_of_the_same_value_is_a_change_for_it_is_no_longer_provisional(
    opener: Opener,
) -> None:
    with empty_store(opener) as store:
        run(store.apply([live(shown(0, 5))]))
        assert run(store.apply([minute(0, 1, covered_s=0)])).outcomes == (Outcome(1, 0),)
        assert marked(store) == []
        (one,) = run(store.read(lambda v: v.bins([TEN], 0, NOW_S)))
        assert (one.value, one.commit) == (1, 2)


@each_store
def test_a_longer_record_overlaps_its_provisional_minutes(opener: Opener) -> None:
    with empty_store(opener) as store:
        run(store.apply([live(shown(0, 5), shown(14, 9), shown(15, 10))]))
        run(store.apply([long(0, 900, 3)]))
        assert values(store) == [3, 1]
        assert marked(store) == [15]
        run(store.apply([live(shown(2, 7))]))
        assert values(store) == [3, 1]
        assert marked(store) == [15]


# -- never twice -----------------------------------------------------------------------------------
@each_store
def test_what_a_record_counted_is_not_bridged_again(opener: Opener) -> None:
    """The live events of minute 1 were lost; its record came, and has them."""
    with empty_store(opener) as store:
        run(store.apply([live(shown(0, 10))]))
        run(store.apply([live(shown(2, 14))]))
        assert values(store) == [1, 4]  # three were lost, and one is this
        run(store.apply([minute(1, 3)]))
        assert values(store) == [1, 3, 1]
        run(store.apply([minute(0, 1)]))
        run(store.apply([minute(2, 1)]))
        assert values(store) == [1, 3, 1]


@each_store
def test_what_was_lost_at_the_end_of_a_recorded_minute_is_not_counted_twice(opener: Opener) -> None:
    with empty_store(opener) as store:
        run(store.apply([live(shown(0, 10), shown(1, 13))]))
        assert values(store) == [1, 3]
        run(store.apply([minute(0, 3)]))  # 11 and 12 were of minute 0
        assert values(store) == [3, 1]


@each_store
def test_a_pause_of_days_is_not_made_up_for(opener: Opener) -> None:
    with empty_store(opener) as store:
        run(store.apply([live(shown(0, 10), shown(1_441, 900))]))
        assert values(store) == [1, 1]


# -- resets, regressions, states -------------------------------------------------------------------
@each_store
def test_pieces_around_a_reset_add_up(opener: Opener) -> None:
    with empty_store(opener) as store:
        reset = shown(1, 0, ms=500, step=0, was_reset=True)
        run(store.apply([live(shown(1, 2, ms=900)), live(reset), live(shown(0, 99))]))
        run(store.apply([live(shown(1, 101, ms=100))]))
        assert values(store) == [1, 4]


@each_store
def test_a_total_that_fell_without_a_reset_says_nothing(opener: Opener) -> None:
    with empty_store(opener) as store:
        run(store.apply([live(shown(0, 99), shown(1, 3), shown(2, 5))]))
        assert values(store) == [1, 0, 2]
        assert marked(store) == [0, 2]


@each_store
def test_a_state_is_what_was_shown_last(opener: Opener) -> None:
    def furnish(tx: Transaction) -> None:
        tx.save(Series(series=SeriesNo(90), sensor=SensorNo(1), channel="single/2",
                       measure="present", kind="state", position=3))  # fmt: skip

    with empty_store(opener) as store:
        run(store.write(furnish))
        told = [shown(0, 4, series=SeriesNo(90)), shown(0, 3, ms=5, series=SeriesNo(90), step=-1)]
        run(store.apply([live(*told, shown(1, 0, series=SeriesNo(90), step=-1))]))
        assert values(store, SeriesNo(90)) == [3, 0]


@each_store
def test_totals_are_forgotten_but_for_the_last(opener: Opener) -> None:
    with empty_store(opener) as store:
        run(store.apply([live(shown(0, 10), shown(1, 20), shown(2, 30))]))
        before = values(store)
        run(
            store.write(
                lambda tx: tx.forget(
                    bodies_before_ms=0, events_before_ms=0, live_before_s=BASE_S + 120
                )
            )
        )
        assert values(store) == before
        run(store.apply([live(shown(3, 31))]))
        assert values(store) == [1, 10, 10, 1]


def test_of_too_many_totals_the_latest_stand_whatever_the_order() -> None:
    many = [Shown(at, 0, at) for at in range(LIVE_TOTALS_OF_MINUTE_MAX + 50)]
    straight = joined(many, ())
    turned = joined(joined(many[::-2], ()), joined(many[::2], ()))
    assert straight == turned == tuple(many[50:])


# -- any order, any splitting ----------------------------------------------------------------------
def lives() -> st.SearchStrategy[Accepted]:
    """Live pushes of two series; a counter that resets, and of which some totals are lost."""
    one = st.builds(
        lambda series, at, ms, rise, was_reset: shown(
            at,
            0 if was_reset else (at * 60 + ms) // 7 + rise,
            ms=ms * 1000,
            series=series,
            step=0 if was_reset else 1,
            was_reset=was_reset,
        ),
        st.sampled_from((TEN, ELEVEN)),
        st.sampled_from((0, 1, 2, 14, 15, 16, 59, 60, 1_439, 1_440, 1_441)),
        st.integers(0, 59),
        st.sampled_from((0, 0, 0, 1, -3)),
        st.sampled_from((False, False, False, False, True)),
    )
    return st.lists(one, min_size=1, max_size=5).map(
        lambda told: live(*[one._replace(totals=tuple(one.totals)) for one in told])
    )


def records() -> st.SearchStrategy[Accepted]:
    return st.builds(
        lambda at, fw, bw, sequence, covered: minute(
            at, fw, bw, sequence=sequence, covered_s=covered
        ),
        st.sampled_from((0, 1, 2, 14, 15, 16, 59, 60, 1_440)),
        st.integers(0, 3),
        st.one_of(st.none(), st.integers(0, 3)),
        st.integers(1, 3),
        st.sampled_from((0, 60, 60)),
    )


LONG = st.builds(
    long, st.sampled_from((0, 900, 3_600)), st.sampled_from((900, 3_600)), st.integers(0, 3)
)
PUSHES = st.one_of(lives(), lives(), records(), LONG)


def look(view: View) -> Any:
    return [
        (series, view.provisional([series], 0, NOW_S), view.provisional([series], BASE_S, NOW_S))
        for series in (TEN, ELEVEN)
    ]


@st.composite
def told_twice(draw: st.DrawFn) -> tuple[list[Accepted], list[list[Accepted]]]:
    batch = draw(st.lists(PUSHES, min_size=1, max_size=10))
    shuffled = draw(st.permutations([*batch, *batch]))
    cuts = sorted(draw(st.lists(st.integers(0, len(shuffled)), max_size=6)))
    return batch, [shuffled[a:b] for a, b in pairwise([0, *cuts, len(shuffled)])]


@each_durable
@settings(max_examples=40)
@given(steps=st.lists(st.one_of(QUIET_STEPS, st.lists(PUSHES, max_size=6)), max_size=8))
def test_live_totals_agree_with_the_reference(opener: Opener, steps: list[Any]) -> None:
    with TemporaryDirectory(dir=MEMORY) as folder:
        pair = Pair(opener, folder)
        for step in steps:
            if isinstance(step, str):
                pair.do(step)
            else:
                pair.both(lambda store, group=step: store.apply(group))  # type: ignore[misc]
            pair.both(lambda store: store.read(look))
        pair.agree()
        run(pair.store.close())


@each_durable
@settings(max_examples=40)
@given(told=told_twice())
def test_live_totals_doubled_shuffled_and_split_end_in_the_same_numbers(
    opener: Opener, told: tuple[list[Accepted], list[list[Accepted]]]
) -> None:
    batch, mixed = told
    with TemporaryDirectory(dir=MEMORY) as one, TemporaryDirectory(dir=MEMORY) as two:
        straight, shuffled = Pair(opener, one), Pair(opener, two)
        straight.both(lambda store: store.apply(batch))
        for group in mixed:
            shuffled.both(lambda store, group=group: store.apply(group))  # type: ignore[misc]
        assert numbers(straight.store) == numbers(shuffled.store)
        assert run(straight.store.read(look)) == run(shuffled.store.read(look))
        for pair in (straight, shuffled):
            pair.agree()
            run(pair.store.close())
