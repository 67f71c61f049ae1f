"""Live frames of which a part is not what it should be: that part is noted, the rest counts."""

import json
from typing import Any

import pytest

from countline.drivers import Push
from countline.drivers.xovis_v5 import DRIVER

EVENT = {
    "category": "COUNT",
    "type": "COUNT_INCREMENT",
    "attributes": {
        "logic_id": 1000,
        "counter_id": 1000001,
        "counter_name": "fw",
        "counter_value": 7,
    },
}


def read(events: Any) -> tuple[list[int], list[str]]:
    """The totals that are told, and the paths that are noted."""
    frame = {"time": 1_780_000_000_000, "events": events}
    body = {"live_data": {"package_info": {"id": 1, "agent_id": 1}, "frames": [frame]}}
    push = Push(driver=DRIVER.name, body=json.dumps(body).encode(), received_ms=1_780_000_001_000)
    (found,) = DRIVER.decode(push)
    return [one.total for one in found.totals], [note.path for note in found.notes]


@pytest.mark.parametrize("events", [EVENT, 7, "x", {}])
def test_events_that_are_no_array_are_noted(events: Any) -> None:
    assert read(events) == ([], ["live_data.frames[0].events"])


def test_one_bad_event_leaves_the_others() -> None:
    totals, noted = read([EVENT, 7])
    assert totals == [7]
    assert noted == ["live_data.frames[0].events[1]"]


@pytest.mark.parametrize("events", [None, []])
def test_no_events_are_none(events: Any) -> None:
    assert read(events) == ([], [])


@pytest.mark.parametrize("kind", [["COUNT_INCREMENT"], {"a": 1}, 7, None, True])
def test_an_event_whose_kind_is_no_text_tells_no_total(kind: Any) -> None:
    totals, _ = read([EVENT | {"type": kind}, EVENT])
    assert totals == [7]
