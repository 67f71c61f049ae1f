"""Tellings as the JSON documents that leave the house, each small enough for every way out."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, cast

import msgspec

from countline.engine.telling import CountRow, Counts, Discovered, Fact, Telling
from countline.limits import WEBHOOK_BODY_BYTES_MAX
from countline.wire.events import (
    CountsData,
    CountsMessage,
    DiscoveredData,
    DiscoveredMessage,
    RowBody,
)

ENVELOPE_BYTES_MAX = 500  # a location id has at most 64 characters, a number 19

RowPlace = tuple[int, str, str, int]  # start, sensor, channel, length: what rows are ordered by


class Document(NamedTuple):
    """One `{type, timestamp, data}`, and the places of its first and last row, if it has rows."""

    type: str
    body: bytes
    first: RowPlace | None = None
    last: RowPlace | None = None


def write_documents(telling: Telling) -> list[Document]:
    """The documents of one telling, in order: one, or as many as its rows need."""
    if isinstance(telling, Counts):
        return _counts(telling)
    return [_fact(telling) if isinstance(telling, Fact) else _discovered(telling)]


def place_of(row: CountRow) -> RowPlace:
    """What rows of a telling are ordered by."""
    return row.start_s, row.sensor_id, row.channel, row.length_s


def write_instant(at_s: int) -> str:
    """An instant, as documents have it."""
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def write_instant_or_none(at_s: int | None) -> str | None:
    """The same; None stays None."""
    return None if at_s is None else write_instant(at_s)


def _discovered(telling: Discovered) -> Document:
    data = DiscoveredData(
        vendor=telling.vendor,
        serial=telling.serial,
        context=telling.context,
        driver=telling.driver,
        sequence=telling.seq,
    )
    message = DiscoveredMessage(
        type="sensor.discovered", timestamp=write_instant(telling.at_ms // 1000), data=data
    )
    return Document(message.type, msgspec.json.encode(message))


def _fact(telling: Fact) -> Document:
    message = {
        "type": telling.kind,
        "timestamp": write_instant(telling.at_ms // 1000),
        "data": {**telling.detail, "sequence": telling.seq},
    }
    return Document(telling.kind, msgspec.json.encode(message))


def _counts(told: Counts) -> list[Document]:
    parts = list(_parts(told.rows))
    timestamp = write_instant(told.at_ms // 1000)
    documents = []
    for number, (rows, written) in enumerate(parts, start=1):
        data = CountsData(
            location_id=told.location_id,
            local_date=told.local_date,
            revision=told.commit,
            sequence=told.seq,
            part=number,
            parts=len(parts),
            rows=cast(Any, [msgspec.Raw(row) for row in written]),
        )
        message = CountsMessage(type=told.kind, timestamp=timestamp, data=data)
        body = msgspec.json.encode(message)
        documents.append(Document(told.kind, body, place_of(rows[0]), place_of(rows[-1])))
    return documents


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
            timestamp=write_instant(row.start_s),
            duration_seconds=row.length_s,
            values=dict(row.values),
            coverage=None if row.coverage is None else round(row.coverage, 4),
            revision=row.revision,
        )
    )
