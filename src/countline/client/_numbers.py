"""Operations on numbers: counts, and how many are there now, in both versions' forms."""

from dataclasses import replace
from typing import Any

from countline.client._answers import Counts, CurrentPeople, GatewayCounts, GroupedCounts, Live
from countline.client._requests import Instant, Request, page, pairs
from countline.wire import v1, v3


def count(
    *,
    start_ts: Instant,
    end_ts: Instant,
    sensor_id: str | None = None,
    zone_id: int | None = None,
    location_id: str | None = None,
    granularity: v3.Granularity | None = None,
    **more: Any,
) -> Request[Counts]:
    """People in, out and passing by, and occupancy, of one sensor, zone or location.

    `more` are further parameters of the API: `series`, `fill`, `missing`, `min_coverage`,
    `coarsen`, `tz`.
    """
    asked = {"sensor_id": sensor_id, "zone_id": zone_id, "location_id": location_id}
    times = {"start_ts": start_ts, "end_ts": end_ts, "granularity": granularity}
    return Request(path="/v3/data/count", parameters=pairs(asked | times | more), answer=Counts)


def count_grouped(
    *,
    group_by: str,
    start_ts: Instant,
    end_ts: Instant,
    sensor_id: str | None = None,
    zone_id: int | None = None,
    location_id: str | None = None,
    granularity: v3.Granularity | None = None,
    **more: Any,
) -> Request[GroupedCounts]:
    """As `count`, with a list for each `zone` or `line` of the subject."""
    whole = count(
        start_ts=start_ts,
        end_ts=end_ts,
        sensor_id=sensor_id,
        zone_id=zone_id,
        location_id=location_id,
        granularity=granularity,
        group_by=group_by,
        **more,
    )
    return Request(path=whole.path, parameters=whole.parameters, answer=GroupedCounts)


def live(
    *, sensor_id: str | None = None, zone_id: int | None = None, location_id: str | None = None
) -> Request[Live]:
    """How many people are there now."""
    asked = {"sensor_id": sensor_id, "zone_id": zone_id, "location_id": location_id}
    return Request(path="/v3/data/live", parameters=pairs(asked), answer=Live)


def current(location_id: str | None = None) -> Request[CurrentPeople]:
    """How many people are in each location and zone now, in the short form of version 1."""
    parameters = pairs({"locationId": location_id})
    return Request(path="/api/v1/occupancy/current", parameters=parameters, answer=CurrentPeople)


def hourly(
    *,
    start_ts: Instant,
    end_ts: Instant,
    sensor_id: str | None = None,
    zone_id: int | None = None,
    location_id: str | None = None,
) -> Request[GatewayCounts]:
    """In and out by hours, in the short form of version 1."""
    return _gateway("hourly", start_ts, end_ts, sensor_id, zone_id, location_id)


def daily(
    *,
    start_ts: Instant,
    end_ts: Instant,
    sensor_id: str | None = None,
    zone_id: int | None = None,
    location_id: str | None = None,
) -> Request[GatewayCounts]:
    """In and out by days, in the short form of version 1."""
    return _gateway("daily", start_ts, end_ts, sensor_id, zone_id, location_id)


def interval(
    *,
    granularity: v3.Granularity,
    start_ts: Instant,
    end_ts: Instant,
    sensor_id: str | None = None,
    zone_id: int | None = None,
    location_id: str | None = None,
) -> Request[GatewayCounts]:
    """In and out by a granularity of choice, in the short form of version 1."""
    asked = _gateway("interval", start_ts, end_ts, sensor_id, zone_id, location_id)
    return replace(asked, parameters=(*asked.parameters, ("granularity", granularity)))


def _gateway(
    name: str,
    start_ts: Instant,
    end_ts: Instant,
    sensor_id: str | None,
    zone_id: int | None,
    location_id: str | None,
) -> Request[GatewayCounts]:
    # Instants are checked under the names that the caller wrote, then sent under version 1's.
    times = dict(pairs({"start_ts": start_ts, "end_ts": end_ts}))
    asked = {
        "from": times["start_ts"],
        "to": times["end_ts"],
        "sensorId": sensor_id,
        "zoneId": zone_id,
        "locationId": location_id,
    }
    return Request(path=f"/api/v1/counts/{name}", parameters=pairs(asked), answer=GatewayCounts)


def counts_today(
    *, sensor_id: str | None = None, location_id: str | None = None, limit: int | None = None
) -> Request[v1.SensorCountAnswer]:
    """What each sensor has counted since its local day began, in the short form of version 1."""
    return page(
        "/api/v1/counts/current",
        v1.SensorCountAnswer,
        sensorId=sensor_id,
        locationId=location_id,
        limit=limit,
    )
