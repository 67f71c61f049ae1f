"""The examples of health and diagnostics, of the building that the documentation shows."""

from typing import Any

Json = dict[str, Any]

BY_HEALTH: Json = {"healthy": 3, "degraded": 0, "offline": 0, "unknown": 0}
_LATE = "Its pushes come late: the last one 180 s after its minute had ended."
_LATE_REMEDY = (
    "Shorten the interval of its push agent, or look at the network if it should be shorter."
)
_SENSOR_HEALTH: Json = {
    "sensor_id": "SNSR_001",
    "health": "degraded",
    "reasons": [
        {
            "code": "push_late",
            "detail": f"{_LATE} {_LATE_REMEDY}",
            "since": "2026-03-02T14:40:00Z",
        }
    ],
    "last_push_at": "2026-03-02T15:04:03Z",
    "push_delay_s": 4.1,
    "clock_offset_s": 0.2,
    "uptime_s": 86405,
    "temperature_c": 48,
    "firmware": "5.6.2",
    "location_id": "LOC_NYC_05",
    "stale_after_s": 900,
    "reachable": True,
    "asked_at": "2026-03-02T15:02:11Z",
    "answered_at": "2026-03-02T15:02:11Z",
    "reboots": 1,
    "rebooted_at": "2026-03-01T15:04:00Z",
    "licences": [{"feature": "PISTE", "state": "enabled", "remaining_days": 211}],
    "agents": [
        {
            "agent_id": "1000",
            "name": "countline counts",
            "last_ok_at": "2026-03-02T15:04:03Z",
            "last_failed_at": None,
            "error": "",
            "cached": 0,
            "dropped": 0,
        }
    ],
    "tilt_degrees": 1.5,
    "height_m": 3.2,
    "illumination": "SUFFICIENT",
    "storage_percent": 12.5,
    "storage_oldest_at": "2026-01-01T00:00:00Z",
    "config_checksum": "5d41402abc4b2a76b9719d911017c592",
    "unmapped": ["single/1001"],
    "overlapped": 0,
}
_DIAGNOSIS: Json = {
    "subject": "sensor",
    "sensor_id": "SNSR_001",
    "location_id": "LOC_NYC_05",
    "part": None,
    "code": "push_late",
    "severity": "warning",
    "sentence": _LATE,
    "remedy": _LATE_REMEDY,
    "since": "2026-03-02T14:40:00Z",
    "evidence": {"delay_s": 180.0},
}

ANSWERS: dict[str, Json] = {
    "GET /v3/sensors/{sensor_id}/health": {"answer": _SENSOR_HEALTH},
    "GET /v3/locations/{location_id}/health": {
        "answer": {
            "location_id": "LOC_NYC_05",
            "health": "degraded",
            "sensors": {**BY_HEALTH, "healthy": 2, "degraded": 1},
            "data": [{**_SENSOR_HEALTH, "overlapped": None}],
        }
    },
    "GET /v3/health": {
        "answer": {
            "health": "healthy",
            "version": "0.1.0",
            "store": {
                "kind": "sqlite",
                "bytes": 123_000_000,
                "flush_ms": 0.2,
                "free_bytes": 48_000_000_000,
            },
            "followers": {"occupancy": {"lag_events": 0, "lag_s": 0.0}},
            "listeners": 0,
            "sensors": BY_HEALTH,
            "reasons": [],
        }
    },
    "GET /v3/compatibility": {
        "answer": {
            "firmwares": ["5.0", "5.3", "5.6", "5.9"],
            "data": [
                {
                    "operation": "geometry_limits",
                    "says": "read the limits of lines and zones",
                    "vendor": "xovis",
                    "method": "GET",
                    "path": "/api/v5{root}/scene/geometries/limits",
                    "since": "5.6.0",
                    "until": None,
                    "works": {"5.0": False, "5.3": False, "5.6": True, "5.9": True},
                }
            ],
        }
    },
    "GET /v3/diagnostics": {"page": {"data": [_DIAGNOSIS], "next": None}},
}
