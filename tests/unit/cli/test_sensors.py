"""`countline sensors` and `emulate`: registering, adopting, retiring."""

import pytest

from tests.unit.cli.command_line import CommandLine


def test_a_sensor_is_registered_in_a_location_that_is_there(countline: CommandLine) -> None:
    said = countline.run("sensors", "register", "S1", "--location", "L", code=3)
    assert "There is no location 'L'." in said.err
    countline.run("sensors", "register", "S1", "--location", "L", "--tz", "Europe/Zurich")
    made = countline.json(
        "sensors", "register", "S2", "--location", "L",
        "--serial", "00:6E:02:00:00:01", "--name", "Back door",
    )  # fmt: skip
    assert (made["sensor_id"], made["location_id"], made["state"]) == ("S2", "L", "adopted")
    assert made["serial"] == "00:6e:02:00:00:01"
    listed = countline.json("sensors", "list")["data"]
    assert [(s["sensor_id"], s["name"]) for s in listed] == [("S1", "S1"), ("S2", "Back door")]


def test_an_id_is_given_once(countline: CommandLine) -> None:
    countline.run("sensors", "register", "S1", "--location", "L", "--tz", "UTC")
    said = countline.run("sensors", "register", "S1", "--location", "L", code=4)
    assert "Sensor 'S1' is there already." in said.err
    said = countline.run("sensors", "register", "no spaces", "--location", "L", code=2)
    assert "sensor_id" in said.err


def test_a_retired_sensor_stays_in_the_list(countline: CommandLine) -> None:
    countline.run("sensors", "register", "S1", "--location", "L", "--tz", "UTC")
    assert countline.json("sensors", "retire", "S1")["state"] == "retired"
    (listed,) = countline.json("sensors", "list", "--location", "L")["data"]
    assert listed["retired_at"] is not None
    assert countline.json("sensors", "list", "--location", "ELSEWHERE")["data"] == []


def test_a_sensor_is_changed_and_what_is_left_out_stays(countline: CommandLine) -> None:
    countline.run("sensors", "register", "S1", "--location", "L", "--tz", "UTC", "--name", "Door")
    told = countline.json("sensors", "set", "S1", "--counts-from", "live", "--quiet", "zero")
    assert (told["name"], told["quiet"], told["counts_from"]) == ("Door", "zero", "live")
    assert countline.json("sensors", "set", "S1", "--counts-from", "auto")["quiet"] == "zero"
    assert (
        "nothing" in countline.run("sensors", "set", "S1", "--counts-from", "nothing", code=2).err
    )
    assert "NOBODY" in countline.run("sensors", "set", "NOBODY", "--name", "x", code=3).err


def test_a_wrong_fleet_is_refused_before_anything_is_registered(countline: CommandLine) -> None:
    said = countline.run("emulate", "--target", "nowhere", "--register", code=2)
    assert "target" in said.err
    said = countline.run("emulate", "--fault", "gremlins", code=2)
    assert "gremlins" in said.err
    assert not (countline.folder / "data").exists()


def test_the_list_fits_a_terminal_of_80_columns(
    countline: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    serial = ("--serial", "00:6e:02:1a:2b:3c")
    where = ("--location", "LOC_NYC_05", "--tz", "America/New_York")
    countline.run("sensors", "register", "SNSR_001", *where, *serial, "--name", "Main entrance")
    head, row, rest = countline.run("sensors", "list").out.splitlines()
    assert head.split()[:4] == ["sensor_id", "location_id", "name", "state"]
    assert row.split()[:4] == ["SNSR_001", "LOC_NYC_05", "Main", "unknown"]
    assert "unknown  00:6e:02:1a:2b:3c" in row
    assert rest.split() == ["entrance"], "names alone are broken, and between words"
