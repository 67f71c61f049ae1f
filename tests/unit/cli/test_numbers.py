"""`countline import`, `query`, `replay` and `rebuild` over a store of their own."""

import asyncio

import pytest

from countline.store import KeptPush, open_store
from tests.unit.cli.command_line import TWO_HOURS, CommandLine

DAY = ("--start", "2023-10-01T00:00:00Z", "--end", "2023-10-01T23:59:59Z")


@pytest.fixture
def imported(countline: CommandLine) -> CommandLine:
    """A store that holds the two documented hours."""
    file = countline.write("two.csv", TWO_HOURS)
    countline.run("import", file, "--format", "tidy_csv", "--tz", "UTC")
    return countline


def test_two_hours_come_back_as_documented(imported: CommandLine) -> None:
    answer = imported.json("query", "count", "--sensor", "SNSR_001", *DAY)
    assert (answer["sensor_id"], answer["location_id"]) == ("SNSR_001", "LOC_NYC_05")
    names = ("timestamp", "in", "out", "passby", "occupancy")
    assert [tuple(row[name] for name in names) for row in answer["data"]] == [
        ("2023-10-01T08:00:00Z", 145, 132, 50, 13),
        ("2023-10-01T09:00:00Z", 210, 195, 65, 28),
    ]


def test_people_see_a_table_in_local_time(countline: CommandLine) -> None:
    file = countline.write("two.csv", TWO_HOURS.replace(":00,", ":00Z,"))
    countline.run("import", file, "--format", "tidy_csv", "--tz", "America/New_York")
    said = countline.run("query", "count", "--location", "LOC_NYC_05", *DAY)
    assert said.out.splitlines()[1].split()[:7] == [
        "2023-10-01", "04:00", "-0400", "145", "132", "50", "13",
    ]  # fmt: skip


def test_days_are_asked_by_granularity(imported: CommandLine) -> None:
    answer = imported.json(
        "query", "count", "--location", "LOC_NYC_05", "--granularity", "1d", *DAY
    )
    (row,) = answer["data"]
    assert (row["in"], row["out"], row["local_date"]) == (355, 327, "2023-10-01")


def test_a_second_import_changes_nothing(countline: CommandLine) -> None:
    file = countline.write("two.csv", TWO_HOURS)
    first = countline.json("import", file, "--format", "tidy_csv", "--tz", "UTC")
    assert first["rows"] == 2
    assert first["fresh"] > 0
    assert first["created"][:2] == ["location LOC_NYC_05", "sensor SNSR_001"]
    before = countline.run("query", "count", "--sensor", "SNSR_001", *DAY, "--json").out
    second = countline.json("import", file, "--format", "tidy_csv", "--tz", "UTC")
    assert (second["fresh"], second["duplicates"]) == (0, first["fresh"])
    assert second["created"] == []
    assert countline.run("query", "count", "--sensor", "SNSR_001", *DAY, "--json").out == before


def test_a_file_that_cannot_be_read_is_one_line(countline: CommandLine) -> None:
    said = countline.run("import", "gone.csv", "--format", "tidy_csv", code=1)
    assert said.err == "error: gone.csv: no such file or directory\n"


def test_a_wrong_row_is_told_with_its_line_and_nothing_is_taken(countline: CommandLine) -> None:
    file = countline.write("bad.csv", TWO_HOURS.replace("210", "many"))
    said = countline.run("import", file, "--format", "tidy_csv", "--tz", "UTC", code=1)
    assert "line 3" in said.err
    assert "many" in said.err
    said = countline.run("query", "count", "--sensor", "SNSR_001", *DAY, code=3)
    assert "There is no sensor 'SNSR_001'." in said.err


