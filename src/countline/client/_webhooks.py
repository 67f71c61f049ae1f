"""The operations of webhooks, described as `_requests` describes the others."""

from types import NoneType

from countline.client._requests import Instant, Request, instant_of, page, pairs, part, write
from countline.wire import v3_webhooks as wire


def webhooks(*, limit: int | None = None) -> Request[wire.WebhookPage]:
    """Every webhook that the key may know of, by id, and how far each is."""
    return page("/v3/webhooks", wire.WebhookPage, limit=limit)


def webhook(webhook_id: str) -> Request[wire.Webhook]:
    """One webhook: what it is told, how far it is, and what waits."""
    return Request(path=_path(webhook_id), answer=wire.Webhook)


def add_webhook(new: wire.WebhookNew) -> Request[wire.WebhookMade]:
    """Have an address told of events; its secret is in this answer only. Needs the scope `write`."""
    return write("POST", "/v3/webhooks", new, wire.WebhookMade)


def change_webhook(webhook_id: str, change: wire.WebhookChange) -> Request[wire.Webhook]:
    """Change a webhook, pause it or switch it on again; what the change leaves out stays."""
    return write("PATCH", _path(webhook_id), change, wire.Webhook)


def remove_webhook(webhook_id: str) -> Request[None]:
    """Remove a webhook with its logs and dead letters."""
    return Request(method="DELETE", path=_path(webhook_id), answer=NoneType)


def rotate_webhook(
    webhook_id: str, *, overlap_seconds: int | None = None
) -> Request[wire.WebhookMade]:
    """Give a webhook a new secret, in this answer only; the old one signs beside it for a time."""
    return Request(
        method="POST",
        path=f"{_path(webhook_id)}/rotate",
        parameters=pairs({"overlap_seconds": overlap_seconds}),
        answer=wire.WebhookMade,
    )


def test_webhook(webhook_id: str) -> Request[wire.Delivery]:
    """Post `webhook.test` at once, and say what came of it."""
    return Request(method="POST", path=f"{_path(webhook_id)}/test", answer=wire.Delivery)


def replay_webhook(
    webhook_id: str,
    *,
    after_event: int | None = None,
    since: Instant | None = None,
    dead_letters: bool = False,
) -> Request[wire.ReplayBegun]:
    """Tell again what comes after an event or from an instant on, or the dead letters: one of them."""
    content = wire.ReplayAsked(
        after_event=after_event,
        since=None if since is None else instant_of("since", since),
        dead_letters=dead_letters,
    )
    return write("POST", f"{_path(webhook_id)}/replay", content, wire.ReplayBegun)


def webhook_deliveries(webhook_id: str, *, limit: int | None = None) -> Request[wire.DeliveryPage]:
    """Every attempt at a webhook that is kept, newest first."""
    return page(f"{_path(webhook_id)}/deliveries", wire.DeliveryPage, limit=limit)


def webhook_dead_letters(
    webhook_id: str, *, limit: int | None = None
) -> Request[wire.DeadLetterPage]:
    """Messages that were given up after their last attempt, newest first."""
    return page(f"{_path(webhook_id)}/dead-letters", wire.DeadLetterPage, limit=limit)


def _path(webhook_id: str) -> str:
    return f"/v3/webhooks/{part(webhook_id)}"
