"""Secrets of devices, sealed: a key goes in, and what comes out is useless to who lacks it.

What is sealed says which key it needs (keys have rising numbers, the newest seals), and is bound to
what it is about: one sensor's password cannot be put in another's place.
"""

import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from countline.errors import ConfigError

KEY_BYTES = 32
NONCE_BYTES = 12
_FORMAT = b"\x01"  # AES-256-GCM: format, key number (2 bytes), nonce, cipher text with its tag


class Secret:
    """A text that shows itself only when asked: never in a log, a message or a traceback."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return "Secret(...)"

    def __reduce__(self) -> str:
        raise TypeError("a secret is not written down")


def new_key() -> bytes:
    """A key that nobody has seen."""
    return os.urandom(KEY_BYTES)


class Vault:
    """Seals and opens with the keys of one installation, by their numbers."""

    def __init__(self, keys: Mapping[int, bytes]) -> None:
        assert keys and all(0 < number < 2**16 for number in keys), "keys have numbers from 1"
        self._ciphers = {number: AESGCM(key) for number, key in keys.items()}
        self._newest = max(keys)

    def __repr__(self) -> str:
        return f"Vault(keys={sorted(self._ciphers)})"

    def seal(self, secret: Secret, *, about: str) -> bytes:
        """The secret, sealed by the newest key; `about` says whose it is: `sensor:7:password`."""
        head = _FORMAT + self._newest.to_bytes(2, "big")
        nonce = os.urandom(NONCE_BYTES)
        text = secret.reveal().encode()
        return head + nonce + self._ciphers[self._newest].encrypt(nonce, text, _bound(head, about))

    def open(self, sealed: bytes, *, about: str) -> Secret:
        """What was sealed about the same. Raises `ConfigError` `secret_lost` where it cannot be."""
        head, nonce, text = sealed[:3], sealed[3 : 3 + NONCE_BYTES], sealed[3 + NONCE_BYTES :]
        cipher = self._ciphers.get(int.from_bytes(head[1:], "big"))
        if head[:1] != _FORMAT or cipher is None or len(nonce) < NONCE_BYTES:
            raise _lost(about, "it was sealed with a key that is not in the key file")
        try:
            return Secret(cipher.decrypt(nonce, text, _bound(head, about)).decode())
        except (InvalidTag, ValueError):
            raise _lost(about, "it does not open with the key it names") from None


def _bound(head: bytes, about: str) -> bytes:
    return head + about.encode()


def _lost(about: str, why: str) -> ConfigError:
    detail = (
        f"the secret about {about} cannot be opened: {why}. Bring back the `secrets.key` that"
        " belongs to this data folder, or give the secret anew: adopt the sensor again, rotate the webhook's"
    )
    return ConfigError(detail, code="secret_lost")
