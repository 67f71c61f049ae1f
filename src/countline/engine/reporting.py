"""Events that say all in themselves: what is told is written down with them, and never read anew."""

import msgspec

from countline.model.event import Event, EventKind
from countline.model.ids import LocationId, SensorNo
from countline.wire import Told


def fact(kind: EventKind, data: Told, *, at_s: int, sensor: SensorNo | None = None) -> Event:
    """The event whose message has this `data`; its place in the log is put in when it is told."""
    detail = msgspec.to_builtins(data)
    detail.pop("sequence", None)
    place = detail.get("location_id")
    return Event(
        kind=kind,
        location_id=None if place is None else LocationId(place),
        sensor=sensor,
        detail=detail,
        at_ms=at_s * 1000,
    )
