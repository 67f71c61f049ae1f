"""A layout's geometry as GeoJSON, and back: read strictly, every feature that is wrong named."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from msgspec import UNSET, Struct

from countline.api.parameters import bad_query
from countline.counting.plane import (
    Site,
    as_polygon,
    line_fault,
    polygon_fault,
    site_of,
    to_grid,
)
from countline.engine.catalogue import Catalogue
from countline.errors import BadQuery, FieldError, Impossible
from countline.limits import (
    LAYOUT_FEATURES_MAX,
    LAYOUT_POINTS_MAX,
    LAYOUT_REACH_M_MAX,
    SHAPE_POINTS_MAX,
)
from countline.model.ids import LayoutId, LineId, SensorId, SensorNo, ZoneId
from countline.model.layout import Geometry, Layout, Placement, Point, Shape, ShapeKind
from countline.wire import v3_layouts as wire

ERRORS_TOLD_MAX = 20
GEOMETRY_OF = {"zone": "Polygon", "line": "LineString", "sensor": "Point"}
EARTHLY_NAMES = ("CRS84", "4326")


class Unfit(Exception):
    """What is wrong with a feature: the part of it, and why."""

    def __init__(self, part: str, why: str) -> None:
        super().__init__(why)
        self.part = part


# -- told -----------------------------------------------------------------------------------------
def tell_geometry(
    layout: Layout, catalogue: Catalogue, system: wire.CoordinateSystem
) -> wire.FeatureCollection:
    """All that is drawn and placed on a layout. Raises `Impossible` for a layout without a site."""
    site = _site(layout, system)
    place = (lambda p: p) if site is None else site.on_earth
    geometry = catalogue.geometry_of.get(layout.layout_id, Geometry())
    shapes = sorted(geometry.shapes, key=lambda s: (s.kind != "zone", s.number))
    sensors = [(catalogue.sensors[p.sensor], p) for p in geometry.placements]
    return wire.FeatureCollection(
        coordinate_system=system,
        layout_id=layout.layout_id,
        features=[
            *(_tell_shape(shape, catalogue, place) for shape in shapes),
            *(
                wire.Feature(
                    id=f"sensor/{sensor.sensor_id}",
                    geometry=wire.Point(
                        coordinates=list(place(Point(placement.x_m, placement.y_m)))
                    ),
                    properties=wire.FeatureProperties(
                        kind="sensor",
                        id=sensor.sensor_id,
                        name=sensor.name,
                        rotation_deg=placement.rotation_deg,
                        height_m=placement.height_m,
                    ),
                )
                for sensor, placement in sorted(sensors, key=lambda s: s[0].sensor_id)
            ),
        ],
    )


def _tell_shape(
    shape: Shape, catalogue: Catalogue, place: Callable[[Point], Point]
) -> wire.Feature:
    points = [list(place(point)) for point in shape.points]
    geometry: wire.LineString | wire.Polygon
    if shape.kind == "zone":
        geometry = wire.Polygon(coordinates=[[*points, points[0]]])
        name = catalogue.zones[ZoneId(shape.number)].name
    else:
        geometry = wire.LineString(coordinates=points)
        name = catalogue.lines[LineId(shape.number)].name
    properties = wire.FeatureProperties(kind=shape.kind, id=shape.number, name=name)
    return wire.Feature(id=f"{shape.kind}/{shape.number}", geometry=geometry, properties=properties)


def _site(layout: Layout, system: wire.CoordinateSystem) -> Site | None:
    """Where the layout lies, for coordinates on the earth; None for metres."""
    if system == "metres":
        return None
    site = site_of(layout)
    if site is None:
        raise Impossible(
            f"Layout {layout.layout_id} has no site, so longitude and latitude are not known.",
            code="layout_without_site",
        )
    return site


# -- read -----------------------------------------------------------------------------------------
def read_geometry(
    sent: wire.FeatureCollection,
    layout: Layout,
    catalogue: Catalogue,
    system: wire.CoordinateSystem | None = None,
) -> Geometry:
    """The geometry that a collection says, in metres and fit to be kept.

    `system` is what the caller says of the coordinates; else the collection's own word counts.
    Raises `BadQuery` with an error for each feature that is wrong, the first twenty.
    """
    site = _site(layout, _system_of(sent, system))
    _check_size(sent.features)
    reading = _Reading(layout, catalogue, site)
    for n, feature in enumerate(sent.features):
        try:
            reading.take(feature)
        except Unfit as unfit:
            path = f"features[{n}].{unfit.part}"
            of = f"{feature.properties.kind} {feature.properties.id}"
            reading.errors.append(FieldError(field=path, detail=f"{of}: {unfit}"))
            if len(reading.errors) == ERRORS_TOLD_MAX:
                break
    if reading.errors:
        raise bad_query(reading.errors)
    return Geometry(shapes=tuple(reading.shapes), placements=tuple(reading.placements))


def _system_of(
    sent: wire.FeatureCollection, asked: wire.CoordinateSystem | None
) -> wire.CoordinateSystem:
    """What coordinates mean. Raises `BadQuery` where two words for it disagree."""
    said = None if sent.coordinate_system is UNSET else sent.coordinate_system
    if isinstance(sent.crs, dict):
        about = sent.crs.get("properties")
        named = str(about.get("name", "")) if isinstance(about, dict) else ""
        if not named.endswith(EARTHLY_NAMES):
            raise _bad("crs", f"names {named!r}; send metres of the layout, or WGS 84")
        if said == "metres":
            raise _bad("crs", "names WGS 84, but coordinate_system says metres")
        said = "wgs84"
    if asked is not None and said is not None and asked != said:
        raise _bad("coordinates", f"is {asked}, but what is sent says {said}")
    return asked or said or "metres"


def _bad(name: str, detail: str) -> BadQuery:
    return bad_query([FieldError(field=name, detail=detail)])


def _check_size(features: list[wire.Feature]) -> None:
    if len(features) > LAYOUT_FEATURES_MAX:
        raise _bad("features", f"there are {len(features)}, at most {LAYOUT_FEATURES_MAX}")
    points = sum(_count(f.geometry) for f in features)
    if points > LAYOUT_POINTS_MAX:
        raise _bad("features", f"they have {points} points, at most {LAYOUT_POINTS_MAX}")


def _count(geometry: Struct) -> int:
    if isinstance(geometry, wire.Polygon):
        return sum(len(ring) for ring in geometry.coordinates)
    return len(geometry.coordinates) if isinstance(geometry, wire.LineString) else 1


@dataclass(slots=True)
class _Reading:
    """What was read so far; each thing is drawn once."""

    layout: Layout
    catalogue: Catalogue
    site: Site | None
    shapes: list[Shape] = field(default_factory=list)
    placements: list[Placement] = field(default_factory=list)
    errors: list[FieldError] = field(default_factory=list)
    _seen: set[tuple[str, Any]] = field(default_factory=set)

    def take(self, feature: wire.Feature) -> None:
        """Read one feature. Raises `Unfit`."""
        about, geometry = feature.properties, feature.geometry
        expected = GEOMETRY_OF[about.kind]
        if type(geometry).__name__ != expected:
            raise Unfit(
                "geometry.type", f"is drawn as a {expected}, not as a {type(geometry).__name__}"
            )
        if (about.kind, about.id) in self._seen:
            raise Unfit("properties.id", "is drawn twice")
        self._seen.add((about.kind, about.id))
        match geometry:
            case wire.Point():
                self._take_sensor(about, geometry)
            case wire.LineString():
                self._take_shape("line", about.id, self._points(geometry.coordinates))
            case wire.Polygon(coordinates=[ring]):
                corners = as_polygon(self._points(ring, "geometry.coordinates[0]"))
                self._take_shape("zone", about.id, corners)
            case wire.Polygon():
                rings = len(geometry.coordinates)
                raise Unfit("geometry.coordinates", f"has one ring and no holes, not {rings}")

    def _take_sensor(self, about: wire.FeatureProperties, geometry: wire.Point) -> None:
        (point,) = self._points([geometry.coordinates])
        placement = Placement(
            layout_id=self.layout.layout_id,
            sensor=self._sensor(about.id),
            x_m=point.x,
            y_m=point.y,
            rotation_deg=0.0 if about.rotation_deg is UNSET else about.rotation_deg,
            height_m=None if about.height_m is UNSET else about.height_m,
        )
        self.placements.append(placement)

    def _sensor(self, sensor_id: int | str) -> SensorNo:
        found = self.catalogue.sensor_by_id.get(SensorId(str(sensor_id)))
        if found is None or found.location_id != self.layout.location_id:
            raise Unfit("properties.id", f"is not a sensor of {self.layout.location_id}")
        return found.sensor

    def _take_shape(self, kind: ShapeKind, number: int | str, points: Iterable[Point]) -> None:
        known: Any = self.catalogue.lines if kind == "line" else self.catalogue.zones
        found = known.get(number)
        if found is None or found.location_id != self.layout.location_id:
            raise Unfit("properties.id", f"is not a {kind} of {self.layout.location_id}")
        drawn = tuple(points)
        fault = line_fault(drawn) if kind == "line" else polygon_fault(drawn)
        if fault is not None:
            raise Unfit("geometry.coordinates", fault)
        layout_id = LayoutId(self.layout.layout_id)
        self.shapes.append(Shape(layout_id=layout_id, kind=kind, number=int(number), points=drawn))

    def _points(
        self, positions: list[wire.Position], where: str = "geometry.coordinates"
    ) -> list[Point]:
        """Positions in metres, on the grid, and near enough to the origin to be of this layout."""
        if len(positions) > SHAPE_POINTS_MAX:
            raise Unfit(where, f"has {len(positions)} points, at most {SHAPE_POINTS_MAX}")
        place = (lambda p: p) if self.site is None else self.site.in_frame
        points = [to_grid(place(Point(*position))) for position in positions]
        for n, (x, y) in enumerate(points):
            if max(abs(x), abs(y)) > LAYOUT_REACH_M_MAX:
                at = where if len(points) == 1 else f"{where}[{n}]"
                raise Unfit(at, f"lies more than {LAYOUT_REACH_M_MAX} m from (0, 0) of the layout")
        return points
