"""Signatures by Standard Webhooks 1.0.0: HMAC-SHA256 over `id.timestamp.body`."""

import base64
import binascii
from collections.abc import Sequence
from datetime import UTC, datetime

from standardwebhooks import Webhook

PREFIX = "whsec_"
SECRET_BYTES_MIN = 24
SECRET_BYTES_MAX = 64


def read_secret(secret: str) -> bytes:
    """The random bytes of a written secret. Raises `ValueError` saying what a secret looks like."""
    wanted = f"must be {PREFIX} and {SECRET_BYTES_MIN} to {SECRET_BYTES_MAX} random bytes in base64"
    if not secret.startswith(PREFIX):
        raise ValueError(wanted)
    written = secret.removeprefix(PREFIX).rstrip("=")
    try:
        found = base64.b64decode(written + "=" * (-len(written) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(wanted) from None
    if not SECRET_BYTES_MIN <= len(found) <= SECRET_BYTES_MAX:
        raise ValueError(f"{wanted}; this one has {len(found)} bytes")
    return found


def sign(secrets: Sequence[str], *, message_id: str, at_s: int, body: bytes) -> dict[str, str]:
    """The three headers of one attempt, with a signature by each secret."""
    at, text = datetime.fromtimestamp(at_s, UTC), body.decode()
    signatures = [Webhook(read_secret(secret)).sign(message_id, at, text) for secret in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(at_s),
        "webhook-signature": " ".join(signatures),
    }
