"""Geometry of floor plans: turning and moving frames, pixels, polygons, places on the earth.

Points are metres with y up unless a name says otherwise. Lengths are kept to a tenth of a
millimetre (`to_grid`): what is told can then be taken back without a change, and whether edges cross
is reckoned in whole numbers, without doubt.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import atan2, cos, degrees, hypot, radians, sin, sqrt

from countline.model.layout import Drawn, Layout, Placement, Point, SceneShape

GRID_PER_M = 10_000
_EQUATOR_M = 6_378_137.0  # WGS84
_ECCENTRICITY_2 = 0.00669437999014
_DEGREE_PLACES = 10  # 0.01 mm: finer than the grid, so that a round trip ends where it began


# -- points ---------------------------------------------------------------------------------------
def to_grid(point: Point) -> Point:
    """The nearest point of the grid in which layouts are kept."""
    return Point(*(round(part * GRID_PER_M) / GRID_PER_M + 0.0 for part in point))


def turned(point: Point, angle_deg: float) -> Point:
    """A point turned counter-clockwise around (0, 0); quarters of a turn are exact."""
    quarters, rest_deg = divmod(angle_deg, 90.0)
    x, y = point
    for _ in range(int(quarters) % 4):
        x, y = -y, x
    if rest_deg:
        c, s = cos(radians(rest_deg)), sin(radians(rest_deg))
        x, y = x * c - y * s, x * s + y * c
    return Point(x + 0.0, y + 0.0)


def to_layout(point: Point, placement: Placement) -> Point:
    """A point of a sensor's own frame in the frame of the layout it hangs on."""
    x, y = turned(point, placement.rotation_deg)
    return Point(x + placement.x_m, y + placement.y_m)


def to_sensor(point: Point, placement: Placement) -> Point:
    """A point of a layout's frame in the frame of a sensor that hangs on it."""
    moved = Point(point.x - placement.x_m, point.y - placement.y_m)
    return turned(moved, -placement.rotation_deg)


# -- pixels ---------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True, kw_only=True)
class Raster:
    """How an image lies in a layout's frame. Pixels count from the top left corner, y down."""

    scale_m_per_px: float
    origin_px: Point  # the pixel at (0, 0)

    def metres(self, pixel: Point) -> Point:
        """Where a pixel lies in the frame."""
        x_px, y_px = pixel.x - self.origin_px.x, self.origin_px.y - pixel.y
        return Point(x_px * self.scale_m_per_px, y_px * self.scale_m_per_px)

    def pixel(self, point: Point) -> Point:
        """Where a point of the frame lies on the image."""
        x_px, y_px = point.x / self.scale_m_per_px, point.y / self.scale_m_per_px
        return Point(self.origin_px.x + x_px, self.origin_px.y - y_px)


def raster_of(layout: Layout) -> Raster | None:
    """How a layout's image lies in its frame; None while the scale is not known."""
    if layout.scale_m_per_px is None:
        return None
    x_px, y_px = layout.origin_x_px, layout.origin_y_px
    origin = Point(0.0 if x_px is None else x_px, layout.image_height_px if y_px is None else y_px)
    return Raster(scale_m_per_px=layout.scale_m_per_px, origin_px=origin)


