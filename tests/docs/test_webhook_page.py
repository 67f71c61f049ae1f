"""What the documentation says of webhooks and events is what they do."""

import json
import re
import tomllib
from dataclasses import fields
from typing import Any, get_args

import pytest

from countline import clock, limits
from countline.engine.telling import CountRow, Counts
from countline.model.event import EventKind
from countline.model.ids import LineId, LocationId, SensorId
from countline.outlets.webhooks.messages import Message, write_messages
from countline.outlets.webhooks.signature import sign
from countline.settings import WebhookSettings
from tests.test_tidy import ROOT

PAGE = (ROOT / "docs/howto/receive-webhooks.md").read_text()
REFERENCE = (ROOT / "docs/reference/events.md").read_text()
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def snippet(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    assert found
    return found[1]


def documented_message() -> Message:
    row = CountRow(
        start_s=1_696_150_740,
        sensor_id=SensorId("SNSR_001"),
        channel="single/1000",
        length_s=60,
        line_id=LineId(1),
        zone_id=None,
        values={"forward": 3, "backward": 1},
        coverage=1.0,
        revision=17,
    )
    told = Counts(
        kind="counts.recorded",
        location_id=LocationId("LOC_NYC_05"),
        local_date=None,
        seq=40,
        commit=17,
        at_ms=1_696_150_804_000,
        rows=[row],
    )
    (message,) = write_messages(told, "webhook:abc")
    return message


def test_the_message_is_written_as_shown() -> None:
    shown = json.loads(snippet("json"))
    assert json.loads(documented_message().body) == shown


def test_the_receiver_shown_believes_our_messages_and_no_others() -> None:
    names: dict[str, Any] = {}
    exec(snippet("python"), names)  # noqa: S102  # our own page
    message = documented_message()
    headers = sign([SECRET], message_id=message.id, at_s=clock.now_s(), body=message.body)
    assert names["receive"](SECRET, headers, message.body) == json.loads(message.body)
    assert names["receive"](SECRET, headers, message.body.replace(b"3", b"4")) is None


def test_the_settings_shown_exist() -> None:
    (shown,) = tomllib.loads(snippet("toml"))["webhook"]
    assert shown.keys() <= {field.name for field in fields(WebhookSettings)}


def test_the_pauses_are_those_of_the_limits() -> None:
    hours = [3600 * hour for hour in (2, 5, 10, 14, 20, 24)]
    assert (5, 5 * 60, 30 * 60, *hours) == limits.WEBHOOK_RETRY_DELAYS_S
    assert "about 5 s, 5 and 30 min, 2, 5, 10, 14, 20 and 24 h" in PAGE
    assert f"within {limits.WEBHOOK_TIMEOUT_S} seconds" in PAGE
    assert f"{limits.WEBHOOK_BODY_BYTES_MAX // 1000} kB" in PAGE


@pytest.mark.parametrize("kind", get_args(EventKind))
def test_every_kind_of_event_is_in_the_reference(kind: str) -> None:
    assert f"## {kind}\n" in REFERENCE or f"- `{kind}`: " in REFERENCE
