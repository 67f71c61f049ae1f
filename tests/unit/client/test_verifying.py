"""Messages that are believed, and those that are not: against the scheme's own signer."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook as Signer

from countline import clock
from countline.client import WebhookError, verify_webhook
from countline.engine.marks import Mark
from countline.outlets.webhooks.choosing import Memory
from countline.outlets.webhooks.drafts import Draft, compose, numbered
from countline.outlets.webhooks.signature import sign
from countline.wire.events import CountsMessage, OtherMessage
from tests.docs.test_webhook_page import documented_message
from tests.told_house import NOON_S

ONE = "whsec_" + base64.b64encode(bytes(range(32))).decode()
TWO = "whsec_" + base64.b64encode(bytes(range(32, 64))).decode()
BODY = b'{"type":"weather.changed","timestamp":"2023-11-15T12:00:00Z","data":{"zone_id":1},"sequence":7}'


def headers(body: bytes = BODY, *secrets: str, at_s: int = NOON_S) -> dict[str, str]:
    return sign(secrets or (ONE,), message_id="msg_1", at_s=at_s, body=body)


def verify(body: bytes = BODY, sent: Any = None, secret: Any = ONE, **more: Any) -> Any:
    return verify_webhook(
        body, headers(body) if sent is None else sent, secret, now_s=lambda: NOON_S, **more
    )


def refused(*args: Any, **more: Any) -> str:
    with pytest.raises(WebhookError) as caught:
        verify(*args, **more)
    assert caught.value.detail
    return caught.value.error_code


def test_what_is_ours_is_read() -> None:
    told = verify()
    assert (told.id, told.type, told.sequence) == ("msg_1", "weather.changed", 7)
    assert isinstance(told.message, OtherMessage)
    assert told.message.data == {"zone_id": 1}
    assert verify_webhook(BODY.decode(), headers(), ONE, now_s=lambda: NOON_S) == told


def test_counts_are_typed() -> None:
    message = documented_message().body
    told = verify(message)
    assert isinstance(told.message, CountsMessage)
    assert told.message.data.rows[0].values == {"forward": 3, "backward": 1}
    assert told.sequence is None


def test_a_batch_is_taken_apart() -> None:
    bodies = (documented_message().body, BODY)
    drafts = [
        Draft(id=f"msg_{n}", type="", body=body, mark=Mark.at(n), memory=Memory())
        for n, body in enumerate(bodies)
    ]
    told = verify(numbered(compose(drafts, items_max=9, now_s=NOON_S).body, 3))
    assert (told.type, told.sequence) == ("batch", 3)
    assert [one.id for one in told.items] == ["msg_0", "msg_1"]
    assert [type(one.message) for one in told.items] == [CountsMessage, OtherMessage]


def test_another_signers_message_is_read() -> None:
    at = datetime.fromtimestamp(NOON_S, UTC)
    sent = {
        "Webhook-Id": "msg_1",
        "Webhook-Timestamp": str(NOON_S),
        "Webhook-Signature": "v1a,bm90IG91cnM= " + Signer(ONE).sign("msg_1", at, BODY.decode()),
    }
    assert verify(sent=sent).id == "msg_1"


def test_while_a_secret_is_changed_either_will_do() -> None:
    both = headers(BODY, TWO, ONE)
    assert verify(sent=both, secret=ONE) == verify(sent=both, secret=TWO)
    assert verify(secret=[TWO, ONE]).id == "msg_1"
    assert refused(secret=TWO) == "webhook_signature_wrong"


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_header_that_is_missing_or_other_is_refused(name: str) -> None:
    sent = headers()
    assert refused(sent={k: v for k, v in sent.items() if k != name}) == "webhook_header_missing"
    assert refused(sent=sent | {name: ""}) == "webhook_header_missing"
    other = {"webhook-timestamp": str(NOON_S + 1)}.get(name, "v1,AAAA")
    assert refused(sent=sent | {name: other}) == "webhook_signature_wrong"


@pytest.mark.parametrize("stamp", ["soon", "1e9", "-5", "²", "9" * 30, " 1"])
def test_a_time_that_is_none_is_refused(stamp: str) -> None:
    assert refused(sent=headers() | {"webhook-timestamp": stamp}) == "webhook_header_missing"


def test_what_is_old_or_of_the_future_is_refused() -> None:
    assert verify(sent=headers(at_s=NOON_S - 300))
    assert verify(sent=headers(at_s=NOON_S + 300))
    assert refused(sent=headers(at_s=NOON_S - 301)) == "webhook_too_old"
    assert refused(sent=headers(at_s=NOON_S + 301)) == "webhook_too_new"
    assert verify(sent=headers(at_s=NOON_S - 900), tolerance_s=900)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_no base64!", [ONE, ""]])
def test_a_secret_that_is_none_is_said_so(secret: Any) -> None:
    assert refused(secret=secret) == "webhook_secret_unreadable"


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"type":1}', b"\xff", b'{"type":"batch"}'])
def test_what_is_signed_and_unreadable_is_said_so(body: bytes) -> None:
    sent = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(NOON_S),
        "webhook-signature": _signature(body),
    }
    assert refused(body, sent) == "webhook_unreadable"


def _signature(body: bytes) -> str:
    import hashlib
    import hmac

    signed = f"msg_1.{NOON_S}.".encode() + body
    digest = hmac.new(bytes(range(32)), signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


@given(st.data())
def test_no_changed_byte_is_believed(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(BODY) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda b: b != BODY[at]))
    changed = BODY[:at] + bytes([byte]) + BODY[at + 1 :]
    assert refused(changed, headers()) == "webhook_signature_wrong"


def test_the_scheme_reads_what_we_number() -> None:
    body = numbered(documented_message().body, 12)
    sent = sign((ONE,), message_id="msg_1", at_s=clock.now_s(), body=body)
    assert Signer(ONE).verify(body, sent) == json.loads(body)
