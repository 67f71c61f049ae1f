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
            "what": "connection 1000 (countline 10.20.0.2:8080 to http://10.20.0.2/push/xovis_v5)",
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

ANSWERS: dict[str, Json] = {"POST /v3/sensors/adopt": {"answer": REPORT}}
SENT: dict[str, Json] = {
    "POST /v3/sensors/adopt": {
        "address": "https://10.20.0.17",
        "user": "admin",
        "password": "the device's password",
        "sensor_id": "SNSR_002",
        "location_id": "LOC_NYC_05",
    }
}
