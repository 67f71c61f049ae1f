"""Counts over time: `GET /v3/data/count`."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any

from litestar import Response
from msgspec import UNSET

from countline.api.figures import capture_rate, coverage_of
from countline.api.instants import whole_s
from countline.api.request import ApiRequest
from countline.api.sight import check_subject
from countline.api.table import stream_counts, wants_csv
from countline.api.v3.asking import CountAsking
from countline.model.ids import LocationId, SensorId, ZoneId
from countline.model.interval import Granularity
from countline.model.query import Answer, Asked, Group, Query, Row
from countline.wire import v3


async def count(
    request: ApiRequest[CountAsking],
) -> v3.CountAnswer | v3.GroupedCountAnswer | Response[Any]:
    """People counted in, out and passing by.

    Of a sensor, a zone, a zone at a sensor, or a whole location. `occupancy` is the number of people
    inside at the end of each bucket, carried on since the last anchor (the nightly reset, at 04:00
    local time by default): `occupancy before + in - out + adjustments`. Nothing known is `null` with
    its `reason`, never 0; a sum over partly covered time comes with its `coverage`.
    """
    asking = request.asked
    query = query_of(asking)
    check_subject(request, query.asked)
    if wants_csv(asking.format, request.header(b"accept")):
        return await stream_counts(request, query, asking.tz or UTC)
    answer = await request.engine.questions.answer(query, request.sight)
    return to_wire(answer, query, asking.tz or UTC)


def query_of(asking: CountAsking) -> Query:
    """The engine's question."""
    return Query(
        asked=Asked(
            sensor_id=None if asking.sensor_id is None else SensorId(asking.sensor_id),
            zone_id=None if asking.zone_id is None else ZoneId(asking.zone_id),
            location_id=None if asking.location_id is None else LocationId(asking.location_id),
        ),
        start_s=whole_s(asking.start_ts),
        end_s=whole_s(asking.end_ts),
        granularity=Granularity.parse(asking.granularity),
        series=asking.series,
        group_by=asking.group_by,
        fill=asking.fill,
        missing=asking.missing,
        min_coverage=asking.min_coverage,
        coarsen=asking.coarsen,
    )


def to_wire(answer: Answer, query: Query, zone: tzinfo) -> v3.CountAnswer | v3.GroupedCountAnswer:
    """The answer as callers see it; `zone` is the one that timestamps are written in."""
    told: dict[str, Any] = {
        "sensor_id": answer.asked.sensor_id,
        "location_id": answer.location_id,
        "boundary": UNSET if answer.boundary is None else answer.boundary,
        "zone_id": UNSET if answer.asked.zone_id is None else answer.asked.zone_id,
        "granularity": query.granularity.value,
        "granularity_effective": (
            UNSET if answer.granularity is query.granularity else answer.granularity.value
        ),
        "series": answer.series,
        "time_zone": answer.time_zone,
    }
    if query.group_by is None:
        return v3.CountAnswer(data=to_rows(answer.groups[0].rows, zone), **told)
    return v3.GroupedCountAnswer(data=[to_group(g, zone) for g in answer.groups], **told)


def to_group(group: Group, zone: tzinfo) -> v3.CountGroup:
    """One list of a grouped answer."""
    return v3.CountGroup(
        zone_id=UNSET if group.zone_id is None else group.zone_id,
        line_id=UNSET if group.line_id is None else group.line_id,
        data=to_rows(group.rows, zone),
    )


def to_rows(rows: Sequence[Row], zone: tzinfo) -> list[v3.CountRow]:
    """Rows with their timestamps written in a time zone."""
    at: Callable[..., datetime] = datetime.fromtimestamp
    return [to_row(row, at(row.start_s, zone)) for row in rows]


def to_row(row: Row, timestamp: datetime) -> v3.CountRow:
    """One bucket."""
    rate, low_sample = capture_rate(row)
    return v3.CountRow(
        timestamp=timestamp,
        ins=row.ins,
        outs=row.outs,
        passby=row.passby,
        occupancy=row.occupancy,
        adjustment=dict(row.adjustment),
        occupancy_max=row.occupancy_max,
        occupancy_avg=row.occupancy_avg,
        occupancy_min=row.occupancy_min,
        person_hours=row.person_hours,
        coverage=coverage_of(row),
        reason=row.reason,
        final=row.final,
        provisional=row.provisional,
        revision=row.revision,
        in_staff=row.in_staff,
        out_staff=row.out_staff,
        passby_source=row.passby_source,
        capture_rate=rate,
        low_sample=low_sample,
        local_date=UNSET if row.local_date is None else row.local_date,
        duration_seconds=UNSET if row.local_date is None else row.end_s - row.start_s,
    )
