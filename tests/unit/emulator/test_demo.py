"""The demo: one past, one present, and no minute told by both."""

import csv
from io import StringIO

from countline.drivers import Push
from countline.drivers.tidy_csv import DRIVER as TIDY_CSV
from countline.emulator import (
    DOCUMENTED,
    World,
    deliveries,
    demo_building,
    demo_devices,
    demo_history,
    flows,
    said,
)
from countline.emulator.demo import SEED
from countline.emulator.ledger import Cell

NOW_S = 1_790_000_040 // 60 * 60
EARLIER_S = NOW_S - 3600


def test_history_holds_fourteen_days_and_the_day_so_far() -> None:
    files = demo_history(NOW_S, step_s=3600)
    assert len(files) == 4
    for file in files:
        rows = list(csv.DictReader(StringIO(file.text)))
        assert (rows[0]["start"], rows[-1]["end"]) == (
            "2026-09-07T08:00:00Z",
            "2026-09-21T14:00:00Z",
        )
        assert len(rows) == 14 * 24 + 6


def test_history_and_pushes_meet_without_a_gap_and_without_a_minute_twice() -> None:
    building, devices = demo_building(), demo_devices(EARLIER_S)
    pushed = said(
        found
        for one in devices
        for found in deliveries(
            one.sensor, EARLIER_S * 1000, (NOW_S + 60) * 1000, kinds=("counts",)
        )
    )
    minutes = {cell.start_s for cell in pushed}
    assert minutes == set(range(EARLIER_S, NOW_S, 60))

    first: dict[Cell, int] = {}
    for file in demo_history(EARLIER_S, days=1):
        for reading in TIDY_CSV.decode(
            Push(driver="tidy_csv", body=file.text.encode(), received_ms=0, name=file.name)
        )[0].readings:
            for measure, value in reading.values:
                first[Cell(file.sensor_id, file.channel, measure, reading.start_s)] = value
    assert max(cell.start_s for cell in first) == EARLIER_S - 60

    changes = flows(building, None, first | pushed)
    people = sum(changes.values())
    assert people == World(building, SEED).present(None, NOW_S * 1000)


def test_the_documented_hours_are_what_the_documentation_says() -> None:
    for sensor_id, text in DOCUMENTED.items():
        (decoded,) = TIDY_CSV.decode(
            Push(driver="tidy_csv", body=text.encode(), received_ms=0, name="documented.csv")
        )
        values = [dict(reading.values) for reading in decoded.readings]
        if sensor_id == "SNSR_001":
            assert values == [
                {"forward": 145, "backward": 132, "passby": 50},
                {"forward": 210, "backward": 195, "passby": 65},
            ]
        else:
            assert values == [{"forward": 12, "backward": 8}, {"forward": 3, "backward": 2}]
