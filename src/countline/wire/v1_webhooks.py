"""Webhooks in API version 1, the short gateway form; version 3 can do more with the same ones."""

from typing import Annotated, Literal

from msgspec import Meta

from countline.wire import Instant, Sent, Told
from countline.wire.v3_catalogue import Id, Next, ZoneId
from countline.wire.v3_webhooks import Kinds, Secret, Url, WebhookName, WebhookState


class WebhookFilter(
    Told, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, rename="camel"
):
    """Of which places and sensors, and how often; all conditions hold at once."""

    locations: Annotated[tuple[Id, ...], Meta(max_length=1000)] = ()
    zones: Annotated[tuple[ZoneId, ...], Meta(max_length=1000)] = ()
    sensors: Annotated[tuple[Id, ...], Meta(max_length=1000)] = ()
    threshold: Annotated[int, Meta(ge=1, le=10_000_000)] | None = None
    rate_seconds: Annotated[int, Meta(ge=0, le=3_600)] = 0


class Webhook(Told, frozen=True, kw_only=True, rename="camel"):
    """An address that is told of events."""

    webhook_id: str
    url: Url
    kinds: Kinds
    filter: WebhookFilter
    state: WebhookState
    name: WebhookName
    reason: Annotated[str | None, Meta(description="Why the server disabled it.")]
    created_at: Instant | None


class WebhookPage(Told, frozen=True, kw_only=True):
    """Webhooks by id."""

    data: list[Webhook]
    next: Next = None


class WebhookMade(Told, frozen=True, kw_only=True, rename="camel"):
    """A new webhook with its secret, which is shown here and never again."""

    webhook_id: str
    url: Url
    kinds: Kinds
    filter: WebhookFilter
    secret: Secret
    state: WebhookState
    name: WebhookName
    created_at: Instant | None


class WebhookNew(Sent, frozen=True, kw_only=True, rename="camel"):
    """An address to be told of what happens from now on."""

    url: Url
    kinds: Kinds = ()
    filter: WebhookFilter = WebhookFilter()
    name: WebhookName = ""
    state: Literal["active", "paused"] = "active"
