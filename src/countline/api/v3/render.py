"""The catalogue's own values as version 3 tells them."""

from countline.api.instants import instant, instant_or_none, time_of_day
from countline.api.v3.opening import opening
from countline.engine.catalogue import Catalogue
from countline.engine.subject import lines_of_sensor, sensors_of_zone, zones_of_sensor
from countline.model.access import Key
from countline.model.ids import SensorNo
from countline.model.opening import Opening
from countline.model.place import Line, Location, Zone
from countline.model.query import Present, SensorHealth
from countline.model.sensor import Device, Sensor
from countline.wire import v3, v3_catalogue


def location(known: Location, hours: Opening | None) -> v3_catalogue.Location:
    """A place."""
    return v3_catalogue.Location(
        location_id=known.location_id,
        name=known.name,
        time_zone=known.time_zone,
        default_zone=known.default_zone,
        day_start=time_of_day(known.day_start_s),
        resets=[time_of_day(s) for s in known.resets_s],
        keep_attributes=known.keep_attributes,
        created_at=instant(known.created_s),
        opening=opening(hours),
        absence_when_closed_s=known.absence_when_closed_s,
    )


def zone(known: Zone, catalogue: Catalogue) -> v3_catalogue.Zone:
    """An area, and who counts it."""
    return v3_catalogue.Zone(
        zone_id=known.zone_id,
        location_id=known.location_id,
        parent_id=known.parent_id,
        name=known.name,
        area_m2=known.area_m2,
        capacity=known.capacity,
        sensors=list(sensors_of_zone(catalogue, known.zone_id)),
        category=known.category,
        created_at=instant(known.created_s),
        amber_percent=known.amber_percent,
        red_percent=known.red_percent,
        hysteresis_percent=known.hysteresis_percent,
        opening=opening(catalogue.openings.get((known.location_id, known.zone_id))),
        absence_when_closed_s=known.absence_when_closed_s,
        absence_after_s=known.absence_after_s,
        fusion=known.fusion,
        covers=known.covers,
    )


def line(known: Line, catalogue: Catalogue) -> v3_catalogue.Line:
    """A counting line, and who counts it."""
    return v3_catalogue.Line(
        line_id=known.line_id,
        location_id=known.location_id,
        name=known.name,
        side_a=known.side_a,
        side_b=known.side_b,
        role=known.role,
        frontage_of=known.frontage_of,
        sources=[
            v3_catalogue.Source(
                sensor_id=catalogue.sensors[source.sensor].sensor_id,
                channel=source.channel,
                invert=source.invert,
                order=source.order,
                valid_from=instant_or_none(source.valid_from_s or None),
                valid_to=instant_or_none(source.valid_to_s),
            )
            for source in catalogue.sources_of_line.get(known.line_id, ())
        ],
        visitors_cross=known.visitors_cross,
    )


def sensor(known: Sensor, catalogue: Catalogue, health: SensorHealth | None) -> v3_catalogue.Sensor:
    """A sensor with the device in its place."""
    device = catalogue.open_device_of.get(known.sensor)
    firmware = (health.firmware if health else "") or (device.firmware if device else "")
    channels = _channels(catalogue, known.sensor)
    return v3_catalogue.Sensor(
        sensor_id=known.sensor_id,
        location_id=known.location_id,
        name=known.name,
        state=known.state,
        vendor=device.vendor if device else None,
        serial=device.serial if device else None,
        model=(device.model or None) if device else None,
        firmware=firmware or None,
        health=health.health if health else "unknown",
        last_push_at=instant_or_none(health.last_push_s if health else None),
        zones=list(zones_of_sensor(catalogue, known.sensor)),
        lines=list(lines_of_sensor(catalogue, known.sensor)),
        context=device.context if device else None,
        quiet=known.quiet,
        counts_from=known.counts_from,
        created_at=instant(known.created_s),
        retired_at=instant_or_none(known.retired_s),
        channels=channels,
        unmapped=[c.channel for c in channels if not c.lines and not c.zones],
    )


def _channels(catalogue: Catalogue, sensor: SensorNo) -> list[v3_catalogue.Channel]:
    """Every counting object of a sensor, and what each of them is a source of."""
    sources = catalogue.sources_of_sensor.get(sensor, ())
    return [
        v3_catalogue.Channel(
            channel=known.channel,
            name=known.name,
            template=known.template,
            shape=known.shape,
            measures=[
                s.measure for s in catalogue.series_of.get(sensor, ()) if s.channel == known.channel
            ],
            lines=sorted({s.line_id for s in sources if s.channel == known.channel and s.line_id}),
            zones=sorted({s.zone_id for s in sources if s.channel == known.channel and s.zone_id}),
        )
        for known in catalogue.channels_of(sensor)
    ]


def discovered(device: Device) -> v3_catalogue.Sensor:
    """A device that pushed and waits for adoption: it has no id and no place yet."""
    return v3_catalogue.Sensor(
        sensor_id=None,
        location_id=None,
        name="",
        state="discovered",
        vendor=device.vendor,
        serial=device.serial,
        model=device.model or None,
        firmware=device.firmware or None,
        health="unknown",
        last_push_at=None,
        zones=[],
        lines=[],
        context=device.context,
        quiet=None,
        counts_from=None,
        created_at=instant_or_none(device.valid_from_s or None),
        retired_at=None,
        channels=[],
        unmapped=[],
    )


def key(known: Key) -> v3_catalogue.Key:
    """A key without its secret."""
    return v3_catalogue.Key(
        key_id=known.key_id,
        name=known.name,
        scopes=list(known.scopes),
        locations=list(known.locations),
        expires_at=instant_or_none(known.expires_s),
        rate=v3_catalogue.Rate(quota=known.quota, window_s=known.window_s),
        created_at=instant(known.created_s),
        withdrawn_at=instant_or_none(known.withdrawn_s),
    )


def live(now: Present) -> v3.LiveRow:
    """How many are there now."""
    people, area, capacity = now.people, now.area_m2, now.capacity
    return v3.LiveRow(
        location_id=now.location_id,
        zone_id=now.zone_id,
        sensor_id=now.sensor_id,
        as_of=instant_or_none(now.as_of_s),
        people=people,
        low=now.low,
        high=now.high,
        quality=now.quality,
        in_today=now.in_today,
        out_today=now.out_today,
        passby_today=now.passby_today,
        density=round(people / area, 3) if people is not None and area else None,
        capacity=capacity,
        utilisation=round(people / capacity, 3) if people is not None and capacity else None,
        light=now.light,
        last_known=now.last_known,
        basis=now.basis,
    )
