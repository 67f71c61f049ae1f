"""The contract of every store, verb by verb."""

from dataclasses import replace
from typing import Any

import pytest

from countline.errors import StoreError
from countline.limits import FINAL_AFTER_S
from countline.model.claim import Bin, Bucket, Claim
from countline.model.event import Event
from countline.model.ids import LocationId, SensorNo, SeriesNo, ZoneId
from countline.model.place import Zone
from countline.model.sensor import Series
from countline.store import Accepted, Commit, Outcome, Store, Transaction, View
from tests.contract.store_kinds import Opener, each_store, empty_store, long, minute, run
from tests.contract.store_world import BASE_S, DAY_S, LOCATIONS, NOW_S, fold, kept_push

TEN, ELEVEN = SeriesNo(10), SeriesNo(11)


def look(store: Store, verb: str, *arguments: Any, **named: Any) -> Any:
    """The answer of one verb of a view."""
    return run(store.read(lambda view: getattr(view, verb)(*arguments, **named)))


def counted(store: Store, series: SeriesNo = TEN) -> list[Bin]:
    return run(store.read(lambda view: view.bins([series], 0, NOW_S)))


def kinds(store: Store) -> list[str]:
    return [event.kind for event in look(store, "events", 0, 100)]


# -- transactions ----------------------------------------------------------------------------------
@each_store
def test_if_the_work_raises_nothing_happened(opener: Opener) -> None:
    def work(tx: Transaction) -> None:
        tx.save(Zone(zone_id=ZoneId(1), location_id=LocationId("ZRH"), name="one"))
        tx.save(Series(series=SeriesNo(99), sensor=SensorNo(1), channel="c", measure="m",
                       kind="state", position=3))  # fmt: skip
        tx.apply(minute(0, 1, 2, 3, 4))
        tx.apply(long(0, 300, 5))
        tx.emit(Event(kind="catalogue.changed"))
        tx.put_folds("zone:1", [fold(BASE_S)])
        tx.keep_push(kept_push())
        tx.move_cursor("webhook", 5)
        tx.next_number("zone")
        raise LookupError

    with empty_store(opener) as store:
        before = (look(store, "head"), look(store, "catalogue_version"))
        with pytest.raises(LookupError):
            run(store.write(work))
        assert (look(store, "head"), look(store, "catalogue_version")) == before
        assert counted(store) == look(store, "records", Zone) == kinds(store) == []
        assert look(store, "cursor", "webhook") == 0
        assert run(store.write(lambda tx: tx.next_number("zone"))) == 1
        with pytest.raises(StoreError, match="no series"):
            run(store.apply([minute(0, 1, 2, 3, 4)]))
        assert run(store.apply([minute(0, 1)])).commit == before[0][0] + 1


@each_store
def test_a_transaction_sees_its_own_writes(opener: Opener) -> None:
    def work(tx: Transaction) -> Any:
        first = tx.apply(minute(0, 1))
        second = tx.apply(minute(1, 2))
        again = tx.apply(minute(0, 1))
        tx.emit(Event(kind="catalogue.changed"))
        seen = tx.bins([TEN], 0, NOW_S), tx.quarters([TEN], 0, NOW_S)[TEN]
        return first, second, again, *seen, [one.commit for one in tx.events(0, 9)], tx.head()

    with empty_store(opener) as store:
        first, second, again, bins, quarters, commits, head = run(store.write(work))
        assert (first, second, again) == (Outcome(1, 0), Outcome(1, 0), Outcome(0, 1))
        assert [one.value for one in bins] == [1, 2]
        assert quarters == [Bucket(BASE_S, 3, 120, 1)]
        assert commits == [1, 1, 1]
        assert head == look(store, "head") == (1, 3)


