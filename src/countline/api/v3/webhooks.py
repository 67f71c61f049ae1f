"""Webhooks: made, changed, tried, and looked at."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from litestar import Response
from litestar.params import FromPath, JSONBody

from countline.api.etags import check_unchanged, etag_of
from countline.api.instants import body_s, instant, instant_or_none
from countline.api.lists import next_link, page_of
from countline.api.parameters import Asking, bad_query
from countline.api.request import ApiRequest
from countline.api.v3.asking import PageAsking
from countline.api.v3.places import given
from countline.api.v3.webhook_asking import (
    RotateAsking,
    check_url,
    read_batch,
    read_filter,
    read_kinds,
)
from countline.engine.webhooks import KnownWebhook, in_sight
from countline.errors import FieldError
from countline.limits import WEBHOOK_EXCERPT_CHARS
from countline.model import webhook as model
from countline.wire import v3_webhooks as wire

NO_STORE = {"Cache-Control": "no-store"}


async def list_webhooks(request: ApiRequest[PageAsking]) -> Response[wire.WebhookPage]:
    """Webhooks by id, without their secrets, and how far each is.

    A key of some locations sees those that are told of no others.
    """
    page, cursor = await page_of_webhooks(request)
    told = wire.WebhookPage(data=[await _told(request, one) for one in page], next=cursor)
    return Response(told, headers=next_link(request, cursor))


async def page_of_webhooks(
    request: ApiRequest[PageAsking],
) -> tuple[list[KnownWebhook], str | None]:
    """Those of one page, and the cursor after them."""
    known = await request.webhooks.every()
    return page_of(
        (one for one in known if in_sight(one.webhook, request.sight)),
        place=lambda one: one.webhook.webhook_id,
        limit=request.asked.limit,
        cursor=request.asked.cursor,
    )


async def add_webhook(
    request: ApiRequest[Asking], data: JSONBody[wire.WebhookNew]
) -> Response[wire.WebhookMade]:
    """Have an address told of events, from now on. Its secret is in this answer and nowhere else.

    Messages are signed by Standard Webhooks, come in order, and again until they are taken.
    """
    return _tell_made(request, *await make_webhook(request, data))


async def make_webhook(
    request: ApiRequest[Asking], data: wire.WebhookNew
) -> tuple[KnownWebhook, str]:
    """Make it; gives its secret, too."""
    check_url(request, data.url)
    chosen = read_filter(request, data.filter)
    wanted = model.Webhook(
        webhook_id="",
        url=data.url,
        name=data.name,
        **chosen,
        **read_kinds(request, data.kinds, chosen["locations"]),
        **read_batch(data.batch),
    )
    return await request.webhooks.add(wanted, paused=data.state == "paused")


async def get_webhook(
    request: ApiRequest[Asking], webhook_id: FromPath[str]
) -> Response[wire.Webhook]:
    """One webhook, without its secret: what it is told, how far it is, and what waits."""
    return await _tell(request, await request.webhooks.one(webhook_id, request.sight))


async def change_webhook(
    request: ApiRequest[Asking], webhook_id: FromPath[str], data: JSONBody[wire.WebhookChange]
) -> Response[wire.Webhook]:
    """Change what a webhook is told and where, pause it, or switch it on again.

    What is left out stays. It goes on where it was, and a message that waits is tried at once.
    """
    old = await request.webhooks.one(webhook_id, request.sight)
    check_unchanged(_etag(old), request.header(b"if-match"))
    sent = given(data)
    changes: dict[str, Any] = {name: sent[name] for name in ("url", "name") if name in sent}
    if "url" in sent:
        check_url(request, sent["url"])
    locations: tuple[str, ...] = old.webhook.locations
    if "filter" in sent:
        changes |= read_filter(request, sent["filter"])
        locations = changes["locations"]
    if "kinds" in sent:
        changes |= read_kinds(request, sent["kinds"], locations)
    if "batch" in sent:
        changes |= read_batch(sent["batch"])
    return await _tell(
        request, await request.webhooks.change(webhook_id, changes, sent.get("state"))
    )


async def remove_webhook(request: ApiRequest[Asking], webhook_id: FromPath[str]) -> None:
    """Remove a webhook with its logs and dead letters; it is told nothing more."""
    old = await request.webhooks.one(webhook_id, request.sight)
    check_unchanged(_etag(old), request.header(b"if-match"))
    await request.webhooks.remove(webhook_id)


async def rotate_webhook(
    request: ApiRequest[RotateAsking], webhook_id: FromPath[str]
) -> Response[wire.WebhookMade]:
    """Give a webhook a new secret, which is in this answer and nowhere else.

    Until `old_secret_until` each message is signed by the old one, too.
    """
    await request.webhooks.one(webhook_id, request.sight)
    made = await request.webhooks.rotate(webhook_id, request.asked.overlap_seconds)
    return _tell_made(request, *made)


async def test_webhook(request: ApiRequest[Asking], webhook_id: FromPath[str]) -> wire.Delivery:
    """Post a message `webhook.test` at once, and tell what came of it.

    It is outside the order and has no `sequence`; paused and disabled webhooks can be tested, too.
    """
    await request.webhooks.one(webhook_id, request.sight)
    return _delivery(await request.webhooks.test(webhook_id))


async def replay_webhook(
    request: ApiRequest[Asking], webhook_id: FromPath[str], data: JSONBody[wire.ReplayAsked]
) -> wire.ReplayBegun:
    """Tell a webhook again what it was told: from a place in the log or an instant, or dead letters.

    Messages have the `webhook-id` that they had, the values of now, and a new `sequence`.
    """
    await request.webhooks.one(webhook_id, request.sight)
    asked = [data.after_event is not None, data.since is not None, data.dead_letters]
    if sum(asked) != 1:
        detail = "give exactly one of after_event, since, and dead_letters: true"
        raise bad_query([FieldError(field="after_event", detail=detail)])
    if data.dead_letters:
        begun = await request.webhooks.replay_letters(webhook_id)
    else:
        begun = await request.webhooks.replay(
            webhook_id,
            after_event=data.after_event,
            since_s=None if data.since is None else body_s("since", data.since),
        )
    return wire.ReplayBegun(
        webhook_id=webhook_id,
        after_event=begun.after_event,
        events=begun.events,
        dead_letters=begun.dead_letters,
    )


async def list_webhook_deliveries(
    request: ApiRequest[PageAsking], webhook_id: FromPath[str]
) -> Response[wire.DeliveryPage]:
    """Every attempt at a webhook, newest first: what was posted, and what was answered."""
    await request.webhooks.one(webhook_id, request.sight)
    page, cursor = page_of(
        await request.webhooks.deliveries(webhook_id),
        place=lambda one: -one.number,
        limit=request.asked.limit,
        cursor=request.asked.cursor,
    )
    told = wire.DeliveryPage(data=[_delivery(one) for one in page], next=cursor)
    return Response(told, headers=next_link(request, cursor))


async def list_webhook_dead_letters(
    request: ApiRequest[PageAsking], webhook_id: FromPath[str]
) -> Response[wire.DeadLetterPage]:
    """Messages that were given up after their last attempt, newest first.

    `POST /v3/webhooks/{webhook_id}/replay` with `{"dead_letters": true}` sends them again.
    """
    await request.webhooks.one(webhook_id, request.sight)
    page, cursor = page_of(
        await request.webhooks.letters(webhook_id),
        place=lambda one: -one.letter_id,
        limit=request.asked.limit,
        cursor=request.asked.cursor,
    )
    told = wire.DeadLetterPage(data=[_letter(one) for one in page], next=cursor)
    return Response(told, headers=next_link(request, cursor))


# -- as callers see it ----------------------------------------------------------------------------
def _etag(known: KnownWebhook) -> str:
    return etag_of(known.webhook, known.progress.state, known.progress.reason)


async def _tell(request: ApiRequest[Any], known: KnownWebhook) -> Response[wire.Webhook]:
    return Response(await _told(request, known), headers={"ETag": _etag(known)})


async def _told(request: ApiRequest[Any], known: KnownWebhook) -> wire.Webhook:
    webhook, progress = known.webhook, known.progress
    lag = await request.webhooks.lag(known)
    return wire.Webhook(
        webhook_id=webhook.webhook_id,
        url=url_for(request, webhook.url),
        kinds=webhook.kinds,
        filter=filter_of(webhook),
        state=progress.state,
        name=webhook.name,
        batch=_batch(webhook),
        reason=progress.reason or None,
        state_since=instant_or_none(progress.state_s),
        origin="settings" if known.fixed else "api",
        messages=progress.sequence,
        last_taken_at=instant_or_none(progress.taken_s),
        waiting=_waiting(progress),
        lag_events=lag.events,
        lag_s=round(lag.seconds, 1),
        old_secret_until=_old_secret_until(webhook),
        created_at=instant_or_none(webhook.created_s or None),
        changed_at=instant_or_none(webhook.changed_s or None),
    )


def _tell_made(
    request: ApiRequest[Any], known: KnownWebhook, secret: str
) -> Response[wire.WebhookMade]:
    webhook = known.webhook
    told = wire.WebhookMade(
        webhook_id=webhook.webhook_id,
        url=webhook.url,
        kinds=webhook.kinds,
        filter=filter_of(webhook),
        secret=secret,
        state=known.progress.state,
        name=webhook.name,
        batch=_batch(webhook),
        old_secret_until=_old_secret_until(webhook),
        created_at=instant_or_none(webhook.created_s or None),
    )
    return Response(told, headers={"ETag": _etag(known), **NO_STORE})


def url_for(request: ApiRequest[Any], url: str) -> str:
    """The address, or its host for who may not change webhooks: the rest may hold a secret."""
    if "write" in request.caller.scopes:
        return url
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}/..."


def filter_of(webhook: model.Webhook) -> wire.WebhookFilter:
    """What it is told of, as callers wrote it."""
    return wire.WebhookFilter(
        locations=webhook.locations,
        zones=webhook.zones,
        sensors=webhook.sensors,
        threshold=webhook.threshold,
        rate_seconds=webhook.rate_s,
    )


def _batch(webhook: model.Webhook) -> wire.WebhookBatch | None:
    if webhook.batch_items == 1:
        return None
    return wire.WebhookBatch(items=webhook.batch_items, wait_seconds=webhook.batch_wait_s)


def _old_secret_until(webhook: model.Webhook) -> datetime | None:
    return instant(webhook.old_until_s) if webhook.old_secret else None


def _waiting(progress: model.WebhookProgress) -> wire.WebhookWaiting | None:
    if not progress.attempts:
        return None
    return wire.WebhookWaiting(
        message_id=progress.message_id,
        type=progress.message_type,
        attempts=progress.attempts,
        first_attempt_at=instant(progress.first_attempt_s),
        next_attempt_at=instant(progress.next_try_s),
        detail=progress.error,
    )


def _delivery(one: model.WebhookDelivery) -> wire.Delivery:
    return wire.Delivery(
        delivery=one.number,
        at=instant(one.at_s),
        message_id=one.message_id,
        type=one.type,
        sequence=one.sequence,
        attempt=one.attempt,
        taken=one.taken,
        status=one.status,
        detail=one.detail,
        duration_ms=one.duration_ms,
        request=wire.DeliveryRequest(
            headers=one.headers, body_bytes=one.body_bytes, body_start=one.body_start
        ),
        answer_start=one.answer_start,
    )


def _letter(one: model.DeadLetter) -> wire.DeadLetter:
    return wire.DeadLetter(
        letter=one.letter_id,
        message_id=one.message_id,
        type=one.type,
        detail=one.detail,
        attempts=one.attempts,
        first_attempt_at=instant(one.first_attempt_s),
        given_up_at=instant(one.given_up_s),
        replaying=one.again,
        body_bytes=len(one.body),
        body_start=one.body.decode("utf-8", "replace")[:WEBHOOK_EXCERPT_CHARS],
    )
