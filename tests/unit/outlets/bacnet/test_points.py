"""The points of a zone: stable identifiers and names, and what each shows."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countline.model.board import AirNow, ZoneNow
from countline.model.ids import LocationId, ZoneId
from countline.outlets.bacnet.points import (
    INSTANCE_MAX,
    SORTS,
    ZONE_ID_MAX,
    ObjectId,
    Place,
    Reading,
    points_of,
)

FULL: dict[str, Any] = {"counted": True, "limited": True, "air_unit": "cfm", "curve_unit": "K"}


def place(zone_id: int = 3, **more: Any) -> Place:
    return Place(
        zone_id=ZoneId(zone_id),
        location_id=LocationId("ZRH"),
        name="Hall",
        location_name="Zürich",
        **more,
    )


def zone(**known: Any) -> ZoneNow:
    ids: dict[str, Any] = {"zone_id": 3, "location_id": "ZRH"}
    return ZoneNow(**ids, name="Hall", location_name="Zürich", **known)


def reading(label: str, now: ZoneNow) -> Reading:
    (sort,) = [one for one in SORTS if one.label == label]
    return sort.reads(now)


def test_the_table_is_what_controllers_keep() -> None:
    """An entry may be added. One that is changed here breaks every building that has it."""
    assert [(one.offset, one.label, one.kind) for one in SORTS] == [
        (1, "Occupancy", "analog-value"),
        (2, "Occupied", "binary-input"),
        (3, "OccupancyHigh", "analog-input"),
        (4, "DataQuality", "multi-state-input"),
        (5, "DensityPercent", "analog-input"),
        (6, "CapacityLight", "multi-state-input"),
        (7, "OA-Flow-Request", "analog-input"),
        (8, "OA-Flow-Design", "analog-input"),
        (9, "Setpoint-Offset", "analog-input"),
        (10, "Damper-Position", "analog-input"),
        (11, "In-Total", "accumulator"),
        (12, "Out-Total", "accumulator"),
    ]


@given(st.sets(st.integers(1, ZONE_ID_MAX), min_size=2, max_size=6))
def test_no_two_objects_have_one_identifier_or_one_name(zone_ids: set[int]) -> None:
    found = [p for one in zone_ids for p, _ in points_of(place(one, **FULL))]
    assert len({p.id.instance for p in found}) == len({p.name for p in found}) == len(found)
    assert all(0 < p.id.instance <= INSTANCE_MAX for p in found)


def test_what_a_zone_is_called_is_in_the_description_alone() -> None:
    point, _ = next(points_of(place()))
    assert (point.id, point.name) == (ObjectId("analog-value", 301), "ZRH.3.Occupancy")
    assert point.description == "Hall, Zürich: people now"


def test_a_zone_has_the_points_that_mean_something_there() -> None:
    def labels(**more: Any) -> list[str]:
        return [point.label for point, _ in points_of(place(**more))]

    bare = ["Occupancy", "Occupied", "OccupancyHigh", "DataQuality"]
    assert labels() == bare
    assert labels(limited=True) == [*bare, "DensityPercent", "CapacityLight"]
    assert labels(air_unit="L/s") == [*bare, "OA-Flow-Request", "OA-Flow-Design"]
    assert labels(curve_unit="degF") == [*bare, "Setpoint-Offset"]
    assert labels(curve_unit="percent") == [*bare, "Damper-Position"]
    assert labels(counted=True) == [*bare, "In-Total", "Out-Total"]


@pytest.mark.parametrize(
    ("label", "more", "unit"),
    [
        ("Occupancy", {}, 95),
        ("DensityPercent", {"limited": True}, 98),
        ("OA-Flow-Request", {"air_unit": "L/s"}, 87),
        ("OA-Flow-Design", {"air_unit": "cfm"}, 84),
        ("Setpoint-Offset", {"curve_unit": "K"}, 121),
        ("Setpoint-Offset", {"curve_unit": "degF"}, 120),
        ("Damper-Position", {"curve_unit": "percent"}, 98),
        ("DataQuality", {}, None),
    ],
)
def test_units_are_the_standards_numbers(label: str, more: Any, unit: int | None) -> None:
    (point,) = [p for p, _ in points_of(place(**more)) if p.label == label]
    assert point.unit == unit


def test_only_the_occupancy_can_be_written_and_only_where_that_is_allowed() -> None:
    settable = [p.label for p, _ in points_of(place(**FULL), writable=True) if p.settable]
    assert settable == ["Occupancy"]
    assert not any(p.settable for p, _ in points_of(place(**FULL)))


AIR: dict[str, Any] = {
    "as_of_s": 0, "flow": 40.0, "design_flow": 80.0, "unit": "L/s", "population": 5,
    "mode": "occupied", "setpoint": -1.5, "setpoint_gives": "setpoint_offset",
    "setpoint_unit": "K",
}  # fmt: skip
KNOWN: dict[str, Any] = {
    "people": 4, "last_known": 4, "high": 5.5, "quality": "fair", "in_total": 9, "out_total": 5,
    "capacity": 8, "utilisation": 0.5, "light": "amber", "air": AirNow(**AIR, fallback=False),
}  # fmt: skip


@pytest.mark.parametrize(
    ("label", "value"),
    [
        ("Occupancy", 4),
        ("Occupied", 1),
        ("OccupancyHigh", 5.5),
        ("DataQuality", 2),
        ("DensityPercent", 50.0),
        ("CapacityLight", 2),
        ("OA-Flow-Request", 40.0),
        ("OA-Flow-Design", 80.0),
        ("Setpoint-Offset", -1.5),
        ("Damper-Position", -1.5),
        ("In-Total", 9),
        ("Out-Total", 5),
    ],
)
def test_what_is_known_is_shown_without_a_fault(label: str, value: float) -> None:
    assert reading(label, zone(**KNOWN)) == (value, True)


@pytest.mark.parametrize("quality", ["stale", "unknown"])
@pytest.mark.parametrize("label", [one.label for one in SORTS])
def test_what_is_stale_is_never_shown_as_sound(label: str, quality: Any) -> None:
    stale = zone(**KNOWN | {"quality": quality, "air": AirNow(**AIR, fallback=True)})
    always_sound = ("DataQuality", "OA-Flow-Design")
    assert reading(label, stale).sound == (label in always_sound)


@pytest.mark.parametrize("label", [one.label for one in SORTS if one.label != "DataQuality"])
def test_what_is_unknown_has_no_value_or_says_so(label: str) -> None:
    value, sound = reading(label, zone())
    assert not sound
    assert value == (4 if label == "CapacityLight" else None)


def test_a_lost_zone_shows_its_last_people() -> None:
    lost = zone(people=None, last_known=7, quality="unknown")
    assert reading("Occupancy", lost) == (7, False)
    assert reading("Occupied", lost) == (1, False)


def test_what_was_there_is_not_taken_away_and_what_comes_is_added() -> None:
    before = Place.of(zone(**KNOWN))
    assert before == place(**FULL | {"air_unit": "L/s"})
    assert Place.of(zone(), before) == before
    assert Place.of(zone()) == place()
    assert Place.of(zone(**KNOWN), Place.of(zone())) == before
    only_in = zone(**KNOWN | {"out_total": None})
    assert not Place.of(only_in).counted  # a total that is not known is no 0
