"""For whoever receives webhooks: whether a message is ours, and what it says. No I/O.

Signatures are those of Standard Webhooks 1.0.0: HMAC-SHA256 over `id.timestamp.body`.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from countline import clock
from countline.client._events import EventMessage, struct_of
from countline.errors import CountlineError

PREFIX = "whsec_"
TOLERANCE_S = 300
BATCH = "batch"


class WebhookError(CountlineError):
    """The message must not be believed; `error_code` says why."""

    code = "webhook_refused"


class WebhookMessage(NamedTuple):
    """A message that is ours.

    Drop an `id` that you have seen. `sequence` counts the messages of this webhook from 1, without
    a gap; None in a test. In a `batch`, `items` holds the messages in order; otherwise it holds the
    one that came.
    """

    id: str
    type: str
    sequence: int | None
    items: tuple["WebhookItem", ...]

    @property
    def message(self) -> EventMessage:
        """The one document that came; of a batch, the first."""
        return self.items[0].message


class WebhookItem(NamedTuple):
    """One document, and its id: that of the message, or its own in a batch."""

    id: str
    message: EventMessage


class _Envelope(msgspec.Struct, frozen=True, kw_only=True):
    type: str
    sequence: int | None = None


class _Items(msgspec.Struct, frozen=True, kw_only=True):
    items: list[msgspec.Raw]


class _Batch(msgspec.Struct, frozen=True, kw_only=True):
    data: _Items


class _Item(msgspec.Struct, frozen=True, kw_only=True):
    id: str


def verify_webhook(
    body: bytes | str,
    headers: Mapping[str, str],
    secret: str | Sequence[str],
    *,
    tolerance_s: int = TOLERANCE_S,
    now_s: Callable[[], int] = clock.now_s,
) -> WebhookMessage:
    """The message of a request, once it is certain that countline sent it a moment ago.

    `body` is what came, byte for byte; header names may be written in any case. While a secret is
    changed, give both. Raises `WebhookError` with one of the codes `webhook_secret_unreadable`,
    `webhook_header_missing`, `webhook_too_old`, `webhook_too_new`, `webhook_signature_wrong`,
    `webhook_unreadable`.
    """
    content = body.encode() if isinstance(body, str) else body
    keys = [_key(one) for one in ([secret] if isinstance(secret, str) else secret)]
    known = {name.lower(): value for name, value in headers.items()}
    message_id, stamp, signatures = (
        _header(known, name) for name in ("id", "timestamp", "signature")
    )
    _check_time(stamp, now_s(), tolerance_s)
    signed = b"%b.%b.%b" % (message_id.encode(), stamp.encode(), content)
    if not _is_signed(signed, signatures, keys):
        raise WebhookError(
            "No signature of the message is by this secret: it is another webhook's, or the body was"
            " changed on its way. Verify the bytes that came, before anything reads them as JSON.",
            code="webhook_signature_wrong",
        )
    return _read(message_id, content)


def _key(secret: str) -> bytes:
    text = secret.strip().removeprefix(PREFIX).rstrip("=")
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not key:
        raise WebhookError(
            f"The secret is none: it is {PREFIX} and base64, as it was shown when the webhook was made.",
            code="webhook_secret_unreadable",
        )
    return key


def _header(known: Mapping[str, str], name: str) -> str:
    found = known.get(f"webhook-{name}", "")
    if not found:
        raise WebhookError(
            f"The header webhook-{name} is missing: this is no webhook, or something on the way"
            " took it out.",
            code="webhook_header_missing",
        )
    return found


def _check_time(stamp: str, now_s: int, tolerance_s: int) -> None:
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) < 16):
        raise WebhookError(
            "The header webhook-timestamp is no number of seconds.", code="webhook_header_missing"
        )
    age_s = now_s - int(stamp)
    if age_s > tolerance_s:
        raise WebhookError(
            f"The message is {age_s} s old, more than {tolerance_s}: somebody may send it again, or"
            " this clock is fast.",
            code="webhook_too_old",
        )
    if age_s < -tolerance_s:
        raise WebhookError(
            f"The message is of {-age_s} s from now: this clock, or the server's, is wrong.",
            code="webhook_too_new",
        )


def _is_signed(signed: bytes, signatures: str, keys: Sequence[bytes]) -> bool:
    """Whether any signature is by any key; all are compared, so that time tells nothing."""
    found = False
    for key in keys:
        wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
        for signature in signatures.split():
            version, _, text = signature.partition(",")
            same = hmac.compare_digest(text.encode(), wanted)
            found |= version == "v1" and same
    return found


def _read(message_id: str, body: bytes) -> WebhookMessage:
    try:
        envelope = msgspec.json.decode(body, type=_Envelope)
        if envelope.type == BATCH:
            batch = msgspec.json.decode(body, type=_Batch)
            items = [
                _item(msgspec.json.decode(one, type=_Item).id, one) for one in batch.data.items
            ]
        else:
            items = [_item(message_id, body)]
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        detail = f"The message is signed, and something else than documented: {error}"
        raise WebhookError(detail, code="webhook_unreadable") from error
    return WebhookMessage(message_id, envelope.type, envelope.sequence, tuple(items))


def _item(message_id: str, document: Any) -> WebhookItem:
    kind = msgspec.json.decode(document, type=_Envelope).type
    return WebhookItem(message_id, msgspec.json.decode(document, type=struct_of(kind)))
