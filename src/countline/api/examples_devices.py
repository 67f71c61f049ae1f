"""The examples of operations that reach devices."""

from typing import Any

Json = dict[str, Any]

REPORT: Json = {
    "sensor_id": "SNSR_002",
    "location_id": "LOC_NYC_05",
    "address": "https://10.20.0.17:443",
    "vendor": "xovis",
    "serial": "00:6e:02:1a:2b:3d",
    "model": "PC2SE",
    "firmware": "5.6.2-a7dd1b1a78",
    "certificate": "6b1f0c2d7a4e93b85c0d1e2f3a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d",
    "push_url": "http://10.20.0.2:8080",
    "dry_run": False,
    "changed": True,
    "steps": [
        {
            "where": "device",
            "action": "create",
            "what": "connection 1000 (countline 10.20.0.2:8080)",
        },
        {"where": "device", "action": "create", "what": "agent 1000 (countline counts)"},
        {"where": "device", "action": "create", "what": "agent 1001 (countline events)"},
        {"where": "device", "action": "create", "what": "agent 1002 (countline status)"},
        {"where": "catalogue", "action": "create", "what": "sensor SNSR_002"},
        {
            "where": "catalogue",
            "action": "create",
            "what": "line 3 (Side door), counted by single/1000",
        },
    ],
    "connection_test": "OK",
    "history": {"oldest_at": "2026-01-31T00:00:00Z", "fresh": 86400, "duplicates": 0},
    "warnings": [],
}

_COUNTS = {
    "data": {"resolution": "ONE_MINUTE", "package_size": 60, "include_empty": True},
    "scheduler": {"type": "INTERVAL", "interval": "ONE_MINUTE"},
}
CONFIG: Json = {
    "sensor_id": "SNSR_001",
    "name": "Main door",
    "group": "Fifth Avenue",
    "time": {"time_zone": "America/New_York", "ntp_enabled": True, "ntp_servers": ["pool.ntp.org"]},
    "privacy_mode": 2,
    "geometries": [
        {"id": 1000, "name": "Main door", "kind": "line", "points": [[-1.1, 0.42], [1.25, 0.4]]}
    ],
    "logics": [
        {
            "id": 1000,
            "name": "Main door",
            "template": "XLT_LINE_IN_OUT_COUNT",
            "options": {"count_line_id": 1000},
        }
    ],
    "agents": [
        {
            "id": 1000,
            "name": "countline counts",
            "type": "LOGICS",
            "enabled": True,
            "connection": 1000,
            "config": _COUNTS,
            "ours": True,
        }
    ],
    "checksum": "5d41402abc4b2a76b9719d911017c592",
    "drift": [
        {"path": "api/v5/device/id/name", "before": "Main entrance", "after": "Main door"},
    ],
    "steps": [],
}
CHANGED: Json = {
    **CONFIG,
    "name": "North door",
    "drift": [],
    "steps": ["call it 'North door' of 'Fifth Avenue'"],
}
WANTED: Json = {
    name: CONFIG[name]
    for name in ("name", "group", "time", "privacy_mode", "geometries", "logics", "agents")
}
CHANGES: Json = {
    "data": [
        {
            "at": "2026-03-02T15:04:05Z",
            "who": "facility desk",
            "what": "call it 'North door' of 'Fifth Avenue'",
            "before": {"name": "Main door", "group": "Fifth Avenue"},
            "after": {"name": "North door", "group": "Fifth Avenue"},
        }
    ],
    "next": None,
}

ANSWERS: dict[str, Json] = {
    "POST /v3/sensors/adopt": {"answer": REPORT},
    "GET /v3/sensors/{sensor_id}/config": {"answer": CONFIG},
    "PUT /v3/sensors/{sensor_id}/config": {"answer": CHANGED},
    "PATCH /v3/sensors/{sensor_id}/config": {"answer": CHANGED},
    "GET /v3/sensors/{sensor_id}/config/changes": {"page": CHANGES},
    "GET /api/v1/sensors/{sensor_id}/config": {"answer": CONFIG},
}
SENT: dict[str, Json] = {
    "POST /v3/sensors/adopt": {
        "address": "https://10.20.0.17",
        "user": "admin",
        "password": "the_password_of_the_sensor",
        "sensor_id": "SNSR_002",
        "location_id": "LOC_NYC_05",
    },
    "PUT /v3/sensors/{sensor_id}/config": {**WANTED, "name": "North door"},
    "PATCH /v3/sensors/{sensor_id}/config": {"name": "North door"},
}
