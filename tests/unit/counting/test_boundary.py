"""What a line counts for a zone, and that nested zones add up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countline.counting.boundary import ins_and_outs, line_sign, zone_family, zone_flow
from countline.model.ids import LineId, LocationId, ZoneId
from countline.model.place import Line, LineRole, Zone

HERE = LocationId("LOC_1")


def zone(number: int, parent: int | None = None) -> Zone:
    parent_id = None if parent is None else ZoneId(parent)
    return Zone(zone_id=ZoneId(number), location_id=HERE, name="", parent_id=parent_id)


def line(side_a: int | None, side_b: int | None, role: LineRole = "boundary") -> Line:
    return Line(
        line_id=LineId(1),
        location_id=HERE,
        name="",
        side_a=None if side_a is None else ZoneId(side_a),
        side_b=None if side_b is None else ZoneId(side_b),
        role=role,
    )


# A building 1 with floors 2 and 3, a room 4 on floor 2; 5 stands alone.
ZONES = [zone(1), zone(2, 1), zone(3, 1), zone(4, 2), zone(5)]


@pytest.mark.parametrize(
    ("number", "family"), [(1, {1, 2, 3, 4}), (2, {2, 4}), (4, {4}), (5, {5}), (9, {9})]
)
def test_a_family_is_a_zone_and_all_within_it(number: int, family: set[int]) -> None:
    assert zone_family(ZoneId(number), ZONES) == family


def test_zones_that_nest_in_a_circle_end() -> None:
    assert zone_family(ZoneId(1), [zone(1, 2), zone(2, 1)]) == {1, 2}


@pytest.mark.parametrize(
    ("side_a", "side_b", "sign"),
    [
        (None, 2, 1),  # from outside in
        (2, None, -1),
        (5, 4, 1),  # from another zone into a room of the family
        (4, 3, -1),
        (2, 4, 0),  # within
        (3, 5, 0),  # elsewhere
        (None, None, 0),
    ],
)
def test_the_sign_says_whether_forward_enters(
    side_a: int | None, side_b: int | None, sign: int
) -> None:
    family = zone_family(ZoneId(2), ZONES)
    assert line_sign(line(side_a, side_b), family) == sign
    assert line_sign(line(side_b, side_a), family) == -sign


def test_a_frontage_bounds_nothing() -> None:
    assert line_sign(line(None, 2, "frontage"), {ZoneId(2)}) == 0


@pytest.mark.parametrize(
    ("sign", "crossings", "flow"), [(1, (7, 3), 4), (-1, (3, 7), -4), (0, (0, 0), 0)]
)
def test_ins_and_outs_follow_the_sign(sign: int, crossings: tuple[int, int], flow: int) -> None:
    assert ins_and_outs(sign, 7, 3) == crossings
    assert zone_flow(sign, 7, 3) == flow == crossings[0] - crossings[1]


sides = st.sampled_from([None, 1, 2, 3, 4, 5])
counts = st.integers(0, 9)


@given(st.lists(st.tuples(st.builds(line, sides, sides), counts, counts), max_size=20))
def test_a_parent_is_its_children_and_what_is_assigned_to_none(
    crossed: list[tuple[Line, int, int]],
) -> None:
    def flow(family: frozenset[ZoneId]) -> int:
        return sum(zone_flow(line_sign(one, family), fw, bw) for one, fw, bw in crossed)

    parent, children = (
        zone_family(ZoneId(1), ZONES),
        [zone_family(ZoneId(n), ZONES) for n in (2, 3)],
    )
    unassigned = parent - children[0] - children[1]
    assert flow(parent) == sum(flow(child) for child in children) + flow(unassigned)
