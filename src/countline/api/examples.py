"""The examples of the documents: one answer at least, and one body, for each operation.

They are of the building that the documentation shows; tests hold them against the schemas, and ask
each one.
"""

from typing import Any

import msgspec

from countline.api import (
    examples_devices,
    examples_health,
    examples_layouts,
    examples_places,
    examples_ventilation,
    examples_webhooks,
)
from countline.api.codes import CODES
from countline.errors import FieldError
from countline.wire.problem import FieldProblem, Problem

Json = dict[str, Any]

PATH_VALUES: dict[str, Any] = {
    "location_id": "LOC_NYC_05",
    "zone_id": 1,
    "line_id": 1,
    "layout_id": 1,
    "sensor_id": "SNSR_001",
    "key_id": "k_7f1c0de2a94b3e58",
    "webhook_id": examples_webhooks.WEBHOOK_ID,
    "adjustment_id": 1,
}


def _row(hour: int, ins: int, outs: int, passby: int, start: int, **more: Any) -> Json:
    end = start + ins - outs
    return {
        "timestamp": f"2023-10-01T{hour:02}:00:00Z",
        "in": ins,
        "out": outs,
        "passby": passby,
        "occupancy": end,
        "adjustment": {},
        "occupancy_max": end,
        "occupancy_avg": float(start),
        "occupancy_min": start,
        "person_hours": float(start),
        "coverage": 1.0,
        "reason": None,
        "final": True,
        "provisional": False,
        "revision": 2,
        "in_staff": None,
        "out_staff": None,
        "passby_source": "measured",
        "capture_rate": round(ins / (ins + passby), 4),
        "low_sample": False,
        **more,
    }


_HOURS = [_row(8, 145, 132, 50, 0), _row(9, 210, 195, 65, 13)]
_ABOUT = {"granularity": "1h", "series": "live", "time_zone": "America/New_York"}
_COUNTS = {
    "sensor_id": "SNSR_001",
    "location_id": "LOC_NYC_05",
    "data": _HOURS,
    "boundary": "partial",
    **_ABOUT,
}
_GROUPED = {
    "sensor_id": None,
    "location_id": "LOC_NYC_05",
    "data": [{"zone_id": 1, "data": _HOURS}],
    **_ABOUT,
}
_CSV = """\
timestamp,in,out,passby,occupancy,adjustment,occupancy_max,occupancy_avg,occupancy_min,person_hours,\
coverage,reason,final,provisional,revision,in_staff,out_staff,passby_source\r
2023-10-01T08:00:00Z,145,132,50,13,0,13,0.0,0,0.0,1.0,,true,false,2,,,measured\r
2023-10-01T09:00:00Z,210,195,65,28,0,28,13.0,13,13.0,1.0,,true,false,2,,,measured\r
"""
_LIVE = {
    "location_id": "LOC_NYC_05",
    "zone_id": 1,
    "sensor_id": None,
    "as_of": "2026-03-02T15:04:00Z",
    "people": 13,
    "low": None,
    "high": None,
    "quality": "good",
    "in_today": 145,
    "out_today": 132,
    "passby_today": 50,
    "density": 0.108,
    "capacity": 60,
    "utilisation": 0.217,
    "light": "green",
    "last_known": 13,
    "basis": "lines",
}
_CURRENT = {
    "current_people": 13,
    "location_id": "LOC_NYC_05",
    "zone_id": None,
    "as_of": "2026-03-02T15:04:00Z",
    "low": None,
    "high": None,
    "quality": "good",
}
_LOCATION = {
    "location_id": "LOC_NYC_05",
    "name": "Broadway",
    "time_zone": "America/New_York",
    "default_zone": 1,
    "day_start": "00:00",
    "resets": ["04:00"],
    "keep_attributes": False,
    "created_at": "2026-01-01T00:00:00Z",
    "opening": examples_places.OPENING,
    "absence_when_closed_s": 3600,
}
_ZONE = {
    "zone_id": 1,
    "location_id": "LOC_NYC_05",
    "parent_id": None,
    "name": "Shop floor",
    "area_m2": 120.0,
    "capacity": 60,
    "sensors": ["SNSR_001"],
    "category": None,
    "created_at": "2026-01-01T00:00:00Z",
    "amber_percent": 80,
    "red_percent": 100,
    "hysteresis_percent": 5,
    "opening": None,
    "absence_when_closed_s": None,
    "absence_after_s": 600,
    "fusion": "both",
    "covers": "whole",
}
_LINE = {
    "line_id": 1,
    "location_id": "LOC_NYC_05",
    "name": "Main door",
    "side_a": None,
    "side_b": 1,
    "role": "boundary",
    "frontage_of": None,
    "sources": [
        {
            "sensor_id": "SNSR_001",
            "channel": "single/1000",
            "invert": False,
            "order": 1,
            "valid_from": "2026-01-01T00:00:00Z",
            "valid_to": None,
        }
    ],
    "visitors_cross": "none",
}
_SENSOR = {
    "sensor_id": "SNSR_001",
    "location_id": "LOC_NYC_05",
    "name": "Main door",
    "state": "adopted",
    "vendor": "xovis",
    "serial": "00:6e:02:1a:2b:3c",
    "model": "PC2SE",
    "firmware": "5.6.2",
    "health": "healthy",
    "last_push_at": "2026-03-02T15:04:03Z",
    "zones": [1, 2],
    "lines": [1],
    "context": "single",
    "quiet": "gap",
    "counts_from": "auto",
    "created_at": "2026-01-01T00:00:00Z",
    "retired_at": None,
    "channels": [
        {
            "channel": "single/1000",
            "name": "Main door",
            "template": "XLT_LINE_IN_OUT_COUNT",
            "shape": "line",
            "measures": ["forward", "backward"],
            "lines": [1],
            "zones": [],
        },
        {
            "channel": "single/1001",
            "name": "Window",
            "template": "XLT_LINE_IN_OUT_COUNT",
            "shape": "line",
            "measures": ["forward", "backward"],
            "lines": [],
            "zones": [],
        },
    ],
    "unmapped": ["single/1001"],
}
_DISCOVERED = {
    **_SENSOR,
    "sensor_id": None,
    "location_id": None,
    "name": "",
    "state": "discovered",
    "serial": "00:6e:02:1a:2b:3d",
    "health": "unknown",
    "last_push_at": None,
    "zones": [],
    "lines": [],
    "quiet": None,
    "counts_from": None,
    "channels": [],
    "unmapped": [],
}
_KEY = {
    "key_id": "k_7f1c0de2a94b3e58",
    "name": "wall display",
    "scopes": ["read"],
    "locations": ["LOC_NYC_05"],
    "expires_at": None,
    "rate": {"quota": 600, "window_s": 60},
    "created_at": "2026-01-01T00:00:00Z",
    "withdrawn_at": None,
}


