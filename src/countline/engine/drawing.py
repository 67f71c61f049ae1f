"""What is drawn on a layout: checked, replaced, and taken over from a sensor's own geometry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from countline.counting.plane import area_m2, layout_from_sensor
from countline.engine.changes import bad_field, changed, first_line
from countline.errors import Conflict, NotFound
from countline.limits import LAYOUTS_OF_LOCATION_MAX
from countline.model.ids import LayoutId, LineId, LocationId, ZoneId
from countline.model.layout import Drawn, Geometry, Layout, Placement, SceneShape, Shape
from countline.model.place import Line, Location, Source, Zone
from countline.model.sensor import Sensor
from countline.store.seam import Transaction

LATITUDE_DEG_MAX = 85.0  # further to a pole metres make no sense of degrees of longitude


@dataclass(slots=True, kw_only=True)
class SensorDrawing:
    """What became of a sensor's geometry: our number for each of its keys, and what was made."""

    layout: Layout
    numbers: dict[str, int] = field(default_factory=dict)  # key -> line_id or zone_id
    left_out: tuple[str, ...] = ()  # keys whose points are no line or polygon
    created: list[str] = field(default_factory=list)  # in words


def new_layout(tx: Transaction, layout: Layout) -> Layout:
    """Save a layout under a number of its own, as long as its location has room for one."""
    if tx.record(Location, layout.location_id) is None:
        raise NotFound(f"There is no location {layout.location_id!r}.", code="location_not_found")
    have = sum(x.location_id == layout.location_id for x in tx.records(Layout))
    if have >= LAYOUTS_OF_LOCATION_MAX:
        raise Conflict(
            f"{layout.location_id} has {have} layouts; a location has at most"
            f" {LAYOUTS_OF_LOCATION_MAX}.",
            code="too_many_layouts",
        )
    layout = replace(layout, layout_id=LayoutId(tx.next_number("layout")))
    check_layout(layout)
    tx.save(layout)
    return layout


def check_layout(layout: Layout) -> None:
    """Refuse a frame that is only half said, or lies nowhere on the earth."""
    if layout.scale_m_per_px is not None and not 0 < layout.scale_m_per_px <= 100:
        raise bad_field("scale_m_per_px", "is more than 0 and at most 100 metres per pixel")
    if (layout.origin_x_px is None) != (layout.origin_y_px is None):
        raise bad_field("origin_px", "has both an x and a y")
    site = (layout.latitude_deg, layout.longitude_deg, layout.bearing_deg)
    if None in site and site != (None, None, None):
        raise bad_field("site", "has a latitude, a longitude and a bearing, or is null")
    if layout.latitude_deg is not None and abs(layout.latitude_deg) > LATITUDE_DEG_MAX:
        raise bad_field("site.latitude_deg", f"is between -{LATITUDE_DEG_MAX} and its opposite")


def replace_geometry(tx: Transaction, layout: Layout, wanted: Geometry) -> None:
    """Make a layout's geometry what is wanted: only what differs is written."""
    _check_members(tx, layout, wanted)
    have = geometry_of(tx, layout)
    old = {*have.shapes, *have.placements}
    new = {*wanted.shapes, *wanted.placements}
    tx.delete(*(old - new))
    tx.save(*(new - old))


def geometry_of(tx: Transaction, layout: Layout) -> Geometry:
    """What is drawn and placed on a layout now."""
    return Geometry(
        shapes=tuple(tx.records(Shape, layout_id=layout.layout_id)),
        placements=tuple(tx.records(Placement, layout_id=layout.layout_id)),
    )


def _check_members(tx: Transaction, layout: Layout, wanted: Geometry) -> None:
    """Refuse what is not of the layout's location. Callers say it better, and can be overtaken."""
    where = layout.location_id
    for shape in wanted.shapes:
        found = _thing(tx, shape)
        if found is None or found.location_id != where:
            raise bad_field("id", f"{shape.number} is not a {shape.kind} of {where}")
    for placement in wanted.placements:
        sensor = tx.record(Sensor, placement.sensor)
        if sensor is None or sensor.location_id != where:
            raise bad_field("id", f"a sensor is not of {where}")


def _thing(tx: Transaction, shape: Shape) -> Line | Zone | None:
    """The line or zone that a shape is of."""
    if shape.kind == "line":
        return tx.record(Line, shape.number)
    return tx.record(Zone, shape.number)


