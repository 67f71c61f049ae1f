"""`countline modbus map`: what an integrator is handed to set up a controller."""

import csv
import io

import pytest

from countline.outlets.modbus.head_block import HEAD_BITS, HEAD_REGISTERS
from countline.outlets.modbus.zone_block import ZONE_BITS, ZONE_REGISTERS
from tests.unit.cli.command_line import TWO_HOURS, CommandLine

EACH = len(ZONE_REGISTERS) + len(ZONE_BITS)
HEAD = len(HEAD_REGISTERS) + len(HEAD_BITS)


@pytest.fixture
def shop(countline: CommandLine) -> CommandLine:
    """A folder with a location and its zone."""
    countline.write("counts.csv", TWO_HOURS)
    countline.run("import", "counts.csv", "--format", "tidy_csv", "--tz", "UTC")
    return countline


def test_the_map_is_a_table_for_spreadsheets(shop: CommandLine) -> None:
    rows = list(csv.DictReader(io.StringIO(shop.run("modbus", "map").out)))
    zones = shop.json("modbus", "map")["data"]
    assert len(rows) == len(zones) == HEAD + EACH
    (people,) = [row for row in rows if row["name"] == "people"]
    assert (people["function"], people["address"], people["entity"]) == ("4", "66", "300067")
    assert (people["length"], people["zone_id"], people["location"]) == ("1", "1", "LOC_NYC_05")
    assert people["unknown"] == "65535"
    (setpoint,) = [row for row in rows if row["name"] == "setpoint"]
    assert setpoint["unknown"] == "-32768"
    (vacant,) = [row for row in rows if row["name"] == "vacant"]
    assert (vacant["function"], vacant["address"], vacant["entity"]) == ("2", "18", "100019")


def test_the_map_is_a_table_in_markdown(shop: CommandLine) -> None:
    lines = shop.run("modbus", "map", "--format", "md").out.splitlines()
    assert len(lines) == 2 + HEAD + EACH
    assert {line.count("|") for line in lines} == {lines[0].count("|")}


def test_without_a_store_nothing_is_made(countline: CommandLine) -> None:
    said = countline.run("modbus", "map", code=3)
    assert "There is no store" in said.err
    assert not (countline.folder / "data").exists()