def _page(*rows: Json) -> Json:
    return {"page": {"data": list(rows), "next": None}}


def _one(told: Json) -> Json:
    return {"answer": told}


_V1_HOURS = {
    "data": [
        {"timestamp": "2025-01-01T00:00:00Z", "in": 12, "out": 8, "coverage": 1.0},
        {"timestamp": "2025-01-01T01:00:00Z", "in": 3, "out": 2, "coverage": 1.0},
    ]
}
_V1_DAYS = {
    "data": [
        {
            "timestamp": "2025-01-01T05:00:00Z",
            "in": 15,
            "out": 10,
            "coverage": 1.0,
            "local_date": "2025-01-01",
        }
    ]
}

# By operation, then by the name of the example.
ANSWERS: dict[str, Json] = {
    **examples_places.ANSWERS,
    "GET /v3/data/count": {"hours": _COUNTS, "by_zone": _GROUPED},
    "text/csv": {"table": _CSV},
    "GET /v3/data/live": _one({"data": [_LIVE]}),
    "GET /v3/locations": _page(_LOCATION),
    "POST /v3/locations": _one(_LOCATION),
    "GET /v3/locations/{location_id}": _one(_LOCATION),
    "PATCH /v3/locations/{location_id}": _one(_LOCATION),
    "GET /v3/zones": _page(_ZONE),
    "POST /v3/zones": _one(_ZONE),
    "GET /v3/zones/{zone_id}": _one(_ZONE),
    "PATCH /v3/zones/{zone_id}": _one(_ZONE),
    "GET /v3/lines": _page(_LINE),
    "POST /v3/lines": _one(_LINE),
    "GET /v3/lines/{line_id}": _one(_LINE),
    "PATCH /v3/lines/{line_id}": _one(_LINE),
    "GET /v3/sensors": _page(_SENSOR, _DISCOVERED),
    "POST /v3/sensors": _one(_SENSOR),
    "GET /v3/sensors/{sensor_id}": _one(_SENSOR),
    "PATCH /v3/sensors/{sensor_id}": _one(_SENSOR),
    "DELETE /v3/sensors/{sensor_id}": _one(
        {**_SENSOR, "state": "retired", "health": "unknown", "retired_at": "2026-03-02T15:05:00Z"}
    ),
    **examples_devices.ANSWERS,
    **examples_health.ANSWERS,
    **examples_layouts.ANSWERS,
    **examples_ventilation.ANSWERS,
    **examples_webhooks.ANSWERS,
    "GET /v3/keys": _page(_KEY),
    "POST /v3/keys": _one(
        {
            "key_id": "k_7f1c0de2a94b3e58",
            "key": "cl_... (only here)",
            **{k: v for k, v in _KEY.items() if k not in ("key_id", "withdrawn_at")},
        }
    ),
    "GET /v3/keys/{key_id}": _one(_KEY),
    "DELETE /v3/keys/{key_id}": _one({**_KEY, "withdrawn_at": "2026-03-02T15:05:00Z"}),
    "POST /v3/session": _one(
        {
            "key_id": "k_7f1c0de2a94b3e58",
            "name": "wall display",
            "scopes": ["read"],
            "locations": ["LOC_NYC_05"],
            "ends_at": "2026-03-03T03:04:00Z",
        }
    ),
    "GET /api/v1/counts/hourly": _one(_V1_HOURS),
    "GET /api/v1/counts/daily": _one(_V1_DAYS),
    "GET /api/v1/counts/interval": _one(_V1_HOURS),
    "GET /api/v1/counts/current": _one(
        {
            "data": [
                {"timestamp": "2026-03-02T15:04:00Z", "sensorId": "S12345", "in": 12, "out": 8}
            ],
            "next": None,
        }
    ),
    "GET /api/v1/occupancy/current": _one({"data": [_CURRENT, {**_CURRENT, "zone_id": 1}]}),
    "GET /api/v1/sensors": _page(_SENSOR),
    "GET /api/v1/devices": _page(_SENSOR),
    "GET /api/v1/zones": _page(_ZONE),
    "GET /api/v1/health": _one(
        {"health": "healthy", "version": "0.1.0", "sensors": examples_health.BY_HEALTH}
    ),
}

