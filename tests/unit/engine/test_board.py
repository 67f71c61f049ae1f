"""The board that hangs in the hall: what is so now, and who is told that it changed."""

from countline.engine.board import Board
from countline.model.board import SensorNow, ZoneNow
from countline.model.ids import LocationId, SensorId, ZoneId


def zone(zone_id: int, people: int | None) -> ZoneNow:
    return ZoneNow(
        zone_id=ZoneId(zone_id),
        location_id=LocationId("L"),
        name="Hall",
        location_name="House",
        people=people,
        quality="unknown" if people is None else "good",
    )


SENSOR = SensorNow(sensor_id=SensorId("S1"), location_id=LocationId("L"), name="", health="healthy")


def test_unknown_is_neither_empty_nor_occupied() -> None:
    assert [zone(1, people).occupied for people in (None, 0, 3)] == [None, False, True]


def test_a_reader_begins_with_all_and_then_hears_of_changes_only() -> None:
    board = Board()
    board.put(zones=[zone(1, 3), zone(2, None)], sensors=[SENSOR])
    with board.watching() as changes:
        assert changes.woken.is_set()
        assert changes.take() == ({1, 2}, {"S1"})
        board.put(zones=[zone(1, 3)], sensors=[SENSOR])
        assert not changes.woken.is_set(), "nothing is different"
        board.put(zones=[zone(1, 4)])
        assert changes.woken.is_set()
        board.put(zones=[zone(1, 5)])
        assert changes.take() == ({1}, set())
        assert board.zones[ZoneId(1)].people == 5
        board.keep_only(zones=[ZoneId(1)], sensors=[])
        assert changes.take() == ({2}, {"S1"}), "what is gone is a change too"
        assert set(board.zones) == {1}
    board.put(zones=[zone(1, 6)])
    assert changes.take() == (set(), set()), "who left hears nothing"


def test_zones_can_be_taken_before_sensors() -> None:
    board = Board()
    board.put(zones=[zone(1, 3)], sensors=[SENSOR])
    with board.watching() as changes:
        assert changes.take_zones() == {1}
        assert changes.take_zones() == set()
        assert changes.take() == (set(), {"S1"})
