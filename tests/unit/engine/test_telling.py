"""What events say once told: rows by commit or civil day, with the values of now."""

import asyncio
from collections.abc import Sequence
from datetime import date

import pytest

from countline.engine.telling import Counts, Discovered, Teller, Telling
from countline.model.event import Event
from countline.model.ids import SensorNo
from countline.model.place import Source
from tests.small_store import SmallStore
from tests.told_house import (
    BACK,
    DOOR,
    HOUR_S,
    LONDON,
    NOON_S,
    OLD,
    ROME,
    counts,
    discovered,
    one_bin,
    records,
)


@pytest.fixture
def store() -> SmallStore:
    return SmallStore(*records())


def tell(store: SmallStore, events: Sequence[Event] | None = None) -> list[Telling]:
    async def main() -> list[Telling]:
        told = Teller(store.as_store(), store).tell(store.log if events is None else events)
        return [telling async for telling in told]

    return asyncio.run(main())


def tell_counts(store: SmallStore) -> list[Counts]:
    told = tell(store)
    assert all(isinstance(one, Counts) for one in told)
    return [one for one in told if isinstance(one, Counts)]


def test_one_commit_of_one_location_is_one_telling_with_a_row_for_each_channel_and_bin(
    store: SmallStore,
) -> None:
    commit = store.add(
        counts(DOOR, NOON_S, NOON_S + 60),
        counts(BACK, NOON_S, NOON_S + 60),
        bins=[one_bin(10, NOON_S, 3), one_bin(11, NOON_S, 1), one_bin(20, NOON_S, 5)],
    )
    (told,) = tell_counts(store)
    assert (told.kind, told.location_id, told.local_date) == ("counts.recorded", LONDON, None)
    assert (told.seq, told.commit, told.at_ms) == (2, commit, (NOON_S + 60) * 1000)
    back, door = told.rows
    assert door.sensor_id == "S_DOOR"
    assert (door.channel, door.line_id, door.zone_id) == ("single/1", 1, None)
    assert (door.start_s, door.length_s) == (NOON_S, 60)
    assert door.values == {"forward": 3, "backward": 1}
    assert (door.coverage, door.revision) == (1.0, commit)
    assert back.sensor_id == "S_BACK"


def test_every_commit_is_told_apart(store: SmallStore) -> None:
    for minute in range(3):
        at_s = NOON_S + 60 * minute
        store.add(counts(DOOR, at_s, at_s + 60), bins=[one_bin(10, at_s, minute)])
    told = tell_counts(store)
    assert [one.commit for one in told] == [1, 2, 3]
    assert [[row.values["forward"] for row in one.rows] for one in told] == [[0], [1], [2]]


def test_locations_of_one_commit_are_told_apart(store: SmallStore) -> None:
    store.add(
        counts(DOOR, NOON_S, NOON_S + 60),
        counts(BACK, NOON_S, NOON_S + 60, location_id=ROME),
        bins=[one_bin(10, NOON_S, 3), one_bin(20, NOON_S, 5)],
    )
    assert [one.location_id for one in tell_counts(store)] == [LONDON, ROME]


def test_an_inverted_source_is_told_in_the_direction_of_its_line(store: SmallStore) -> None:
    store.add(
        counts(BACK, NOON_S, NOON_S + 60),
        bins=[one_bin(20, NOON_S, 5), one_bin(21, NOON_S, 2), one_bin(22, NOON_S, 1)],
    )
    ((row,),) = (one.rows for one in tell_counts(store))
    assert row.line_id == 2
    assert row.values == {"backward": 5, "forward": 2, "backward_staff": 1}


def test_a_source_that_another_goes_before_counts_no_line(store: SmallStore) -> None:
    store.add(counts(OLD, NOON_S, NOON_S + 60), bins=[one_bin(30, NOON_S, 5)])
    ((row,),) = (one.rows for one in tell_counts(store))
    assert (row.sensor_id, row.line_id) == ("S_OLD", None)


def test_a_source_counts_its_line_only_while_it_is_valid(store: SmallStore) -> None:
    ended = Source(source_id=1, sensor=DOOR, channel="single/1", line_id=1, valid_to_s=NOON_S)  # type: ignore[arg-type]
    store.save(ended)
    store.add(
        counts(DOOR, NOON_S - 60, NOON_S + 60),
        bins=[one_bin(10, NOON_S - 60, 1), one_bin(10, NOON_S, 2)],
    )
    store.add(counts(OLD, NOON_S, NOON_S + 60), bins=[one_bin(30, NOON_S, 5)])
    rows = [row for one in tell_counts(store) for row in one.rows]
    assert [(r.sensor_id, r.start_s - NOON_S, r.line_id) for r in rows] == [
        ("S_DOOR", -60, 1),
        ("S_DOOR", 0, None),
        ("S_OLD", 0, 1),
    ]


def test_a_channel_that_measures_a_zone_names_it(store: SmallStore) -> None:
    store.add(counts(DOOR, NOON_S, NOON_S + 60), bins=[one_bin(13, NOON_S, 4)])
    ((row,),) = (one.rows for one in tell_counts(store))
    assert (row.line_id, row.zone_id, row.values) == (None, 1, {"present": 4})


def test_counters_that_count_nowhere_are_not_told(store: SmallStore) -> None:
    store.add(counts(DOOR, NOON_S, NOON_S + 60), bins=[one_bin(12, NOON_S, 4)])
    assert tell(store) == []


