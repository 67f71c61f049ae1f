"""Operations on what an operator says of how many people are in."""

from types import NoneType

from countline.client._requests import Instant, Request, instant_of, page, part, write
from countline.wire import v3_adjustments as wire


def adjust_zone(
    zone_id: int,
    *,
    reason: str,
    value: int | None = None,
    delta: int | None = None,
    at: Instant | None = None,
    idempotency_key: str | None = None,
) -> Request[wire.Adjustment]:
    """Say how many people are in a zone, or how many more than was counted, now or since `at`.

    Sent again with the same `idempotency_key` it changes nothing. Needs the scope `write`.
    """
    new = _new(reason, value, delta, at)
    return write("POST", _zone(zone_id), new, wire.Adjustment, idempotency_key=idempotency_key)


def zone_adjustments(zone_id: int, *, limit: int | None = None) -> Request[wire.AdjustmentPage]:
    """What was said of how many people are in a zone."""
    return page(_zone(zone_id), wire.AdjustmentPage, limit=limit)


def withdraw_zone_adjustment(zone_id: int, adjustment_id: int) -> Request[None]:
    """Take a word back. Needs the scope `write`."""
    path = f"{_zone(zone_id)}/{part(adjustment_id)}"
    return Request(method="DELETE", path=path, answer=NoneType)


def adjust_location(
    location_id: str,
    *,
    reason: str,
    value: int | None = None,
    delta: int | None = None,
    at: Instant | None = None,
    idempotency_key: str | None = None,
) -> Request[wire.Adjustment]:
    """The same of a whole location; its zones keep their own numbers. Needs the scope `write`."""
    new = _new(reason, value, delta, at)
    return write(
        "POST", _location(location_id), new, wire.Adjustment, idempotency_key=idempotency_key
    )


def location_adjustments(
    location_id: str, *, limit: int | None = None
) -> Request[wire.AdjustmentPage]:
    """What was said of how many people are in a whole location."""
    return page(_location(location_id), wire.AdjustmentPage, limit=limit)


def withdraw_location_adjustment(location_id: str, adjustment_id: int) -> Request[None]:
    """Take a word back. Needs the scope `write`."""
    path = f"{_location(location_id)}/{part(adjustment_id)}"
    return Request(method="DELETE", path=path, answer=NoneType)


def _new(
    reason: str, value: int | None, delta: int | None, at: Instant | None
) -> wire.AdjustmentNew:
    since = None if at is None else instant_of("at", at)
    return wire.AdjustmentNew(reason=reason, value=value, delta=delta, at=since)


def _zone(zone_id: int) -> str:
    return f"/v3/zones/{part(zone_id)}/occupancy/adjustments"


def _location(location_id: str) -> str:
    return f"/v3/locations/{part(location_id)}/occupancy/adjustments"
