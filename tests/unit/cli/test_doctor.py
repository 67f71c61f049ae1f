"""`countline doctor`: one line where all is well, and words with a remedy where it is not."""

from tests.unit.cli.command_line import TWO_HOURS, CommandLine


def test_a_clean_installation_says_so_in_one_line(countline: CommandLine) -> None:
    file = countline.write("hours.csv", TWO_HOURS)
    countline.run("import", file, "--format", "tidy_csv", "--tz", "UTC")
    said = countline.run("doctor")
    assert said.out == (
        "Nothing is wrong; sensors: 1 unknown. No server is running on this folder.\n"
    )
    told = countline.run("doctor", "--all")
    assert "info: SNSR_001 in LOC_NYC_05 (fed_by_files)" in told.out
    document = countline.json("doctor")
    assert document["clean"] is True
    assert [one["code"] for one in document["data"]] == ["fed_by_files"]


def test_what_is_wrong_is_told_with_what_to_do(countline: CommandLine) -> None:
    countline.run("sensors", "register", "S1", "--location", "L", "--tz", "UTC")
    said = countline.run("doctor", code=1)
    assert "warning: S1 in L (never_pushed, since " in said.out
    assert "connection test" in said.out
    assert "1 to be seen to; sensors: 1 unknown." in said.out
    document = countline.run("doctor", "--json", code=1).document
    assert document["clean"] is False
    (one,) = document["data"]
    assert (one["sensor_id"], one["location_id"], one["severity"]) == ("S1", "L", "warning")


def test_a_retired_sensor_is_counted_as_one(countline: CommandLine) -> None:
    countline.run("sensors", "register", "S1", "--location", "L", "--tz", "UTC")
    countline.run("sensors", "retire", "S1")
    assert "Nothing is wrong; sensors: 1 retired." in countline.run("doctor").out


def test_one_location_can_be_asked_about(countline: CommandLine) -> None:
    countline.run("sensors", "register", "S1", "--location", "L", "--tz", "UTC")
    countline.run("sensors", "register", "S2", "--location", "M", "--tz", "UTC")
    said = countline.run("doctor", "--location", "M", code=1)
    assert "S2 in M" in said.out
    assert "S1" not in said.out
    said = countline.run("doctor", "--location", "X", code=3)
    assert "There is no location 'X'." in said.err


def test_a_store_that_is_not_there_is_not_made(countline: CommandLine) -> None:
    said = countline.run("doctor", code=3)
    assert "There is no store" in said.err
