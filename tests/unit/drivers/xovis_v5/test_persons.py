"""Nothing of a person is left in what is kept of a live body."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countline.drivers import Decoded
from countline.drivers.xovis_v5 import DRIVER
from countline.drivers.xovis_v5.bodies import (
    LiveFrame,
    TrackedObject,
    count_event,
    crossing_event,
    live_body,
)
from countline.model.ids import DeviceKey
from tests.unit.drivers.xovis_v5.made import a_minute, push

DEVICE = DeviceKey(vendor="xovis", serial="00:6e:02:aa:10:01")
PERSON = TrackedObject(
    track_id=345,
    position=(0.3125, -0.0625, 1.6875),
    attributes={"person_height": 1.71875, "gender": "FEMALE", "view_direction": [0.6, 0.8]},
)
EVENTS = (
    crossing_event(track_id=345, geometry_id=1000, geometry_name="Door", kind="LINE_CROSS_FORWARD"),
    count_event(
        track_id=345,
        logic_id=1000,
        logic_name="Door",
        counter_id=1000001,
        counter_name="fw",
        counter_value=12,
    ),
)
LIVE = live_body(
    Decoded(purpose="live", device=DEVICE, agent="1000", sequence=88),
    [LiveFrame(framenumber=1, time=1_748_772_000_480, tracked_objects=(PERSON,), events=EVENTS)],
)
TRACES = (b"0.3125", b"1.6875", b"1.71875", b"FEMALE", b"0.6")


def test_a_live_body_gives_life_signs_and_no_numbers() -> None:
    (package,) = DRIVER.decode(push(LIVE))
    assert package.purpose == "live"
    assert package.device == DEVICE
    assert (package.agent, package.sequence) == ("1000", 88)
    assert package.status and package.status.device_time_ms == 1_748_772_000_480
    assert package.status.illumination == "SUFFICIENT"
    assert package.readings == [] and package.channels == ()


def test_persons_are_taken_out_and_the_rest_stays() -> None:
    bare = DRIVER.strip_persons(LIVE)
    assert not any(trace in bare for trace in TRACES)
    assert DRIVER.decode(push(bare)) == DRIVER.decode(push(LIVE))
    (frame,) = json.loads(bare)["live_data"]["frames"]
    assert frame["tracked_objects"][0]["track_id"] == 345
    assert [event["type"] for event in frame["events"]] == ["LINE_CROSS_FORWARD", "COUNT_INCREMENT"]


@given(st.integers(0, len(LIVE) - 1))
def test_a_torn_live_body_is_emptied(length: int) -> None:
    bare = DRIVER.strip_persons(LIVE[:length])
    assert not any(trace in bare for trace in TRACES)


wrappers: list[Any] = [
    lambda said: [said],
    lambda said: {"live_data": said},
    lambda said: {"x": [said]},
]


@given(st.lists(st.sampled_from(wrappers), max_size=4))
def test_persons_are_found_wherever_they_stand(around: list[Any]) -> None:
    said: Any = json.loads(LIVE)["live_data"]["frames"][0]
    for wrap in around:
        said = wrap(said)
    bare = DRIVER.strip_persons(json.dumps(said).encode())
    assert not any(trace in bare for trace in TRACES)


def test_events_of_older_sensors_too() -> None:
    event = {"type": "LineCount", "object": {"x": 310, "height": 1720, "faceMask": "MASK"}}
    bare = json.loads(DRIVER.strip_persons(json.dumps({"values": [event]}).encode()))
    assert bare == {"values": [{"type": "LineCount"}]}


@pytest.mark.parametrize("text", [LIVE.decode(), '{"\\u0074racked_objects": [{"age": 41}]'])
def test_other_encodings_do_not_hide_persons(text: str) -> None:
    assert DRIVER.strip_persons(text.encode("utf-16")) == b""
    assert b"41" not in DRIVER.strip_persons(text.encode())


@pytest.mark.parametrize("body", [b"", b"\xff\x00 not json", json.dumps(a_minute()).encode()])
def test_bodies_without_persons_stay_as_they_are(body: bytes) -> None:
    assert DRIVER.strip_persons(body) == body


def test_a_body_within_a_text_is_blanked() -> None:
    bare = json.loads(DRIVER.strip_persons(json.dumps({"live_data": LIVE.decode()}).encode()))
    assert bare == {"live_data": ""}


def test_nothing_is_hidden_where_a_number_should_be() -> None:
    inner = {"track_id": {"person_height": 1.71}, "type": ["gender"], "Person_Height ": 1.71}
    said = {"live_data": {"frames": [{"tracked_objects": [inner], " GENDER": "FEMALE"}]}}
    bare = json.loads(DRIVER.strip_persons(json.dumps(said).encode()))
    (frame,) = bare["live_data"]["frames"]
    assert frame == {"tracked_objects": [{"attributes": {}, "position": []}]}
