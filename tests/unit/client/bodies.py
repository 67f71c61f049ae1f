"""An answer as the server writes it, for tests of the clients."""

from typing import Any

ROW: dict[str, Any] = {
    "timestamp": "2023-10-01T08:00:00Z",
    "in": 145,
    "out": 132,
    "passby": 50,
    "occupancy": 13,
    "adjustment": {"reset": 0},
    "occupancy_max": 20,
    "occupancy_avg": 12.5,
    "occupancy_min": 0,
    "person_hours": 12.5,
    "coverage": 1.0,
    "reason": None,
    "final": True,
    "provisional": False,
    "revision": 1,
    "in_staff": None,
    "out_staff": None,
    "passby_source": "measured",
    "capture_rate": 0.74,
    "low_sample": False,
}
COUNTS: dict[str, Any] = {
    "sensor_id": "SNSR_001",
    "location_id": "LOC_NYC_05",
    "data": [ROW],
    "granularity": "1h",
    "series": "live",
    "time_zone": "America/New_York",
    "a_field_of_a_later_server": 1,
}
