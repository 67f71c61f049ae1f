"""What a subject's numbers are made of: which series flow in and out of it, and when.

A subject is a location, a zone, a sensor, or a zone at a sensor. Everything here is a pure function
of the catalogue; `in` and `out` exist only relative to a subject.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from countline.counting.boundary import line_sign, zone_family
from countline.engine.catalogue import Catalogue
from countline.engine.flows import (
    Flow,
    Frontage,
    Gauge,
    active_sources,
    flow_of,
    frontage_of,
    gauges_of,
    measured_gauges,
    measured_takeovers,
    own_flows,
    takeovers_of,
)
from countline.engine.witnessing import Witness, witness_of
from countline.errors import Impossible, NotFound
from countline.model.ids import LineId, LocationId, SensorId, SensorNo, ZoneId
from countline.model.interval import DayGrid
from countline.model.place import Anchor, Line, Location, Source, Zone
from countline.model.query import Asked, Basis, Boundary
from countline.model.sensor import Sensor


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one subject's numbers are made of."""

    key: str  # the subject's name in the store
    location: Location
    grid: DayGrid
    flows: tuple[Flow, ...]
    present: tuple[Gauge, ...]  # asked where there are no boundary lines
    passby: tuple[Gauge, ...]
    frontages: tuple[Frontage, ...]
    anchors: tuple[Anchor, ...]
    takeovers_s: tuple[int, ...] = ()  # instants at which a source begins or ends to count
    boundary: Boundary | None = None
    sensor_id: SensorId | None = None
    zone_id: ZoneId | None = None
    witness: Witness | None = None  # what proves how many are there, beside lines

    @property
    def basis(self) -> Basis | None:
        """What its number of people rests on; None where nothing counts or sees them."""
        if self.present:
            return "measured"
        if self.witness is not None and self.witness.gauges:
            return "fused"
        return "lines" if self.flows else None

    def sensors(self) -> set[SensorNo]:
        """Every sensor that any of the numbers comes from."""
        seeing = () if self.witness is None else self.witness.gauges
        return {part.sensor for part in (*self.parts(), *seeing)}

    def parts(self) -> list[Flow | Frontage | Gauge]:
        """All that the numbers come from."""
        return [*self.flows, *self.present, *self.passby, *self.frontages]

    def telling(self) -> Sequence[Flow | Gauge]:
        """What must be heard of for its number of people to be known."""
        return self.present or self.flows

    def counted(self) -> Sequence[Flow | Frontage | Gauge]:
        """What coverage is about: lines, else measured zones, else frontages and pass-by."""
        return self.flows or self.present or self.frontages or self.passby


def plan_of(catalogue: Catalogue, asked: Asked) -> Plan:
    """The plan of whom a question is about.

    Raises `NotFound` for an id that is not there, `Impossible` for a zone that the sensor does not
    touch.
    """
    return catalogue.work_out(asked, lambda: _worked_out(catalogue, asked))


def _worked_out(catalogue: Catalogue, asked: Asked) -> Plan:
    if asked.sensor_id is not None:
        sensor = catalogue.sensor_by_id.get(asked.sensor_id)
        if sensor is None:
            raise NotFound(f"There is no sensor {asked.sensor_id!r}.", code="sensor_not_found")
        if asked.zone_id is None:
            return sensor_plan(catalogue, sensor)
        return _sensor_zone_plan(catalogue, sensor, asked.zone_id)
    if asked.zone_id is not None:
        zone = catalogue.zones.get(asked.zone_id)
        if zone is None:
            raise NotFound(f"There is no zone {asked.zone_id}.", code="zone_not_found")
        return zone_plan(catalogue, zone)
    location = catalogue.locations.get(asked.location_id or LocationId(""))
    if location is None:
        raise NotFound(f"There is no location {asked.location_id!r}.", code="location_not_found")
    return location_plan(catalogue, location)


def location_plan(catalogue: Catalogue, location: Location) -> Plan:
    """The whole location: all lines with outside on one side."""
    everything = {z.zone_id for z in catalogue.zones_of(location.location_id)}
    return _plan(
        catalogue,
        f"location:{location.location_id}",
        location,
        inside=everything,
    )


def zone_plan(catalogue: Catalogue, zone: Zone) -> Plan:
    """A zone with all that is nested in it: every line on its boundary, whoever counts it."""
    location = catalogue.locations[zone.location_id]
    return _plan(
        catalogue,
        f"zone:{zone.zone_id}",
        location,
        inside=nested(catalogue, zone.zone_id),
        zone=zone,
    )


