"""Events as they happen, streamed."""

from collections.abc import Awaitable, Callable
from functools import partial

from countline.api.auth import find_cookie, find_secret
from countline.api.event_stream import EventStream
from countline.api.parameters import bad_query
from countline.api.readers import nearest
from countline.api.request import ApiRequest
from countline.api.sight import location_of, sensor_of, zone_of
from countline.api.v3.asking import EventsAsking
from countline.engine.access import digest_of
from countline.engine.filters import Filter
from countline.engine.streams import Listener
from countline.errors import FieldError
from countline.model.access import Key
from countline.model.event import TOLD_KINDS, EventKind


async def events(request: ApiRequest[EventsAsking]) -> EventStream:
    """New and corrected numbers as they come: server-sent events, in the shape that webhooks have.

    Each event has an `id`. A listener that comes back with the last one, in the header
    `Last-Event-ID` or as `last_event_id`, is told what came after it: nothing is lost, and nothing
    told twice. Where that cannot be, since the log has forgotten or never had it, the first event is
    `resync`: ask for the numbers anew, and go on from there. Drop ids that you know, keep for each
    row the greatest `revision`, and you have the numbers of the API.

    A comment comes every 15 seconds. A listener that takes nothing for 30 seconds is let go, and a
    stream ends within seconds of its key. `sensor.discovered` is for keys with the scope `admin` that
    see every location.
    """
    caller, still_allowed = _caller(request)
    listener = Listener(
        filter=_filter(request),
        key_id=request.caller.key_id,
        caller=caller,
        still_allowed=still_allowed,
    )
    last_id = request.header(b"last-event-id") or request.asked.last_event_id
    first = await request.streams.begin(listener, last_id)
    return EventStream(request.streams, listener, first)


def _caller(request: ApiRequest[EventsAsking]) -> tuple[str, Callable[[], Awaitable[Key]]]:
    """By what the caller was let in, and how to find out whether that still holds."""
    access, headers = request.engine.access, request.scope["headers"]
    secret, cookie = find_secret(headers), find_cookie(headers)
    if secret is None and cookie is not None:
        return digest_of(cookie).hex(), partial(access.session_key, cookie)
    return request.caller.key_id, partial(access.authenticate, secret or "")


def _filter(request: ApiRequest[EventsAsking]) -> Filter:
    asking, locations = request.asked, request.sight
    if asking.location_id is not None:
        locations = frozenset({location_of(request, asking.location_id).location_id})
    sensor = None if asking.sensor_id is None else sensor_of(request, asking.sensor_id)
    zone = None if asking.zone_id is None else zone_of(request, asking.zone_id)
    return Filter(
        kinds=_kinds(asking.kinds),
        locations=locations,
        sensor_id=None if sensor is None else sensor.sensor_id,
        zone_id=None if zone is None else zone.zone_id,
        discovered="admin" in request.caller.scopes
        and locations is None
        and sensor is None
        and zone is None,
    )


def _kinds(text: str | None) -> frozenset[EventKind]:
    if text is None:
        return frozenset(TOLD_KINDS)
    asked = [one.strip() for one in text.split(",")]
    for kind in asked:
        if kind not in TOLD_KINDS:
            detail = f"{kind[:64]!r} is no kind of event{nearest(kind, TOLD_KINDS)}"
            raise bad_query([FieldError(field="kinds", detail=detail)])
    return frozenset(kind for kind in TOLD_KINDS if kind in asked)
