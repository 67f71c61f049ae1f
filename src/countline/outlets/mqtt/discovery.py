"""What Home Assistant is told to make: one device for each zone and sensor, with its entities.

An entity that a device no longer has is named with its platform alone, which takes it away.
"""

from typing import Any, get_args

import msgspec

from countline import __version__
from countline.model.board import SensorNow, ZoneNow
from countline.model.query import Health, Quality
from countline.outlets.mqtt.topics import Place, Topics

Entity = dict[str, Any]

# Every entity that a device may have, and what it is; those of a zone and of a sensor.
ZONE_ENTITIES = {
    "people": "sensor",
    "occupied": "binary_sensor",
    "quality": "sensor",
    "in": "sensor",
    "out": "sensor",
    "density": "sensor",
    "utilisation": "sensor",
    "air": "sensor",
}
SENSOR_ENTITIES = {"health": "sensor", "problem": "binary_sensor", "last_push": "sensor"}

AIR_UNITS = {"L/s": "L/s", "cfm": "ft³/min"}


def zone_entities(zone: ZoneNow, place: Place, topics: Topics) -> dict[str, Entity]:
    """The entities that a zone has. Those that live on people are gone while people are unknown."""
    known = {"availability": [{"topic": topics.status}, {"topic": place.availability}]}
    found: dict[str, Entity] = {
        "people": _number("People", "people", "people", icon="mdi:account-group", **known),
        "occupied": _yes_or_no("Occupied", "occupied", "occupancy", **known),
        "quality": _one_of("Quality", "quality", get_args(Quality)),
        "in": _total("In", "in_total", icon="mdi:login"),
        "out": _total("Out", "out_total", icon="mdi:logout"),
    }
    if zone.area_m2 is not None:
        found["density"] = _number("Density", "density", "people/m²", **known)
    if zone.capacity is not None:
        found["utilisation"] = _number("Utilisation", "utilisation_percent", "%", **known)
    if zone.air is not None:
        unit = AIR_UNITS[zone.air.unit]
        found["air"] = _number("Outdoor air", "air_flow", unit, device_class="volume_flow_rate")
    return found


def sensor_entities(sensor: SensorNow, place: Place, topics: Topics) -> dict[str, Entity]:
    """The entities that a sensor has."""
    known = {"availability": [{"topic": topics.status}, {"topic": place.availability}]}
    health = _one_of("Health", "health", get_args(Health))
    found = {
        "health": health | {"json_attributes_topic": place.state},
        "problem": _yes_or_no(
            "Problem", "problem", "problem", entity_category="diagnostic", **known
        ),
    }
    if sensor.last_push_s is not None:
        found["last_push"] = {
            "name": "Last push",
            "value_template": _template("last_push"),
            "device_class": "timestamp",
            "entity_category": "diagnostic",
        }
    return found


def write_zone_device(zone: ZoneNow, place: Place, topics: Topics) -> bytes:
    """The discovery document of a zone."""
    name = f"{zone.location_name} {zone.name}".strip()
    device = {"name": name, "model": "Zone", "sw_version": __version__}
    return _written(device, ZONE_ENTITIES, zone_entities(zone, place, topics), place, topics)


def write_sensor_device(sensor: SensorNow, place: Place, topics: Topics) -> bytes:
    """The discovery document of a sensor."""
    device = {"name": sensor.name or sensor.sensor_id, "model": "Sensor"}
    if sensor.firmware:
        device["sw_version"] = sensor.firmware
    return _written(device, SENSOR_ENTITIES, sensor_entities(sensor, place, topics), place, topics)


def _written(
    device: dict[str, Any],
    platforms: dict[str, str],
    entities: dict[str, Entity],
    place: Place,
    topics: Topics,
) -> bytes:
    components: dict[str, Entity] = {}
    for name, platform in platforms.items():
        components[name] = {"platform": platform}
        if name in entities:
            components[name] |= {"unique_id": f"{place.device}_{name}"} | entities[name]
    return msgspec.json.encode(
        {
            "device": {"identifiers": [place.device], "manufacturer": "countline"} | device,
            "origin": {"name": "countline", "sw_version": __version__},
            "state_topic": place.state,
            "availability": [{"topic": topics.status}],
            "availability_mode": "all",
            "qos": 1,
            "components": components,
        }
    )


def _template(field: str) -> str:
    return f"{{{{ value_json.{field} }}}}"


def _number(name: str, field: str, unit: str, **more: Any) -> Entity:
    return {
        "name": name,
        "value_template": _template(field),
        "state_class": "measurement",
        "unit_of_measurement": unit,
        **more,
    }


def _total(name: str, field: str, **more: Any) -> Entity:
    return _number(name, field, "people", **more) | {"state_class": "total_increasing"}


def _yes_or_no(name: str, field: str, device_class: str, **more: Any) -> Entity:
    """JSON's true is `True` once a template has read it."""
    return {
        "name": name,
        "value_template": _template(field),
        "device_class": device_class,
        "payload_on": "True",
        "payload_off": "False",
        **more,
    }


def _one_of(name: str, field: str, options: tuple[str, ...]) -> Entity:
    return {
        "name": name,
        "value_template": _template(field),
        "device_class": "enum",
        "options": list(options),
        "entity_category": "diagnostic",
    }
