"""What each change of the catalogue checks and makes, inside the transaction that the desk opens."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from zoneinfo import available_timezones

from countline.errors import BadQuery, Conflict, FieldError, Impossible, NotFound
from countline.model.event import Event
from countline.model.ids import LineId, LocationId, SensorId, SensorNo, ZoneId, is_id
from countline.model.interval import DayGrid, Granularity
from countline.model.place import RESETS_S, Line, Location, Source, Zone
from countline.model.sensor import Channel, Device, Expected, Sensor
from countline.store.seam import Transaction

DAY_S = 86_400
QUARTER_S = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSource:
    """A source to be: the channel of a sensor that counts a line."""

    sensor_id: str
    channel: str
    invert: bool = False
    order: int = 1
    valid_from_s: int | None = None  # None: as far back as the channel has data


def bad_field(field: str, detail: str) -> BadQuery:
    """A `BadQuery` about one field."""
    return BadQuery(f"{field}: {detail}", errors=(FieldError(field=field, detail=detail),))


def check_id(field: str, text: str) -> None:
    """Refuse an id that is not well formed."""
    if not is_id(text):
        raise bad_field(
            field,
            f"{text!r} is not an id: 1 to 64 of A-Z a-z 0-9 _ . -, beginning with a letter or digit",
        )


def check_time_zone(field: str, text: str) -> None:
    """Refuse a name that is not an IANA time zone, with the nearest that is."""
    known = available_timezones()
    if text not in known:
        near = get_close_matches(text, known, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ", for example 'Europe/Zurich'"
        raise bad_field(field, f"{text!r} is not an IANA time zone{hint}")


def check_day(field: str, day_start_s: int) -> None:
    """Refuse a start of day that is not a whole quarter of one day."""
    if not 0 <= day_start_s < DAY_S or day_start_s % QUARTER_S:
        raise bad_field(field, "must be a whole quarter hour between 00:00 and 23:45")


def next_hour(location: Location, now_s: int) -> int:
    """The next full local hour of a location after now."""
    return DayGrid(location.time_zone).bucket_of(Granularity.HOUR, now_s).end_s


def changed(location_id: LocationId, start_s: int) -> Event:
    """Tells followers to compute a location anew from an instant."""
    return Event(kind="catalogue.changed", location_id=location_id, start_s=start_s)


def location_facts(location: Location) -> tuple[object, ...]:
    """What numbers of a location follow from: when one of these changes, they are computed anew."""
    facts = (location.time_zone, location.day_start_s, location.resets_s)
    return (*facts, location.absence_when_closed_s)


def zone_facts(zone: Zone) -> tuple[object, ...]:
    """The same of a zone."""
    absence = (zone.absence_after_s, zone.absence_when_closed_s)
    return (zone.parent_id, zone.fusion, zone.covers, *absence)


def check_parent(tx: Transaction, zone: Zone) -> None:
    """Refuse a parent that is elsewhere, unknown, or inside the zone itself."""
    seen = {zone.zone_id}
    parent_id = zone.parent_id
    while parent_id is not None:
        parent = tx.record(Zone, parent_id)
        if parent is None or parent.location_id != zone.location_id:
            raise bad_field("parent_id", f"{parent_id} is not a zone of {zone.location_id}")
        if parent.zone_id in seen:
            raise bad_field("parent_id", f"zone {zone.zone_id} would lie inside itself")
        seen.add(parent.zone_id)
        parent_id = parent.parent_id


def check_limits(zone: Zone) -> None:
    """Refuse a light that would turn red before amber."""
    if zone.amber_percent > zone.red_percent:
        raise bad_field(
            "amber_percent", f"{zone.amber_percent} is above red_percent, {zone.red_percent}"
        )


def check_line(tx: Transaction, line: Line) -> None:
    """Refuse sides and frontages that are not zones of the location, or that make no sense."""
    if tx.record(Location, line.location_id) is None:
        raise NotFound(f"There is no location {line.location_id!r}.", code="location_not_found")
    for field, zone_id in (
        ("side_a", line.side_a),
        ("side_b", line.side_b),
        ("frontage_of", line.frontage_of),
    ):
        zone = None if zone_id is None else tx.record(Zone, zone_id)
        if zone_id is not None and (zone is None or zone.location_id != line.location_id):
            raise bad_field(field, f"{zone_id} is not a zone of {line.location_id}")
    if line.role == "boundary" and line.side_a == line.side_b:
        raise bad_field("side_b", "a boundary line joins two different sides")
    if line.role == "frontage" and line.frontage_of is None:
        raise bad_field("frontage_of", "a frontage line names the zone that people pass by")


def new_source(tx: Transaction, line: Line, wanted: NewSource) -> Source:
    """The record of a source, its sensor and channel checked."""
    sensor = next((s for s in tx.records(Sensor) if s.sensor_id == wanted.sensor_id), None)
    if sensor is None or sensor.location_id != line.location_id:
        raise bad_field("sensor_id", f"{wanted.sensor_id!r} is not a sensor of {line.location_id}")
    if tx.record(Channel, sensor.sensor, wanted.channel) is None:
        known = [c.channel for c in tx.records(Channel) if c.sensor == sensor.sensor]
        have = f"it has {', '.join(known)}" if known else "it has none yet"
        raise bad_field("channel", f"{wanted.sensor_id} has no channel {wanted.channel!r}; {have}")
    return Source(
        source_id=tx.next_number("source"),
        sensor=sensor.sensor,
        channel=wanted.channel,
        line_id=line.line_id,
        invert=wanted.invert,
        order=wanted.order,
        valid_from_s=wanted.valid_from_s or 0,
    )


def replace_sources(tx: Transaction, line: Line, wanted: Sequence[NewSource], at_s: int) -> None:
    """End a line's sources at an instant, and begin the wanted ones there."""
    for source in tx.records(Source):
        if source.line_id != line.line_id:
            continue
        if source.valid_from_s >= at_s:
            tx.delete(source)
        elif source.valid_to_s is None or source.valid_to_s > at_s:
            tx.save(replace(source, valid_to_s=at_s))
    tx.save(*(replace(new_source(tx, line, s), valid_from_s=at_s) for s in wanted))


