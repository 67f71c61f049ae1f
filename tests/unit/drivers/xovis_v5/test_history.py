"""A sensor's history says the same as its pushes did."""

from typing import Any

import msgspec
import pytest

from countline.drivers.reading import Push
from countline.drivers.xovis_v5 import DRIVER
from countline.drivers.xovis_v5.history import decode_history
from countline.errors import BadPush

START_S = 1_741_935_600
LINE, ZONE = "XLT_LINE_IN_OUT_COUNT", "XLT_ZONE_OCCUPANCY_COUNT"
TEMPLATES = {1000: LINE, 1001: ZONE}
CONFIG = {
    "logics": [
        {"id": 1000, "name": "South door", "geometries": [1000]},
        {"id": 1001, "name": "Foyer", "geometries": [1001]},
    ],
    "counts": [
        {"id": 1000001, "name": "fw", "logic_id": 1000, "type": "accumulation"},
        {"id": 1000002, "name": "bw", "logic_id": 1000, "type": "accumulation"},
        {"id": 1001001, "name": "balance", "logic_id": 1001, "type": "state"},
        {"id": 1001003, "name": "dwell_time", "logic_id": 1001, "type": "accumulation"},
    ],
    "geometries": [
        {"id": 1000, "name": "South door", "type": "LINE"},
        {"id": 1001, "name": "Foyer", "type": "ZONE"},
    ],
}


def measurement(minute: int, values: dict[int, Any], *, length: int = 1, records: float = 1) -> Any:
    begin = (START_S + 60 * minute) * 1000
    counts = [{"id": id, "value": value} for id, value in values.items()]
    return {"begin": begin, "end": begin + 60_000 * length, "records": records, "counts": counts}


def answer(*measurements: Any, **changes: Any) -> bytes:
    begin, end = START_S * 1000, (START_S + 3600) * 1000
    whole = {"begin": begin, "end": end, "begin_data": begin, "end_data": end, "config": CONFIG}
    return msgspec.json.encode(whole | {"measurements": measurements} | changes)


def test_each_minute_is_a_reading_of_each_logic() -> None:
    values = {1000001: 3, 1000002: 1, 1001001: 7, 1001003: 12.25}
    history = decode_history(answer(measurement(0, values)), templates=TEMPLATES)
    assert (history.from_s, history.to_s) == (START_S, START_S + 3600)
    assert (history.data_from_s, history.data_to_s) == (START_S, START_S + 3600)
    assert history.decoded.readings == [
        ("1000", START_S, 60, 60, (("forward", 3), ("backward", 1))),
        ("1001", START_S, 60, 60, (("present", 7), ("dwell_ms", 12_250))),
    ]
    assert not history.decoded.notes
    assert not history.decoded.names_geometry, "a history is nobody's first contact"


def test_it_says_the_same_as_the_push_of_the_minute() -> None:
    counts = [
        {"id": 1000001, "name": "fw", "value": 3},
        {"id": 1000002, "name": "bw", "value": 0},
    ]
    ms = START_S * 1000
    record = {"from": ms, "to": ms + 60_000, "samples": 1, "samples_expected": 1, "counts": counts}
    geometries = [{"id": 1000, "type": "LINE", "name": "South door"}]
    logic = {"id": 1000, "name": "South door", "info": LINE, "geometries": geometries}
    pushed = {"logics_data": {"logics": [logic | {"records": [record]}]}}
    (of_push,) = DRIVER.decode(
        Push(driver="xovis_v5", body=msgspec.json.encode(pushed), received_ms=ms)
    )
    of_history = decode_history(
        answer(measurement(0, {1000001: 3, 1000002: 0})), templates=TEMPLATES
    ).decoded
    assert of_history.readings == of_push.readings
    assert of_history.channels[0] == of_push.channels[0]


def test_a_bin_without_records_is_no_reading() -> None:
    lost = measurement(1, {1000001: 0}, records=0)
    history = decode_history(answer(measurement(0, {1000001: 3}), lost), templates=TEMPLATES)
    assert [reading.start_s for reading in history.decoded.readings] == [START_S]


@pytest.mark.parametrize(("records", "covered_s"), [(60, 3600), (45, 2700), (61, 3600)])
def test_coverage_comes_from_the_records_found(records: int, covered_s: int) -> None:
    hour = measurement(0, {1000001: 37}, length=60, records=records)
    (reading,) = decode_history(answer(hour), templates=TEMPLATES).decoded.readings
    assert (reading.length_s, reading.covered_s) == (3600, covered_s)


def test_without_a_template_the_counters_kinds_still_count() -> None:
    history = decode_history(answer(measurement(0, {1000001: 3, 1000002: 1})), templates={})
    channel = history.decoded.channels[0]
    assert {measure.kind for measure in channel.measures} == {"accumulating"}
    assert history.decoded.readings[0].values == (("forward", 3), ("backward", 1))


def test_bad_values_are_left_out_with_a_note() -> None:
    history = decode_history(
        answer(measurement(0, {1000001: 2.5, 1000002: 1})), templates=TEMPLATES
    )
    assert history.decoded.readings[0].values == (("backward", 1),)
    assert [note.code for note in history.decoded.notes] == ["not_whole"]


def test_a_count_below_zero_costs_no_other() -> None:
    minutes = [measurement(0, {1000001: 3, 1001001: -1}), measurement(1, {1000001: 4, 1001001: 0})]
    history = decode_history(answer(*minutes), templates=TEMPLATES)
    assert [value for reading in history.decoded.readings for value in reading.values] == [
        ("forward", 3),
        ("forward", 4),
        ("present", 0),
    ]
    assert [note.code for note in history.decoded.notes] == ["unreadable"]


def test_a_bin_without_a_readable_time_is_left_out_with_a_note() -> None:
    strange = measurement(0, {1000001: 3}) | {"begin": "noon"}
    history = decode_history(answer(strange, measurement(1, {1000001: 4})), templates=TEMPLATES)
    assert [reading.start_s for reading in history.decoded.readings] == [START_S + 60]
    assert [note.code for note in history.decoded.notes] == ["time_unreadable"]


def test_a_counter_of_no_logic_is_passed_over() -> None:
    history = decode_history(answer(measurement(0, {7: 9, 1000001: 3})), templates=TEMPLATES)
    assert history.decoded.readings[0].values == (("forward", 3),)


def test_an_empty_history() -> None:
    history = decode_history(answer(begin_data=None, end_data=None), templates=TEMPLATES)
    assert history.decoded.readings == []
    assert history.data_from_s is None


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{}", b"[]", b'{"begin":1,"end":2}', b"[" * 100_000, b'{"measurements":[]}'),
        answer(begin="yesterday"),
        answer({"begin": 0}),
    ],
)
def test_what_is_no_history(body: bytes) -> None:
    with pytest.raises(BadPush, match="no history of logics"):
        decode_history(body, templates={})
