"""What a device's channels mean: its lines and zones, found or made when it is adopted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from countline.drivers.reading import ChannelInfo
from countline.engine.admission import learn_channel, learn_series, wanted_measures
from countline.engine.changes import changed, first_line
from countline.model.ids import ZoneId
from countline.model.place import Location, Source, Zone
from countline.model.sensor import Sensor
from countline.store.seam import Transaction

LinesAsked = Literal["first", "all", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceChannel:
    """A channel of a device, and the geometry that it counts at."""

    channel: str  # with its context
    info: ChannelInfo
    geometry: str  # the maker's id; "" where nobody says


def mapped(
    tx: Transaction, sensor: Sensor, drawn: Sequence[DeviceChannel], lines: LinesAsked
) -> list[str]:
    """Give a device's channels their meaning; gives what was made, in words.

    Of the logics at one line the first becomes the source of a line `outside -> the location's
    default zone`: several would add up. Of several lines only the first does, unless all are asked
    for: two lines on one way would count everybody twice. A measured zone is a zone of its own.
    What has a source already stays as it is.
    """
    location = tx.record(Location, sensor.location_id)
    assert location is not None
    for one in drawn:
        learn_channel(tx, sensor.sensor, one.channel, one.info, imported=False)
        kinds = {m.measure: m.kind for m in one.info.measures}
        wanted = {m: kinds[m] for m in wanted_measures(location, one.info)}
        learn_series(tx, sensor.sensor, one.channel, wanted)
    sources = tx.records(Source, sensor=sensor.sensor)
    taken = {source.channel for source in sources}
    counted = {one.geometry for one in drawn if one.channel in taken and one.info.is_door}
    made: list[str] = []
    for one in drawn:
        if one.channel in taken:
            continue
        if one.info.is_door and one.geometry not in counted and lines != "none":
            if counted and lines == "first":
                continue
            line = first_line(
                tx,
                location,
                name=one.info.name or one.channel,
                sensor=sensor.sensor,
                channel=one.channel,
            )
            counted.add(one.geometry)
            made.append(f"line {line.line_id} ({line.name}), counted by {one.channel}")
        elif one.info.shape == "zone" and any(m.measure == "present" for m in one.info.measures):
            made.append(_measured_zone(tx, location, sensor, one))
    tx.save(replace(sensor, geometry_seen=True))
    if made and (span := tx.span(sensor.sensor)) is not None:
        tx.emit(changed(location.location_id, span[0]))
    return made


def _measured_zone(
    tx: Transaction, location: Location, sensor: Sensor, drawn: DeviceChannel
) -> str:
    zone = Zone(
        zone_id=ZoneId(tx.next_number("zone")),
        location_id=location.location_id,
        name=drawn.info.name or drawn.channel,
        parent_id=location.default_zone,
        created_s=sensor.created_s,
    )
    source = Source(
        source_id=tx.next_number("source"),
        sensor=sensor.sensor,
        channel=drawn.channel,
        zone_id=zone.zone_id,
    )
    tx.save(zone, source)
    return f"zone {zone.zone_id} ({zone.name}), measured by {drawn.channel}"
