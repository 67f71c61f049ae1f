"""The contract of every store for what is kept beside claims: folds, pushes, bodies, events."""

from dataclasses import replace
from typing import Any

import pytest

from countline.model.claim import Fold
from countline.model.event import Event
from countline.store import Accepted, Store, Transaction
from tests.contract.store_kinds import Opener, each_store, empty_store, run
from tests.contract.store_world import BASE_S, DAY_S, fold, kept_push

SUBJECT = "zone:1"
HOUR_S = 3_600
QUARTERS = [fold(BASE_S + at_s) for at_s in (0, 900, 2_700, HOUR_S, 9 * DAY_S)]


def look(store: Store, verb: str, *arguments: Any, **named: Any) -> Any:
    """The answer of one verb of a view."""
    return run(store.read(lambda view: getattr(view, verb)(*arguments, **named)))


def put(store: Store, *folds: Fold, subject: str = SUBJECT) -> None:
    run(store.write(lambda tx: tx.put_folds(subject, folds)))


def told(folds: list[Fold]) -> list[tuple[int, int]]:
    """(seconds since the world began, commit) of folds."""
    return [(one.start_s - BASE_S, one.commit) for one in folds]


# -- folds -----------------------------------------------------------------------------------------
@each_store
def test_folds_come_back_as_they_were_with_the_commit_of_the_store(opener: Opener) -> None:
    extreme = fold(BASE_S, step=None, floor=None, start=-5, person_s=1 << 50, commit=77)
    with empty_store(opener) as store:
        put(store, *reversed([*QUARTERS[1:], extreme]))
        assert look(store, "folds", SUBJECT, 0, BASE_S + 99 * DAY_S) == [
            one._replace(commit=1) for one in (extreme, *QUARTERS[1:])
        ]
        assert look(store, "folds", "zone:2", 0, BASE_S + 99 * DAY_S) == []
        assert told(look(store, "folds", SUBJECT, BASE_S + 900, BASE_S + HOUR_S)) == [
            (900, 1), (2_700, 1),
        ]  # fmt: skip
        assert look(store, "day_folds", SUBJECT, 0, BASE_S + 99 * DAY_S) == []


@each_store
def test_a_fold_that_does_not_change_keeps_its_commit(opener: Opener) -> None:
    with empty_store(opener) as store:
        put(store, *QUARTERS[:3])
        put(store, *QUARTERS[:3])
        put(store)
        assert look(store, "head") == (1, 0)
        put(store, QUARTERS[0], QUARTERS[1]._replace(high=9), QUARTERS[3])
        assert told(look(store, "folds", SUBJECT, 0, BASE_S + DAY_S)) == [
            (0, 1), (900, 2), (2_700, 1), (HOUR_S, 2),
        ]  # fmt: skip


@each_store
def test_the_nearest_folds_before_and_after(opener: Opener) -> None:
    with empty_store(opener) as store:
        assert look(store, "last_fold", SUBJECT, BASE_S) is None
        assert look(store, "next_fold", SUBJECT, BASE_S) is None
        put(store, *QUARTERS)
        put(store, fold(BASE_S + 2 * HOUR_S), fold(BASE_S - DAY_S), subject="zone:2")
        for before_s, after_s in (
            (BASE_S + 900, BASE_S), (BASE_S + 901, BASE_S + 900), (BASE_S + DAY_S, BASE_S + HOUR_S),
            (BASE_S + 99 * DAY_S, BASE_S + 9 * DAY_S),
        ):  # fmt: skip
            assert look(store, "last_fold", SUBJECT, before_s).start_s == after_s
        assert look(store, "last_fold", SUBJECT, BASE_S) is None
        for from_s, after_s in (
            (0, BASE_S), (BASE_S, BASE_S), (BASE_S + 1, BASE_S + 900),
            (BASE_S + HOUR_S + 1, BASE_S + 9 * DAY_S),
        ):  # fmt: skip
            assert look(store, "next_fold", SUBJECT, from_s).start_s == after_s
        assert look(store, "next_fold", SUBJECT, BASE_S + 9 * DAY_S + 1) is None
        assert look(store, "next_fold", "zone:3", 0) is None


@each_store
def test_civil_days_of_any_distance(opener: Opener) -> None:
    """23 hours may lie between two day starts, so that both are in one UTC day."""
    days = [fold(BASE_S + at_s) for at_s in (0, 23 * HOUR_S, 47 * HOUR_S, 72 * HOUR_S)]
    with empty_store(opener) as store:
        run(store.write(lambda tx: tx.put_day_folds(SUBJECT, days)))
        run(store.write(lambda tx: tx.put_day_folds(SUBJECT, [days[1]._replace(low=-1)])))
        assert told(look(store, "day_folds", SUBJECT, BASE_S, BASE_S + 72 * HOUR_S)) == [
            (0, 1), (23 * HOUR_S, 2), (47 * HOUR_S, 1),
        ]  # fmt: skip
        assert look(store, "folds", SUBJECT, 0, BASE_S + 99 * DAY_S) == []


