"""History files: what the sensors would have said, in rows that an import reads."""

import csv
from datetime import UTC, date, datetime
from io import StringIO

import pytest

from countline.emulator import (
    Faults,
    HistoryFile,
    Sensor,
    World,
    deliveries,
    demo_building,
    history,
    said,
)
from countline.emulator.building import FRONTAGE, MAIN
from countline.emulator.ledger import Cell
from countline.errors import BadQuery

DEMO = demo_building()
WORLD = World(DEMO, 1)
START_S = WORLD.span_ms(date(2026, 10, 31))[0] // 1000
END_S = WORLD.span_ms(date(2026, 11, 1))[1] // 1000  # 49 hours: the clocks are set back


def sensors(faults: Faults | None = None) -> list[Sensor]:
    return [
        Sensor(plan, WORLD, installed_s=START_S, faults=faults or Faults()) for plan in DEMO.sensors
    ]


def rows(file: HistoryFile) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(file.text)))


def at(text: str) -> int:
    return int(datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp())


def test_one_file_for_each_boundary_line_and_passby_where_the_street_is_seen() -> None:
    files = history(sensors(), START_S, END_S, step_s=3600)
    assert [(file.sensor_id, file.line, file.zone, file.channel) for file in files] == [
        ("SNSR_001", 1, 1, "1000"),
        ("SNSR_002", 3, 2, "1000"),
        ("SNSR_003", 4, 3, "1000"),
        ("SNSR_004", 5, 3, "1000"),
    ]
    assert [file.frontage for file in files] == [FRONTAGE, None, None, None]
    assert files[0].text.splitlines()[0] == "location,sensor,start,end,in,out,passby"
    assert files[1].text.splitlines()[0] == "location,sensor,start,end,in,out"
    for file in files:
        found = rows(file)
        assert len(found) == 49
        assert {(row["location"], row["sensor"]) for row in found} == {
            ("LOC_NYC_05", file.sensor_id)
        }
        assert [at(row["start"]) for row in found] == list(range(START_S, END_S, 3600))
        assert all(at(row["end"]) - at(row["start"]) == 3600 for row in found)


def test_the_numbers_are_the_worlds() -> None:
    first, *_ = history(sensors(), START_S, END_S, step_s=900)
    for row in rows(first):
        span_ms = at(row["start"]) * 1000, at(row["end"]) * 1000
        assert (int(row["in"]), int(row["out"])) == WORLD.counts(MAIN, *span_ms)
        assert int(row["passby"]) == sum(WORLD.counts(FRONTAGE, *span_ms))


def test_history_says_what_pushes_would_have_said() -> None:
    one = sensors(Faults(miss=0.1))[0]
    hours = START_S + 10 * 3600, START_S + 14 * 3600
    (file,) = history([one], *hours)
    pushed = said(
        deliveries(one, (hours[0] + 60) * 1000, (hours[1] + 60) * 1000, kinds=("counts",))
    )
    for row in rows(file):
        for column, measure in (("in", "forward"), ("out", "backward")):
            cell = Cell(one.plan.sensor_id, file.channel, measure, at(row["start"]))
            assert int(row[column]) == pushed[cell]


def test_bins_in_which_a_minute_was_lost_are_left_out() -> None:
    one = sensors(Faults(reboots=(START_S + 3 * 3600 + 100,)))[0]
    (file,) = history([one], START_S, END_S, step_s=3600)
    missing = set(range(START_S, END_S, 3600)) - {at(row["start"]) for row in rows(file)}
    assert missing == {START_S + 3 * 3600}


@pytest.mark.parametrize("wrong", [{"step_s": 90}, {"start_s": START_S + 1}, {"step_s": 0}])
def test_only_whole_minutes(wrong: dict[str, int]) -> None:
    with pytest.raises(BadQuery):
        history(sensors(), **({"start_s": START_S, "end_s": END_S, "step_s": 60} | wrong))
