"""What the documentation says of webhooks and events is what they do."""

import json
import re
import tomllib
from dataclasses import fields
from typing import Any, get_args

import pytest
from standardwebhooks import Webhook as Verifier

from countline import clock, limits
from countline.engine.telling import CountRow, Counts
from countline.model.event import EventKind
from countline.model.ids import LineId, LocationId, SensorId
from countline.outlets.webhooks.drafts import numbered
from countline.outlets.webhooks.messages import Message, write_messages
from countline.outlets.webhooks.signature import sign
from countline.settings import WebhookSettings
from tests.test_tidy import ROOT
from tests.unit.api.building import HOOK, furnish, open_house

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
    assert json.loads(numbered(documented_message().body, 12)) == shown


def test_the_receiver_shown_believes_our_messages_and_no_others() -> None:
    names: dict[str, Any] = {}
    exec(snippet("python"), names)  # noqa: S102  # our own page
    message = documented_message()
    body = numbered(message.body, 12)
    headers = sign([SECRET], message_id=message.id, at_s=clock.now_s(), body=body)
    found = names["receive"](SECRET, headers, body)
    assert (found.id, found.sequence) == (message.id, 12)
    assert found.message.data.rows[0].values == {"forward": 3, "backward": 1}
    assert names["receive"](SECRET, headers, body.replace(b"3", b"4")) is None
    assert Verifier(SECRET).verify(body, headers) == json.loads(body)


def test_the_requests_shown_are_answered() -> None:
    with open_house() as house:
        furnish(house)
        caller = house.caller("read", "write")
        shown = re.findall(
            r'curl -X POST "http://127.0.0.1:8080([^"]+)".*?-d \'(.*?)\'', PAGE, re.DOTALL
        )
        answers = [caller("POST", path, body=json.loads(body)) for path, body in shown]
        assert [one.status for one in answers] == [201, 200]
        made, replayed = answers
        assert made.json["filter"] == {"zones": [1], "threshold": 50, "rate_seconds": 60}
        assert replayed.json["webhook_id"] == HOOK.webhook_id


def test_the_figures_are_those_of_the_limits() -> None:
    assert f"When {limits.WEBHOOK_GIVEN_UP_MAX} in a row were given up" in PAGE
    assert f"For {limits.WEBHOOK_OVERLAP_S // 3600} hours" in PAGE
    assert f"the last {limits.WEBHOOK_DELIVERIES_KEPT} attempts" in PAGE
    assert f"(a batch {limits.WEBHOOK_BATCH_BYTES_MAX // 1000} kB)" in PAGE
    assert f"{limits.EVENT_KEEP_S // 86_400} days" in PAGE


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
