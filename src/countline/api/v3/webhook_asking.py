"""What callers say of webhooks: checked, and turned into what is kept."""

from collections.abc import Iterable
from ipaddress import ip_address
from typing import Annotated, Any

import httpx2
from msgspec import Meta

from countline import limits
from countline.api.parameters import Asking, bad_query
from countline.api.request import ApiRequest
from countline.api.sight import location_of, sensor_of, zone_of
from countline.errors import FieldError, Impossible, NotAllowed
from countline.model.event import ToldKind
from countline.model.ids import LocationId
from countline.reach import reach
from countline.wire.v3_webhooks import WebhookBatch, WebhookFilter

DISCOVERED = "sensor.discovered"


class RotateAsking(Asking, frozen=True, kw_only=True):
    """How a secret is changed."""

    overlap_seconds: Annotated[
        int,
        Meta(
            ge=0,
            le=limits.WEBHOOK_OVERLAP_S_MAX,
            description="How long the secret before it signs, too. 0: a secret that leaked ends now.",
        ),
    ] = limits.WEBHOOK_OVERLAP_S


def check_url(request: ApiRequest[Any], url: str) -> None:
    """Refuse what is no address, shows a password, or is where webhooks may not go.

    A name is judged by what it leads to whenever it is connected to.
    """
    try:
        parts = httpx2.URL(url)
    except httpx2.InvalidURL:
        parts = httpx2.URL("")
    if parts.scheme not in ("http", "https") or not parts.host or parts.port == 0:
        raise _bad("url", "must be an address such as https://example.org/hook")
    if parts.userinfo:
        raise _bad("url", "holds a user or password; messages are signed, so leave that out")
    try:
        found = reach(ip_address(parts.host))
    except ValueError:
        return
    allowed = request.webhooks.allow_private
    if found == "never" or (found == "private" and not allowed):
        raise Impossible(
            f"{parts.host} is where webhooks may not go"
            + ("." if found == "never" else " unless the setting webhooks.allow_private says so."),
            code="webhook_address_refused",
        )


def read_filter(request: ApiRequest[Any], wanted: WebhookFilter) -> dict[str, Any]:
    """The fields of a filter as they are kept. A key of some locations gets those and no others.

    Raises `NotFound` for what is not there, or not in sight.
    """
    for location_id in wanted.locations:
        location_of(request, location_id)
    for zone_id in wanted.zones:
        zone_of(request, zone_id)
    for sensor_id in wanted.sensors:
        sensor_of(request, sensor_id)
    locations = wanted.locations or request.caller.locations
    return {
        "locations": tuple(LocationId(one) for one in unique(locations)),
        "zones": unique(wanted.zones),
        "sensors": unique(wanted.sensors),
        "threshold": wanted.threshold,
        "rate_s": wanted.rate_seconds,
    }


def read_kinds(
    request: ApiRequest[Any], kinds: Iterable[ToldKind], locations: Iterable[str]
) -> dict[str, Any]:
    """The kinds as they are kept, and whether devices that nobody registered are told.

    Those are in no location, and only who may adopt them hears of them.
    """
    wanted = unique(kinds)
    devices = "admin" in request.caller.scopes and not request.caller.locations
    if DISCOVERED in wanted and not devices:
        raise NotAllowed(
            f"{DISCOVERED} is told to those who can adopt devices: it needs a key with the scope"
            " 'admin' that sees every location.",
            code="scope_missing",
        )
    if DISCOVERED in wanted and list(locations):
        raise _bad("kinds", f"{DISCOVERED} is of no location: leave it out, or the filter")
    return {"kinds": wanted, "devices": devices}


def read_batch(batch: WebhookBatch | None) -> dict[str, Any]:
    """A batch as it is kept."""
    if batch is None:
        return {"batch_items": 1, "batch_wait_s": 0}
    return {"batch_items": batch.items, "batch_wait_s": batch.wait_seconds}


def unique(names: Iterable[Any]) -> tuple[Any, ...]:
    """Each of them once, in their order."""
    return tuple(dict.fromkeys(names))


def _bad(field: str, detail: str) -> Exception:
    return bad_query([FieldError(field=field, detail=detail)])
