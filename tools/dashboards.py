"""The dashboards of deploy/grafana, built from short tables of panels."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

INFINITY = "yesoreyeram-infinity-datasource"
PROMETHEUS = "prometheus"
WIDTH = 24  # columns of Grafana's grid
FROM_TO = {"start_ts": "${__from:date:iso}", "end_ts": "${__to:date:iso}"}
HERE = {"location_id": "$location"}
ALL_OF_LOCATION = HERE | {"limit": "1000"}
ZONES = '{location_id=~"$location"}'

Panel = dict[str, Any]
Column = tuple[str, str, str]  # selector, what it is called, type


# -- panels ---------------------------------------------------------------------------------------
def panel(
    kind: str,
    title: str,
    targets: Sequence[Panel],
    *,
    width: int = 12,
    height: int = 8,
    unit: str = "",
    says: str = "",
    **options: Any,
) -> Panel:
    """One panel; where it stands is set when all are there."""
    defaults: Panel = {"noValue": "unknown"}
    if unit:
        defaults["unit"] = unit
    if kind == "timeseries":
        defaults["custom"] = {"spanNulls": False, "fillOpacity": 10}  # what is missing is a gap
    return {
        "type": kind,
        "title": title,
        "description": says,
        "datasource": targets[0]["datasource"],
        "targets": list(targets),
        "gridPos": {"w": width, "h": height},
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": options,
    }


def placed(panels: Iterable[Panel]) -> list[Panel]:
    """Panels from left to right, and below where they no longer fit."""
    found: list[Panel] = []
    x = y = row = 0
    for number, one in enumerate(panels, start=1):
        width, height = one["gridPos"]["w"], one["gridPos"]["h"]
        if x + width > WIDTH:
            x, y, row = 0, y + row, 0
        found.append({**one, "id": number, "gridPos": {"x": x, "y": y, "w": width, "h": height}})
        x, row = x + width, max(row, height)
    return found


def dashboard(
    uid: str, title: str, says: str, variables: list[Panel], panels: Iterable[Panel]
) -> str:
    """The JSON of a dashboard that can be imported or provisioned."""
    told = {
        "uid": uid,
        "title": title,
        "description": says,
        "tags": ["countline"],
        "schemaVersion": 39,
        "editable": True,
        "refresh": "1m",
        "time": {"from": "now-24h", "to": "now"},
        "timezone": "browser",
        "templating": {"list": variables},
        "panels": placed(panels),
    }
    return json.dumps(told, indent=2) + "\n"


def chosen_source(plugin: str) -> Panel:
    """The variable by which a dashboard finds its data source."""
    return {"name": "datasource", "label": "Data source", "type": "datasource", "query": plugin}


def source(plugin: str) -> Panel:
    return {"type": plugin, "uid": "${datasource}"}


# -- over the API ---------------------------------------------------------------------------------
def asked(path: str, params: dict[str, str], root: str, *columns: Column) -> Panel:
    """A request of the Infinity data source, below the address that the data source has."""
    return {
        "refId": "A",
        "datasource": source(INFINITY),
        "type": "json",
        "source": "url",
        "parser": "backend",
        "format": "table",
        "url": path,
        "url_options": {
            "method": "GET",
            "params": [{"key": key, "value": value} for key, value in params.items()],
        },
        "root_selector": root,
        "columns": [{"selector": s, "text": text, "type": kind} for s, text, kind in columns],
        "filters": [],
    }


def chosen(name: str, label: str, target: Panel) -> Panel:
    """A variable whose choices are the rows of a request."""
    return {
        "name": name,
        "label": label,
        "type": "query",
        "datasource": source(INFINITY),
        "query": {"queryType": "infinity", "query": "", "infinityQuery": target},
        "refresh": 1,
        "sort": 1,
    }


def live_stat(title: str, selector: str, of: dict[str, str], unit: str = "", **more: Any) -> Panel:
    """One value of who is there now."""
    kind = "string" if selector == "quality" else "number"
    target = asked("/v3/data/live", of, "data", (selector, title, kind))
    fields = "/.*/" if kind == "string" else ""
    shown = {"calcs": ["lastNotNull"], "fields": fields, "values": False}
    return panel("stat", title, [target], width=4, height=4, unit=unit, reduceOptions=shown, **more)


def over_time(title: str, of: dict[str, str], *columns: Column, **more: Any) -> Panel:
    params = of | FROM_TO | {"granularity": "$granularity", "coarsen": "true"}
    when = ("timestamp", "Time", "timestamp")
    return panel(
        "timeseries", title, [asked("/v3/data/count", params, "data", when, *columns)], **more
    )


def api_panels() -> list[Panel]:
    of_zone = {"zone_id": "$zone"}
    sensor = (
        ("sensor_id", "Sensor", "string"), ("name", "Name", "string"),
        ("health", "Health", "string"), ("last_push_at", "Last push", "timestamp"),
        ("model", "Model", "string"), ("firmware", "Firmware", "string"),
    )  # fmt: skip
    zone = (
        ("zone_id", "Zone", "number"), ("name", "Name", "string"),
        ("area_m2", "Area in m2", "number"), ("capacity", "Capacity", "number"),
    )  # fmt: skip
    reason = (
        ("code", "Code", "string"),
        ("detail", "Detail", "string"),
        ("since", "Since", "timestamp"),
    )
    return [
        live_stat("People now", "people", HERE),
        live_stat("In today", "in_today", HERE),
        live_stat("Out today", "out_today", HERE),
        live_stat("People in the zone", "people", of_zone),
        live_stat("Utilisation of the zone", "utilisation", of_zone, "percentunit"),
        live_stat("Quality of the zone", "quality", of_zone),
        over_time("In and out", HERE, ("in", "In", "number"), ("out", "Out", "number")),
        over_time("People inside", HERE, ("occupancy", "At the end", "number"), ("occupancy_max", "At most", "number")),
        over_time("People in the zone over time", of_zone, ("occupancy", "At the end", "number"), ("occupancy_avg", "On average", "number")),
        over_time("Passing by, and coming in", HERE, ("passby", "Passed by", "number"), ("capture_rate", "Share that came in", "number")),
        over_time("Coverage", HERE, ("coverage", "Share of time with data", "number"), unit="percentunit", says="Below 100 %, numbers above may be too small."),
        panel("table", "Zones", [asked("/v3/zones", ALL_OF_LOCATION, "data", *zone)]),
        panel("table", "Sensors", [asked("/v3/sensors", ALL_OF_LOCATION, "data", *sensor)]),
        panel("table", "What is wrong with the installation", [asked("/v3/health", {}, "reasons", *reason)]),
    ]  # fmt: skip


def api_dashboard() -> str:
    """deploy/grafana/countline-api.json."""
    location = asked("/v3/locations", {"limit": "1000"}, "data", ("name", "__text", "string"), ("location_id", "__value", "string"))  # fmt: skip
    zone = asked("/v3/zones", ALL_OF_LOCATION, "data", ("name", "__text", "string"), ("zone_id", "__value", "string"))  # fmt: skip
    granularity = {
        "name": "granularity",
        "label": "Granularity",
        "type": "custom",
        "query": "1m,15m,1h,1d",
        "current": {"text": "1h", "value": "1h"},
    }
    variables = [
        chosen_source(INFINITY),
        chosen("location", "Location", location),
        chosen("zone", "Zone", zone),
        granularity,
    ]
    says = "Counts as the API of countline answers them. What is not known is a gap, never 0."
    return dashboard("countline-api", "countline: counts", says, variables, api_panels())


# -- over metrics ---------------------------------------------------------------------------------
def query(expr: str, legend: str = "", *, ref: str = "A", now: bool = False) -> Panel:
    """A query of the Prometheus data source."""
    target = {
        "refId": ref,
        "datasource": source(PROMETHEUS),
        "expr": expr,
        "legendFormat": legend or "__auto",
        "instant": now,
        "range": not now,
    }
    return target | ({"format": "table"} if now else {})


def number(title: str, expr: str, unit: str = "", **more: Any) -> Panel:
    shown = {"calcs": ["lastNotNull"], "fields": "", "values": False}
    return panel(
        "stat", title, [query(expr)], width=4, height=4, unit=unit, reduceOptions=shown, **more
    )


def lines(title: str, expr: str, legend: str, unit: str = "", **more: Any) -> Panel:
    return panel("timeseries", title, [query(expr, legend)], unit=unit, **more)


def metrics_panels() -> list[Panel]:
    rate = "[$__rate_interval]"
    known = "Needs metrics.counts = true. A zone of which nothing is known has a gap."
    return [
        number("Troubles", "countline_troubles", says="0 is well; the table below names them."),
        number("Sensors that are not well", 'sum(countline_sensors{health=~"degraded|offline"})'),
        number("Silent sensors", "countline_gaps_open"),
        number("Streams open", "countline_streams_open"),
        number("Store", "countline_store_bytes", "bytes"),
        number("Disk free", "countline_disk_free_bytes / countline_disk_bytes", "percentunit"),
        lines("Pushes", f"sum by (driver, status) (rate(countline_pushes_total{rate}))", "{{driver}} {{status}}", "reqps", says="204 is on disk. 401: a wrong secret. 503: the disk refuses, or too much at once; sensors send again."),
        lines("Flush to disk", "countline_store_flush_seconds", "median", "s"),
        lines("Readers of events are behind", "countline_reader_lag_seconds", "{{reader}}", "s"),
        lines("Sensors by health", "countline_sensors", "{{health}}"),
        lines("Processor time", f"rate(process_cpu_seconds_total{rate})", "cores"),
        lines("Memory", "process_resident_memory_bytes", "resident", "bytes"),
        panel("table", "What is wrong", [query("countline_trouble == 1", now=True)], says="Each code is explained in the reference of diagnostics."),
        panel("table", "What runs", [query("countline_build_info", now=True)]),
        lines("People", f"countline_zone_people{ZONES}", "{{zone}}", says=known),
        lines("Utilisation", f"countline_zone_utilisation_ratio{ZONES}", "{{zone}}", "percentunit"),
        lines("In, each hour", f"sum by (zone) (increase(countline_zone_in_total{ZONES}[1h]))", "{{zone}}"),
        lines("Out, each hour", f"sum by (zone) (increase(countline_zone_out_total{ZONES}[1h]))", "{{zone}}"),
        lines("Outdoor air asked for", f"countline_zone_air_flow{ZONES}", "{{zone}} {{unit}}"),
        panel("table", "Zones of which little is known", [query('countline_zone_quality{location_id=~"$location", quality=~"poor|stale|unknown"} == 1', now=True)]),
    ]  # fmt: skip


def metrics_dashboard() -> str:
    """deploy/grafana/countline-metrics.json."""
    location = {
        "name": "location",
        "label": "Location",
        "type": "query",
        "datasource": source(PROMETHEUS),
        "query": "label_values(countline_zone_quality, location_id)",
        "includeAll": True,
        "multi": True,
        "allValue": ".*",
        "current": {"text": ["All"], "value": ["$__all"]},
        "refresh": 2,
    }
    variables = [chosen_source(PROMETHEUS), location]
    says = "How countline is, and what its zones count, as Prometheus has it from /metrics."
    return dashboard("countline-metrics", "countline: health", says, variables, metrics_panels())
