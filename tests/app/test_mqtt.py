"""What a real broker is told: retained states, announcements, events, through every kind of trouble."""

import asyncio
import json
import socket
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from countline.broker import Version, connected
from countline.model.ids import SensorId
from tests.app.home_assistant import UNAVAILABLE, UNKNOWN, HomeAssistant
from tests.app.mosquitto import Listener, Mosquitto, listener, mosquitto, needs_mosquitto
from tests.app.mqtt_house import DOOR_NOW, HALL, YARD, MqttHouse, moved, unknown
from tests.held_time import until

pytestmark = needs_mosquitto

EVERYTHING = ("countline/#", "homeassistant/#")
STATUS = "countline/status"
HALL_STATE = "countline/LOC_LONDON/zones/1/state"
HALL_AVAILABLE = "countline/LOC_LONDON/zones/1/availability"
HALL_CONFIG = "homeassistant/device/countline_ab12cd34ef_zone_1/config"

Story = Callable[[MqttHouse, Mosquitto], Coroutine[Any, Any, None]]


def told(folder: Path, story: Story, **changes: Any) -> None:
    async def main() -> None:
        async with mosquitto(folder) as broker:
            await story(MqttHouse(broker, folder, **changes), broker)

    asyncio.run(main())


async def online(heard: Listener) -> None:
    await heard.until(lambda: heard.kept.get(STATUS) == b"online")


# -- as it is now ---------------------------------------------------------------------------------
@pytest.mark.parametrize("version", ["3.1.1", "5"])
def test_a_late_subscriber_sees_what_is_so_now(tmp_path: Path, version: Version) -> None:
    async def main() -> None:
        async with mosquitto(tmp_path) as broker:
            settings = broker.settings(version=version)
            house = MqttHouse(broker, tmp_path, broker=settings)
            house.board.put(zones=[HALL, YARD], sensors=[DOOR_NOW])
            async with house.running(), listener(broker, STATUS) as first:
                await online(first)
                async with listener(broker, *EVERYTHING, version=version) as late:
                    await late.until(lambda: len(late.kept) == 10)
                    assert all(message.retain for message in late.heard)
                    hall = json.loads(late.kept[HALL_STATE])
                    door = json.loads(late.kept["countline/LOC_LONDON/sensors/S.DOOR/state"])
                    house.board.put(zones=[replace(HALL, people=8)])
                    await late.until(lambda: b'"people":8' in late.kept[HALL_STATE])
        assert (hall["people"], hall["occupied"], hall["quality"]) == (7, True, "good")
        assert (hall["in_total"], hall["as_of"]) == (1_040, "2023-11-15T12:00:00Z")
        assert (hall["air_flow"], hall["air_unit"]) == (45.1235, "L/s")
        assert (hall["utilisation"], hall["utilisation_percent"]) == (0.25, 25.0)
        assert door == {
            "sensor_id": "S.DOOR",
            "location_id": "LOC_LONDON",
            "name": "Front door",
            "health": "healthy",
            "problem": False,
            "reason": None,
            "last_push": "2023-11-15T12:00:00Z",
            "firmware": "5.9.1",
        }

    asyncio.run(main())


def test_what_is_unknown_is_never_told_as_nobody(tmp_path: Path) -> None:
    async def story(house: MqttHouse, broker: Mosquitto) -> None:
        house.board.put(zones=[unknown(HALL), YARD])
        async with house.running(), listener(broker, *EVERYTHING) as heard:
            await online(heard)
            hall = json.loads(heard.kept[HALL_STATE])
            assert [hall[name] for name in ("people", "occupied", "density")] == [None] * 3
            assert hall["last_known"] == 7
            assert heard.kept[HALL_AVAILABLE] == b"offline"
            yard = json.loads(heard.kept["countline/LOC_LONDON/zones/2/state"])
            assert (yard["people"], yard["occupied"], yard["in_today"]) == (0, False, None)

    told(tmp_path, story)


def test_it_is_there_once_everything_is(tmp_path: Path) -> None:
    """What was kept from the last run is not taken for what is so now."""

    async def story(house: MqttHouse, broker: Mosquitto) -> None:
        house.board.put(zones=[HALL])
        async with house.running(), listener(broker, STATUS) as heard:
            await online(heard)
        house.board.put(zones=[replace(HALL, people=8)])
        async with listener(broker, STATUS, HALL_STATE) as heard:
            await heard.until(lambda: len(heard.kept) == 2)
            async with house.running():
                await online(heard)
            said = [(m.topic.value, bytes(m.payload)) for m in heard.heard]
            new = next(n for n, (_, body) in enumerate(said) if b'"people":8' in body)
            assert said.index((STATUS, b"online")) > new

    told(tmp_path, story)


def test_it_says_goodbye_and_the_broker_says_it_for_one_that_cannot(tmp_path: Path) -> None:
    async def story(house: MqttHouse, broker: Mosquitto) -> None:
        async with listener(broker, STATUS) as heard:
            async with house.running():
                await online(heard)
            await heard.until(lambda: heard.kept[STATUS] == b"offline")
            async with house.running():
                await online(heard)
                # Somebody takes its name: the broker drops the old connection, and tells its will.
                async with listener(broker, identifier="countline-here"):
                    await heard.until(lambda: heard.kept[STATUS] == b"offline")
                await online(heard)

    told(tmp_path, story)