@each_store
def test_what_changes_nothing_moves_no_number(opener: Opener) -> None:
    with empty_store(opener) as store:
        run(store.apply([minute(0, 1)]))
        head = look(store, "head")
        body = replace(minute(0, 1), body=b"{}", kept=[kept_push()])
        assert run(store.apply([])) == Commit(head[0], head[1], ())
        assert run(store.apply([body])) == Commit(head[0], head[1], (Outcome(0, 1),))
        run(store.write(lambda tx: tx.save(replace(LOCATIONS[0], name="Zurich"))))
        run(store.write(lambda tx: tx.move_cursor("webhook", 1)))
        assert look(store, "head") == head
        assert len(look(store, "pushes", "failed")) == 1


# -- claims ----------------------------------------------------------------------------------------
@each_store
def test_a_group_has_one_commit_and_an_outcome_for_each_push(opener: Opener) -> None:
    with empty_store(opener) as store:
        group = [minute(0, 1, None, 3), minute(0, 1, 2), minute(1, 5, sensor=2), minute(7)]
        assert run(store.apply(group)) == Commit(
            1, 3, (Outcome(2, 0), Outcome(1, 1), Outcome(1, 0), Outcome(0, 0))
        )
        assert {one.commit for one in counted(store)} == {1}


@each_store
@pytest.mark.parametrize(
    ("second", "outcome", "stands", "revised"),
    [
        ({"sequence": 2}, Outcome(0, 1), (1, 60, 2, 4), False),
        ({"sequence": 0}, Outcome(0, 1), (1, 60, 1, 4), False),
        ({"value": 3}, Outcome(0, 0), (1, 60, 1, 4), False),
        ({"value": 5}, Outcome(1, 0), (1, 60, 1, 5), True),
        ({"value": 3, "sequence": 2}, Outcome(1, 0), (1, 60, 2, 3), True),
        ({"value": 3, "covered_s": 59, "sequence": 9}, Outcome(0, 0), (1, 60, 1, 4), False),
        ({"value": 3, "rank": 2, "covered_s": 0}, Outcome(1, 0), (2, 0, 1, 3), True),
        ({"rank": 2, "covered_s": 58}, Outcome(1, 0), (2, 58, 1, 4), False),
    ],
)
def test_the_greatest_claim_wins(
    opener: Opener, second: dict[str, int], outcome: Outcome, stands: tuple[int, ...], revised: bool
) -> None:
    fields = dict(second)
    value = fields.pop("value", 4)
    with empty_store(opener) as store:
        run(store.apply([minute(0, 4)]))
        assert run(store.apply([minute(0, value, **fields)])).outcomes == (outcome,)
        claims = look(store, "claims", TEN, BASE_S, 60)
        assert claims[0][3:] == stands
        assert {one.value for one in claims} == {4, value}
        assert kinds(store)[1:] == ["counts.revised" if revised else "counts.recorded"] * bool(
            outcome.changed
        )
        (one,) = counted(store)
        assert (one.value, one.covered_s, one.commit) == (stands[3], stands[1], 1 + outcome.changed)
        (bucket,) = look(store, "quarters", [TEN], 0, NOW_S)[TEN]
        assert bucket == Bucket(BASE_S, stands[3], stands[1], 1 + outcome.changed)


@each_store
def test_a_quarter_that_adds_up_to_the_same_keeps_its_commit(opener: Opener) -> None:
    with empty_store(opener) as store:
        run(store.apply([minute(0, 1), minute(1, 2), minute(20, 5)]))
        run(store.apply([minute(0, 2, sequence=2), minute(1, 1, sequence=2)]))
        assert [one.commit for one in counted(store)] == [2, 2, 1]
        assert [one.commit for one in look(store, "quarters", [TEN], 0, NOW_S)[TEN]] == [1, 1]


@each_store
def test_pushes_of_a_group_are_taken_in_their_order(opener: Opener) -> None:
    with empty_store(opener) as store:
        run(store.apply([long(0, 300, 5, rank=2), minute(1, 1), minute(9, 1)]))
        assert kinds(store) == ["counts.recorded"] * 3, "nothing stood in the way of the first"
        run(store.apply([minute(21, 1), long(1_200, 300, 5, rank=2)]))
        assert kinds(store)[3:] == ["counts.recorded", "counts.revised"]
        assert [one.value for one in counted(store)] == [5, 1, 5]


