"""The examples of floor plans, of the building that the documentation shows."""

from typing import Any

Json = dict[str, Any]

_LAYOUT: Json = {
    "layout_id": 1,
    "location_id": "LOC_NYC_05",
    "name": "Ground floor",
    "floor": 0,
    "scale_m_per_px": 0.02,
    "origin_px": {"x": 40.0, "y": 560.0},
    "site": {"latitude_deg": 40.7223, "longitude_deg": -73.9987, "bearing_deg": 29.0},
    "image": {
        "media_type": "image/png",
        "bytes": 48_213,
        "sha256": "4e6b1f0e9d7c3a58b2f1640c8a97d3e5f0b2c4a6981d7e3f5c0a9b8d7e6f5a4c",
        "width_px": 800,
        "height_px": 600,
    },
    "zones": [1],
    "lines": [1],
    "sensors": ["SNSR_001"],
    "created_at": "2026-01-01T00:00:00Z",
}
_FEATURES: list[Json] = [
    {
        "type": "Feature",
        "id": "zone/1",
        "geometry": {
            "type": "Polygon",
            "coordinates": [[[0.0, 0.0], [14.5, 0.0], [14.5, 10.0], [0.0, 10.0], [0.0, 0.0]]],
        },
        "properties": {"kind": "zone", "id": 1, "name": "Shop floor"},
    },
    {
        "type": "Feature",
        "id": "line/1",
        "geometry": {"type": "LineString", "coordinates": [[6.0, 0.4], [8.4, 0.4]]},
        "properties": {"kind": "line", "id": 1, "name": "Main door"},
    },
    {
        "type": "Feature",
        "id": "sensor/SNSR_001",
        "geometry": {"type": "Point", "coordinates": [7.2, 0.9]},
        "properties": {
            "kind": "sensor",
            "id": "SNSR_001",
            "name": "Main door",
            "rotation_deg": 90.0,
            "height_m": 3.2,
        },
    },
]
_GEOMETRY: Json = {
    "type": "FeatureCollection",
    "coordinate_system": "metres",
    "layout_id": 1,
    "features": _FEATURES,
}

ANSWERS: dict[str, Json] = {
    "GET /v3/layouts": {"page": {"data": [_LAYOUT], "next": None}},
    "POST /v3/layouts": {
        "answer": {**_LAYOUT, "image": None, "zones": [], "lines": [], "sensors": []}
    },
    "GET /v3/layouts/{layout_id}": {"answer": _LAYOUT},
    "PATCH /v3/layouts/{layout_id}": {"answer": _LAYOUT},
    "PUT /v3/layouts/{layout_id}/image": {"answer": _LAYOUT},
    "GET /v3/layouts/{layout_id}/geometry": {"answer": _GEOMETRY},
    "PUT /v3/layouts/{layout_id}/geometry": {"answer": _GEOMETRY},
    "GET /api/v1/layouts": {"page": {"data": [_LAYOUT], "next": None}},
}
SENT: dict[str, Json] = {
    "POST /v3/layouts": {
        "location_id": "LOC_NYC_05",
        "name": "Ground floor",
        "floor": 0,
        "scale_m_per_px": 0.02,
        "origin_px": {"x": 40, "y": 560},
        "site": {"latitude_deg": 40.7223, "longitude_deg": -73.9987, "bearing_deg": 29},
    },
    "PATCH /v3/layouts/{layout_id}": {"scale_m_per_px": 0.02},
    "PUT /v3/layouts/{layout_id}/geometry": {"type": "FeatureCollection", "features": _FEATURES},
}
