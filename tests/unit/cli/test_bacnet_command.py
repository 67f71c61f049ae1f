"""`countline bacnet points`: the objects of every zone, from the catalogue alone."""

import asyncio
import csv
from typing import Any

import pytest

from countline.engine.engine import open_engine
from countline.engine.ventilation_settings import Wanted
from countline.model.ventilation import CurvePoint
from tests.unit.cli.command_line import CommandLine

SETTINGS = """\
[bacnet]
device_instance = 260001
device_name = "People"
writable = true
"""


@pytest.fixture
def building(countline: CommandLine) -> CommandLine:
    """A location with a door, and a hall with a capacity that is ventilated by people."""

    async def furnish() -> None:
        (countline.folder / "data").mkdir()
        engine = await open_engine(f"sqlite:///{countline.folder}/data/countline.db")
        try:
            desk = engine.desk
            made = await desk.add_location(location_id="ZRH", name="Zürich", time_zone="UTC")
            hall = await desk.add_zone(
                location_id="ZRH",
                name="Hall",
                capacity=80,
                area_m2=100.0,
                parent_id=made.default_zone,
            )
            await desk.add_zone(location_id="ZRH", name="Store")
            await desk.add_line(location_id="ZRH", name="Door", side_b=hall.zone_id)
            curve = (CurvePoint(0, 0), CurvePoint(1, 2))
            wanted = Wanted(
                category="office", curve_gives="setpoint_offset", curve_unit="K", curve=curve
            )
            await engine.ventilating.put(hall.zone_id, wanted)
        finally:
            await engine.close()

    asyncio.run(furnish())
    countline.write("countline.toml", SETTINGS)
    return countline


HALL = [
    "ZRH.2.Occupancy",
    "ZRH.2.Occupied",
    "ZRH.2.OccupancyHigh",
    "ZRH.2.DataQuality",
    "ZRH.2.DensityPercent",
    "ZRH.2.CapacityLight",
    "ZRH.2.OA-Flow-Request",
    "ZRH.2.OA-Flow-Design",
    "ZRH.2.Setpoint-Offset",
]


def test_the_points_are_those_of_the_catalogue(building: CommandLine) -> None:
    text = building.run("bacnet", "points", "--format", "csv").out
    rows = list(csv.DictReader(text.splitlines()))
    names = [row["object_name"] for row in rows]
    assert [name for name in names if name.startswith("ZRH.2.")] == HALL
    assert [name for name in names if name.startswith("ZRH.3.")] == [
        name.replace(".2.", ".3.") for name in HALL[:4]
    ]
    assert [row["object_name"] for row in rows if row["settable"] == "yes"] == [
        f"ZRH.{n}.Occupancy" for n in (1, 2, 3)
    ]


def test_programs_get_a_document(building: CommandLine) -> None:
    told: Any = building.json("bacnet", "points")
    first = told["data"][4]
    assert (first["id"], first["name"], first["settable"]) == (
        {"kind": "analog-value", "instance": 201},
        "ZRH.2.Occupancy",
        True,
    )
    assert first["description"] == "Hall, Zürich: people now"


def test_people_get_a_table(building: CommandLine) -> None:
    out = building.run("bacnet", "points").out
    assert "ZRH.2.Occupancy" in "".join(out.split())


def test_ede_names_the_device_and_its_states_are_beside(building: CommandLine) -> None:
    lines = building.run("bacnet", "points", "--format", "ede").out.splitlines()
    assert lines[1] == "PROJECT_NAME;People"
    assert "ZRH.2.Occupancy;260001;ZRH.2.Occupancy;2;201;Hall, Zürich: people now" in lines[12]
    states = building.run("bacnet", "points", "--format", "states").out.splitlines()
    assert states[0] == "#State Text Reference"
    assert states[-1].startswith("3;green;amber;red;unknown")


def test_ede_without_an_instance_says_what_is_missing(building: CommandLine) -> None:
    building.write("countline.toml", "[bacnet]\n")
    said = building.run("bacnet", "points", "--format", "ede", code=2)
    assert "bacnet.device_instance: needed" in said.err


def test_without_a_store_there_are_no_points(countline: CommandLine) -> None:
    assert "There is no store" in countline.run("bacnet", "points", code=3).err