# What is sent: a body, or (where no body is sent) the optional parameters that the example shows.
SENT: dict[str, Json] = {
    **examples_places.SENT,
    **examples_devices.SENT,
    **examples_layouts.SENT,
    **examples_ventilation.SENT,
    **examples_webhooks.SENT,
    "GET /v3/data/count": {"sensor_id": "SNSR_001", "granularity": "1h"},
    "GET /v3/data/live": {"zone_id": 1},
    "GET /api/v1/counts/hourly": {"sensorId": "S12345"},
    "GET /api/v1/counts/daily": {"sensorId": "S12345"},
    "GET /api/v1/counts/interval": {"sensorId": "S12345"},
    "POST /v3/locations": {
        "location_id": "LOC_BOS_01",
        "name": "Boylston Street",
        "time_zone": "America/New_York",
    },
    "PATCH /v3/locations/{location_id}": {
        "opening": examples_places.OPENING_WANTED,
        "absence_when_closed_s": 3600,
    },
    "POST /v3/zones": {
        "location_id": "LOC_NYC_05",
        "name": "Fitting rooms",
        "parent_id": 1,
        "area_m2": 24.0,
        "capacity": 8,
    },
    "PATCH /v3/zones/{zone_id}": {"name": "Shop floor", "area_m2": 120.0, "capacity": 60},
    "POST /v3/lines": {
        "location_id": "LOC_NYC_05",
        "name": "Side door",
        "side_a": None,
        "side_b": 1,
    },
    "PATCH /v3/lines/{line_id}": {"name": "Main door"},
    "POST /v3/sensors": {
        "sensor_id": "SNSR_002",
        "location_id": "LOC_NYC_05",
        "serial": "00:6e:02:1a:2b:3d",
        "name": "Side door",
    },
    "PATCH /v3/sensors/{sensor_id}": {"name": "Main door"},
    "POST /v3/keys": {"name": "wall display", "locations": ["LOC_NYC_05"]},
}

_FIELDS = {
    "bad_query": FieldError(
        field="start_ts",
        code="naive_time",
        detail="'2023-10-27T00:00:00' has no offset, so it names no instant; write"
        " 2023-10-27T00:00:00Z for UTC, or 2023-10-27T00:00:00-04:00 for local time at LOC_NYC_05",
    ),
    "key_in_query": FieldError(
        field="api_key", code="unknown", detail="a key never goes into an address"
    ),
}


def problem_example(code: str, *, docs: str = "/errors") -> Json:
    """Problem details as an answer with this code looks like."""
    kind = CODES[code]
    fields = [_FIELDS[code]] if code in _FIELDS else []
    told = Problem(
        type=kind.type_uri or f"{docs}/{code}",
        title=kind.title,
        status=kind.status,
        detail=fields[0].detail if fields else kind.why,
        code=code,
        errors=[FieldProblem(field=e.field, code=e.code, detail=e.detail) for e in fields],
    )
    return dict(msgspec.to_builtins(told))
