"""Frames, pixels, places on the earth, and which corners make a polygon."""

from dataclasses import replace
from math import cos, hypot, pi, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countline.counting.plane import (
    Raster,
    Site,
    area_m2,
    as_polygon,
    direction_deg,
    layout_from_sensor,
    length_m,
    line_fault,
    polygon_fault,
    raster_of,
    site_of,
    to_grid,
    to_layout,
    to_sensor,
    turned,
)
from countline.model.ids import LayoutId, LocationId, SensorNo
from countline.model.layout import Layout, Placement, Point, SceneShape

LAYOUT = Layout(layout_id=LayoutId(1), location_id=LocationId("L"), name="Ground floor")
AT_ORIGIN = Placement(layout_id=LayoutId(1), sensor=SensorNo(1), x_m=0.0, y_m=0.0)
SQUARE = (Point(0, 0), Point(4, 0), Point(4, 3), Point(0, 3))
BOW_TIE = (Point(0, 0), Point(4, 3), Point(4, 0), Point(0, 3))

metres = st.floats(-1_000, 1_000, allow_subnormal=False)
points = st.builds(Point, metres, metres)
grid_points = points.map(to_grid)
angles = st.floats(-720, 720, allow_subnormal=False)
placements = st.builds(
    lambda x, y, angle: replace(AT_ORIGIN, x_m=x, y_m=y, rotation_deg=angle), metres, metres, angles
)


def near(one: Point, other: Point, tolerance: float = 1e-6) -> bool:
    return hypot(one.x - other.x, one.y - other.y) <= tolerance


# -- frames ---------------------------------------------------------------------------------------
def test_a_quarter_turn_takes_x_to_y() -> None:
    placement = replace(AT_ORIGIN, x_m=10.0, y_m=5.0, rotation_deg=90.0)
    assert to_layout(Point(1, 0), placement) == (10, 6)
    assert to_layout(Point(0, 1), placement) == (9, 5)


@given(points, placements)
def test_a_sensors_frame_and_back(point: Point, placement: Placement) -> None:
    assert near(to_sensor(to_layout(point, placement), placement), point)


@given(points, points, placements)
def test_turning_keeps_distances(one: Point, other: Point, placement: Placement) -> None:
    moved = [to_layout(p, placement) for p in (one, other)]
    assert length_m(moved) == pytest.approx(length_m([one, other]), abs=1e-6)


@given(points, angles, angles)
def test_turns_add_up(point: Point, first: float, second: float) -> None:
    assert near(turned(turned(point, first), second), turned(point, first + second))


@given(grid_points, st.integers(-8, 8))
def test_quarters_are_exact(point: Point, quarters: int) -> None:
    assert turned(turned(point, 90.0 * quarters), -90.0 * quarters) == point


@given(points)
def test_the_grid_is_a_tenth_of_a_millimetre(point: Point) -> None:
    kept = to_grid(point)
    assert near(kept, point, 0.00008)
    assert to_grid(kept) == kept


@given(points, st.floats(0, 359))
def test_the_direction_of_a_line(start: Point, angle_deg: float) -> None:
    end = Point(start.x + 5 * cos(angle_deg * pi / 180), start.y + 5 * sin(angle_deg * pi / 180))
    assert (direction_deg(start, end) - angle_deg + 180) % 360 - 180 == pytest.approx(0, abs=1e-6)


# -- pixels ---------------------------------------------------------------------------------------
@given(points, st.floats(0.0001, 10), points)
def test_pixels_and_metres_round_trip(point: Point, scale: float, origin: Point) -> None:
    raster = Raster(scale_m_per_px=scale, origin_px=origin)
    assert near(raster.metres(raster.pixel(point)), point, 1e-5)


def test_pixels_go_down_where_metres_go_up() -> None:
    raster = Raster(scale_m_per_px=0.5, origin_px=Point(10, 40))
    assert raster.metres(Point(10, 40)) == (0, 0)
    assert raster.metres(Point(14, 30)) == (2, 5)
    assert raster.pixel(Point(2, 5)) == (14, 30)


def test_without_a_named_origin_it_is_the_bottom_left_corner() -> None:
    assert raster_of(LAYOUT) is None
    layout = replace(LAYOUT, scale_m_per_px=0.02, image_width_px=800, image_height_px=600)
    raster = raster_of(layout)
    assert raster is not None
    assert raster.metres(Point(0, 600)) == (0, 0)
    assert raster.metres(Point(800, 0)) == (16, 12)
    moved = raster_of(replace(layout, origin_x_px=400.0, origin_y_px=300.0))
    assert moved is not None
    assert moved.metres(Point(400, 300)) == (0, 0)


# -- places on the earth --------------------------------------------------------------------------
sites = st.builds(
    lambda lat, lon, bearing: Site(latitude_deg=lat, longitude_deg=lon, bearing_deg=bearing),
    st.floats(-85, 85),
    st.floats(-180, 180),
    st.floats(0, 359.99),
)


@given(sites, grid_points)
def test_a_place_on_the_earth_leads_back_to_the_same_point(site: Site, point: Point) -> None:
    assert to_grid(site.in_frame(site.on_earth(point))) == point


def test_the_y_axis_points_to_the_bearing() -> None:
    east = Site(latitude_deg=0.0, longitude_deg=10.0, bearing_deg=90.0)
    longitude, latitude = east.on_earth(Point(0, 111_319.49))
    assert longitude == pytest.approx(11.0, abs=1e-5)
    assert latitude == pytest.approx(0.0, abs=1e-9)
    north = replace(east, bearing_deg=0.0)
    assert north.on_earth(Point(0, 110_574.3)).y == pytest.approx(1.0, abs=1e-4)