def take_device(
    tx: Transaction, sensor: Sensor, *, vendor: str, serial: str, context: str
) -> Device:
    """Give a device to a sensor: the discovered one, or one that will be seen later."""
    found: Device | None = None
    for device in tx.records(Device):
        if device.valid_to_s is not None:
            continue
        if (device.vendor, device.serial, device.context) == (vendor, serial, context):
            found = device
        elif device.sensor == sensor.sensor:
            raise Conflict(
                f"Sensor {sensor.sensor_id} has device {device.serial} already.",
                code="device_taken",
            )
    if found is not None and found.sensor not in (None, sensor.sensor):
        raise Conflict(f"Device {serial} belongs to another sensor.", code="device_taken")
    device = found or Device(
        device_id=tx.next_number("device"), vendor=vendor, serial=serial, context=context
    )
    device = replace(device, sensor=sensor.sensor)
    tx.save(device)
    return device


def takes_turns(tx: Transaction, sensor: SensorNo) -> bool:
    """Whether another sensor counts a line of this one: whose turn it is, what is expected says."""
    mine = {s.line_id for s in tx.records(Source, sensor=sensor) if s.line_id is not None}
    if not mine:
        return False
    return any(s.line_id in mine and s.sensor != sensor for s in tx.records(Source))


def ended(tx: Transaction, sensor: SensorNo, now_s: int) -> list[Device | Expected]:
    """A retired sensor's device and expectation, both ending now."""
    devices = [
        replace(d, valid_to_s=now_s)
        for d in tx.records(Device)
        if d.sensor == sensor and d.valid_to_s is None
    ]
    expected = [
        replace(e, to_s=max(now_s, e.from_s))
        for e in tx.records(Expected)
        if e.sensor == sensor and e.to_s is None
    ]
    return [*devices, *expected]


def new_location(
    tx: Transaction,
    location_id: str,
    *,
    name: str = "",
    time_zone: str,
    now_s: int,
    day_start_s: int = 0,
    resets_s: Sequence[int] = RESETS_S,
    keep_attributes: bool = False,
) -> Location:
    """A new location with its default zone; what it is called and where it lies is checked before."""
    location = Location(
        location_id=LocationId(location_id),
        name=name or location_id,
        time_zone=time_zone,
        default_zone=ZoneId(tx.next_number("zone")),
        day_start_s=day_start_s,
        resets_s=tuple(sorted(set(resets_s))),
        keep_attributes=keep_attributes,
        created_s=now_s,
    )
    assert location.default_zone is not None
    zone = Zone(
        zone_id=location.default_zone,
        location_id=location.location_id,
        name=location.name,
        created_s=now_s,
    )
    tx.save(location, zone)
    return location


def new_sensor(
    tx: Transaction, sensor_id: str, location_id: str, *, name: str = "", now_s: int
) -> Sensor:
    """A new sensor of a location; that the id is free and well formed is checked before."""
    sensor = Sensor(
        sensor=SensorNo(tx.next_number("sensor")),
        sensor_id=SensorId(sensor_id),
        location_id=LocationId(location_id),
        name=name or sensor_id,
        created_s=now_s,
    )
    tx.save(sensor)
    return sensor


def first_line(
    tx: Transaction,
    location: Location,
    *,
    name: str,
    sensor: SensorNo,
    channel: str,
    inner: ZoneId | None = None,
) -> Line:
    """A new line `outside -> inner` (the location's default zone), counted by one channel."""
    line = Line(
        line_id=LineId(tx.next_number("line")),
        location_id=location.location_id,
        name=name,
        side_b=location.default_zone if inner is None else inner,
    )
    source = Source(
        source_id=tx.next_number("source"), sensor=sensor, channel=channel, line_id=line.line_id
    )
    tx.save(line, source)
    return line


def zone_named(tx: Transaction, location: Location, text: str, now_s: int) -> Zone:
    """A location's zone by number or name; a name that is not there yet makes a new zone.

    Raises `Impossible` for a number that is no zone of the location.
    """
    zones = [z for z in tx.records(Zone) if z.location_id == location.location_id]
    if text.isdigit():
        found = next((z for z in zones if z.zone_id == int(text)), None)
        if found is None:
            raise Impossible(
                f"Zone {text} is not a zone of {location.location_id}; give a name to make one.",
                code="zone_not_found",
            )
        return found
    found = next((z for z in zones if z.name == text), None)
    if found is None:
        found = Zone(
            zone_id=ZoneId(tx.next_number("zone")),
            location_id=location.location_id,
            name=text,
            created_s=now_s,
        )
        tx.save(found)
    return found
