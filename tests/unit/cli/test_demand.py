"""`countline demand`: the request of a zone, and each step that led to it."""

import asyncio

from countline.engine.engine import open_engine
from countline.engine.ventilation_settings import Wanted
from tests.unit.cli.command_line import CommandLine


async def ventilate(url: str) -> None:
    engine = await open_engine(url, follow=False)
    await engine.ventilating.put(1, Wanted(category="office", area=120.0, design_population=60))
    await engine.close()


def test_the_request_and_why(countline: CommandLine) -> None:
    countline.run("sensors", "register", "S1", "--location", "L", "--tz", "UTC")
    (file,) = countline.folder.rglob("countline.db")
    asyncio.run(ventilate(f"sqlite:///{file}"))
    told = countline.run("demand", "1").out
    assert told.splitlines()[0] == "186 L/s for 60 people, occupied, communicationFailure"
    assert "unknown" in told
    document = countline.json("demand", "1", "--at", "2026-01-01T00:00:30Z")
    assert (document["outdoor_air_l_s"], document["as_of"]) == (186.0, "2026-01-01T00:00:00Z")


def test_a_zone_without_settings_is_told_in_one_line(countline: CommandLine) -> None:
    countline.run("sensors", "register", "S1", "--location", "L", "--tz", "UTC")
    told = countline.run("demand", "1", code=3)
    assert "Nobody has said how zone 1 is ventilated." in told.err
