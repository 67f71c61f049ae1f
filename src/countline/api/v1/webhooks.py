"""Version 1's webhooks: version 3's, spelt as version 1 spells."""

from litestar import Response
from litestar.params import JSONBody
from msgspec import structs

from countline.api.instants import instant_or_none
from countline.api.lists import next_link
from countline.api.parameters import Asking
from countline.api.request import ApiRequest
from countline.api.v3 import webhooks
from countline.api.v3.asking import PageAsking
from countline.engine.webhooks import KnownWebhook
from countline.wire import v1_webhooks as wire
from countline.wire import v3_webhooks


async def list_webhooks(request: ApiRequest[PageAsking]) -> Response[wire.WebhookPage]:
    """Webhooks by id, without their secrets; version 3 tells how far each is."""
    page, cursor = await webhooks.page_of_webhooks(request)
    told = wire.WebhookPage(data=[_told(request, one) for one in page], next=cursor)
    return Response(told, headers=next_link(request, cursor))


async def add_webhook(
    request: ApiRequest[Asking], data: JSONBody[wire.WebhookNew]
) -> Response[wire.WebhookMade]:
    """Have an address told of events, from now on. Its secret is in this answer and nowhere else."""
    wanted = v3_webhooks.WebhookNew(
        url=data.url,
        kinds=data.kinds,
        filter=v3_webhooks.WebhookFilter(**structs.asdict(data.filter)),
        name=data.name,
        state=data.state,
    )
    known, secret = await webhooks.make_webhook(request, wanted)
    webhook = known.webhook
    told = wire.WebhookMade(
        webhook_id=webhook.webhook_id,
        url=webhook.url,
        kinds=webhook.kinds,
        filter=_filter(known),
        secret=secret,
        state=known.progress.state,
        name=webhook.name,
        created_at=instant_or_none(webhook.created_s),
    )
    return Response(told, headers=webhooks.NO_STORE)


def _told(request: ApiRequest[PageAsking], known: KnownWebhook) -> wire.Webhook:
    webhook = known.webhook
    return wire.Webhook(
        webhook_id=webhook.webhook_id,
        url=webhooks.url_for(request, webhook.url),
        kinds=webhook.kinds,
        filter=_filter(known),
        state=known.progress.state,
        name=webhook.name,
        reason=known.progress.reason or None,
        created_at=instant_or_none(webhook.created_s or None),
    )


def _filter(known: KnownWebhook) -> wire.WebhookFilter:
    return wire.WebhookFilter(**structs.asdict(webhooks.filter_of(known.webhook)))