def test_the_date_line_is_no_edge() -> None:
    site = Site(latitude_deg=-17.0, longitude_deg=179.9999, bearing_deg=0.0)
    place = site.on_earth(Point(100, 0))
    assert place.x < -179
    assert to_grid(site.in_frame(place)) == (100, 0)


def test_a_layout_says_where_it_lies_or_not() -> None:
    assert site_of(LAYOUT) is None
    placed = replace(LAYOUT, latitude_deg=47.0, longitude_deg=8.5, bearing_deg=12.0)
    assert site_of(placed) == Site(latitude_deg=47.0, longitude_deg=8.5, bearing_deg=12.0)


# -- polygons -------------------------------------------------------------------------------------
def test_a_square_is_a_polygon() -> None:
    assert polygon_fault(SQUARE) is None
    assert area_m2(SQUARE) == 12
    assert area_m2(SQUARE[::-1]) == -12


@pytest.mark.parametrize(
    ("corners", "words"),
    [
        (SQUARE[:2], "at least 3 corners"),
        (BOW_TIE, "edge 1 meets edge 3"),
        ((Point(0, 0), Point(1, 0), Point(2, 0)), "edge 1 meets edge 3"),
        ((Point(0, 0), Point(0, 0), Point(4, 0), Point(4, 3)), "point 1 is the same as the next"),
        ((*SQUARE, Point(0, 0)), "point 5 is the same as the next"),
        ((Point(0, 0), Point(4, 0), Point(2, 0), Point(2, 3)), "edge 1 meets edge 2"),
        ((*SQUARE[:2], Point(2, 0), *SQUARE[2:]), "edge 1 meets edge 2"),
        ((*SQUARE[:3], Point(2, 0), SQUARE[3]), "edge 1 meets"),
        ((Point(0, 0), Point(4, 0), Point(2, 2), Point(4, 0)), "edge 1 meets"),
    ],
)
def test_what_is_no_polygon_says_why(corners: tuple[Point, ...], words: str) -> None:
    fault = polygon_fault(corners)
    assert fault is not None
    assert words in fault


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ((Point(0, 0),), "at least 2 points"),
        ((Point(1, 1), Point(1, 1)), "the same as the next"),
        ((Point(1, 1), Point(1.00001, 1)), "the same as the next"),
        ((Point(0, 0), Point(2, 0), Point(1, 0)), "edge 1 meets edge 2"),
        ((Point(0, 0), Point(2, 0), Point(0, 0)), "edge 1 meets edge 2"),
        ((*SQUARE, Point(0, 0)), "edge 1 meets edge 4"),
    ],
)
def test_what_is_no_line_says_why(line: tuple[Point, ...], words: str) -> None:
    fault = line_fault(line)
    assert fault is not None
    assert words in fault


def test_a_line_may_bend() -> None:
    assert line_fault(SQUARE) is None
    assert length_m(SQUARE) == 11


@st.composite
def stars(draw: st.DrawFn) -> list[Point]:
    """Corners around a middle, in the order of their angle: always a simple polygon."""
    count = draw(st.integers(3, 20))
    reach = draw(st.lists(st.floats(1, 50), min_size=count, max_size=count))
    return [
        Point(r * cos(2 * pi * n / count), r * sin(2 * pi * n / count)) for n, r in enumerate(reach)
    ]


@given(stars(), st.booleans(), st.booleans(), st.integers(0, 19))
def test_a_polygon_is_kept_in_one_form(
    corners: list[Point], clockwise: bool, closed: bool, first: int
) -> None:
    at = first % len(corners)
    given_so = corners[at:] + corners[:at]
    given_so = given_so[::-1] if clockwise else given_so
    kept = as_polygon([*given_so, given_so[0]] if closed else given_so)
    assert polygon_fault(kept) is None
    assert len(kept) == len(corners)
    assert set(kept) == {to_grid(p) for p in corners}
    assert area_m2(kept) > 0
    assert as_polygon(kept) == kept


@given(stars(), placements)
def test_turning_a_polygon_keeps_it_one(corners: list[Point], placement: Placement) -> None:
    moved = [to_layout(p, placement) for p in corners]
    assert area_m2(moved) == pytest.approx(area_m2(corners), rel=1e-5, abs=1e-3)
    assert polygon_fault(moved) is None


# -- a sensor's own geometry ----------------------------------------------------------------------
def test_a_sensors_lines_and_zones_are_drawn_where_it_hangs() -> None:
    placement = replace(AT_ORIGIN, x_m=10.0, y_m=5.0, rotation_deg=180.0)
    door = SceneShape(
        key="1000", name="Door", kind="line", points=(Point(-1.1, 0.42), Point(1.25, 0.4))
    )
    foyer = SceneShape(key="1001", name="Foyer", kind="zone", points=SQUARE[::-1])
    broken = SceneShape(key="1002", name="Broken", kind="zone", points=BOW_TIE)
    line, zone = layout_from_sensor([door, foyer, broken], placement)
    assert (line.of, zone.of) == (door, foyer)
    assert line.points == (Point(11.1, 4.58), Point(8.75, 4.6))
    assert set(zone.points) == {Point(10, 5), Point(6, 5), Point(6, 2), Point(10, 2)}
    assert area_m2(zone.points) == 12