@each_store
def test_dropped_folds_are_gone(opener: Opener) -> None:
    def drop(tx: Transaction) -> None:
        tx.drop_folds(SUBJECT, BASE_S + 900, BASE_S + DAY_S)

    with empty_store(opener) as store:
        put(store, *QUARTERS)
        put(store, *QUARTERS, subject="zone:2")
        days = [fold(BASE_S), fold(BASE_S + 23 * HOUR_S), fold(BASE_S + DAY_S)]
        run(store.write(lambda tx: tx.put_day_folds(SUBJECT, days)))
        run(store.write(drop))
        assert told(look(store, "folds", SUBJECT, 0, BASE_S + 99 * DAY_S)) == [
            (0, 1), (9 * DAY_S, 1),
        ]  # fmt: skip
        assert told(look(store, "day_folds", SUBJECT, 0, BASE_S + 99 * DAY_S)) == [
            (0, 3), (DAY_S, 3),
        ]  # fmt: skip
        assert len(look(store, "folds", "zone:2", 0, BASE_S + 99 * DAY_S)) == len(QUARTERS)


# -- pushes ----------------------------------------------------------------------------------------
@each_store
def test_kept_pushes_come_by_id_and_state(opener: Opener) -> None:
    pushes = [
        kept_push(state="waiting", device_id=3, body=b"\0" * 1_000),
        kept_push(sensor=1, detail="naïve"),
        kept_push(state="waiting", device_id=3, body=b""),
        kept_push(state="waiting", body=b"12345"),
    ]
    with empty_store(opener) as store:
        assert run(store.write(lambda tx: [tx.keep_push(one) for one in pushes])) == [1, 2, 3, 4]
        kept = [replace(one, push_id=n) for n, one in enumerate(pushes, start=1)]
        assert look(store, "pushes", None) == kept
        assert look(store, "pushes", None, after=1, limit=2) == kept[1:3]
        assert look(store, "pushes", "waiting", after=1) == kept[2:]
        assert look(store, "pushes", "late") == []
        assert look(store, "push_bytes", "waiting") == {3: 1_000, None: 5}
        assert look(store, "push_bytes", "late") == {}


@each_store
def test_a_dropped_push_is_gone_and_its_id_not_given_again(opener: Opener) -> None:
    with empty_store(opener) as store:
        run(store.write(lambda tx: [tx.keep_push(kept_push()) for _ in range(3)]))
        run(store.write(lambda tx: tx.drop_pushes([3, 1, 99])))
        assert [one.push_id for one in look(store, "pushes", None)] == [2]
        assert run(store.write(lambda tx: tx.keep_push(kept_push()))) == 4
        moved = kept_push(push_id=2, state="late")
        assert run(store.write(lambda tx: tx.keep_push(moved))) == 2
        assert look(store, "pushes", "late") == [moved]


# -- bodies and events -----------------------------------------------------------------------------
def body(at_ms: int, content: bytes | None = b"{}" * 300) -> Accepted:
    """A push that says nothing and has one event."""
    event = Event(kind="catalogue.changed", at_ms=at_ms)
    return Accepted(received_ms=at_ms, driver="xovis_v5", body=content, events=[event])


def bodies(store: Store, start_ms: int, end_ms: int) -> list[Any]:
    return run(store.read(lambda view: sorted(view.bodies(start_ms, end_ms))))


@each_store
def test_bodies_come_by_when_they_were_received(opener: Opener) -> None:
    with empty_store(opener) as store:
        run(store.apply([body(10, b"a"), body(30, b""), body(20, None)]))
        run(store.write(lambda tx: tx.apply(body(15, b"\xff" * 5_000))))
        assert bodies(store, 0, 100) == [
            (10, "xovis_v5", None, b"a"),
            (15, "xovis_v5", None, b"\xff" * 5_000),
            (30, "xovis_v5", None, b""),
        ]
        assert [one[0] for one in bodies(store, 10, 30)] == [10, 15]
        assert [one[0] for one in bodies(store, 11, 31)] == [15, 30]


@each_store
def test_what_is_old_is_forgotten(opener: Opener) -> None:
    with empty_store(opener) as store:
        for at_ms in (100, 200, 300):
            run(store.apply([body(at_ms), body(at_ms + 1)]))
        run(store.write(lambda tx: tx.forget(bodies_before_ms=200, events_before_ms=300)))
        assert [one[0] for one in bodies(store, 0, 999)] == [200, 201, 300, 301]
        assert [one.seq for one in look(store, "events", 0, 9)] == [5, 6]
        assert [one.seq for one in look(store, "events", 5, 9)] == [6]
        assert look(store, "head") == (3, 6)
        run(store.write(lambda tx: tx.forget(bodies_before_ms=999, events_before_ms=999)))
        assert bodies(store, 0, 999) == look(store, "events", 0, 9) == []
        assert run(store.apply([body(400)])).seq == 7, "numbers go on where they were"


@each_store
def test_events_are_numbered_one_by_one(opener: Opener) -> None:
    many = [Event(kind="catalogue.changed", start_s=at, detail={"at": [at]}) for at in range(300)]
    with empty_store(opener) as store:
        assert run(store.write(lambda tx: tx.emit(*many))) == 300
        assert run(store.write(lambda tx: tx.emit())) == 300
        assert run(store.write(lambda tx: tx.emit(many[0]))) == 301
        found = look(store, "events", 298, 10)
        assert [(one.seq, one.commit, one.start_s) for one in found] == [
            (299, 1, 298), (300, 1, 299), (301, 2, 0),
        ]  # fmt: skip
        assert found[0].detail == {"at": [298]}
        assert len(look(store, "events", 0, 10_000)) == 301


@each_store
@pytest.mark.parametrize("seq", [0, 7, 1 << 40])
def test_a_cursor_stays_where_it_was_moved(opener: Opener, seq: int) -> None:
    with empty_store(opener) as store:
        run(store.write(lambda tx: tx.move_cursor("webhook", seq)))
        assert look(store, "cursor", "webhook") == seq
        assert look(store, "cursor", "another") == 0