def test_what_the_file_leaves_out_is_said_by_options(countline: CommandLine) -> None:
    file = countline.write("bare.csv", "start,in,out\n2023-10-01T08:00,5,3\n")
    report = countline.json(
        "import", file, "--format", "tidy_csv", "--sensor", "S", "--location", "L",
        "--zone", "Hall", "--tz", "UTC", "--step", "1h",
    )  # fmt: skip
    assert report["first_at"] == "2023-10-01T08:00:00Z"
    assert report["last_at"] == "2023-10-01T09:00:00Z"


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("--sensor", "S", "--location", "L"), 2, "--location: asks for the whole location"),
        ((), 2, "say whose numbers: --sensor, --zone or --location"),
        (("--sensor", "NOBODY"), 3, "There is no sensor 'NOBODY'."),
        (("--sensor", "SNSR_001", "--granularity", "2h"), 2, 'Invalid value "2h"'),
        (("--sensor", "SNSR_001", "--granularity", "1m"), 2, "1h"),
    ],
)
def test_questions_that_have_no_answer(
    imported: CommandLine, words: tuple[str, ...], code: int, says: str
) -> None:
    said = imported.run("query", "count", *DAY, *words, code=code)
    assert says in said.err


@pytest.mark.parametrize(("start", "says"), [
    ("2023-10-01T00:00:00", "has no time zone; add Z or an offset: 2023-10-01T00:00:00Z"),
    ("yesterday", "found 'yesterday', expected 2023-10-01T00:00:00Z"),
])  # fmt: skip
def test_a_time_must_say_where(imported: CommandLine, start: str, says: str) -> None:
    said = imported.run(
        "query", "count", "--sensor", "SNSR_001", "--start", start, "--end", DAY[3], code=2
    )
    assert f"--start: {says}" in said.err.replace("'2023-10-01T00:00:00' ", "")


def test_a_location_fed_by_files_is_not_known_now(imported: CommandLine) -> None:
    answer = imported.json("query", "live", "--location", "LOC_NYC_05")
    (row,) = answer["data"]
    assert (row["people"], row["quality"]) == (None, "unknown")


def test_rebuilding_gives_what_is_there(imported: CommandLine) -> None:
    before = imported.run("query", "count", "--sensor", "SNSR_001", *DAY, "--json").out
    assert imported.json("rebuild")["rebuilt"] is True
    assert imported.run("query", "count", "--sensor", "SNSR_001", *DAY, "--json").out == before


def test_replay_has_nothing_to_do_where_nothing_is_kept(imported: CommandLine) -> None:
    assert imported.json("replay", "--list") == {"data": []}
    assert imported.json("replay") == {"tried": 0, "counted": 0, "kept": 0}
    assert "No push with the id 7 is kept." in imported.run("replay", "7", code=3).err
    assert "--dismiss needs the id" in imported.run("replay", "--dismiss", code=2).err


def keep_failed(countline: CommandLine, body: bytes) -> None:
    """A push that could not be understood, as a gateway keeps it."""
    push = KeptPush(
        push_id=0,
        state="failed",
        driver="xovis_v5",
        received_ms=1_700_000_000_000,
        code="not_json",
        detail="It is not JSON.",
        body=body,
    )

    async def work() -> None:
        store = open_store(countline.folder / "data/countline.db")
        await store.write(lambda tx: tx.keep_push(push))
        await store.close()

    asyncio.run(work())


def test_what_was_kept_is_listed_tried_again_and_dismissed(imported: CommandLine) -> None:
    keep_failed(imported, b"not json")
    (listed,) = imported.json("replay", "--list")["data"]
    assert listed["state"] == "failed"
    assert listed["received_at"] == "2023-11-14T22:13:20Z"
    assert (listed["driver"], listed["bytes"], listed["code"]) == ("xovis_v5", 8, "not_json")
    again = imported.run("replay", "--json", code=1).document
    assert again == {"tried": 1, "counted": 0, "kept": 1}
    (listed,) = imported.json("replay", "--list")["data"]
    push_id = str(listed["push_id"])
    assert imported.json("replay", push_id, "--dismiss")["dismissed"] is True
    assert imported.json("replay", "--list") == {"data": []}
    assert "is kept" in imported.run("replay", push_id, "--dismiss", code=3).err
