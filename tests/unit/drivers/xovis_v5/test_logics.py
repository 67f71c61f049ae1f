"""Records of logics: what becomes a reading, and what becomes a note."""

from typing import Any

import msgspec
import pytest

from countline.drivers import Decoded, Note, Push
from countline.drivers.xovis_v5 import DRIVER
from countline.errors import BadPush
from tests.unit.drivers.xovis_v5.made import (
    START_MS,
    a_minute,
    count,
    logic,
    logics_data,
    push,
    record,
)

START_S = START_MS // 1000


def decode(body: Any) -> Decoded:
    (package,) = DRIVER.decode(push(msgspec.json.encode(body)))
    return package


def test_a_minute() -> None:
    package = decode(a_minute())
    assert package.purpose == "counts"
    assert package.sequence == 7
    assert package.agent == "1001"
    assert package.device is None
    assert package.readings == [("1000", START_S, 60, 60, (("forward", 3), ("backward", 1)))]
    assert package.notes == ()


@pytest.mark.parametrize(
    "start",
    [
        START_MS,
        float(START_MS),
        START_S,
        float(START_S),
        "2025-06-01T10:00:00Z",
        "2025-06-01T10:00:00+00:00",
        "2025-06-01T05:30:00-0430",
        "2025-06-01T10:00:00.000Z",
    ],
)
def test_three_ways_to_write_a_time(start: Any) -> None:
    end = start + 60 if isinstance(start, int | float) and start < 10**11 else START_MS + 60_000
    (reading,) = decode(a_minute(**{"from": start, "to": end})).readings
    assert reading[1:4] == (START_S, 60, 60)


@pytest.mark.parametrize("start", ["noon", "2025-06-01T10:00:00", "2025-06-01T10:00:00 CET", ""])
def test_times_that_name_no_instant(start: str) -> None:
    package = decode(a_minute(**{"from": start}))
    assert package.readings == []
    assert [(n.code, n.path) for n in package.notes] == [
        ("time_unreadable", "logics_data.logics[0].records[0]")
    ]


@pytest.mark.parametrize(
    ("samples", "expected", "covered_s"),
    [(1, 1, 60), (0, 1, 0), (3, 1, 60), (1, 2, 30), (None, 1, 60), (1, 0, 60), (1, None, 60)],
)
def test_covered_seconds(samples: int | None, expected: int | None, covered_s: int) -> None:
    given = {"samples": samples, "samples_expected": expected}
    (reading,) = decode(a_minute(**{k: v for k, v in given.items() if v is not None})).readings
    assert reading.covered_s == covered_s


def test_a_long_record_keeps_its_length() -> None:
    (reading,) = decode(a_minute(to=START_MS + 86_400_000)).readings
    assert reading.length_s == 86_400


@pytest.mark.parametrize("end", [START_MS, START_MS - 60_000, START_MS + 33 * 86_400_000])
def test_no_stretch_of_time(end: int) -> None:
    package = decode(a_minute(to=end))
    assert package.readings == []
    assert [n.code for n in package.notes] == ["record_length"]


@pytest.mark.parametrize("value", [2, 2.0])
def test_whole_numbers_however_written(value: float) -> None:
    (reading,) = decode(logics_data(logic(record(count(1000001, "fw", value))))).readings
    assert reading.values == (("forward", 2),)
    assert type(reading.values[0][1]) is int


@pytest.mark.parametrize("value", [2.5, -1, "2", True, 2**31, [], None])
def test_other_values_are_left_out_alone(value: Any) -> None:
    counts = count(1000001, "fw", value), count(1000002, "bw", 4)
    package = decode(logics_data(logic(record(*counts))))
    assert [reading.values for reading in package.readings] == [(("backward", 4),)]
    paths = [note.path for note in package.notes]
    assert paths == ([] if value is None else ["logics_data.logics[0].records[0].counts[0].value"])


def test_paths_keep_their_place_beside_unreadable_parts() -> None:
    counts = count(1000001, "fw", {}), None, count(1000002, "bw", 0.5)
    package = decode(logics_data(7, logic("x", record(*counts))))  # type: ignore[arg-type]
    assert [note.path for note in package.notes] == [
        "logics_data.logics[0]",
        "logics_data.logics[1].records[0]",
        "logics_data.logics[1].records[1].counts[0].value",
        "logics_data.logics[1].records[1].counts[1]",
        "logics_data.logics[1].records[1].counts[2].value",
    ]


def test_a_logic_that_is_named_twice_is_one_channel() -> None:
    first = logic(record(count(1000001, "fw", 1)))
    second = logic(record(count(1000001, "fw", 2), count(1000002, "bw", 2), minute=1))
    package = decode(logics_data(first, second))
    assert [c.channel for c in package.channels] == ["1000"]
    assert {m.measure for m in package.channels[0].measures} == {"forward", "backward"}
    assert len(package.readings) == 2


def test_records_that_name_different_counters() -> None:
    records = record(count(1000001, "fw", 1)), record(count(1000002, "bw", 2), minute=1)
    package = decode(logics_data(logic(*records)))
    assert [m.measure for m in package.channels[0].measures] == ["forward", "backward"]
    assert [r.values for r in package.readings] == [(("forward", 1),), (("backward", 2),)]


