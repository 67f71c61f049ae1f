"""Metrics of what is counted: zones and sensors as the board has them. Unknown is left out."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

from countline.api.metrics.families import Family, Sample
from countline.model.board import AirNow, SensorNow, ZoneNow
from countline.model.place import Light
from countline.model.query import Quality

ZONE = ("location_id", "zone_id", "zone")
SENSOR = ("location_id", "sensor_id", "sensor")
QUALITIES: tuple[Quality, ...] = get_args(Quality)
LIGHTS: tuple[Light, ...] = get_args(Light)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountsSeen:
    """What hangs on the board at one moment."""

    zones: Sequence[ZoneNow]
    sensors: Sequence[SensorNow]


def _zone(zone: ZoneNow) -> tuple[str, ...]:
    return (zone.location_id, str(zone.zone_id), zone.name)


def _each(value: Callable[[ZoneNow], float | None]) -> Callable[[CountsSeen], Iterator[Sample]]:
    return lambda seen: ((_zone(zone), value(zone)) for zone in seen.zones)


def _air(value: Callable[[AirNow], float]) -> Callable[[CountsSeen], Iterator[Sample]]:
    return lambda seen: (
        ((*_zone(zone), zone.air.unit), value(zone.air)) for zone in seen.zones if zone.air
    )


def _one_of(
    words: Sequence[str], word: Callable[[ZoneNow], str | None]
) -> Callable[[CountsSeen], Iterator[Sample]]:
    """A sample for each word, 1 for the one that is so; none at all where that is unknown."""
    return lambda seen: (
        ((*_zone(zone), one), int(one == word(zone)))
        for zone in seen.zones
        if word(zone) is not None
        for one in words
    )


def _sensor(sensor: SensorNow) -> tuple[str, ...]:
    return (sensor.location_id, sensor.sensor_id, sensor.name)


def _up(sensor: SensorNow) -> int | None:
    return None if sensor.health == "unknown" else int(sensor.health != "offline")


# fmt: off
COUNTS: tuple[Family[CountsSeen], ...] = (
    Family("countline_zone_people", "gauge", "People there now; left out where unknown.", _each(lambda z: z.people), ZONE),
    Family("countline_zone_people_high", "gauge", "The upper estimate that ventilation works with.", _each(lambda z: z.high), ZONE),
    Family("countline_zone_quality", "gauge", "1 for the quality that it has, 0 for the others; always there, also where people are unknown.", _one_of(QUALITIES, lambda z: z.quality), (*ZONE, "quality")),
    Family("countline_zone_in", "counter", "People who ever came in.", _each(lambda z: z.in_total), ZONE),
    Family("countline_zone_out", "counter", "People who ever went out.", _each(lambda z: z.out_total), ZONE),
    Family("countline_zone_capacity", "gauge", "How many may be there.", _each(lambda z: z.capacity), ZONE),
    Family("countline_zone_utilisation_ratio", "gauge", "People over capacity; 1 is full.", _each(lambda z: z.utilisation), ZONE),
    Family("countline_zone_density", "gauge", "People per square metre.", _each(lambda z: z.density), ZONE),
    Family("countline_zone_light", "gauge", "1 for the light that it shows, 0 for the others.", _one_of(LIGHTS, lambda z: z.light), (*ZONE, "light")),
    Family("countline_zone_air_flow", "gauge", "The outdoor air that it asks for, in the unit of its label.", _air(lambda a: a.flow), (*ZONE, "unit")),
    Family("countline_zone_air_design_flow", "gauge", "What it asks for at its design population.", _air(lambda a: a.design_flow), (*ZONE, "unit")),
    Family("countline_zone_air_fallback", "gauge", "1 where it asks without knowing its people.", _each(lambda z: int(z.air.fallback) if z.air else None), ZONE),
    Family("countline_zone_as_of_timestamp_seconds", "gauge", "When all this was so, since 1970.", _each(lambda z: z.as_of_s), ZONE),
    Family("countline_sensor_up", "gauge", "1 where counts come from a sensor, 0 where none do; left out where unknown.", lambda seen: ((_sensor(s), _up(s)) for s in seen.sensors), SENSOR),
    Family("countline_sensor_last_push_timestamp_seconds", "gauge", "When it last pushed, since 1970.", lambda seen: ((_sensor(s), s.last_push_s) for s in seen.sensors), SENSOR),
)
# fmt: on
