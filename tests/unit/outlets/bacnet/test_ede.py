"""EDE files: headings, rows and state texts, read back as an importing system reads them."""

import csv
from typing import Any

from countline.model.ids import LocationId, ZoneId
from countline.outlets.bacnet import Place, Point, points_of
from countline.outlets.bacnet.ede import (
    LAYOUT,
    Heading,
    write_csv,
    write_ede,
    write_states,
)
from countline.outlets.bacnet.points import OBJECT_TYPES

HEADING = Heading(device_instance=260_001, device_name="People", day="2026-11-24")


def points(*, writable: bool = True, name: str = 'Hall; "north"', **more: Any) -> list[Point]:
    place = Place(
        zone_id=ZoneId(3), location_id=LocationId("ZRH"), name=name, location_name="Zürich", **more
    )
    return [point for point, _ in points_of(place, writable=writable)]


EVERY = points(counted=True, limited=True, air_unit="L/s", curve_unit="K")


def rows_of(text: str, delimiter: str = ";") -> list[list[str]]:
    return list(csv.reader(text.splitlines(keepends=True), delimiter=delimiter))


def test_the_heading_says_what_an_importer_looks_for() -> None:
    text = write_ede(EVERY, HEADING)
    assert text.endswith("\r\n")
    heading = rows_of(text)[:6]
    assert heading[0][0].startswith("#")
    assert dict(heading[1:]) == {
        "PROJECT_NAME": "People",
        "VERSION_OF_REFERENCEFILE": "1",
        "TIMESTAMP_OF_LAST_CHANGE": "2026-11-24",
        "AUTHOR_OF_LAST_CHANGE": heading[4][1],
        "VERSION_OF_LAYOUT": LAYOUT,
    }


def test_every_object_is_read_back() -> None:
    rows = rows_of(write_ede(EVERY, HEADING))[6:]
    needs, titles, *objects = rows
    titles[0] = titles[0].removeprefix("# ")
    assert needs[:6] == ["#mandatory", *["mandatory"] * 4, "optional"]
    assert len(titles) == len(needs) == 16
    assert {len(row) for row in objects} == {16}
    read = [dict(zip(titles, row, strict=True)) for row in objects]
    assert len(read) == len(EVERY) == 11
    for row, point in zip(read, EVERY, strict=True):
        assert row["keyname"] == row["object-name"] == point.name
        assert row["device obj.-instance"] == "260001"
        assert int(row["object-type"]) == OBJECT_TYPES[point.id.kind]
        assert int(row["object-instance"]) == point.id.instance
        assert row["description"] == point.description
        assert row["settable"] == ("Y" if point.label == "Occupancy" else "N")
        assert row["supports COV"] == "Y"
        assert row["unit-code"] == ("" if point.unit is None else str(point.unit))
        assert bool(row["state-text-reference"]) == bool(point.states)


def test_every_reference_to_state_texts_is_answered() -> None:
    first, titles, *rows = rows_of(write_states(EVERY))
    assert first == ["#State Text Reference"]
    assert titles[:3] == ["#Reference Number", "Text 1 or Inactive-Text", "Text 2 or Active-Text"]
    texts = {int(row[0]): tuple(text for text in row[1:] if text) for row in rows}
    referred = {
        int(row[13]): point.states
        for row, point in zip(rows_of(write_ede(EVERY, HEADING))[8:], EVERY, strict=True)
        if row[13]
    }
    assert texts == referred
    assert texts[1] == ("empty", "occupied")


def test_texts_that_nothing_refers_to_are_left_out() -> None:
    assert [row[0] for row in rows_of(write_states(points()))[2:]] == ["1", "2"]


def test_csv_has_one_row_for_each_object() -> None:
    titles, *rows = rows_of(write_csv(EVERY), ",")
    read = [dict(zip(titles, row, strict=True)) for row in rows]
    assert read[0] == {
        "object_type": "analog-value",
        "object_instance": "301",
        "object_name": "ZRH.3.Occupancy",
        "description": 'Hall; "north", Zürich: people now',
        "unit": "95",
        "states": "",
        "settable": "yes",
        "zone_id": "3",
    }
    assert read[3]["states"] == "good|fair|poor|stale|unknown"
    assert len(read) == 11