def test_first_contact_needs_a_geometry() -> None:
    with_geometry = logic(record(count(1000001, "fw", 1)))
    with_geometry["geometries"] = [{"id": 1, "type": "LINE", "name": "Door"}]
    assert decode(logics_data(logic(), with_geometry)).names_geometry
    assert not decode(logics_data(logic())).names_geometry
    assert not decode(logics_data()).names_geometry


def test_a_body_with_several_kinds_is_several_packages() -> None:
    body = a_minute() | {"live_data": {"frames": []}, "connection_test": None}
    packages = DRIVER.decode(push(msgspec.json.encode(body)))
    assert [package.purpose for package in packages] == ["counts", "live", "test"]


def test_a_stranger_in_an_array_is_noted_beside_the_others() -> None:
    packages = DRIVER.decode(push(msgspec.json.encode([a_minute(), 5])))
    assert [package.purpose for package in packages] == ["counts", "other"]
    assert packages[1].notes == (
        Note(code="unreadable", path="[1]", detail="expected an object, found 5"),
    )


def test_a_mark_before_the_text_is_passed_over() -> None:
    body = b"\xef\xbb\xbf" + msgspec.json.encode(a_minute())
    assert DRIVER.decode(push(body)) == [decode(a_minute())]


def test_an_array_of_strangers_is_refused_with_each() -> None:
    with pytest.raises(BadPush) as refusal:
        DRIVER.decode(push(b'[1, {"a": 1, "b": 2}]'))
    assert [error.field for error in refusal.value.errors] == ["[0]", "[1]"]


def test_a_counter_of_number_0_beside_an_unreadable_one() -> None:
    counts = {"name": "fw", "value": 14}, count(0, "bw", 11)
    package = decode(logics_data(logic(record(*counts))))
    assert [reading.values for reading in package.readings] == [(("backward", 11),)]


def test_notes_are_bounded() -> None:
    package = decode(
        logics_data(logic(*(record(count(1, "fw", 0.5), minute=m) for m in range(200))))
    )
    assert len(package.notes) == 101
    assert package.notes[-1].code == "more"
    assert len(package.readings) == 200


def test_counters_and_logics_are_bounded() -> None:
    counts = [count(1_000_000 + n, "", 1) for n in range(1, 600)]
    package = decode(logics_data(logic(record(*counts))))
    assert len(package.channels[0].measures) == len(package.readings[0].values) == 500
    assert {note.code for note in package.notes} == {"too_many"}
    package = decode(logics_data(*(logic(number=n) for n in range(1_200))))
    assert len(package.channels) == 1_000
    assert [note.path for note in package.notes] == ["logics_data.logics"]


def test_a_body_that_is_unreadable_through_and_through_is_refused() -> None:
    with pytest.raises(BadPush, match="more than 100000 parts"):
        decode(logics_data(logic(*({} for _ in range(100_002)))))
    with pytest.raises(BadPush, match="an array of 10001 elements"):
        DRIVER.decode(push(msgspec.json.encode([a_minute()] * 10_001)))


def test_what_is_forgotten_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    bodies = [logics_data(logic(record(count(1, "fw", n)), number=n)) for n in range(5)]
    expected = [decode(body) for body in bodies]
    monkeypatch.setattr("countline.drivers.xovis_v5.plans.PLANS_MAX", 2)
    assert [decode(body) for body in bodies] == expected


@pytest.mark.parametrize("start", ["9999-12-31T23:59:59Z", "1969-12-31T23:59:59Z"])
def test_times_out_of_all_bounds(start: str) -> None:
    assert [note.code for note in decode(a_minute(**{"from": start})).notes] == ["time_unreadable"]


def test_values_too_large_for_a_bin() -> None:
    seconds = count(1000003, "dwell_time", 2_200_000.5)
    package = decode(logics_data(logic(record(seconds), info="XLT_ZONE_OCCUPANCY_COUNT")))
    assert package.readings[0].values == ()
    assert [note.code for note in package.notes] == ["too_large"]


@pytest.mark.parametrize(
    "temperatures", [{"die": 61, "housing": 48}, {"die": 60.6}, {"housing": 61}]
)
def test_a_status_without_head_names_its_device_itself(temperatures: Any) -> None:
    device = {
        "info": {"serial": "00:6E:02:AA:10:01", "prod_code": "PC2SE-O"},
        "state": {"details": {"temperatures": temperatures}},
    }
    package = decode({"status_data": {"states": {"device": device}}})
    assert package.device and package.device.serial == "00:6e:02:aa:10:01"
    assert package.status and package.status.temperature_c == 61
    assert package.status.model == "PC2SE-O"


@pytest.mark.parametrize(("length_s", "read"), [(86_400, True), (90_000, True), (90_001, False)])
def test_no_record_is_longer_than_a_day(length_s: int, read: bool) -> None:
    """Every minute that overlaps a long record is looked at with each new one."""
    record = {"from": 1_748_772_000_000, "to": 1_748_772_000_000 + 1_000 * length_s}
    counts = [{"id": 1_000_001, "name": "fw", "value": 4}]
    logic = {"id": 1000, "name": "Door", "info": "XLT_LINE_IN_OUT_COUNT"}
    body = {"logics_data": {"logics": [logic | {"records": [record | {"counts": counts}]}]}}
    push = Push(driver=DRIVER.name, body=msgspec.json.encode(body), received_ms=0)
    (package,) = DRIVER.decode(push)
    assert bool(package.readings) is read
    assert [note.code for note in package.notes] == ([] if read else ["record_length"])
