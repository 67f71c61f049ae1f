"""Version 1's counts: the same question as version 3's, told in fewer words."""

from datetime import UTC, datetime

from litestar import Response
from msgspec import UNSET

from countline.api.etags import etag_of, is_known
from countline.api.figures import coverage_of
from countline.api.instants import instant_or_none, whole_s
from countline.api.lists import next_link, page_of
from countline.api.request import ApiRequest
from countline.api.sight import check_subject, location_of, sees, sensor_of
from countline.api.v1.asking import (
    CountAsking,
    CurrentAsking,
    IntervalAsking,
    SensorCountAsking,
)
from countline.errors import NotFound
from countline.model.ids import LocationId, SensorId, ZoneId
from countline.model.interval import Granularity
from countline.model.query import Asked, Present, Query, Row
from countline.model.sensor import Sensor
from countline.wire import v1


async def hourly(request: ApiRequest[CountAsking]) -> v1.CountAnswer:
    """People counted in and out, hour by hour.

    Hours are local to the location. Nothing known is `null`, never 0; `coverage` says how much of the
    expected time there is data for.
    """
    return await _counts(request, Granularity.HOUR)


async def daily(request: ApiRequest[CountAsking]) -> v1.CountAnswer:
    """People counted in and out, day by day. Days are civil days of the location."""
    return await _counts(request, Granularity.DAY)


async def interval(request: ApiRequest[IntervalAsking]) -> v1.CountAnswer:
    """People counted in and out, in buckets of a chosen length."""
    return await _counts(request, Granularity.parse(request.asked.granularity))


async def _counts(
    request: ApiRequest[CountAsking] | ApiRequest[IntervalAsking], granularity: Granularity
) -> v1.CountAnswer:
    query = Query(
        asked=_asked(request),
        start_s=whole_s(request.asked.start_ts),
        end_s=whole_s(request.asked.end_ts),
        granularity=granularity,
        occupancy=False,
    )
    check_subject(request, query.asked)
    answer = await request.engine.questions.answer(query, request.sight)
    return v1.CountAnswer(data=[_row(row) for row in answer.groups[0].rows])


def _asked(request: ApiRequest[CountAsking] | ApiRequest[IntervalAsking]) -> Asked:
    """The subject; when none was named, the door has made sure that one location is in sight."""
    asking, sight = request.asked, request.sight
    if {asking.sensor_id, asking.zone_id, asking.location_id} == {None}:
        known = request.engine.desk.current().locations
        (only,) = [i for i in known if sees(sight, i)]
        return Asked(location_id=only)
    return Asked(
        sensor_id=None if asking.sensor_id is None else SensorId(asking.sensor_id),
        zone_id=None if asking.zone_id is None else ZoneId(asking.zone_id),
        location_id=None if asking.location_id is None else LocationId(asking.location_id),
    )


def _row(row: Row) -> v1.CountRow:
    return v1.CountRow(
        timestamp=datetime.fromtimestamp(row.start_s, UTC),
        ins=row.ins,
        outs=row.outs,
        coverage=coverage_of(row),
        local_date=UNSET if row.local_date is None else row.local_date,
    )


async def occupancy_current(
    request: ApiRequest[CurrentAsking],
) -> Response[v1.CurrentAnswer | None]:
    """How many people are there now.

    Each location in sight as a whole (`zone_id` null), followed by its zones. `current_people` is
    `null` when it is not known, never 0 for that. Poll it: with `If-None-Match` the answer is 304
    while nothing changes.
    """
    location_id = request.asked.location_id
    found = await request.engine.questions.current(
        None if location_id is None else LocationId(location_id), request.sight
    )
    told = v1.CurrentAnswer(data=[_current(now) for now in found])
    etag = etag_of(told)
    headers = {"ETag": etag}
    if is_known(etag, request.header(b"if-none-match")):
        return Response(None, status_code=304, headers=headers)
    return Response(told, headers=headers)


def _current(now: Present) -> v1.CurrentRow:
    return v1.CurrentRow(
        current_people=now.people,
        location_id=now.location_id,
        zone_id=now.zone_id,
        as_of=instant_or_none(now.as_of_s),
        low=now.low,
        high=now.high,
        quality=now.quality,
    )


async def counts_current(
    request: ApiRequest[SensorCountAsking],
) -> Response[v1.SensorCountAnswer]:
    """What each sensor has counted since the local day began, by sensor id."""
    asking = request.asked
    page, cursor = page_of(
        _sensors(request), place=lambda s: s.sensor_id, limit=asking.limit, cursor=asking.cursor
    )
    rows = [await _sensor_row(request, s) for s in page]
    told = v1.SensorCountAnswer(data=rows, next=cursor)
    return Response(told, headers=next_link(request, cursor))


def _sensors(request: ApiRequest[SensorCountAsking]) -> list[Sensor]:
    asking, sight = request.asked, request.sight
    if asking.sensor_id is not None:
        found = sensor_of(request, asking.sensor_id)
        if asking.location_id not in (None, found.location_id):
            raise NotFound(
                f"There is no sensor {asking.sensor_id!r} at {asking.location_id!r}.",
                code="sensor_not_found",
            )
        return [found]
    if asking.location_id is not None:
        location_of(request, asking.location_id)
    return [
        s
        for s in request.engine.desk.current().sensor_by_id.values()
        if sees(sight, s.location_id)
        and s.state == "adopted"
        and asking.location_id in (None, s.location_id)
    ]


async def _sensor_row(request: ApiRequest[SensorCountAsking], sensor: Sensor) -> v1.SensorCountRow:
    asked = Asked(sensor_id=sensor.sensor_id)
    (now,) = await request.engine.questions.present(asked, request.sight)
    return v1.SensorCountRow(
        timestamp=instant_or_none(now.as_of_s),
        sensor_id=sensor.sensor_id,
        ins=now.in_today,
        outs=now.out_today,
    )
