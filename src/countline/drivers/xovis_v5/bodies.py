"""Bodies of `live_data` with persons and events in them, as a real sensor pushes them.

`encode` writes what we understand of a body; these functions write what we throw away on purpose.
They are for emulators, and for tests that no person's trace is kept.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from countline.drivers.reading import Decoded
from countline.drivers.xovis_v5.encode import head


class TrackedObject(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A person, or a group's shadow, in metres from below the sensor; the third is the height."""

    track_id: int
    type: str = msgspec.field(default="PERSON")
    position: tuple[float, float, float]
    attributes: dict[str, Any] = {}


class LiveEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened in a frame. Category: SCENE, COUNT or INFO."""

    category: str
    type: str
    attributes: dict[str, Any]


class LiveFrame(msgspec.Struct, frozen=True, kw_only=True):
    """One image of the sensor: every 80 ms while somebody is there."""

    framenumber: int
    time: int  # ms since the epoch
    frametype: str = "FULL"
    illumination: str = "SUFFICIENT"
    tracked_objects: Sequence[TrackedObject] = ()
    events: Sequence[LiveEvent] = ()


def live_body(package: Decoded, frames: Sequence[LiveFrame]) -> bytes:
    """A `live_data` body; of `package` only the head counts: device, agent, sequence."""
    return msgspec.json.encode({"live_data": head(package) | {"frames": frames}})


def count_event(
    *,
    track_id: int,
    logic_id: int,
    logic_name: str,
    counter_id: int,
    counter_name: str,
    counter_value: int,
    kind: str = "COUNT_INCREMENT",
) -> LiveEvent:
    """A counter moved; `counter_value` is its total since the last reset, after the event."""
    return LiveEvent(
        category="COUNT",
        type=kind,
        attributes={
            "track_id": track_id,
            "logic_id": logic_id,
            "logic_name": logic_name,
            "counter_id": counter_id,
            "counter_name": counter_name,
            "counter_value": counter_value,
        },
    )


def crossing_event(
    *, track_id: int, geometry_id: int, geometry_name: str, kind: str, sequence_number: int = 0
) -> LiveEvent:
    """Somebody crossed a line (`LINE_CROSS_FORWARD`) or the edge of a zone (`ZONE_ENTRY`)."""
    return LiveEvent(
        category="SCENE",
        type=kind,
        attributes={
            "track_id": track_id,
            "sequence_number": sequence_number,
            "geometry_id": geometry_id,
            "geometry_type": "LINE" if kind.startswith("LINE") else "ZONE",
            "geometry_name": geometry_name,
        },
    )
