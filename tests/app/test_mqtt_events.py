"""Events by way of a real broker: every one, in order, whatever breaks on the way."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from countline.broker import Version
from tests.app.mosquitto import Listener, Mosquitto, listener, mosquitto, needs_mosquitto
from tests.app.mqtt_house import MqttHouse
from tests.app.test_mqtt import told
from tests.held_time import until

pytestmark = needs_mosquitto


def sequences(heard: Listener) -> list[int]:
    """Those of the events that were told, in order."""
    return [
        json.loads(bytes(m.payload))["data"]["sequence"]
        for m in heard.heard
        if m.topic.value.startswith("countline/events/")
    ]


def firsts(found: list[int]) -> list[int]:
    """Without repetitions: what was under way when a connection broke comes again, from there on."""
    return [one for place, one in enumerate(found) if one not in found[:place]]


def test_events_are_told_as_documents_and_not_kept(tmp_path: Path) -> None:
    async def story(house: MqttHouse, broker: Mosquitto) -> None:
        async with house.running(), listener(broker, "countline/events/#") as heard:
            house.commit(1)
            await heard.until(lambda: len(heard.heard) == 1)
        (message,) = heard.heard
        assert message.topic.value == "countline/events/counts.recorded"
        assert not message.retain
        document = json.loads(bytes(message.payload))
        assert document["type"] == "counts.recorded"
        assert document["data"]["rows"][0]["values"] == {"forward": 1}

    told(tmp_path, story)


@pytest.mark.parametrize("version", ["3.1.1", "5"])
def test_a_broker_that_goes_and_comes_back_misses_no_event(
    tmp_path: Path, version: Version
) -> None:
    """The subscriber has a session that the broker keeps, so it hears what was told without it."""
    session: dict[str, Any] = {"identifier": "subscriber", "clean_session": False}

    async def main() -> None:
        async with mosquitto(tmp_path) as broker:
            house = MqttHouse(broker, tmp_path, broker=broker.settings(version=version))
            heard: list[int] = []
            async with house.running():
                for life in range(3):
                    async with listener(broker, "countline/events/#", **session) as there:
                        for minute in range(5):
                            house.commit(10 * life + minute)
                        await there.until(lambda: len(house.store.log) in sequences(there))
                        heard += sequences(there)
                    broker.stop()
                    for minute in range(5, 10):
                        house.commit(10 * life + minute)
                    await until(lambda: bool(house.trouble()))
                    await broker.start()
                    await until(lambda: _told(house) == len(house.store.log))
                    await until(lambda: not house.trouble())
                async with listener(broker, **session) as there:
                    await there.until(lambda: 30 in sequences(there))
                    heard += sequences(there)
            assert firsts(heard) == list(range(1, 31))

    asyncio.run(main())


def _told(house: MqttHouse) -> int:
    """The cursor on disk."""
    return house.store.cursors.get(house.settings.reader, 0)


def test_every_event_reaches_a_session_through_lost_connections(tmp_path: Path) -> None:
    """A subscriber with a session gets all, in order; what was under way may come twice."""

    async def story(house: MqttHouse, broker: Mosquitto) -> None:
        async with listener(broker, "countline/events/#") as heard, house.running():
            for minute in range(60):
                house.commit(minute)
                if minute % 20 == 10:  # somebody else takes its name, and it takes it back
                    async with listener(broker, identifier="countline-here"):
                        pass
            await heard.until(lambda: 60 in sequences(heard))
        assert firsts(sequences(heard)) == list(range(1, 61))

    told(tmp_path, story)


def test_a_new_run_goes_on_where_the_last_one_was(tmp_path: Path) -> None:
    async def story(house: MqttHouse, broker: Mosquitto) -> None:
        async with listener(broker, "countline/events/#") as heard:
            async with house.running():
                house.commit(1)
                await heard.until(lambda: sequences(heard) == [1])
            house.commit(2)
            async with house.running():
                await heard.until(lambda: sequences(heard) == [1, 2])

    told(tmp_path, story)
