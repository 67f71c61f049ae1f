"""What the page about MQTT shows is what is published, configured and printed."""

import asyncio
import dataclasses
import json
import re
import sys
from pathlib import Path

from countline.config import load_settings
from countline.model.board import AirNow, SensorNow, ZoneNow
from countline.model.ids import LocationId, SensorId, ZoneId
from countline.mqtt import MEMORY_FILE, NAME_FILE
from countline.outlets.mqtt.documents import write_sensor, write_zone
from countline.outlets.mqtt.outlet import SETTLE_S
from countline.outlets.mqtt.topics import Topics
from tests.app.mosquitto import mosquitto, needs_mosquitto
from tests.app.mqtt_house import MqttHouse
from tests.held_time import until
from tests.test_tidy import ROOT

PAGE = (ROOT / "docs/howto/mqtt-and-home-assistant.md").read_text()
AT_S = 1_696_150_804

HALL = ZoneNow(
    zone_id=ZoneId(1),
    location_id=LocationId("LOC_NYC_05"),
    name="Hall",
    location_name="New York",
    as_of_s=AT_S,
    people=7,
    last_known=7,
    high=8.4,
    quality="good",
    in_today=145,
    out_today=138,
    passby_today=50,
    in_total=20_145,
    out_total=20_131,
    area_m2=70.0,
    capacity=28,
    density=0.1,
    utilisation=0.25,
    light="green",
    air=AirNow(
        as_of_s=AT_S - 4, flow=45.0, design_flow=120.0, unit="L/s", population=10,
        mode="occupied", fallback=False,
    ),
)  # fmt: skip
DOOR = SensorNow(
    sensor_id=SensorId("SNSR_001"),
    location_id=LocationId("LOC_NYC_05"),
    name="Front door",
    health="degraded",
    reason="Its clock is +45 s off.",
    last_push_s=AT_S,
    firmware="5.9.1",
)


def snippets(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def test_the_documents_are_written_as_shown() -> None:
    zone, sensor = (json.loads(shown) for shown in snippets("json"))
    assert json.loads(write_zone(HALL)) == zone
    assert json.loads(write_sensor(DOOR)) == sensor


def test_the_settings_shown_are_taken(tmp_path: Path) -> None:
    (tmp_path / "mqtt-password").write_text("secret\n")
    file = tmp_path / "countline.toml"
    file.write_text("\n".join(snippets("toml")))
    settings = load_settings(file, environ={}).settings
    assert settings.mqtt.password == "secret"
    assert settings.mqtt_in.topics == ("sensors/#",)


def test_the_topics_are_those_of_the_table() -> None:
    topics = Topics(base="countline", prefix="homeassistant", installation="ab12cd34ef")
    zone, sensor = topics.zone(HALL), topics.sensor(DOOR)
    ours = [topics.status, topics.event("KIND"), *zone.retained, *sensor.retained]
    said = [
        one.replace("LOC_NYC_05", "LOCATION")
        .replace("zones/1", "zones/ZONE")
        .replace("SNSR_001", "SENSOR")
        .replace("countline_ab12cd34ef_zone_1", "DEVICE")
        .replace("countline_ab12cd34ef_sensor_SENSOR", "DEVICE")
        for one in ours
    ]
    shown = re.findall(r"^\| `((?:countline|homeassistant)/[^`]*)` \|", PAGE, re.MULTILINE)
    assert set(said) == set(shown)


def test_files_and_pauses_are_named_as_they_are() -> None:
    assert f"`{NAME_FILE}` in the data folder" in PAGE
    assert f"`{MEMORY_FILE}`" in PAGE
    assert SETTLE_S == 150
    assert "two and a half minutes" in PAGE


@needs_mosquitto
def test_the_python_snippet_prints_zones(tmp_path: Path) -> None:
    async def main() -> None:
        async with mosquitto(tmp_path) as there:
            house = MqttHouse(there, tmp_path)
            house.board.put(zones=[HALL])
            async with house.running():
                (code,) = snippets("python")
                running = await asyncio.create_subprocess_exec(
                    sys.executable, "-c", code.replace("1883", str(there.port)),
                    stdout=asyncio.subprocess.PIPE,
                )  # fmt: skip
                try:
                    assert running.stdout is not None
                    assert await running.stdout.readline() == b"Hall 7 good\n"
                    house.board.put(zones=[dataclasses.replace(HALL, people=8)])
                    assert await running.stdout.readline() == b"Hall 8 good\n"
                finally:
                    running.kill()
                    await running.wait()
            await until(lambda: not house.trouble())

    asyncio.run(main())
