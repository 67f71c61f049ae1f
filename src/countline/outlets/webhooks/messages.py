"""The bodies a webhook posts, each small enough, and each with an id that a retry repeats."""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, NamedTuple

import msgspec

from countline.engine.telling import CountRow, Counts, CountsKind, Telling
from countline.limits import WEBHOOK_BODY_BYTES_MAX

ENVELOPE_BYTES_MAX = 500  # a location id has at most 64 characters, a number 19


def _told(text: str) -> msgspec.Meta:
    """What the reference page says of a field."""
    return msgspec.Meta(description=text)


Place = Annotated[int, _told("Place of its last event in the event log.")]


class RowBody(msgspec.Struct, frozen=True):
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


class CountsData(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The `data` of both counts messages."""

    location_id: Annotated[str, _told("The location that all rows are of.")]
    local_date: Annotated[
        date | None, _told("The civil day that all rows start in; only in `counts.revised`.")
    ] = None
    revision: Annotated[int, _told("The newest commit that is told here.")]
    sequence: Place
    part: Annotated[int, _told("Which part of a longer message this is, from 1.")]
    parts: Annotated[int, _told("How many parts there are.")]
    rows: Annotated[list[msgspec.Raw], _told("By start, sensor and channel.")]


class DiscoveredData(msgspec.Struct, frozen=True):
    """The `data` of `sensor.discovered`."""

    vendor: Annotated[str, _told("Who made the device.")]
    serial: Annotated[str, _told("Its serial number, in lower case.")]
    context: Annotated[str, _told("`single`, or which multisensor of it: `multi:1`.")]
    driver: Annotated[str, _told("The driver that read what it pushed.")]
    sequence: Place


class Body(msgspec.Struct, frozen=True):
    """What Standard Webhooks asks of every message."""

    type: CountsKind | Literal["sensor.discovered"]
    timestamp: str
    data: CountsData | DiscoveredData


class Message(NamedTuple):
    """One body to post, and the id under which it may come again."""

    id: str
    type: str
    body: bytes


def write_messages(telling: Telling, reader: str) -> list[Message]:
    """The messages of one telling, in order: one, or as many as its rows need."""
    if isinstance(telling, Counts):
        return _counts(telling, reader)
    data = DiscoveredData(
        telling.vendor, telling.serial, telling.context, telling.driver, telling.seq
    )
    body = Body("sensor.discovered", _instant(telling.at_ms // 1000), data)
    return [_message(body, reader, telling.seq)]


def _counts(told: Counts, reader: str) -> list[Message]:
    """A part's id names the place of its telling in the log, and its first and last row.

    It does not depend on values. If rows have been added since a crash, parts hold other rows, and
    then they have other ids, so that a receiver who drops ids that it knows never drops a row.
    """
    parts = list(_parts(told.rows))
    timestamp = _instant(told.at_ms // 1000)
    messages = []
    for number, (rows, written) in enumerate(parts, start=1):
        data = CountsData(
            location_id=told.location_id,
            local_date=told.local_date,
            revision=told.commit,
            sequence=told.seq,
            part=number,
            parts=len(parts),
            rows=[msgspec.Raw(row) for row in written],
        )
        body = Body(told.kind, timestamp, data)
        ends = (rows[0][:4], rows[-1][:4])
        messages.append(_message(body, reader, told.location_id, told.local_date, told.seq, *ends))
    return messages


def _parts(rows: Sequence[CountRow]) -> Iterator[tuple[list[CountRow], list[bytes]]]:
    """Rows with their JSON, as many together as fit into one body."""
    held: list[CountRow] = []
    written: list[bytes] = []
    room = WEBHOOK_BODY_BYTES_MAX - ENVELOPE_BYTES_MAX
    for row in rows:
        text = _row(row)
        if held and len(text) + 1 > room:
            yield held, written
            held, written, room = [], [], WEBHOOK_BODY_BYTES_MAX - ENVELOPE_BYTES_MAX
        held.append(row)
        written.append(text)
        room -= len(text) + 1
    if held:
        yield held, written


def _row(row: CountRow) -> bytes:
    return msgspec.json.encode(
        RowBody(
            sensor_id=row.sensor_id,
            channel=row.channel,
            line_id=row.line_id,
            zone_id=row.zone_id,
            timestamp=_instant(row.start_s),
            duration_seconds=row.length_s,
            values=dict(row.values),
            coverage=None if row.coverage is None else round(row.coverage, 4),
            revision=row.revision,
        )
    )


def _message(body: Body, reader: str, *key: Any) -> Message:
    digest = hashlib.sha256(repr((reader, body.type, *key)).encode()).digest()
    name = base64.b32encode(digest[:20]).decode().lower()
    return Message(f"msg_{name}", body.type, msgspec.json.encode(body))


def _instant(at_s: int) -> str:
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
