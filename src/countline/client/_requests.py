"""Every operation, described once: what is sent, and what its answer is read as. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from urllib.parse import quote

import msgspec

from countline.client._answers import Counts, CurrentPeople, GatewayCounts, GroupedCounts, Live
from countline.errors import BadQuery, FieldError
from countline.wire import Sent, Told, v1, v3, v3_health
from countline.wire import v3_catalogue as catalogue

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Instant = datetime | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request(Generic[T_co]):
    """One HTTP request, and the type that its answer is read as; `bytes` are taken as they are."""

    method: str = "GET"
    path: str
    answer: type[T_co]
    parameters: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    media_type: str = "application/json"  # of the body

    def on(self, cursor: str) -> "Request[T_co]":
        """The same request for the page that a cursor stands for."""
        others = tuple(pair for pair in self.parameters if pair[0] != "cursor")
        return replace(self, parameters=(*others, ("cursor", cursor)))


# -- numbers --------------------------------------------------------------------------------------
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
    return Request(path="/v3/data/count", parameters=_pairs(asked | times | more), answer=Counts)


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
    return Request(path="/v3/data/live", parameters=_pairs(asked), answer=Live)


def current(location_id: str | None = None) -> Request[CurrentPeople]:
    """How many people are in each location and zone now, in the short form of version 1."""
    parameters = _pairs({"locationId": location_id})
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
    times = dict(_pairs({"start_ts": start_ts, "end_ts": end_ts}))
    asked = {
        "from": times["start_ts"],
        "to": times["end_ts"],
        "sensorId": sensor_id,
        "zoneId": zone_id,
        "locationId": location_id,
    }
    return Request(path=f"/api/v1/counts/{name}", parameters=_pairs(asked), answer=GatewayCounts)


def counts_today(
    *, sensor_id: str | None = None, location_id: str | None = None, limit: int | None = None
) -> Request[v1.SensorCountAnswer]:
    """What each sensor has counted since its local day began, in the short form of version 1."""
    return _page(
        "/api/v1/counts/current",
        v1.SensorCountAnswer,
        sensorId=sensor_id,
        locationId=location_id,
        limit=limit,
    )


# -- health ---------------------------------------------------------------------------------------
def health() -> Request[v3_health.SystemHealth]:
    """How the whole installation is."""
    return Request(path="/v3/health", answer=v3_health.SystemHealth)


def sensor_health(sensor_id: str) -> Request[v3_health.SensorHealth]:
    """How one sensor is, judged by its own rhythm."""
    return Request(path=f"/v3/sensors/{_part(sensor_id)}/health", answer=v3_health.SensorHealth)


def location_health(location_id: str) -> Request[v3_health.LocationHealth]:
    """How the sensors of a location are."""
    return Request(
        path=f"/v3/locations/{_part(location_id)}/health", answer=v3_health.LocationHealth
    )


def diagnostics(
    *,
    location_id: str | None = None,
    severity: v3_health.Severity | None = None,
    limit: int | None = None,
) -> Request[v3_health.DiagnosisPage]:
    """What is wrong and what to do, gravest first. Needs the scope `admin`.

    `severity` is the least grave that is told.
    """
    return _page(
        "/v3/diagnostics",
        v3_health.DiagnosisPage,
        location_id=location_id,
        severity=severity,
        limit=limit,
    )


def compatibility() -> Request[v3_health.Compatibility]:
    """What sensors can be asked for, and with which firmware."""
    return Request(path="/v3/compatibility", answer=v3_health.Compatibility)


# -- what there is --------------------------------------------------------------------------------
def locations(*, limit: int | None = None) -> Request[catalogue.LocationPage]:
    """Every location that the key sees, by id."""
    return _page("/v3/locations", catalogue.LocationPage, limit=limit)


def zones(
    *, location_id: str | None = None, limit: int | None = None
) -> Request[catalogue.ZonePage]:
    """Every zone, by id; of one location where it is named."""
    return _page("/v3/zones", catalogue.ZonePage, location_id=location_id, limit=limit)


def lines(
    *, location_id: str | None = None, limit: int | None = None
) -> Request[catalogue.LinePage]:
    """Every line, by id; of one location where it is named."""
    return _page("/v3/lines", catalogue.LinePage, location_id=location_id, limit=limit)


def sensors(
    *, location_id: str | None = None, limit: int | None = None
) -> Request[catalogue.SensorPage]:
    """Every sensor, by id, then discovered devices; of one location where it is named."""
    return _page("/v3/sensors", catalogue.SensorPage, location_id=location_id, limit=limit)


def keys(*, limit: int | None = None) -> Request[catalogue.KeyPage]:
    """Every key, by id, without its secret. Needs the scope `admin`."""
    return _page("/v3/keys", catalogue.KeyPage, limit=limit)


def _page(path: str, answer: type[T], **asked: Any) -> Request[T]:
    return Request(path=path, parameters=_pairs(asked), answer=answer)


def location(location_id: str) -> Request[catalogue.Location]:
    """One location."""
    return Request(path=f"/v3/locations/{_part(location_id)}", answer=catalogue.Location)


def zone(zone_id: int) -> Request[catalogue.Zone]:
    """One zone."""
    return Request(path=f"/v3/zones/{_part(zone_id)}", answer=catalogue.Zone)


def key(key_id: str) -> Request[catalogue.Key]:
    """One key, without its secret. Needs the scope `admin`."""
    return Request(path=f"/v3/keys/{_part(key_id)}", answer=catalogue.Key)


def line(line_id: int) -> Request[catalogue.Line]:
    """One line."""
    return Request(path=f"/v3/lines/{_part(line_id)}", answer=catalogue.Line)


def sensor(sensor_id: str) -> Request[catalogue.Sensor]:
    """One sensor."""
    return Request(path=f"/v3/sensors/{_part(sensor_id)}", answer=catalogue.Sensor)


# -- changes --------------------------------------------------------------------------------------
def add_location(new: catalogue.LocationNew) -> Request[catalogue.Location]:
    """Add a location; its default zone comes with it. Needs the scope `write`."""
    return _write("POST", "/v3/locations", new, catalogue.Location)


def change_location(
    location_id: str, change: catalogue.LocationChange
) -> Request[catalogue.Location]:
    """Change a location; what the change leaves out stays."""
    return _write("PATCH", f"/v3/locations/{_part(location_id)}", change, catalogue.Location)


def add_zone(new: catalogue.ZoneNew) -> Request[catalogue.Zone]:
    """Add a zone to a location. Needs the scope `write`."""
    return _write("POST", "/v3/zones", new, catalogue.Zone)


def change_zone(zone_id: int, change: catalogue.ZoneChange) -> Request[catalogue.Zone]:
    """Change a zone; what the change leaves out stays."""
    return _write("PATCH", f"/v3/zones/{_part(zone_id)}", change, catalogue.Zone)


def add_line(new: catalogue.LineNew) -> Request[catalogue.Line]:
    """Add a line with the channels that count it. Needs the scope `write`."""
    return _write("POST", "/v3/lines", new, catalogue.Line)


def change_line(line_id: int, change: catalogue.LineChange) -> Request[catalogue.Line]:
    """Change a line; what the change leaves out stays."""
    return _write("PATCH", f"/v3/lines/{_part(line_id)}", change, catalogue.Line)


def register_sensor(new: catalogue.SensorNew) -> Request[catalogue.Sensor]:
    """Register a sensor, or adopt a discovered device by its serial. Needs the scope `admin`."""
    return _write("POST", "/v3/sensors", new, catalogue.Sensor)


def change_sensor(sensor_id: str, change: catalogue.SensorChange) -> Request[catalogue.Sensor]:
    """Change a sensor; what the change leaves out stays."""
    return _write("PATCH", f"/v3/sensors/{_part(sensor_id)}", change, catalogue.Sensor)


def retire_sensor(sensor_id: str) -> Request[catalogue.Sensor]:
    """Retire a sensor for good; its numbers stay. Needs the scope `admin`."""
    path = f"/v3/sensors/{_part(sensor_id)}"
    return Request(method="DELETE", path=path, answer=catalogue.Sensor)


def create_key(new: catalogue.KeyNew) -> Request[catalogue.KeyMade]:
    """Make a key; its secret is in this answer only. Needs the scope `admin`."""
    return _write("POST", "/v3/keys", new, catalogue.KeyMade)


def withdraw_key(key_id: str) -> Request[catalogue.Key]:
    """End a key now. Needs the scope `admin`."""
    return Request(method="DELETE", path=f"/v3/keys/{_part(key_id)}", answer=catalogue.Key)


def _write(
    method: str, path: str, content: Sent | Told, answer: type[T], **more: Any
) -> Request[T]:
    """A request with a body; what the body's own type forbids is refused before it leaves."""
    body = msgspec.json.encode(content)
    try:
        msgspec.json.decode(body, type=type(content))
    except msgspec.ValidationError as error:
        detail, _, where = str(error).partition(" - at ")
        field = where.strip("`").removeprefix("$.")
        raise BadQuery(
            f"{field or 'body'}: {detail}", errors=(FieldError(field=field, detail=detail),)
        ) from error
    return Request(method=method, path=path, body=body, answer=answer, **more)


# -- texts ----------------------------------------------------------------------------------------
def _pairs(asked: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Parameters as they are sent; those that are None are left out."""
    return tuple((name, _text(name, value)) for name, value in asked.items() if value is not None)


def _text(name: str, value: Any) -> str:
    if name in ("start_ts", "end_ts"):
        return _instant(name, value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _instant(name: str, value: Instant) -> str:
    """An instant in UTC. One without time zone means another instant on every machine: refused."""
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError as error:
        detail = f"found {value!r}, expected an instant such as 2023-10-01T08:00:00Z"
        raise _refused(name, detail, "invalid") from error
    if at.utcoffset() is None:
        detail = (
            f"{at.isoformat()} has no time zone; give datetime(..., tzinfo=UTC)"
            " or tzinfo=ZoneInfo(...), or write Z or an offset after it"
        )
        raise _refused(name, detail, "naive_time")
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _refused(name: str, detail: str, code: str) -> BadQuery:
    return BadQuery(
        f"{name}: {detail}",
        code=code,
        errors=(FieldError(field=name, detail=detail, code=code),),
    )


def _part(value: str | int) -> str:
    """An id as one part of a path."""
    return quote(str(value), safe="")
