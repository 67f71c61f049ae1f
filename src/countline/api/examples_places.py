"""The examples of opening hours and of adjustments, of the building that the documentation shows."""

from typing import Any

Json = dict[str, Any]

_SHOP: Json = {"opens": "09:00", "closes": "20:00"}
_WEEK: Json = {
    day: [_SHOP] for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
}
_EXCEPTIONS: list[Json] = [
    {
        "date": "2026-12-24",
        "hours": [{"opens": "09:00", "closes": "14:00"}],
        "name": "Christmas Eve",
    }
]
OPENING: Json = {
    "weekly": {**_WEEK, "sunday": []},
    "exceptions": _EXCEPTIONS,
    "holidays": {
        "country": "US",
        "region": "NY",
        "hours": [],
        "first_year": 2016,
        "last_year": 2046,
        "dates": [{"date": "2026-01-01", "name": "New Year's Day"}],
    },
    "changed_at": "2026-01-01T00:00:00Z",
}
OPENING_WANTED: Json = {
    "weekly": _WEEK,
    "exceptions": _EXCEPTIONS,
    "holidays": {"country": "US", "region": "NY"},
}
_VALUE: Json = {
    "adjustment_id": 1,
    "location_id": "LOC_NYC_05",
    "zone_id": 1,
    "at": "2026-03-02T15:04:00Z",
    "value": 13,
    "delta": None,
    "cause": "operator",
    "reason": "counted by hand",
    "who": "front desk",
    "told_at": "2026-03-02T15:04:12Z",
}
_DELTA: Json = {
    **_VALUE,
    "adjustment_id": 2,
    "value": None,
    "delta": -2,
    "reason": "two left by the goods door",
}
_WHOLE: Json = {**_VALUE, "adjustment_id": 3, "zone_id": None}
_OF_ZONE = "/v3/zones/{zone_id}/occupancy/adjustments"
_OF_LOCATION = "/v3/locations/{location_id}/occupancy/adjustments"

ANSWERS: dict[str, Json] = {
    f"GET {_OF_ZONE}": {"answer": {"data": [_VALUE, _DELTA], "next": None}},
    f"POST {_OF_ZONE}": {"answer": _VALUE},
    f"GET {_OF_LOCATION}": {"answer": {"data": [_WHOLE], "next": None}},
    f"POST {_OF_LOCATION}": {"answer": _WHOLE},
}
SENT: dict[str, Json] = {
    f"POST {_OF_ZONE}": {"value": 13, "reason": "counted by hand"},
    f"POST {_OF_LOCATION}": {"value": 13, "reason": "counted by hand"},
}
