"""What is told of events, by webhooks and streams alike: `{type, timestamp, data}`."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, get_args, get_type_hints

import msgspec

from countline.wire import Sent, Told

CountsKind = Literal["counts.recorded", "counts.revised"]
Lost = Literal["forgotten", "unknown"]


def _told(text: str) -> msgspec.Meta:
    """What the reference page says of a field."""
    return msgspec.Meta(description=text)


Place = Annotated[int, _told("Place of its last event in the event log.")]


class RowBody(Told, frozen=True, kw_only=True):
    """One channel's values over one bin."""

    sensor_id: Annotated[str, _told("The sensor that counted.")]
    channel: Annotated[str, _told("Which of its counting objects.")]
    line_id: Annotated[
        int | None, _told("The line it counts; null: none, or another source goes before it.")
    ]
    zone_id: Annotated[int | None, _told("The zone it measures.")]
    timestamp: Annotated[str, _told("Start of the bin, `YYYY-MM-DDTHH:MM:SSZ`.")]
    duration_seconds: Annotated[int, _told("Length of the bin.")]
    values: Annotated[
        dict[str, int | None],
        _told("By measure, in the line's direction; null: a better bin overlaps this one."),
    ]
    coverage: Annotated[float | None, _told("Seconds covered over seconds of the bin, 0 to 1.")]
    revision: Annotated[int, _told("The commit that last changed it; the greatest is the newest.")]


class CountsData(Told, frozen=True, kw_only=True, omit_defaults=True):
    """The `data` of both counts messages."""

    location_id: Annotated[str, _told("The location that all rows are of.")]
    local_date: Annotated[
        date | None, _told("The civil day that all rows start in; only in `counts.revised`.")
    ] = None
    revision: Annotated[int, _told("The newest commit that is told here.")]
    sequence: Place
    part: Annotated[int, _told("Which part of a longer message this is, from 1.")]
    parts: Annotated[int, _told("How many parts there are.")]
    rows: Annotated[list[RowBody], _told("By start, sensor and channel.")]


class DiscoveredData(Told, frozen=True, kw_only=True):
    """The `data` of `sensor.discovered`."""

    vendor: Annotated[str, _told("Who made the device.")]
    serial: Annotated[str, _told("Its serial number, in lower case.")]
    context: Annotated[str, _told("`single`, or which multisensor of it: `multi:1`.")]
    driver: Annotated[str, _told("The driver that read what it pushed.")]
    sequence: Place


class ResyncData(Told, frozen=True, kw_only=True):
    """The `data` of `resync`: events between `after` and `sequence` are not told here."""

    reason: Annotated[
        Lost,
        _told("`forgotten`: the log no longer holds them; `unknown`: no such id was given here."),
    ]
    after: Annotated[int | None, _told("Place of the last event that the listener had.")]
    sequence: Annotated[int, _told("Place in the event log from which the stream goes on.")]


class HeartbeatData(Told, frozen=True, kw_only=True):
    """The `data` of `heartbeat`."""

    sequence: Annotated[int, _told("Place in the event log that the listener has come to.")]


class CountsMessage(Told, frozen=True, kw_only=True):
    """New or corrected numbers."""

    type: CountsKind
    timestamp: str
    data: CountsData


class DiscoveredMessage(Told, frozen=True, kw_only=True):
    """A device that nobody knows has pushed."""

    type: Literal["sensor.discovered"]
    timestamp: str
    data: DiscoveredData


class ResyncMessage(Told, frozen=True, kw_only=True):
    """A stream cannot go on where it was left: ask the API anew, then go on from here."""

    type: Literal["resync"]
    timestamp: str
    data: ResyncData


class HeartbeatMessage(Told, frozen=True, kw_only=True):
    """A WebSocket is open, and this is where its listener is."""

    type: Literal["heartbeat"]
    timestamp: str
    data: HeartbeatData


class Authenticate(Sent, frozen=True, kw_only=True):
    """What a WebSocket that opened without a key sends first, and the only thing it may send."""

    authenticate: Annotated[str, _told("The key.")]


class OtherMessage(Told, frozen=True, kw_only=True):
    """A kind of event that this version of the client does not know."""

    type: str
    timestamp: str
    data: dict[str, Any]


Message = CountsMessage | DiscoveredMessage


def _by_type(*structs: type[Message]) -> dict[str, type[Message]]:
    return {kind: one for one in structs for kind in get_args(get_type_hints(one)["type"])}


MESSAGES: Mapping[str, type[Message]] = _by_type(*get_args(Message))
"""Which struct a message is, by its `type`."""
