"""MQTT: a broker is told what is so now, as Home Assistant reads it too, and of events."""

from countline.outlets.mqtt.outlet import MqttOutlet, run_mqtt
from countline.outlets.mqtt.settings import MqttSettings

__all__ = ["MqttOutlet", "MqttSettings", "run_mqtt"]
