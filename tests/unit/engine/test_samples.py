"""Real exports, where there are some: whole, as they add up by themselves, and once.

`COUNTLINE_SAMPLES` names a folder that holds them; they are no part of this project.
"""

import csv
import os
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest

from tests.engine_house import DAY_S, LOCATION, House, at, on_disk

FOLDER = os.environ.get("COUNTLINE_SAMPLES", "")
EXPORT = Path(FOLDER) / "door-five-days.csv"
needs_samples = pytest.mark.skipif(
    not (FOLDER and EXPORT.is_file()), reason=f"no {EXPORT.name}: COUNTLINE_SAMPLES names no folder"
)
FEBRUARY = at("2026-02-01")
SPAN = (FEBRUARY - 30 * DAY_S, FEBRUARY + 30 * DAY_S)


def by_day(text: str) -> dict[date, tuple[int, int]]:
    """Forward and backward of each day, straight from the file: a row is of the day it begins on."""
    sums: dict[date, list[int]] = defaultdict(lambda: [0, 0])
    for row in list(csv.reader(text.splitlines()))[1:]:
        day, month, year = row[0][:10].split("/")
        begins = date(int(year), int(month), int(day))
        for place, cell in enumerate(row[2:4]):
            sums[begins][place] += int(cell or 0)
    return {day: (forward, backward) for day, (forward, backward) in sums.items()}


@needs_samples
def test_a_real_export_is_imported_whole_and_once() -> None:
    text = EXPORT.read_text()
    told = by_day(text)

    async def story(house: House) -> None:
        options = {"driver": "xovis_csv", "location": LOCATION, "sensor": "DOOR"}
        report = await house.file(text, time_zone="Europe/Berlin", **options)
        assert report.refused == 0
        assert report.rows == len(text.splitlines()) - 1
        days = await house.rows(*SPAN, "1d", sensor="DOOR")
        assert {row.local_date: (row.ins, row.outs) for row in days if row.covered_s} == told
        for finer in ("1h", "15m", "1m"):
            rows = await house.rows(*SPAN, finer, sensor="DOOR")
            assert sum(row.ins or 0 for row in rows) == sum(ins for ins, _ in told.values())
            assert sum(row.outs or 0 for row in rows) == sum(outs for _, outs in told.values())
        again = await house.file(text, time_zone="Europe/Berlin", **options)
        assert (again.fresh, again.created) == (0, ())
        assert again.duplicates == report.fresh
        assert await house.rows(*SPAN, "1d", sensor="DOOR") == days
        assert await house.people() is None

    on_disk(story, FEBRUARY + 20 * DAY_S)
