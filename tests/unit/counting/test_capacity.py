"""The light of a zone: its limits, and that it does not flicker."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countline.counting.capacity import ORDER, light_of, limits_of, release_of
from countline.model.ids import LocationId, ZoneId
from countline.model.place import Light, Zone


def hall(capacity: int | None = 60, amber: int = 80, red: int = 100, hysteresis: int = 5) -> Zone:
    return Zone(
        zone_id=ZoneId(1),
        location_id=LocationId("L"),
        name="Hall",
        capacity=capacity,
        amber_percent=amber,
        red_percent=red,
        hysteresis_percent=hysteresis,
    )


zones = st.builds(
    lambda capacity, limits, hysteresis: hall(capacity, min(limits), max(limits), hysteresis),
    st.integers(1, 500),
    st.tuples(st.integers(1, 200), st.integers(1, 200)),
    st.integers(0, 50),
)


def test_without_a_capacity_there_is_no_light() -> None:
    assert light_of(hall(None), 7, None) is None


@pytest.mark.parametrize(
    ("people", "before", "light"),
    [
        (47, None, "green"),
        (48, None, "amber"),
        (59, "amber", "amber"),
        (60, "amber", "red"),
        (58, "red", "red"),
        (57, "red", "amber"),
        (46, "amber", "amber"),
        (45, "amber", "green"),
        (0, "red", "green"),
    ],
)
def test_it_rises_at_a_limit_and_falls_below_it(
    people: int, before: Light | None, light: Light
) -> None:
    assert light_of(hall(), people, before) == light


def test_a_wide_hysteresis_keeps_amber_after_red() -> None:
    wide = hall(100, hysteresis=50)
    assert light_of(wide, 40, "red") == "amber"
    assert light_of(wide, 30, "red") == "green"


@given(zones, st.integers(0, 1_500), st.sampled_from([None, *ORDER]))
def test_a_light_is_never_below_its_limit_and_an_empty_zone_is_green(
    zone: Zone, people: int, before: Light | None
) -> None:
    light = light_of(zone, people, before)
    assert light is not None
    assert ORDER.index(light) >= sum(people >= limit for limit in limits_of(zone))
    assert light_of(zone, people, light) == light, "asked again it stays"
    assert light_of(zone, 0, before) == "green"


@given(zones, st.integers(0, 1_500))
def test_one_person_to_and_fro_at_a_limit_changes_nothing_with_a_hysteresis_of_two(
    zone: Zone, people: int
) -> None:
    light = light_of(zone, people, None)
    assert light is not None
    if light != "green" and people - 1 > release_of(zone, light):
        assert light_of(zone, people - 1, light) == light
