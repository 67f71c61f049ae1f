"""The event log: one row per commit, which holds all events of it."""

from collections.abc import Sequence
from typing import Any

import zstandard

from countline.model.event import Event, EventKind
from countline.model.ids import LocationId, SensorNo
from countline.store.sqlite.cells import pack, unpack
from countline.store.sqlite.disk import Disk

# (kind, location id, sensor, start_s, end_s, detail, at_ms)
Line = tuple[
    EventKind,
    LocationId | None,
    SensorNo | None,
    int | None,
    int | None,
    dict[str, Any] | None,
    int,
]

SMALL_BYTES = 400  # not worth compressing


def line_of(event: Event) -> Line:
    """An event as it is kept; the store gives `seq` and `commit`."""
    return (
        event.kind, event.location_id, event.sensor, event.start_s, event.end_s,
        event.detail or None, event.at_ms,
    )  # fmt: skip


def append(disk: Disk, lines: Sequence[Line]) -> None:
    """Append events to the log."""
    if not lines:
        return
    last = disk.take_seqs(len(lines)) + len(lines) - 1
    body = pack(lines)
    if len(body) > SMALL_BYTES:
        body = zstandard.compress(body, 1)
    disk.run("event_insert", last, disk.take_commit(), max(line[-1] for line in lines), body)


def read(disk: Disk, after: int, limit: int) -> list[Event]:
    """Events with `seq > after`, ascending, at most `limit`."""
    events: list[Event] = []
    for last, commit, body in disk.each("events_after", after):
        lines = unpack(zstandard.decompress(body) if body[:4] == zstandard.FRAME_HEADER else body)
        for seq, line in enumerate(lines, start=last - len(lines) + 1):
            if seq > after and len(events) < limit:
                events.append(_event(seq, commit, line))
        if len(events) >= limit:
            break
    return events


def _event(seq: int, commit: int, line: Line) -> Event:
    kind, location_id, sensor, start_s, end_s, detail, at_ms = line
    return Event(
        kind=kind, location_id=location_id, sensor=sensor, start_s=start_s, end_s=end_s,
        detail=detail or {}, seq=seq, commit=commit, at_ms=at_ms,
    )  # fmt: skip