def sensor_plan(catalogue: Catalogue, sensor: Sensor) -> Plan:
    """A sensor: each crossing of each of its boundary lines once, towards the inner side."""
    location = catalogue.locations[sensor.location_id]
    sources = catalogue.sources_of_sensor.get(sensor.sensor, ())
    flows: list[Flow] = []
    frontages: list[Frontage] = []
    passby: list[Gauge] = []
    takeovers: set[int] = set()
    for line_id in lines_of_sensor(catalogue, sensor.sensor):
        line = catalogue.lines[line_id]
        mine = [s for s in catalogue.sources_of_line[line_id] if s.sensor == sensor.sensor]
        enters = inner_side(catalogue, line) == line.side_b
        counting = active_sources(catalogue, mine)
        takeovers |= takeovers_of(counting)
        passby += gauges_of(catalogue, counting, "passby")
        for source, active in counting:
            if line.role == "frontage":
                frontages.append(frontage_of(catalogue, line, source, active))
            else:
                flows.append(flow_of(catalogue, line, source, enters, active))
    measured = [s for s in sources if s.zone_id is not None]
    return Plan(
        key=f"sensor:{sensor.sensor_id}",
        location=location,
        grid=grid_of(location),
        flows=tuple(flows),
        present=() if flows else tuple(measured_gauges(catalogue, measured, "present")),
        passby=(*passby, *measured_gauges(catalogue, measured, "passby")),
        frontages=tuple(frontages),
        anchors=_anchors(catalogue, location, None),
        takeovers_s=tuple(sorted(takeovers | measured_takeovers(catalogue, measured))),
        boundary=_boundary(catalogue, sensor),
        sensor_id=sensor.sensor_id,
        witness=witness_of(catalogue, location, None, ()),
    )


def _sensor_zone_plan(catalogue: Catalogue, sensor: Sensor, zone_id: ZoneId) -> Plan:
    zone = catalogue.zones.get(zone_id)
    if zone is None or zone.location_id != sensor.location_id:
        raise NotFound(f"There is no zone {zone_id}.", code="zone_not_found")
    if zone_id not in zones_of_sensor(catalogue, sensor.sensor):
        mine = ", ".join(str(z) for z in zones_of_sensor(catalogue, sensor.sensor)) or "none"
        raise Impossible(
            f"Sensor {sensor.sensor_id} does not touch zone {zone_id}; its zones: {mine}.",
            code="zone_not_of_sensor",
        )
    location = catalogue.locations[sensor.location_id]
    return _plan(
        catalogue,
        f"sensor:{sensor.sensor_id}/zone:{zone_id}",
        location,
        inside=nested(catalogue, zone_id),
        zone=zone,
        sensor=sensor,
    )


def _anchors(
    catalogue: Catalogue, location: Location, zone_id: ZoneId | None
) -> tuple[Anchor, ...]:
    told = catalogue.anchors.get(location.location_id, ())
    return tuple(a for a in told if a.zone_id == zone_id)


def _plan(
    catalogue: Catalogue,
    key: str,
    location: Location,
    *,
    inside: Collection[ZoneId],
    zone: Zone | None = None,
    sensor: Sensor | None = None,
) -> Plan:
    flows: list[Flow] = []
    frontages: list[Frontage] = []
    passby: list[Gauge] = []
    takeovers: set[int] = set()
    for line in catalogue.lines_of(location.location_id):
        sources = [
            s
            for s in catalogue.sources_of_line.get(line.line_id, ())
            if sensor is None or s.sensor == sensor.sensor
        ]
        counting = active_sources(catalogue, sources)
        takeovers |= takeovers_of(counting)
        for source, active in counting:
            sign = line_sign(line, inside)
            if sign:
                flows.append(flow_of(catalogue, line, source, sign > 0, active))
            if line.role == "frontage" and line.frontage_of in inside:
                frontages.append(frontage_of(catalogue, line, source, active))
            if line.role == "boundary" and inner_side(catalogue, line) in inside:
                passby += gauges_of(catalogue, [(source, active)], "passby")
    measured = [
        s
        for s in catalogue.sources
        if s.zone_id is not None
        and (s.zone_id == zone.zone_id if zone else s.zone_id in inside)
        and (sensor is None or s.sensor == sensor.sensor)
    ]
    own = own_flows(catalogue, measured)
    seen = tuple(measured_gauges(catalogue, measured, "present"))
    whole = zone if sensor is None else None  # a sensor's own number is the balance of its lines
    fusion = whole.fusion if whole and flows else "lines" if flows else "measured"
    return Plan(
        key=key,
        location=location,
        grid=grid_of(location),
        flows=tuple(flows or (own if zone is not None else ())),
        present=seen if fusion == "measured" else (),
        passby=tuple(passby),
        frontages=tuple(frontages),
        anchors=_anchors(catalogue, location, zone.zone_id if zone else None),
        takeovers_s=tuple(sorted(takeovers | measured_takeovers(catalogue, measured))),
        boundary=None if sensor is None else _boundary(catalogue, sensor),
        sensor_id=sensor.sensor_id if sensor else None,
        zone_id=zone.zone_id if zone else None,
        witness=witness_of(catalogue, location, zone, seen if fusion == "both" else ()),
    )


