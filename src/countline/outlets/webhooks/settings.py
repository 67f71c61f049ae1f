"""Where a webhook goes, and what it is told."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

import httpx2

from countline.errors import ConfigError, FieldError
from countline.model.event import Event
from countline.outlets.webhooks.signature import read_secret

WebhookKind = Literal["counts.recorded", "counts.revised", "sensor.discovered"]
WEBHOOK_KINDS: tuple[WebhookKind, ...] = get_args(WebhookKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings:
    """One address, checked. No `kinds` or `locations` means all of them. Raises `ConfigError`.

    `secret` may hold two, with a space between: bodies are then signed by both, so that a receiver
    can change from one to the other.
    """

    url: str
    secret: str
    kinds: tuple[WebhookKind, ...] = ()
    locations: tuple[str, ...] = ()
    allow_private: bool = False

    def __post_init__(self) -> None:
        if errors := tuple(self._errors()):
            detail = "; ".join(f"webhook.{e.field}: {e.detail}" for e in errors)
            raise ConfigError(detail, errors=errors)

    def _errors(self) -> Iterator[FieldError]:
        if not _is_address(self.url):
            detail = "must be an address such as https://example.org/hook"
            yield FieldError(field="url", detail=detail)
        if not self.secrets:
            yield FieldError(
                field="secret", detail="missing; make one: echo whsec_$(openssl rand -base64 32)"
            )
        try:
            for secret in self.secrets:
                read_secret(secret)
        except ValueError as error:
            yield FieldError(field="secret", detail=str(error))
        for kind in set(self.kinds) - set(WEBHOOK_KINDS):
            detail = f"unknown event {kind!r}; known are {', '.join(WEBHOOK_KINDS)}"
            yield FieldError(field="kinds", detail=detail)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secrets that bodies are signed by."""
        return tuple(self.secret.split())

    @property
    def reader(self) -> str:
        """The name of this address among the readers of the event log: a new address is a new one."""
        return "webhook:" + hashlib.sha256(self.url.encode()).hexdigest()[:12]

    @property
    def host(self) -> str:
        """What logs call it: the rest of an address may hold a secret."""
        return httpx2.URL(self.url).host

    def wants(self, event: Event) -> bool:
        """Whether this address is told of an event.

        Discovered devices belong to no location: who asks for certain locations hears of none.
        """
        return event.kind in (self.kinds or WEBHOOK_KINDS) and (
            not self.locations or event.location_id in self.locations
        )


def _is_address(url: str) -> bool:
    try:
        parts = httpx2.URL(url)
    except httpx2.InvalidURL:
        return False
    return parts.scheme in ("http", "https") and parts.host != "" and parts.port != 0
