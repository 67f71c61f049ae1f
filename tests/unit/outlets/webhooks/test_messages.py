"""Bodies: their shape, their size, and ids that stay the same for the same rows."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countline.engine.telling import CountRow, Counts, Discovered
from countline.limits import WEBHOOK_BODY_BYTES_MAX
from countline.model.ids import LineId, LocationId, SensorId
from countline.outlets.webhooks.messages import Message, write_messages
from tests.told_house import NOON_S

READER = "webhook:abc"


def row(minute: int, *, value: int | None = 3, sensor_id: str = "SNSR_001") -> CountRow:
    return CountRow(
        start_s=NOON_S + 60 * minute,
        sensor_id=SensorId(sensor_id),
        channel="single/1000",
        length_s=60,
        line_id=LineId(1),
        zone_id=None,
        values={"forward": value, "backward": 1},
        coverage=2 / 3,
        revision=17,
    )


def told(*rows: CountRow, **changes: Any) -> Counts:
    counts = Counts(
        kind="counts.recorded",
        location_id=LocationId("LOC_NYC_05"),
        local_date=None,
        seq=40,
        commit=17,
        at_ms=NOON_S * 1000 + 999,
        rows=rows,
    )
    return replace(counts, **changes)


def rows_of(messages: list[Message]) -> list[dict[str, Any]]:
    return [row for message in messages for row in json.loads(message.body)["data"]["rows"]]


def test_a_counts_message_is_written_as_documented() -> None:
    (message,) = write_messages(told(row(0)), READER)
    assert message.type == "counts.recorded"
    assert json.loads(message.body) == {
        "type": "counts.recorded",
        "timestamp": "2023-11-15T12:00:00Z",
        "data": {
            "location_id": "LOC_NYC_05",
            "revision": 17,
            "sequence": 40,
            "part": 1,
            "parts": 1,
            "rows": [
                {
                    "sensor_id": "SNSR_001",
                    "channel": "single/1000",
                    "line_id": 1,
                    "zone_id": None,
                    "timestamp": "2023-11-15T12:00:00Z",
                    "duration_seconds": 60,
                    "values": {"forward": 3, "backward": 1},
                    "coverage": 0.6667,
                    "revision": 17,
                }
            ],
        },
    }


def test_a_revised_day_has_its_date() -> None:
    (message,) = write_messages(
        told(row(0), kind="counts.revised", local_date=date(2023, 11, 15)), READER
    )
    body = json.loads(message.body)
    assert (body["type"], body["data"]["local_date"]) == ("counts.revised", "2023-11-15")


def test_a_discovered_device_is_written_as_documented() -> None:
    device = Discovered(
        vendor="xovis",
        serial="00:6e:02:1a:2b:3c",
        context="single",
        driver="xovis_v5",
        seq=4,
        at_ms=NOON_S * 1000,
    )
    (message,) = write_messages(device, READER)
    assert json.loads(message.body) == {
        "type": "sensor.discovered",
        "timestamp": "2023-11-15T12:00:00Z",
        "data": {
            "vendor": "xovis",
            "serial": "00:6e:02:1a:2b:3c",
            "context": "single",
            "driver": "xovis_v5",
            "sequence": 4,
        },
    }


@given(
    widths=st.lists(st.integers(min_value=1, max_value=64), max_size=400),
    value=st.integers(min_value=0, max_value=2**31 - 1),
)
def test_all_rows_are_told_once_in_bodies_that_are_small_enough(
    widths: list[int], value: int
) -> None:
    rows = [row(n, value=value, sensor_id="S" * width) for n, width in enumerate(widths)]
    messages = write_messages(told(*rows), READER)
    assert [r["sensor_id"] for r in rows_of(messages)] == ["S" * width for width in widths]
    assert all(len(message.body) <= WEBHOOK_BODY_BYTES_MAX for message in messages)
    assert len({message.id for message in messages}) == len(messages)
    parts = [json.loads(message.body)["data"] for message in messages]
    assert [(p["part"], p["parts"]) for p in parts] == [
        (n + 1, len(messages)) for n in range(len(messages))
    ]


def test_the_envelope_is_as_small_as_reckoned_with() -> None:
    largest = told(
        row(0), location_id=LocationId("L" * 64), seq=2**53, commit=2**53, local_date=date.max
    )
    (message,) = write_messages(replace(largest, kind="counts.revised"), READER)
    (bare,) = rows_of([message])
    assert len(message.body) - len(json.dumps(bare, separators=(",", ":"))) < 500


def test_an_id_depends_on_reader_kind_place_in_the_log_and_rows_but_not_on_values() -> None:
    def ids(counts: Counts, reader: str = READER) -> tuple[str, ...]:
        return tuple(message.id for message in write_messages(counts, reader))

    first = told(row(0), row(1))
    assert ids(first) == ids(told(row(0, value=9), row(1)))
    others = [
        ids(first, "webhook:def"),
        ids(replace(first, seq=41)),
        ids(replace(first, kind="counts.revised", local_date=date(2023, 11, 15))),
        ids(replace(first, location_id=LocationId("LOC_2"))),
        ids(told(row(0), row(2))),
        ids(told(row(1), row(2))),
    ]
    assert len({ids(first), *others}) == len(others) + 1


@pytest.mark.parametrize("taken", [0, 1, 2])
def test_parts_that_shift_after_a_crash_lose_no_row(taken: int) -> None:
    """Shorter values move rows into earlier parts, further rows move them into later ones."""
    before = write_messages(told(*[row(n, value=2**31 - 1) for n in range(1, 300)]), READER)
    for first, value in ((1, 0), (0, 2**31 - 1)):
        after = write_messages(told(*[row(n, value=value) for n in range(first, 300)]), READER)
        known = {message.id for message in before[:taken]}
        new = [message for message in after if message.id not in known]
        heard = {r["timestamp"] for r in rows_of(before[:taken]) + rows_of(new)}
        assert heard == {r["timestamp"] for r in rows_of(after)}
