"""A small Home Assistant: makes entities of announcements, strictly, and shows their states.

Written from its documentation of MQTT discovery: which keys there are, how shared ones are handed
down, that an empty announcement takes a device away and a bare platform an entity, and what
templates, availability and `None` do.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import aiomqtt

TOPIC = re.compile(r"homeassistant/device/([a-zA-Z0-9_-]+)/config")
TEMPLATE = re.compile(r"\{\{ value_json\.([a-z_0-9]+) \}\}")
ROOT = {"device", "origin", "components"}
SHARED = {"state_topic", "availability", "availability_mode"}
ROOT_MORE = SHARED | {"qos", "encoding"}
DEVICE = {"identifiers", "name", "manufacturer", "model", "sw_version"}
ENTITY = SHARED | {"unique_id", "name", "value_template", "device_class", "icon", "entity_category"}
ENTITY |= {"json_attributes_topic", "qos"}
PLATFORM = {
    "sensor": {"state_class", "unit_of_measurement", "options"},
    "binary_sensor": {"payload_on", "payload_off"},
}
CLASSES: dict[str, dict[str, set[str] | None]] = {
    "sensor": {"enum": None, "timestamp": None, "volume_flow_rate": {"L/s", "ft³/min", "m³/h"}},
    "binary_sensor": {"occupancy": None, "problem": None},
}
STATE_CLASSES = {"measurement", "total_increasing"}
UNAVAILABLE, UNKNOWN = "unavailable", "unknown"


@dataclass(slots=True)
class Entity:
    """One entity, and what it shows."""

    device: str
    name: str
    platform: str
    config: dict[str, Any]


@dataclass(slots=True)
class HomeAssistant:
    """What was retained and came since, read in order."""

    entities: dict[str, Entity] = field(default_factory=dict)  # by unique id
    devices: dict[str, dict[str, Any]] = field(default_factory=dict)  # by object id
    removed: list[str] = field(default_factory=list)  # unique ids, in order
    last: dict[str, bytes] = field(default_factory=dict)

    def read(self, messages: Iterable[aiomqtt.Message]) -> "HomeAssistant":
        for message in messages:
            topic, body = message.topic.value, bytes(message.payload)
            self.last[topic] = body
            if topic.startswith("homeassistant/"):
                found = TOPIC.fullmatch(topic)
                assert found, f"not a topic of a device: {topic}"
                self._announced(found[1], body)
        return self

    def shows(self, device: str, name: str) -> str:
        """The state of an entity, by the name of its device and its own."""
        (entity,) = [
            one
            for one in self.entities.values()
            if (self.devices[one.device]["name"], one.name) == (device, name)
        ]
        return self._state(entity)

    def names(self, device: str) -> set[str]:
        """The entities of a device."""
        return {e.name for e in self.entities.values() if self.devices[e.device]["name"] == device}

    # -- announcements ----------------------------------------------------------------------------
    def _announced(self, device: str, body: bytes) -> None:
        if not body:
            self._remove(device, None)
            self.devices.pop(device, None)
            return
        config = json.loads(body)
        assert config.keys() >= ROOT, config.keys()
        assert config.keys() <= ROOT | ROOT_MORE, config.keys()
        assert config["origin"]["name"]
        assert config["device"]["identifiers"]
        assert config["device"].keys() <= DEVICE, config["device"].keys()
        self.devices[device] = config["device"]
        shared = {key: config[key] for key in SHARED if key in config}
        for component, said in config["components"].items():
            if said.keys() == {"platform"}:
                self._remove(device, component)
            else:
                self._add(device, component, shared | said)

    def _add(self, device: str, component: str, config: dict[str, Any]) -> None:
        platform = config.pop("platform")
        assert config.keys() <= ENTITY | PLATFORM[platform], (component, config.keys())
        assert config["availability_mode"] == "all"
        assert TEMPLATE.fullmatch(config["value_template"])
        device_class, unit = config.get("device_class"), config.get("unit_of_measurement")
        if device_class is not None:
            units = CLASSES[platform][device_class]
            assert units is None or unit in units, unit
        if "state_class" in config:
            assert config["state_class"] in STATE_CLASSES
            assert unit
        assert ("options" in config) == (device_class == "enum")
        unique_id = config["unique_id"]
        known = self.entities.get(unique_id)
        assert known is None or known.device == device, f"two devices have {unique_id}"
        self.entities[unique_id] = Entity(device, component, platform, config)

    def _remove(self, device: str, component: str | None) -> None:
        for unique_id, one in list(self.entities.items()):
            if one.device == device and component in (None, one.name):
                del self.entities[unique_id]
                self.removed.append(unique_id)

    # -- states -----------------------------------------------------------------------------------
    def _state(self, entity: Entity) -> str:
        for one in entity.config["availability"]:
            said = self.last.get(one["topic"], b"offline")
            assert said in (b"online", b"offline", b"")
            if said != b"online":
                return UNAVAILABLE
        body = self.last.get(entity.config["state_topic"], b"")
        if not body:
            return UNKNOWN
        found = TEMPLATE.fullmatch(entity.config["value_template"])
        assert found
        return self._shown(entity, str(json.loads(body)[found[1]]))

    @staticmethod
    def _shown(entity: Entity, payload: str) -> str:
        config = entity.config
        if payload == "None":
            return UNKNOWN
        if entity.platform == "binary_sensor":
            return {config["payload_on"]: "on", config["payload_off"]: "off"}[payload]
        if "state_class" in config:
            float(payload)
        elif config["device_class"] == "timestamp":
            assert datetime.fromisoformat(payload).tzinfo is not None
        else:
            assert payload in config["options"]
        return payload