@each_store
def test_losers_are_kept_and_told_greatest_first(opener: Opener) -> None:
    with empty_store(opener) as store:
        for value, sequence in ((1, 1), (2, 3), (3, 2), (1, 2), (2, 1)):
            run(store.apply([minute(0, value, sequence=sequence)]))
        claims = look(store, "claims", TEN, BASE_S, 60)
        assert [(one.value, one.sequence) for one in claims] == [(2, 3), (3, 2), (1, 2)]
        run(store.apply([minute(0, 1, sequence=9)]))
        claims = look(store, "claims", TEN, BASE_S, 60)
        assert [(one.value, one.sequence) for one in claims] == [(1, 9), (2, 3), (3, 2)]
        assert look(store, "claims", TEN, BASE_S + 60, 60) == []
        assert look(store, "claims", SeriesNo(555), BASE_S, 60) == []


@each_store
def test_a_whole_minute_is_the_same_bin_however_it_is_told(opener: Opener) -> None:
    with empty_store(opener) as store:
        run(store.apply([minute(0, 1)]))
        assert run(store.apply([long(0, 60, 1)])).outcomes == (Outcome(0, 1),)
        assert run(store.apply([long(60, 60, 2)])).outcomes == (Outcome(1, 0),)
        assert look(store, "long_bins", [TEN], 0, NOW_S) == []
        assert [one.value for one in counted(store)] == [1, 2]


@each_store
def test_of_overlapping_bins_the_better_ones_count(opener: Opener) -> None:
    with empty_store(opener) as store:
        run(store.apply([minute(at, 1, 7) for at in range(3)]))
        run(store.apply([long(60, 300, 50)]))
        assert [one.value for one in look(store, "overlapped", SensorNo(1), 0, NOW_S)] == [50]
        assert kinds(store)[-1] == "counts.recorded"
        run(store.apply([long(60, 300, 51, rank=2)]))
        assert [one[1:4] for one in counted(store)] == [(BASE_S, 60, 1), (BASE_S + 60, 300, 51)]
        assert [one.value for one in counted(store, ELEVEN)] == [7, 7, 7]
        assert [one.value for one in look(store, "long_bins", [TEN], 0, NOW_S)] == [51]
        assert [one[1] for one in look(store, "overlapped", SensorNo(1), 0, NOW_S)] == [
            BASE_S + 60, BASE_S + 120,
        ]  # fmt: skip
        last = look(store, "events", 0, 100)[-1]
        assert (last.kind, last.start_s, last.end_s) == (
            "counts.revised", BASE_S + 60, BASE_S + 360,
        )  # fmt: skip
        assert look(store, "quarters", [TEN], 0, NOW_S)[TEN] == [Bucket(BASE_S, 52, 360, 3)]


@each_store
def test_late_claims_are_revisions(opener: Opener) -> None:
    received_s = BASE_S + 60 + FINAL_AFTER_S
    with empty_store(opener) as store:
        for at in (0, 1):
            run(store.apply([replace(minute(at, 1), received_ms=received_s * 1000)]))
        assert kinds(store) == ["counts.revised", "counts.recorded"]


@each_store
def test_events_hold_the_range_of_what_changed(opener: Opener) -> None:
    found = Event(kind="sensor.discovered", detail={"serial": "00:6e"}, at_ms=7)
    push = replace(minute(5, 1), minutes=[*minute(5, 1).minutes, *minute(9, 2).minutes])
    with empty_store(opener) as store:
        run(store.apply([minute(9, 2)]))
        assert run(store.apply([replace(push, events=[found])])).seq == 3
        told = look(store, "events", 1, 100)
        assert told == [
            Event(
                kind="counts.recorded", location_id=LocationId("ZRH"), sensor=SensorNo(1),
                start_s=BASE_S + 300, end_s=BASE_S + 360, seq=2, commit=2,
                at_ms=push.received_ms,
            ),
            replace(found, seq=3, commit=2),
        ]  # fmt: skip
        assert look(store, "events", 2, 100) == told[1:]
        assert look(store, "events", 1, 1) == told[:1]
        assert look(store, "events", 3, 100) == []


