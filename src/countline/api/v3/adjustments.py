"""An operator's word on how many people are in: given, listed, withdrawn."""

from typing import Any

from litestar import Response
from litestar.params import FromPath, JSONBody

from countline.api.instants import body_s, instant
from countline.api.lists import next_link, page_of
from countline.api.parameters import Asking
from countline.api.request import ApiRequest
from countline.api.sight import location_of, zone_of
from countline.api.v3.asking import PageAsking
from countline.engine.adjusting import Said, adjustments_of
from countline.errors import BadQuery, FieldError
from countline.model.place import Anchor
from countline.model.query import Asked
from countline.wire import v3_adjustments as wire

TOKEN_MAX = 255


# -- of a zone ------------------------------------------------------------------------------------
async def adjust_zone(
    request: ApiRequest[Asking], zone_id: FromPath[int], data: JSONBody[wire.AdjustmentNew]
) -> wire.Adjustment:
    """Say how many people are in a zone, or by how many the count is off; now, or at a past moment.

    A value said again within one minute replaces the first. Every delta counts: send it with an
    `Idempotency-Key` header, and sending it again changes nothing.
    """
    zone = zone_of(request, zone_id)
    return await _adjust(request, Asked(zone_id=zone.zone_id), data)


async def list_zone_adjustments(
    request: ApiRequest[PageAsking], zone_id: FromPath[int]
) -> Response[wire.AdjustmentPage]:
    """What was said of how many people are in a zone."""
    return _list(request, Asked(zone_id=zone_of(request, zone_id).zone_id))


async def withdraw_zone_adjustment(
    request: ApiRequest[Asking], zone_id: FromPath[int], adjustment_id: FromPath[int]
) -> None:
    """Take a word back: people are counted as if nobody had said it."""
    asked = Asked(zone_id=zone_of(request, zone_id).zone_id)
    await request.engine.desk.withdraw(asked, adjustment_id)


# -- of a whole location --------------------------------------------------------------------------
async def adjust_location(
    request: ApiRequest[Asking], location_id: FromPath[str], data: JSONBody[wire.AdjustmentNew]
) -> wire.Adjustment:
    """Say how many people are in a whole location, or by how many the count is off.

    Its zones keep their own numbers.
    """
    location = location_of(request, location_id)
    return await _adjust(request, Asked(location_id=location.location_id), data)


async def list_location_adjustments(
    request: ApiRequest[PageAsking], location_id: FromPath[str]
) -> Response[wire.AdjustmentPage]:
    """What was said of how many people are in a whole location."""
    return _list(request, Asked(location_id=location_of(request, location_id).location_id))


async def withdraw_location_adjustment(
    request: ApiRequest[Asking], location_id: FromPath[str], adjustment_id: FromPath[int]
) -> None:
    """Take a word back: people are counted as if nobody had said it."""
    asked = Asked(location_id=location_of(request, location_id).location_id)
    await request.engine.desk.withdraw(asked, adjustment_id)


# -- both -----------------------------------------------------------------------------------------
async def _adjust(
    request: ApiRequest[Any], asked: Asked, data: wire.AdjustmentNew
) -> wire.Adjustment:
    said = Said(
        value=data.value,
        delta=data.delta,
        at_s=None if data.at is None else body_s("at", data.at),
        reason=data.reason,
        who=request.caller.name,
        token=_token(request),
    )
    return adjustment(await request.engine.desk.adjust(asked, said))


def _token(request: ApiRequest[Any]) -> str:
    token = request.header(b"idempotency-key") or ""
    if len(token) > TOKEN_MAX:
        detail = f"has {len(token)} characters; {TOKEN_MAX} are enough"
        field = "Idempotency-Key"
        raise BadQuery(f"{field}: {detail}", errors=(FieldError(field=field, detail=detail),))
    return token.strip('"')


def _list(request: ApiRequest[PageAsking], asked: Asked) -> Response[wire.AdjustmentPage]:
    page, cursor = page_of(
        adjustments_of(request.engine.desk.current(), asked),
        place=lambda one: one.anchor_id,
        limit=request.asked.limit,
        cursor=request.asked.cursor,
    )
    told = wire.AdjustmentPage(data=[adjustment(one) for one in page], next=cursor)
    return Response(told, headers=next_link(request, cursor))


def adjustment(known: Anchor) -> wire.Adjustment:
    """What was said, as callers see it."""
    return wire.Adjustment(
        adjustment_id=known.anchor_id,
        location_id=known.location_id,
        zone_id=known.zone_id,
        at=instant(known.at_s),
        value=None if known.is_delta else known.value,
        delta=known.value if known.is_delta else None,
        cause=known.cause,
        reason=known.reason,
        who=known.who,
        told_at=instant(known.told_s),
    )