def test_values_are_those_of_the_telling_not_of_the_event(store: SmallStore) -> None:
    store.add(counts(DOOR, NOON_S, NOON_S + 60), bins=[one_bin(10, NOON_S, 3)])
    store.add(
        counts(DOOR, NOON_S, NOON_S + 60, kind="counts.revised"), bins=[one_bin(10, NOON_S, 8)]
    )
    first, second = tell_counts(store)
    assert first.rows[0].values == second.rows[0].values == {"forward": 8}
    assert first.rows[0].revision == 2


def test_what_a_commit_did_not_change_is_not_told_though_it_lies_between(store: SmallStore) -> None:
    minutes = [NOON_S + 60 * n for n in range(5)]
    store.add(
        counts(DOOR, minutes[0], minutes[4] + 60), bins=[one_bin(10, at_s, 1) for at_s in minutes]
    )
    store.add(
        counts(DOOR, minutes[0], minutes[4] + 60, kind="counts.revised"),
        bins=[one_bin(10, minutes[0], 2), one_bin(10, minutes[4], 2)],
    )
    told = tell(store, store.log[1:])
    assert isinstance(told[0], Counts)
    assert [row.start_s for row in told[0].rows] == [minutes[0], minutes[4]]


def test_revisions_of_a_batch_are_one_telling_for_each_civil_day(store: SmallStore) -> None:
    day_s = 24 * HOUR_S
    for hour in range(3):
        at_s = NOON_S + hour * HOUR_S
        store.add(
            counts(DOOR, at_s - day_s, at_s + 60, kind="counts.revised"),
            bins=[one_bin(10, at_s - day_s, hour), one_bin(10, at_s, hour)],
        )
    told = tell_counts(store)
    assert [one.local_date for one in told] == [date(2023, 11, 14), date(2023, 11, 15)]
    assert [one.seq for one in told] == [3, 3]
    assert [[row.values["forward"] for row in one.rows] for one in told] == [[0, 1, 2]] * 2


def test_a_civil_day_is_the_locations_own(store: SmallStore) -> None:
    start_s = NOON_S + 15 * HOUR_S - 60  # 03:59 in Rome, whose days begin at 04:00
    store.add(
        counts(DOOR, start_s, start_s + 120, kind="counts.revised", location_id=ROME),
        bins=[one_bin(10, start_s, 1), one_bin(10, start_s + 60, 2)],
    )
    told = tell_counts(store)
    assert [one.local_date for one in told] == [date(2023, 11, 15), date(2023, 11, 16)]
    assert [[row.values["forward"] for row in one.rows] for one in told] == [[1], [2]]


def test_tellings_stand_where_their_last_event_stands(store: SmallStore) -> None:
    store.add(
        counts(DOOR, NOON_S, NOON_S + 60, kind="counts.revised"), bins=[one_bin(10, NOON_S, 1)]
    )
    store.add(discovered())
    store.add(
        counts(BACK, NOON_S, NOON_S + 60, kind="counts.revised"), bins=[one_bin(20, NOON_S, 2)]
    )
    first, second = tell(store)
    assert isinstance(first, Discovered)
    assert isinstance(second, Counts)
    assert len(second.rows) == 2
    assert (first.seq, second.seq) == (2, 3)


def test_a_bin_that_a_better_one_overlaps_is_told_as_null(store: SmallStore) -> None:
    store.hidden.append((DOOR, one_bin(10, NOON_S, 3)._replace(commit=5)))
    store.hidden.append((DOOR, one_bin(10, NOON_S + 60, 3)._replace(commit=2)))
    store.commit = 4
    store.add(
        counts(DOOR, NOON_S, NOON_S + HOUR_S), bins=[one_bin(10, NOON_S, 40, length_s=HOUR_S)]
    )
    minute, hour = tell_counts(store)[0].rows
    assert (minute.length_s, minute.values, minute.coverage) == (60, {"forward": None}, None)
    assert (hour.length_s, hour.values) == (HOUR_S, {"forward": 40})
    assert minute.revision == hour.revision == 5


def test_coverage_is_of_the_bin(store: SmallStore) -> None:
    store.add(counts(DOOR, NOON_S, NOON_S + 60), bins=[one_bin(10, NOON_S, 3, covered_s=45)])
    assert tell_counts(store)[0].rows[0].coverage == 0.75


def test_an_event_without_a_sensor_is_about_all_of_its_location(store: SmallStore) -> None:
    store.add(bins=[one_bin(10, NOON_S, 1), one_bin(20, NOON_S, 2)])
    store.add(counts(None, NOON_S, NOON_S + 60, kind="counts.revised"))
    (told,) = tell_counts(store)
    assert sorted(row.sensor_id for row in told.rows) == ["S_BACK", "S_DOOR"]


def test_a_discovered_device_is_told_with_what_is_known_of_it(store: SmallStore) -> None:
    store.add(discovered())
    assert tell(store) == [
        Discovered(
            vendor="xovis",
            serial="00:6e:02:1a:2b:3c",
            context="single",
            driver="xovis_v5",
            seq=1,
            at_ms=NOON_S * 1000,
        )
    ]


def test_events_of_the_house_and_of_unknown_places_are_told_to_nobody(store: SmallStore) -> None:
    store.add(Event(kind="catalogue.changed", location_id=LONDON, start_s=0))
    store.add(Event(kind="waiting.dropped"))
    store.add(Event(kind="counts.recorded", start_s=0, end_s=60))
    store.add(Event(kind="counts.recorded", location_id=LONDON, sensor=DOOR))
    store.add(counts(SensorNo(99), NOON_S, NOON_S + 60), bins=[one_bin(10, NOON_S, 3)])
    assert tell(store) == []