@each_store
def test_a_quarter_without_a_bin_is_not_there(opener: Opener) -> None:
    with empty_store(opener) as store:
        run(store.apply([minute(0, 0, covered_s=0), minute(30, 0)]))
        assert look(store, "quarters", [TEN, ELEVEN, SeriesNo(555)], 0, NOW_S) == {
            TEN: [Bucket(BASE_S, 0, 0, 1), Bucket(BASE_S + 1_800, 0, 60, 1)],
            ELEVEN: [],
            SeriesNo(555): [],
        }
        run(store.apply([long(0, 3_600, 9, rank=3, covered_s=0)]))
        assert look(store, "quarters", [TEN], 0, NOW_S)[TEN] == [Bucket(BASE_S, 9, 0, 2)]
        assert look(store, "days", [TEN], [BASE_S, BASE_S + DAY_S, NOW_S])[TEN] == [
            Bucket(BASE_S, 9, 0, 2)
        ]
        assert look(store, "days", [TEN], [BASE_S])[TEN] == []


@each_store
def test_the_span_of_a_sensor(opener: Opener) -> None:
    with empty_store(opener) as store:
        assert look(store, "span", SensorNo(1)) is None
        assert look(store, "span", SensorNo(555)) is None
        run(store.apply([minute(31, 1), minute(90, None, 4), long(3_630, 7_200, 1)]))
        assert look(store, "span", SensorNo(1)) == (BASE_S + 1_860, BASE_S + 10_830)


@each_store
def test_claims_of_unknown_series_are_refused(opener: Opener) -> None:
    with empty_store(opener) as store:
        run(store.apply([minute(0, 1)]))
        for push in (
            minute(0, 1, 2, 3, 4), minute(2, 1, 2, 3, 4), minute(0, 1, sensor=555),
            long(0, 300, 1, series=555),
        ):  # fmt: skip
            with pytest.raises(StoreError, match="no series"):
                run(store.apply([minute(1, 1), push]))
        assert [one.value for one in counted(store)] == [1]


@each_store
def test_a_bin_has_a_length(opener: Opener) -> None:
    with empty_store(opener) as store:
        for length_s in (0, -60):
            with pytest.raises(StoreError, match="has no length"):
                run(store.apply([long(0, length_s, 1)]))
        assert counted(store) == []


@each_store
def test_a_better_rank_of_the_same_value_moves_only_what_overlaps(opener: Opener) -> None:
    with empty_store(opener) as store:
        run(store.apply([long(0, 300, 4), long(60, 120, 3), long(600, 300, 9)]))
        assert [one.value for one in counted(store)] == [3, 9]
        assert run(store.apply([long(0, 300, 4, rank=2)])).outcomes == (Outcome(0, 1),)
        assert [(one.value, one.commit) for one in counted(store)] == [(4, 2), (9, 1)]
        assert run(store.apply([long(0, 300, 4, rank=2, sequence=2)])).commit == 2


# -- what a view is --------------------------------------------------------------------------------
@each_store
def test_work_of_a_view_is_given_back(opener: Opener) -> None:
    def work(view: View) -> tuple[int, list[Claim]]:
        return view.head()[0], view.claims(TEN, BASE_S, 60)

    with empty_store(opener) as store:
        run(store.apply([Accepted(received_ms=0), minute(0, 1)]))
        for heavy in (False, True):
            commit, claims = run(store.read(work, heavy=heavy))
            assert (commit, [one.value for one in claims]) == (1, [1])