# -- a sensor's own geometry ----------------------------------------------------------------------
def draw_sensor(
    tx: Transaction,
    sensor: Sensor,
    geometries: Sequence[SceneShape],
    *,
    placement: Placement | None = None,
    now_s: int,
) -> SensorDrawing:
    """Take over a sensor's own lines and zones, inside a transaction of the caller's.

    The sensor is drawn where `placement` says; without one, where it hangs already; else on a new
    layout whose frame is its own. Doing it again changes nothing. New lines lead into the
    location's default zone, and new zones lie in it.
    """
    location = tx.record(Location, sensor.location_id)
    assert location is not None
    drawing, where = _place(tx, sensor, placement, now_s)
    drawn = layout_from_sensor(geometries, where)
    kept = {one.of.key for one in drawn}
    drawing.left_out = tuple(g.key for g in geometries if g.key not in kept)
    known = _Known.of(tx, sensor, where.layout_id)
    before = len(drawing.created)
    for one in drawn:
        number = known.number(one.of)
        if number is None:
            number = _make(tx, location, sensor, one, drawing, now_s)
        known.taken.add((one.of.kind, number))
        drawing.numbers[one.of.key] = number
        shape = Shape(layout_id=where.layout_id, kind=one.of.kind, number=number, points=one.points)
        if tx.record(Shape, where.layout_id, shape.kind, number) != shape:
            tx.save(shape)
    _check_members(tx, drawing.layout, geometry_of(tx, drawing.layout))
    if len(drawing.created) > before:
        tx.emit(changed(location.location_id, 0))
    return drawing


def _place(
    tx: Transaction, sensor: Sensor, placement: Placement | None, now_s: int
) -> tuple[SensorDrawing, Placement]:
    """The layout to draw on, made where there is none, and how the sensor hangs there."""
    hangs = [p for p in tx.records(Placement) if p.sensor == sensor.sensor]
    if placement is None and hangs:
        placement = hangs[0]
    if placement is None:
        name = sensor.name or sensor.sensor_id
        layout = new_layout(tx, _blank(sensor.location_id, name, now_s))
        placement = Placement(layout_id=layout.layout_id, sensor=sensor.sensor, x_m=0.0, y_m=0.0)
        drawing = SensorDrawing(layout=layout, created=[f"layout {layout.layout_id} ({name})"])
    else:
        found = tx.record(Layout, placement.layout_id)
        if found is None or found.location_id != sensor.location_id:
            raise NotFound(f"There is no layout {placement.layout_id}.", code="layout_not_found")
        drawing = SensorDrawing(layout=found)
    placement = replace(placement, sensor=sensor.sensor)
    if placement not in hangs:
        tx.save(placement)
    return drawing, placement


def _blank(location_id: LocationId, name: str, now_s: int) -> Layout:
    return Layout(layout_id=LayoutId(0), location_id=location_id, name=name, created_s=now_s)


@dataclass(frozen=True, slots=True)
class _Known:
    """Which of our lines and zones a sensor's geometry can be; each is taken once."""

    by_channel: Mapping[tuple[str, str | None], int]
    by_name: Mapping[tuple[str, str], Sequence[int]]  # of what is drawn on the layout already
    taken: set[tuple[str, int]] = field(default_factory=set)

    @classmethod
    def of(cls, tx: Transaction, sensor: Sensor, layout_id: LayoutId) -> "_Known":
        by_channel: dict[tuple[str, str | None], int] = {}
        for source in tx.records(Source, sensor=sensor.sensor):
            if source.line_id is not None:
                by_channel["line", source.channel] = source.line_id
            if source.zone_id is not None:
                by_channel["zone", source.channel] = source.zone_id
        by_name: dict[tuple[str, str], list[int]] = {}
        for shape in tx.records(Shape, layout_id=layout_id):
            if (thing := _thing(tx, shape)) is not None:
                by_name.setdefault((shape.kind, thing.name), []).append(shape.number)
        return cls(by_channel, by_name)

    def number(self, geometry: SceneShape) -> int | None:
        """The line or zone that a geometry is; None where one is to be made."""
        kind = geometry.kind
        if geometry.number is not None:
            return geometry.number
        if (kind, geometry.channel) in self.by_channel:
            return self.by_channel[kind, geometry.channel]
        named = self.by_name.get((kind, geometry.name or geometry.key), ())
        return next((n for n in named if (kind, n) not in self.taken), None)


def _make(
    tx: Transaction,
    location: Location,
    sensor: Sensor,
    one: Drawn,
    drawing: SensorDrawing,
    now_s: int,
) -> int:
    """A new line or zone for what a sensor drew, with the channel that counts or measures it."""
    if one.of.kind == "line":
        line = _new_line(tx, location, sensor, one.of)
        drawing.created.append(f"line {line.line_id} ({line.name})")
        return line.line_id
    zone = Zone(
        zone_id=ZoneId(tx.next_number("zone")),
        location_id=location.location_id,
        name=one.of.name or one.of.key,
        parent_id=location.default_zone,
        area_m2=round(area_m2(one.points), 2) or None,
        created_s=now_s,
    )
    tx.save(zone)
    drawing.created.append(f"zone {zone.zone_id} ({zone.name})")
    if one.of.channel is not None:
        source = Source(
            source_id=tx.next_number("source"),
            sensor=sensor.sensor,
            channel=one.of.channel,
            zone_id=zone.zone_id,
        )
        tx.save(source)
    return zone.zone_id


def _new_line(tx: Transaction, location: Location, sensor: Sensor, geometry: SceneShape) -> Line:
    name = geometry.name or geometry.key
    if geometry.channel is not None:
        return first_line(tx, location, name=name, sensor=sensor.sensor, channel=geometry.channel)
    line = Line(
        line_id=LineId(tx.next_number("line")),
        location_id=location.location_id,
        name=name,
        side_b=location.default_zone,
    )
    tx.save(line)
    return line
