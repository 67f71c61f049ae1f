"""What stands at a broker is remembered over restarts, and names stay apart."""

from dataclasses import replace
from pathlib import Path

import pytest

from countline.errors import ConfigError
from countline.model.ids import SensorId
from countline.mqtt import NAME_FILE, installation_name
from countline.outlets.mqtt.memory import Memory
from countline.outlets.mqtt.topics import Topics
from tests.app.mqtt_house import DOOR_NOW

BROKER = "mqtt://broker:1883"


def test_topics_are_remembered_until_they_are_crossed_out(tmp_path: Path) -> None:
    path = tmp_path / "topics.json"
    memory = Memory(path, BROKER)
    memory.add({"a": ("people", "air"), "b": ()})
    memory.add({"a": ("people",)})
    assert Memory(path, BROKER).topics == {"a": ("people",), "b": ()}
    memory.remove(["b"])
    assert Memory(path, BROKER).topics == memory.topics == {"a": ("people",)}
    assert [one.name for one in tmp_path.iterdir()] == ["topics.json"]


def test_another_broker_has_nothing_of_ours(tmp_path: Path) -> None:
    path = tmp_path / "topics.json"
    Memory(path, BROKER).add({"a": ()})
    assert Memory(path, "mqtt://other:1883").topics == {}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"broker": 1, "topics": {}}'])
def test_a_damaged_file_is_as_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "topics.json"
    path.write_text(text)
    memory = Memory(path, BROKER)
    memory.add({"a": ()})
    assert Memory(path, BROKER).topics == {"a": ()}


def test_what_cannot_be_written_down_is_not_remembered_either(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "gone" / "topics.json", BROKER)
    with pytest.raises(OSError, match="No such file"):
        memory.add({"a": ()})
    assert memory.topics == {}


def test_sensors_with_different_ids_are_different_devices() -> None:
    topics = Topics(base="countline", prefix="homeassistant", installation="ab12cd34ef")
    ids = ("a.b", "a-b", "a_b", "ab", "a..b", "a.-b")
    places = [topics.sensor(replace(DOOR_NOW, sensor_id=SensorId(one))) for one in ids]
    assert len({place.device for place in places}) == len(ids)
    assert all(place.device.replace("-", "").replace("_", "").isalnum() for place in places)


def test_an_installation_keeps_its_name(tmp_path: Path) -> None:
    name = installation_name(tmp_path / "one")
    assert installation_name(tmp_path / "one") == name
    assert installation_name(tmp_path / "two") != name
    (tmp_path / "one" / NAME_FILE).write_text("nonsense?")
    with pytest.raises(ConfigError, match="holds no name"):
        installation_name(tmp_path / "one")