def grid_of(location: Location) -> DayGrid:
    """The civil days of a location."""
    return DayGrid(location.time_zone, location.day_start_s)


def nested(catalogue: Catalogue, zone_id: ZoneId) -> frozenset[ZoneId]:
    """A zone and every zone inside it."""
    return zone_family(zone_id, catalogue.zones.values())


def depth(catalogue: Catalogue, zone_id: ZoneId | None) -> int:
    """How many zones a zone lies in, itself included; outside is 0."""
    deep = 0
    while zone_id is not None:
        deep += 1
        zone_id = catalogue.zones[zone_id].parent_id
    return deep


def inner_side(catalogue: Catalogue, line: Line) -> ZoneId | None:
    """The side that is a zone where the other is outside; else the deeper one, else side B."""
    a, b = depth(catalogue, line.side_a), depth(catalogue, line.side_b)
    return line.side_a if a > b else line.side_b


def zones_of_sensor(catalogue: Catalogue, sensor: SensorNo) -> list[ZoneId]:
    """Zones with a boundary or frontage line, or a measurement, that comes from a sensor."""
    touched: set[ZoneId] = set()
    for source in catalogue.sources_of_sensor.get(sensor, ()):
        if source.zone_id is not None:
            touched.add(source.zone_id)
        line = catalogue.lines.get(source.line_id) if source.line_id is not None else None
        if line is None:
            continue
        if line.role == "frontage":
            touched |= {line.frontage_of} if line.frontage_of is not None else set()
            continue
        for zone in catalogue.zones_of(line.location_id):
            inside = nested(catalogue, zone.zone_id)
            if (line.side_a in inside) != (line.side_b in inside):
                touched.add(zone.zone_id)
    return sorted(touched)


def sensors_of_zone(catalogue: Catalogue, zone_id: ZoneId) -> list[SensorId]:
    """Sensors that a zone belongs to."""
    return [
        s.sensor_id
        for s in catalogue.sensors_of(catalogue.zones[zone_id].location_id)
        if zone_id in zones_of_sensor(catalogue, s.sensor)
    ]


def lines_of_sensor(catalogue: Catalogue, sensor: SensorNo) -> list[LineId]:
    """Lines that a sensor counts, now or before."""
    sources = catalogue.sources_of_sensor.get(sensor, ())
    return sorted({s.line_id for s in sources if s.line_id is not None})


def _lines_of(catalogue: Catalogue, sensor: Sensor) -> list[tuple[Line, Source]]:
    sources = catalogue.sources_of_sensor.get(sensor.sensor, ())
    return [(catalogue.lines[s.line_id], s) for s in sources if s.line_id is not None]


def _boundary(catalogue: Catalogue, sensor: Sensor) -> Boundary:
    """Complete when the sensor's lines are all that leads into the zones it counts into."""
    mine = {line.line_id for line, _ in _lines_of(catalogue, sensor)}
    inner: set[ZoneId] = set()
    for line, _ in _lines_of(catalogue, sensor):
        if line.role == "frontage":
            continue
        if line.side_a is not None and line.side_b is not None:
            return "partial"
        side = inner_side(catalogue, line)
        inner |= nested(catalogue, side) if side is not None else set()
    for line in catalogue.lines_of(sensor.location_id):
        crosses = (line.side_a in inner) != (line.side_b in inner)
        if line.role == "boundary" and crosses and line.line_id not in mine:
            return "partial"
    return "complete"