# -- places on the earth --------------------------------------------------------------------------
@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where a layout's (0, 0) lies on the earth; its y points to the compass bearing.

    The earth is taken as flat there, which over a building is wrong by some millimetres.
    """

    latitude_deg: float
    longitude_deg: float
    bearing_deg: float

    def on_earth(self, point: Point) -> Point:
        """A point of the frame as longitude and latitude, in degrees of WGS84."""
        east_m, north_m = turned(point, -self.bearing_deg)
        per_east_m, per_north_m = self._degrees_per_m()
        longitude = self.longitude_deg + east_m * per_east_m
        latitude = self.latitude_deg + north_m * per_north_m
        return Point(
            round((longitude + 180.0) % 360.0 - 180.0, _DEGREE_PLACES),
            round(latitude, _DEGREE_PLACES),
        )

    def in_frame(self, place: Point) -> Point:
        """Longitude and latitude as a point of the frame."""
        per_east_m, per_north_m = self._degrees_per_m()
        east_deg = (place.x - self.longitude_deg + 180.0) % 360.0 - 180.0
        north_deg = place.y - self.latitude_deg
        return turned(Point(east_deg / per_east_m, north_deg / per_north_m), self.bearing_deg)

    def _degrees_per_m(self) -> tuple[float, float]:
        """Degrees of longitude and of latitude in a metre to the east and to the north."""
        latitude = radians(self.latitude_deg)
        bend = 1.0 - _ECCENTRICITY_2 * sin(latitude) ** 2
        across_m = _EQUATOR_M / sqrt(bend)
        along_m = _EQUATOR_M * (1.0 - _ECCENTRICITY_2) / bend**1.5
        return degrees(1.0 / (across_m * cos(latitude))), degrees(1.0 / along_m)


def site_of(layout: Layout) -> Site | None:
    """Where a layout lies on the earth; None where nobody said."""
    if layout.latitude_deg is None or layout.longitude_deg is None:
        return None
    return Site(
        latitude_deg=layout.latitude_deg,
        longitude_deg=layout.longitude_deg,
        bearing_deg=layout.bearing_deg or 0.0,
    )


# -- polygons -------------------------------------------------------------------------------------
def area_m2(polygon: Sequence[Point]) -> float:
    """The area of a polygon that is not closed; negative when it runs clockwise."""
    closed = [*polygon, *polygon[:1]]
    return sum(a.x * b.y - b.x * a.y for a, b in pairwise(closed)) / 2


def length_m(line: Sequence[Point]) -> float:
    """The length of a line."""
    return sum(hypot(b.x - a.x, b.y - a.y) for a, b in pairwise(line))


def direction_deg(a: Point, b: Point) -> float:
    """The angle of a line from the x axis, counter-clockwise, 0 to 360."""
    return degrees(atan2(b.y - a.y, b.x - a.x)) % 360.0


def line_fault(points: Sequence[Point]) -> str | None:
    """What keeps points from being a line, in words; None when they are one."""
    if len(points) < 2:
        return f"a line has at least 2 points, this one has {len(points)}"
    return _fault(_whole(points), closed=False)


def polygon_fault(points: Sequence[Point]) -> str | None:
    """What keeps points, not closed, from being a polygon, in words; None when they are one."""
    if len(points) < 3:
        return f"a zone has at least 3 corners, this one has {len(points)}"
    return _fault(_whole(points), closed=True)  # edges on one line meet, so this has an area


def as_polygon(points: Sequence[Point]) -> tuple[Point, ...]:
    """Corners as they are kept: on the grid, not closed, counter-clockwise."""
    corners = [to_grid(point) for point in points]
    if len(corners) > 1 and corners[0] == corners[-1]:
        corners.pop()
    if area_m2(corners) < 0:
        corners = [corners[0], *reversed(corners[1:])]
    return tuple(corners)


Whole = tuple[int, int]  # a point of the grid


def _whole(points: Sequence[Point]) -> list[Whole]:
    return [(round(x * GRID_PER_M), round(y * GRID_PER_M)) for x, y in points]


def _fault(points: list[Whole], *, closed: bool) -> str | None:
    edges = list(pairwise([*points, points[0]] if closed else points))
    for n, (a, b) in enumerate(edges):
        if a == b:
            return f"point {n + 1} is the same as the next"
    for (m, one), (n, two) in combinations(enumerate(edges), 2):
        joined = n == m + 1 or (closed and m == 0 and n == len(edges) - 1)
        if _folds_back(one, two) if joined else _meet(one, two):
            return f"it crosses or touches itself: edge {m + 1} meets edge {n + 1}"
    return None


def _folds_back(one: tuple[Whole, Whole], two: tuple[Whole, Whole]) -> bool:
    """Whether two edges with a common end share more than that."""
    if one[0] == two[1] and one[1] == two[0]:
        return True
    (common,) = set(one) & set(two)
    (a,), (b,) = set(one) - {common}, set(two) - {common}
    u, v = (a[0] - common[0], a[1] - common[1]), (b[0] - common[0], b[1] - common[1])
    return u[0] * v[1] == u[1] * v[0] and u[0] * v[0] + u[1] * v[1] > 0


def _meet(one: tuple[Whole, Whole], two: tuple[Whole, Whole]) -> bool:
    """Whether two edges have a point in common."""
    for axis in (0, 1):
        if max(one[0][axis], one[1][axis]) < min(two[0][axis], two[1][axis]):
            return False
        if max(two[0][axis], two[1][axis]) < min(one[0][axis], one[1][axis]):
            return False
    return _apart(one, two) <= 0 and _apart(two, one) <= 0


def _apart(edge: tuple[Whole, Whole], other: tuple[Whole, Whole]) -> int:
    """Positive when both ends of `other` lie on one side of the edge."""
    (ax, ay), (bx, by) = edge
    sides = [(bx - ax) * (y - ay) - (by - ay) * (x - ax) for x, y in other]
    return (sides[0] > 0) * (sides[1] > 0) + (sides[0] < 0) * (sides[1] < 0)


# -- a sensor's own geometry ----------------------------------------------------------------------
def layout_from_sensor(geometries: Iterable[SceneShape], placement: Placement) -> tuple[Drawn, ...]:
    """What a sensor knows of lines and zones, drawn on the layout on which it hangs.

    What is no line or polygon there is left out: a sensor may hold shapes that we would refuse.
    """
    drawn: list[Drawn] = []
    for known in geometries:
        moved = [to_grid(to_layout(point, placement)) for point in known.points]
        points = as_polygon(moved) if known.kind == "zone" else tuple(moved)
        if (polygon_fault if known.kind == "zone" else line_fault)(points) is None:
            drawn.append(Drawn(of=known, points=points))
    return tuple(drawn)
