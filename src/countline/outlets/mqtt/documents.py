"""What stands under the state topics: JSON documents of a zone and of a sensor, as they are now.

All fields are flat, so that a template reads each by its name alone, and null is unknown.
"""

import msgspec

from countline.engine.messages import write_instant_or_none
from countline.model.board import SensorNow, ZoneNow


class ZoneDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A zone as it is now."""

    zone_id: int
    location_id: str
    name: str
    location_name: str
    as_of: str | None
    people: int | None
    occupied: bool | None
    last_known: int | None
    high: float | None
    quality: str
    in_today: int | None
    out_today: int | None
    passby_today: int | None
    in_total: int | None
    out_total: int | None
    area_m2: float | None
    capacity: int | None
    density: float | None
    utilisation: float | None
    utilisation_percent: float | None
    light: str | None
    air_as_of: str | None = None
    air_flow: float | None = None
    air_design_flow: float | None = None
    air_unit: str | None = None
    air_population: int | None = None
    air_mode: str | None = None
    air_fallback: bool | None = None
    air_setpoint: float | None = None
    air_setpoint_gives: str | None = None
    air_setpoint_unit: str | None = None


class SensorDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A sensor as it is now. `problem`: whether somebody should look at it."""

    sensor_id: str
    location_id: str
    name: str
    health: str
    problem: bool | None
    reason: str | None
    last_push: str | None
    firmware: str | None


def write_zone(zone: ZoneNow) -> bytes:
    """The document of a zone."""
    ratio = zone.utilisation
    document = ZoneDocument(
        zone_id=zone.zone_id,
        location_id=zone.location_id,
        name=zone.name,
        location_name=zone.location_name,
        as_of=write_instant_or_none(zone.as_of_s),
        people=zone.people,
        occupied=zone.occupied,
        last_known=zone.last_known,
        high=_rounded(zone.high),
        quality=zone.quality,
        in_today=zone.in_today,
        out_today=zone.out_today,
        passby_today=zone.passby_today,
        in_total=zone.in_total,
        out_total=zone.out_total,
        area_m2=zone.area_m2,
        capacity=zone.capacity,
        density=_rounded(zone.density),
        utilisation=_rounded(ratio),
        utilisation_percent=None if ratio is None else round(100 * ratio, 1),
        light=zone.light,
    )
    if (air := zone.air) is not None:
        document = msgspec.structs.replace(
            document,
            air_as_of=write_instant_or_none(air.as_of_s),
            air_flow=_rounded(air.flow),
            air_design_flow=_rounded(air.design_flow),
            air_unit=air.unit,
            air_population=air.population,
            air_mode=air.mode,
            air_fallback=air.fallback,
            air_setpoint=_rounded(air.setpoint),
            air_setpoint_gives=air.setpoint_gives,
            air_setpoint_unit=air.setpoint_unit,
        )
    return msgspec.json.encode(document)


def write_sensor(sensor: SensorNow) -> bytes:
    """The document of a sensor."""
    return msgspec.json.encode(
        SensorDocument(
            sensor_id=sensor.sensor_id,
            location_id=sensor.location_id,
            name=sensor.name,
            health=sensor.health,
            problem=None if sensor.health == "unknown" else sensor.health != "healthy",
            reason=sensor.reason or None,
            last_push=write_instant_or_none(sensor.last_push_s),
            firmware=sensor.firmware or None,
        )
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
