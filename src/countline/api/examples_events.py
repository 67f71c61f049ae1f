"""Examples of what streams tell: each kind of event, and the beginning of a stream."""

from typing import Any

import msgspec

Json = dict[str, Any]

AT = "2023-10-01T08:01:00Z"
ZONE: Json = {"location_id": "LOC_NYC_05", "zone_id": 1, "as_of": AT}
SENSOR: Json = {"location_id": "LOC_NYC_05", "sensor_id": "SNSR_001"}
ROW: Json = {
    "sensor_id": "SNSR_001",
    "channel": "single/1000",
    "line_id": 1,
    "zone_id": None,
    "timestamp": "2023-10-01T08:00:00Z",
    "duration_seconds": 60,
    "values": {"forward": 3, "backward": 1},
    "coverage": 1.0,
    "revision": 205,
}
COUNTS: Json = {"revision": 205, "sequence": 412, "part": 1, "parts": 1, "rows": [ROW]}
AIR: Json = {
    **ZONE,
    "outdoor_air": 96.0,
    "design_outdoor_air": 240.0,
    "unit": "L/s",
    "population": 12,
    "mode": "occupied",
    "fallback": False,
    "setpoint": {"gives": "damper_position", "value": 40.0, "unit": "percent"},
    "sequence": 412,
}
SILENT: Json = {
    "code": "silent",
    "detail": "Nothing was heard since 07:31.",
    "since": "2023-10-01T07:31:00Z",
}
GAP: Json = {**SENSOR, "start": "2023-10-01T07:31:00Z", "end": "2023-10-01T07:58:00Z"}

DATA: dict[str, Json] = {
    "counts.recorded": {"location_id": "LOC_NYC_05", **COUNTS},
    "counts.revised": {"location_id": "LOC_NYC_05", "local_date": "2023-10-01", **COUNTS},
    "occupancy.changed": {
        **ZONE,
        "people": 13,
        "last_known": 13,
        "quality": "good",
        "in_today": 145,
        "out_today": 132,
        "sequence": 412,
    },
    "zone.occupied": {**ZONE, "people": 1, "sequence": 412},
    "zone.empty": {**ZONE, "people": 0, "sequence": 412},
    "capacity.reached": {
        **ZONE,
        "people": 40,
        "capacity": 40,
        "limit": 40,
        "light": "red",
        "sequence": 412,
    },
    "capacity.cleared": {
        **ZONE,
        "people": 35,
        "capacity": 40,
        "limit": 40,
        "light": "amber",
        "sequence": 412,
    },
    "ventilation.request": AIR,
    "ventilation.fallback": {**AIR, "outdoor_air": 240.0, "population": 30, "fallback": True},
    "sensor.discovered": {
        "vendor": "xovis",
        "serial": "00:6e:02:1a:2b:3c",
        "context": "single",
        "driver": "xovis_v5",
        "sequence": 412,
    },
    "sensor.silent": {**SENSOR, "health": "offline", "reasons": [SILENT], "sequence": 412},
    "sensor.back": {**SENSOR, "health": "healthy", "reasons": [], "sequence": 412},
    "sensor.degraded": {**SENSOR, "health": "degraded", "reasons": [SILENT], "sequence": 412},
    "sensor.config_changed": {
        **SENSOR,
        "origin": "device",
        "who": None,
        "what": "A line was moved.",
        "sequence": 412,
    },
    "gap.opened": {**GAP, "detail": "", "sequence": 412},
    "gap.healed": {**GAP, "detail": "All minutes were fetched.", "sequence": 412},
    "gap.permanent": {**GAP, "detail": "The device no longer has them.", "sequence": 412},
    "webhook.disabled": {
        "webhook_id": "wh_4d2f81",
        "host": "example.org",
        "reason": "example.org answered 410 Gone.",
        "sequence": 412,
    },
    "resync": {"reason": "forgotten", "after": 12, "sequence": 412},
    "heartbeat": {"sequence": 412},
}
"""The `data` of an example, by the `type` of its message."""

STREAM_ID = "412-1"


def example(kind: str) -> Json:
    """A message of a kind, as it is told."""
    return {"type": kind, "timestamp": AT, "data": DATA[kind]}


STREAM = (
    "retry: 2713\n"
    "id: 411\n"
    "\n"
    f"id: {STREAM_ID}\n"
    "event: counts.recorded\n"
    f"data: {msgspec.json.encode(example('counts.recorded')).decode()}\n"
    "\n"
    ":\n"
    "id: 412\n"
    "\n"
)
"""New numbers, and a heartbeat."""