# -- Home Assistant -------------------------------------------------------------------------------
def test_home_assistant_makes_entities_and_shows_their_states(tmp_path: Path) -> None:
    async def story(house: MqttHouse, broker: Mosquitto) -> None:
        house.board.put(zones=[HALL, YARD], sensors=[DOOR_NOW])
        async with house.running(), listener(broker, *EVERYTHING) as heard:
            await online(heard)
            home = HomeAssistant().read(heard.heard)
            shown = {name: home.shows("London Hall", name) for name in home.names("London Hall")}
            assert shown == {
                "people": "7",
                "occupied": "on",
                "quality": "good",
                "in": "1040",
                "out": "1033",
                "density": "0.1",
                "utilisation": "25.0",
                "air": "45.1235",
            }
            assert home.names("London Yard") == {"people", "occupied", "quality", "in", "out"}
            assert home.shows("London Yard", "occupied") == "off"
            assert home.shows("Front door", "health") == "healthy"
            assert home.shows("Front door", "problem") == "off"
            assert home.shows("Front door", "last_push") == "2023-11-15T12:00:00Z"

    told(tmp_path, story)


def test_home_assistant_shows_unknown_people_as_unavailable_and_keeps_the_air(
    tmp_path: Path,
) -> None:
    async def story(house: MqttHouse, broker: Mosquitto) -> None:
        house.board.put(
            zones=[replace(unknown(HALL), in_total=None)],
            sensors=[replace(DOOR_NOW, health="offline", reason="No counts have come.")],
        )
        async with house.running(), listener(broker, *EVERYTHING) as heard:
            await online(heard)
            home = HomeAssistant().read(heard.heard)
            for name in ("people", "occupied", "density", "utilisation"):
                assert home.shows("London Hall", name) == UNAVAILABLE
            assert home.shows("London Hall", "quality") == "unknown"
            assert home.shows("London Hall", "in") == UNKNOWN
            assert home.shows("London Hall", "air") == "45.1235"
            assert home.shows("Front door", "health") == "offline"
            assert home.shows("Front door", "problem") == "on"
            before = len(heard.heard)
            house.board.put(sensors=[replace(DOOR_NOW, health="unknown")])
            await heard.until(lambda: len(heard.heard) >= before + 2)
            home = HomeAssistant().read(heard.heard)
            assert home.shows("Front door", "problem") == UNAVAILABLE
            assert home.shows("Front door", "health") == "unknown"

    told(tmp_path, story)


def test_without_countline_home_assistant_has_nothing(tmp_path: Path) -> None:
    async def story(house: MqttHouse, broker: Mosquitto) -> None:
        house.board.put(zones=[HALL], sensors=[DOOR_NOW])
        async with listener(broker, *EVERYTHING) as heard:
            async with house.running():
                await online(heard)
            await heard.until(lambda: heard.kept[STATUS] == b"offline")
        home = HomeAssistant().read(heard.heard)
        devices = ("London Hall", "Front door")
        assert {home.shows(d, name) for d in devices for name in home.names(d)} == {UNAVAILABLE}

    told(tmp_path, story)


def test_discovery_can_be_left_out_and_is_taken_away_when_it_is_switched_off(
    tmp_path: Path,
) -> None:
    async def story(house: MqttHouse, broker: Mosquitto) -> None:
        house.board.put(zones=[HALL])
        async with listener(broker, *EVERYTHING) as heard:
            async with house.running():
                await online(heard)
            assert HALL_CONFIG in heard.kept
            house.settings = replace(house.settings, discovery=False)
            async with house.running():
                await heard.until(lambda: HALL_CONFIG not in heard.kept)
                await online(heard)
            assert HALL_STATE in heard.kept

    told(tmp_path, story)


# -- what goes ------------------------------------------------------------------------------------
def test_a_zone_that_goes_leaves_nothing_behind(tmp_path: Path) -> None:
    async def story(house: MqttHouse, broker: Mosquitto) -> None:
        house.settle_s = 1e9  # what was on the board in this run need not settle
        house.board.put(zones=[HALL, YARD], sensors=[DOOR_NOW])
        async with house.running(), listener(broker, *EVERYTHING) as heard:
            await online(heard)
            house.board.keep_only(zones=[YARD.zone_id], sensors=[])
            await heard.until(lambda: len(heard.kept) == 4)
            assert all("zones/2" in t or "zone_2" in t or t == STATUS for t in heard.kept)
            home = HomeAssistant().read(heard.heard)
            assert [d["name"] for d in home.devices.values()] == ["London Yard"]
            async with listener(broker, *EVERYTHING) as late:
                await late.until(lambda: len(late.kept) == 4)

    told(tmp_path, story)


