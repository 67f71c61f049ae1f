"""Webhooks of the settings: where each goes, and what it is told."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import httpx2

from countline.engine.webhooks import FixedWebhook
from countline.errors import ConfigError, FieldError
from countline.model.event import TOLD_KINDS, ToldKind
from countline.model.ids import LocationId
from countline.model.webhook import Webhook
from countline.outlets.webhooks.signature import read_secret


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings:
    """One address, checked. No `kinds` or `locations` means all of them. Raises `ConfigError`.

    `secret` may hold two, with a space between: bodies are then signed by both, so that a receiver
    can change from one to the other.
    """

    url: str
    secret: str
    kinds: tuple[ToldKind, ...] = ()
    locations: tuple[str, ...] = ()
    allow_private: bool = False

    def __post_init__(self) -> None:
        if errors := tuple(self._errors()):
            detail = "; ".join(f"webhook.{e.field}: {e.detail}" for e in errors)
            raise ConfigError(detail, errors=errors)

    def _errors(self) -> Iterator[FieldError]:
        if not is_address(self.url):
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
        for kind in set(self.kinds) - set(TOLD_KINDS):
            detail = f"unknown event {kind!r}; known are {', '.join(TOLD_KINDS)}"
            yield FieldError(field="kinds", detail=detail)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secrets that bodies are signed by."""
        return tuple(self.secret.split())

    def fixed(self) -> FixedWebhook:
        """The webhook that stands for this address: another address is another webhook."""
        webhook = Webhook(
            webhook_id="wh_" + hashlib.sha256(self.url.encode()).hexdigest()[:12],
            url=self.url,
            kinds=self.kinds,
            locations=tuple(LocationId(one) for one in self.locations),
            devices=True,
        )
        return FixedWebhook(webhook=webhook, secrets=self.secrets, allow_private=self.allow_private)


def is_address(url: str) -> bool:
    """Whether a text is an address that can be posted to."""
    try:
        parts = httpx2.URL(url)
    except httpx2.InvalidURL:
        return False
    return parts.scheme in ("http", "https") and parts.host != "" and parts.port != 0
