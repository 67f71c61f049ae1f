"""The page about full rooms: its snippets run against a server that sensors push to."""

import asyncio
import re
import sys
from pathlib import Path

import httpx2

from countline import clock
from countline.drivers.xovis_v5 import DRIVER
from countline.model.ids import ZoneId
from tests.app.gatehouse import Gatehouse, gatehouse
from tests.engine_house import package, passing
from tests.held_time import until
from tests.test_tidy import ROOT

PAGE = (ROOT / "docs/howto/limit-a-room.md").read_text()


async def printed(command: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-u", "-c", command, stdout=asyncio.subprocess.PIPE
    )


async def line_of(running: asyncio.subprocess.Process) -> str:
    assert running.stdout is not None
    return (await running.stdout.readline()).decode()


async def push(house: Gatehouse, secret: str, minutes_ago: int, ins: int, outs: int) -> None:
    start_s = (clock.now_s() // 60 - minutes_ago) * 60
    body = DRIVER.encode([package(passing(start_s, ins, outs), serial=None)])
    async with httpx2.AsyncClient(headers={"X-Push-Key": secret}) as pushing:
        answer = await pushing.post(f"{house.url}/push/xovis_v5", content=body)
        answer.raise_for_status()


def test_a_room_is_limited_shown_and_told_of(tmp_path: Path) -> None:
    async def story() -> None:
        async with gatehouse(tmp_path) as house:
            engine = house.engine
            location = await engine.desk.add_location(
                location_id="HALL", time_zone="UTC", resets_s=()
            )
            assert location.default_zone == 1
            await engine.desk.register_sensor(sensor_id="S1", location_id="HALL")
            secret = await engine.access.create_push_secret(sensor_id="S1", driver=DRIVER.name)
            _, key = await engine.access.create_key(name="desk", scopes=("read", "write"))
            set_it, show_it, be_told = (
                one.replace("http://127.0.0.1:8080", house.url).replace("YOUR_API_KEY", key)
                for one in re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
            )
            assert await line_of(await printed(set_it)) == "60 75 95\n"
            await push(house, secret, 3, 58, 0)
            await until(lambda: engine.board.zones[ZoneId(1)].light == "red")
            client = "from countline.client import Client\n"
            assert await line_of(await printed(client + show_it)) == "58 60 red good\n"
            told = await printed(client + be_told)
            await until(lambda: "streams" in engine.feed.readers())
            await push(house, secret, 2, 0, 8)
            assert await line_of(told) == "capacity.cleared 50 of 60\n"
            await told.wait()

    asyncio.run(story())