def test_a_zone_that_went_while_countline_was_down_goes_too(tmp_path: Path) -> None:
    async def story(house: MqttHouse, broker: Mosquitto) -> None:
        house.board.put(zones=[HALL, YARD], sensors=[DOOR_NOW])
        async with listener(broker, *EVERYTHING) as heard:
            async with house.running():
                await online(heard)
            house.new_run()
            house.board.put(zones=[YARD])
            async with house.running():
                await heard.until(lambda: len(heard.kept) == 4)
        home = HomeAssistant().read(heard.heard)
        assert [d["name"] for d in home.devices.values()] == ["London Yard"]

    told(tmp_path, story)


def test_a_board_that_fills_slowly_takes_nothing_away(tmp_path: Path) -> None:
    """Home Assistant forgets with an entity what people made of it: names, rooms, dashboards."""

    async def story(house: MqttHouse, broker: Mosquitto) -> None:
        house.board.put(zones=[HALL, YARD])
        async with listener(broker, *EVERYTHING) as heard:
            async with house.running():
                await online(heard)
            house.settle_s = 1e9
            house.new_run()
            async with house.running():
                await online(heard)
                assert heard.kept[HALL_AVAILABLE] == b"offline"
                house.board.put(zones=[YARD])
                house.board.put(zones=[replace(HALL, air=None, people=None, quality="unknown")])
                await heard.until(lambda: b'"people":null' in heard.kept[HALL_STATE])
                house.board.put(zones=[HALL])
                await heard.until(lambda: heard.kept[HALL_AVAILABLE] == b"online")
        home = HomeAssistant().read(heard.heard)
        assert home.removed == []
        assert "air" in home.names("London Hall")

    told(tmp_path, story)


def test_an_entity_goes_when_its_zone_has_no_such_thing_any_more(tmp_path: Path) -> None:
    async def story(house: MqttHouse, broker: Mosquitto) -> None:
        house.board.put(zones=[HALL])
        async with house.running(), listener(broker, *EVERYTHING) as heard:
            await online(heard)
            house.board.put(zones=[replace(HALL, air=None)])
            await heard.until(lambda: b'"air_flow":null' in heard.kept[HALL_STATE])
            home = HomeAssistant().read(heard.heard)
            assert home.removed == ["countline_ab12cd34ef_zone_1_air"]

    told(tmp_path, story)


def test_a_zone_of_another_location_moves_its_topics_and_stays_itself(tmp_path: Path) -> None:
    async def story(house: MqttHouse, broker: Mosquitto) -> None:
        house.board.put(zones=[HALL])
        async with house.running(), listener(broker, *EVERYTHING) as heard:
            await online(heard)
            house.board.put(zones=[moved(HALL, "LOC_ROME")])
            await heard.until(lambda: HALL_STATE not in heard.kept)
            home = HomeAssistant().read(heard.heard)
            assert home.removed == []
            assert home.shows("London Hall", "people") == "7"

    told(tmp_path, story)


def test_a_zone_does_not_wait_until_all_sensors_are_told(tmp_path: Path) -> None:
    """The health of a thousand sensors is looked at together; people come and go meanwhile."""
    names = [f"S{n}" for n in range(1_000)]
    doors = [replace(DOOR_NOW, sensor_id=SensorId(name)) for name in names]

    async def story(house: MqttHouse, broker: Mosquitto) -> None:
        house.board.put(zones=[HALL])
        states = "countline/+/sensors/+/state"
        async with house.running(), listener(broker, STATUS, HALL_STATE, states) as heard:
            await online(heard)
            house.board.put(sensors=doors)
            await heard.until(lambda: any("sensors" in m.topic.value for m in heard.heard))
            house.board.put(zones=[replace(HALL, people=8)])
            await heard.until(lambda: len(heard.kept) == 2 + len(doors))
            await heard.until(lambda: b'"people":8' in heard.kept[HALL_STATE])
            said = [b'"people":8' in bytes(m.payload) for m in heard.heard]
            assert any(said[: len(said) // 2])

    told(tmp_path, story, discovery=False)


def test_small_messages_are_not_held_back_for_those_before_them(tmp_path: Path) -> None:
    async def story(house: MqttHouse, broker: Mosquitto) -> None:
        async with connected(broker.settings()) as there:
            wire = there._client._client.socket()
            assert isinstance(wire, socket.socket)
            assert wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)

    told(tmp_path, story)


# -- a broker that was away -----------------------------------------------------------------------
def test_a_killed_broker_is_told_everything_anew(tmp_path: Path) -> None:
    """It may have forgotten what it kept."""

    async def story(house: MqttHouse, broker: Mosquitto) -> None:
        house.board.put(zones=[HALL], sensors=[DOOR_NOW])
        async with house.running():
            async with listener(broker, *EVERYTHING) as heard:
                await online(heard)
            broker.kill()
            await until(lambda: bool(house.trouble()))
            (tmp_path / "mosquitto.db").unlink(missing_ok=True)
            await broker.start()
            async with listener(broker, *EVERYTHING) as again:
                await online(again)
                assert again.kept == heard.kept

    told(tmp_path, story)
