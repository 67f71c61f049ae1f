"""A whole server behind a broker and before it, killed again and again: nothing is lost."""

import asyncio
import json
from pathlib import Path
from typing import Any

import aiomqtt

from countline import clock
from countline.drivers.xovis_v5 import DRIVER
from countline.engine.engine import open_engine
from tests.app.mosquitto import Mosquitto, listener, mosquitto, needs_mosquitto
from tests.app.test_mqtt import online
from tests.app.test_mqtt_events import firsts
from tests.chaos.killable import Asking, Server, free_port
from tests.engine_house import package, passing

pytestmark = needs_mosquitto

KEY = "cl_" + "k" * 43
MINUTE_S = 60
PUSHES = 60

SETTINGS = """
[mqtt]
url = "mqtt://127.0.0.1:{port}"
[mqtt_in]
url = "mqtt://127.0.0.1:{port}"
topics = ["sensors/+"]
secret = "{secret}"
"""


async def furnish(folder: Path, there: Mosquitto) -> str:
    """A location with a sensor; gives the settings for the broker."""
    engine = await open_engine(f"sqlite:///{folder / 'data' / 'countline.db'}")
    await engine.desk.add_location(location_id="HALL", time_zone="UTC")
    await engine.desk.register_sensor(sensor_id="S1", location_id="HALL")
    await engine.access.create_key(name="test", scopes=("read", "admin"), secret=KEY)
    secret = await engine.access.create_push_secret(sensor_id="S1")
    await engine.close()
    return SETTINGS.format(port=there.port, secret=secret)


def bodies(first_s: int) -> list[bytes]:
    """A push a minute; each counts one more than the one before."""
    return [
        DRIVER.encode(
            [package(passing(first_s + MINUTE_S * n, n + 1), sequence=n + 1, serial=None)]
        )
        for n in range(PUSHES)
    ]


def told_data(heard: list[aiomqtt.Message]) -> list[dict[str, Any]]:
    """What events of counts said, in the order in which they came."""
    topics = ("countline/events/counts.recorded", "countline/events/counts.revised")
    found = [one for one in heard if one.topic.value in topics]
    return [json.loads(bytes(one.payload))["data"] for one in found]


def told_rows(heard: list[aiomqtt.Message]) -> dict[str, int]:
    """How many went forward in each minute, as it was told last."""
    rows = [row for data in told_data(heard) for row in data["rows"]]
    newest = {row["timestamp"]: row["values"]["forward"] for row in rows}
    return dict(sorted(newest.items()))


def test_pushes_through_a_broker_count_once_and_events_are_all_told_through_kills(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "house"
    folder.mkdir()
    settings = folder / "countline.toml"
    first_s = (clock.now_s() // MINUTE_S - PUSHES - 5) * MINUTE_S

    async def main() -> None:
        async with mosquitto(tmp_path) as there:
            settings.write_text(await furnish(folder, there))
            server = Server(folder, free_port())
            try:
                await through_kills(server, there)
            finally:
                server.end()

    async def through_kills(server: Server, there: Mosquitto) -> None:
        asking = Asking(server.port, KEY)
        server.spawn()
        await server.up()
        async with listener(there, "countline/#") as heard, listener(there) as sensor:
            await online(heard)
            all_bodies = bodies(first_s)
            for n, body in enumerate(all_bodies):
                await sensor.publish("sensors/door", body)
                if n % 20 == 10:
                    server.kill()
                    await heard.until(lambda: heard.kept["countline/status"] == b"offline")
                    server.spawn()
                    await online(heard)
            rows: dict[str, int] = {}
            async with asyncio.timeout(60):
                while len(rows) < PUSHES:
                    rows = told_rows(heard.heard)
                    await asyncio.sleep(0.02)
            assert list(rows.values()) == list(range(1, PUSHES + 1))
            found = await asking.rows("S1", first_s, first_s + PUSHES * MINUTE_S, "1m")
            assert [ins for ins, _ in found.values()] == list(range(1, PUSHES + 1))
            revisions = [d["sequence"] for d in told_data(heard.heard)]
            assert firsts(revisions) == sorted(set(revisions))
            assert await server.stop() == 0
            await heard.until(lambda: heard.kept["countline/status"] == b"offline")
        assert not server.troubles()

    asyncio.run(main())
