"""A sensor as it is now, and what is to be told of it after what was told before. Pure functions."""

from collections.abc import Iterator

from countline.engine.messages import write_instant_or_none
from countline.engine.reporting import fact
from countline.model.board import SensorNow, SensorTold
from countline.model.event import Event, EventKind
from countline.model.query import SensorHealth
from countline.model.sensor import Sensor
from countline.wire import events as wire

SILENT = frozenset(("silent", "offline"))
DRIFTED = "config_changed"


def sensor_now(sensor: Sensor, health: SensorHealth) -> SensorNow:
    """What the board shows of a sensor."""
    return SensorNow(
        sensor_id=sensor.sensor_id,
        location_id=sensor.location_id,
        name=sensor.name,
        health=health.health,
        reason=health.reasons[0].detail if health.reasons else "",
        last_push_s=health.last_push_s,
        firmware=health.firmware,
    )


def sensor_told_after(sensor: Sensor, health: SensorHealth) -> SensorTold:
    """What has been told once all of `news_of_sensor` has."""
    return SensorTold(
        sensor=sensor.sensor,
        health=health.health,
        silent=_is_silent(health),
        drifted=_has_drifted(health),
    )


def news_of_sensor(
    sensor: Sensor, health: SensorHealth, before: SensorTold | None, at_s: int
) -> Iterator[Event]:
    """The events of a sensor that is now so. One that is new is told of only where it is not well."""
    silent = _is_silent(health)
    kind: EventKind | None = None
    if silent and not (before and before.silent):
        kind = "sensor.silent"
    elif before and before.silent and not silent and sensor.state != "retired":
        kind = "sensor.back"
    elif health.health == "degraded" and (before is None or before.health != "degraded"):
        kind = "sensor.degraded"
    if kind is not None:
        yield fact(kind, _state(health), at_s=at_s, sensor=sensor.sensor)
    if _has_drifted(health) and not (before and before.drifted):
        data = wire.ConfigChangedData(
            location_id=sensor.location_id,
            sensor_id=sensor.sensor_id,
            origin="device",
            who=None,
            what=next(one.detail for one in health.reasons if one.code == DRIFTED),
            sequence=0,
        )
        yield fact("sensor.config_changed", data, at_s=at_s, sensor=sensor.sensor)


def _state(health: SensorHealth) -> wire.SensorStateData:
    return wire.SensorStateData(
        location_id=health.location_id,
        sensor_id=health.sensor_id,
        health=health.health,
        reasons=[
            wire.ReasonData(
                code=one.code,
                detail=one.detail,
                since=write_instant_or_none(one.since_s),
            )
            for one in health.reasons
        ],
        sequence=0,
    )


def _is_silent(health: SensorHealth) -> bool:
    return any(one.code in SILENT for one in health.reasons)


def _has_drifted(health: SensorHealth) -> bool:
    return any(one.code == DRIFTED for one in health.reasons)
