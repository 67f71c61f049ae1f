"""Exports of a sensor's own web page."""

import csv
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countline.drivers import ChannelInfo, Decoded, FileOptions, FilePlace, Measured, Push, Reading
from countline.drivers.xovis_csv import DRIVER
from countline.drivers.xovis_csv.wire import read_name, write_name
from countline.errors import BadPush, NotReady
from countline.limits import VALUE_MAX
from countline.model.ids import DeviceKey

NAME = "00_6E_02_AA_10_01_1000_South door.csv"
DEVICE = DeviceKey(vendor="xovis", serial="00:6e:02:aa:10:01")
HEADER = "from-time,to-time,fw,bw"
ROW = "01/06/2025 - 08:00,01/06/2025 - 08:01"


def decode(text: str | bytes, name: str = NAME, **options: Any) -> Decoded:
    body = text.encode() if isinstance(text, str) else text
    said = FileOptions(**({"time_zone": "UTC"} | options))
    push = Push(driver="xovis_csv", body=body, received_ms=0, name=name, options=said)
    (package,) = DRIVER.decode(push)
    return package


def measures(*names: str) -> list[str]:
    header = ",".join(["from-time,to-time", *names])
    return [m.measure for m in decode(header).channels[0].measures]


@pytest.mark.parametrize("folder", ["", "exports/", "C:\\Users\\me\\", "/a/b_c/"])
def test_the_file_name_tells_device_and_logic(folder: str) -> None:
    package = decode(HEADER, name=folder + NAME)
    assert package.device == DEVICE
    assert package.channels[0].channel == "1000"
    assert package.channels[0].name == "South door"
    assert write_name(DEVICE, package.channels[0]) == NAME


@pytest.mark.parametrize("name", ["", "export.csv", "00_6E_02_AA_10_1000_South.csv", "1000_x.csv"])
def test_another_name_tells_nothing(name: str) -> None:
    package = decode(HEADER, name=name)
    assert package.device is None
    assert package.channels[0].channel == "csv"


def test_the_name_of_a_logic_may_hold_anything() -> None:
    assert read_name("00_6e_02_aa_10_01_7_a_b.csv (1).csv").name == "a_b.csv (1)"


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["fw", "bw"], ["forward", "backward"]),
        (["Reverse", "Forward"], ["backward", "forward"]),
        (["Rein", "Raus"], ["forward", "backward"]),
        (["bw", "vor"], ["backward", "forward"]),
        (["zurück", "fw"], ["backward", "forward"]),
        (["fw", "fw"], ["forward", "backward"]),
        (["balance", "visits"], ["present", "visits"]),
        (["fw", "bw", "x"], ["forward", "backward", "column-3"]),
        (["x"], ["column-1"]),
        (
            ["fw", "bw", "fw-male", "bw-male"],
            ["forward", "backward", "forward:male", "backward:male"],
        ),
    ],
)
def test_counters_by_name_then_by_place(names: list[str], expected: list[str]) -> None:
    assert measures(*names) == expected


def test_blank_cells_are_no_claim() -> None:
    package = decode(f"{HEADER}\n{ROW},,\n{ROW},3,\n{ROW}\n\n{ROW},0,0\n")
    assert [r.values for r in package.readings] == [
        (),
        (("forward", 3),),
        (),
        (("forward", 0), ("backward", 0)),
    ]


def test_a_time_zone_is_needed() -> None:
    with pytest.raises(BadPush, match="--tz"):
        decode(HEADER, time_zone=None)


def test_every_bad_line_is_told() -> None:
    with pytest.raises(BadPush) as refusal:
        decode(
            f"{HEADER}\n{ROW},x,1\n{ROW},1,-1\n{ROW},1,1,1\n31/02/2025 - 08:00,{ROW.split(',')[1]},1,1\nx\n"
        )
    assert [error.field for error in refusal.value.errors] == [
        *("line 2, fw", "line 3, bw", "line 4", "line 5, from-time", "line 6")
    ]


@pytest.mark.parametrize("header", ["", "a,b,c", "from-time,to-time", "to-time,from-time,fw"])
def test_other_headers(header: str) -> None:
    with pytest.raises(BadPush, match="from-time"):
        decode(header)


def test_places_of_options() -> None:
    package = decode(HEADER, location="LOC_1", sensor="S1", zone="2")
    assert package.place == FilePlace(location="LOC_1", sensor="S1", zone="2")


minutes = st.integers(10**7, 7 * 10**7).map(lambda n: n * 60)
counts = st.none() | st.integers(0, VALUE_MAX)


@settings(max_examples=50)
@given(st.lists(st.tuples(minutes, st.sampled_from([60, 900, 86_400]), counts, counts), max_size=5))
def test_what_is_written_is_read(rows: list[tuple[int, int, int | None, int | None]]) -> None:
    columns = (
        Measured("forward", "accumulating", "fw", "fw"),
        Measured("backward", "accumulating", "bw", "bw"),
    )
    package = Decoded(
        purpose="counts",
        device=DEVICE,
        channels=(ChannelInfo("1000", "South door", "xovis_csv", "line", columns, True),),
        readings=[
            Reading("1000", start, length, length, claimed(forward=fw, backward=bw))
            for start, length, fw, bw in rows
        ],
        place=FilePlace(location=None, sensor=None, zone=None),
    )
    assert decode(DRIVER.encode([package])) == package


def claimed(**values: int | None) -> tuple[tuple[str, int], ...]:
    return tuple((measure, value) for measure, value in values.items() if value is not None)


def test_what_an_export_cannot_hold() -> None:
    package = decode(HEADER)
    with pytest.raises(NotReady):
        DRIVER.encode([package, package])
    package.readings.append(Reading("1000", 61, 60, 60, ()))
    with pytest.raises(NotReady, match="whole minute"):
        DRIVER.encode([package])


def test_a_real_export() -> None:
    folder = os.environ.get("COUNTLINE_SAMPLES")
    if folder is None:
        pytest.skip("COUNTLINE_SAMPLES names no folder with real files")
    body = (Path(folder) / "door-five-days.csv").read_bytes()
    package = decode(body, name="door-five-days.csv", time_zone="Europe/Berlin")
    rows = list(csv.reader(body.decode().splitlines()))[1:]
    assert len(package.readings) == len(rows)
    days = Counter[str]()
    for row in rows:
        days[row[0][:10]] += int(row[2] or 0)
    found = Counter[str]()
    for row, reading in zip(rows, package.readings, strict=True):
        found[row[0][:10]] += dict(reading.values).get("forward", 0)
    assert found == days
    assert package.notes == ()
