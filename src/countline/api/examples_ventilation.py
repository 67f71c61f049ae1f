"""The examples of outdoor air, of the building that the documentation shows."""

from typing import Any

Json = dict[str, Any]

_MOVES: Json = {
    "hold_s": 600,
    "standby_after_s": 300,
    "ramp_percent": 10.0,
    "dead_band_people": 1,
    "dead_band_percent": 5.0,
}
_RATES: Json = {
    "system": "si",
    "category": "office",
    "people_rate": 2.5,
    "area_rate": 0.3,
    "area": 120.0,
    "effectiveness": 1.0,
    "design_population": 60,
    "design_outdoor_air": 186.0,
}
_CURVE: Json = {
    "gives": "setpoint_offset",
    "unit": "K",
    "points": [{"density": 0.1, "value": 0.0}, {"density": 0.5, "value": -1.5}],
}
_SETTINGS: Json = {
    "zone_id": 1,
    "location_id": "LOC_NYC_05",
    **_RATES,
    "edition": "62.1-2016",
    "standby_allowed": True,
    **_MOVES,
    "curve": _CURVE,
    "changed_at": "2026-03-02T15:04:00Z",
}
_DEMAND: Json = {
    "zone_id": 1,
    "location_id": "LOC_NYC_05",
    "as_of": "2026-03-02T15:04:00Z",
    "population": 15,
    "outdoor_air_l_s": 73.5,
    "outdoor_air_cfm": None,
    "mode": "occupied",
    "reliability": "noFaultDetected",
    "setpoint": {"gives": "setpoint_offset", "value": -0.094, "unit": "K", "density": 0.125},
    "reason": [
        {
            "code": "follows_people",
            "detail": "13 people are counted, and 50 crossings since the last anchor: there are 14.6"
            " at most, taken as 15.",
        }
    ],
    "inputs": {
        "people": 13,
        "quality": "good",
        "crossings": 50,
        "high": 14.64,
        "wanted": 15,
        "held": 15,
        "empty_s": 0,
        "needed": 73.5,
        **_RATES,
        **_MOVES,
    },
    "rule": "62.1-2016",
}
_SUMS: Json = {
    "hours": 10.0,
    "hours_below_design": 9.5,
    "hours_standby": 0.0,
    "hours_fallback": 0.0,
    "outdoor_air_not_moved_m3": 3400.2,
    "outdoor_air_not_moved_ft3": None,
    "outdoor_air_moved_m3": 3295.8,
    "outdoor_air_moved_ft3": None,
    "least": 36.0,
    "greatest": 186.0,
}
_OFFICE: Json = {
    "category": "office",
    "title": "Office space",
    "people_rate_l_s": 2.5,
    "area_rate_l_s_m2": 0.3,
    "people_rate_cfm": 5.0,
    "area_rate_cfm_ft2": 0.06,
    "density": 5.0,
    "standby_allowed": True,
}

ANSWERS: dict[str, Json] = {
    "GET /v3/zones/{zone_id}/demand": {
        "follows": _DEMAND,
        "silent": {
            **_DEMAND,
            "as_of": "2026-03-02T15:20:00Z",
            "population": 60,
            "outdoor_air_l_s": 186.0,
            "reliability": "communicationFailure",
            "setpoint": {"gives": "setpoint_offset", "value": -1.5, "unit": "K", "density": 0.5},
            "reason": [
                {
                    "code": "unknown",
                    "detail": "Nobody knows how many people are there: the zone's sensors give no"
                    " counts; the request is for the design population, 60.",
                }
            ],
            "inputs": {
                **_DEMAND["inputs"],
                "people": None,
                "quality": "unknown",
                "high": None,
                "wanted": 60,
                "held": 60,
                "needed": 186.0,
            },
        },
    },
    "GET /v3/zones/{zone_id}/ventilation": {"answer": _SETTINGS},
    "PUT /v3/zones/{zone_id}/ventilation": {"answer": _SETTINGS},
    "GET /v3/zones/{zone_id}/ventilation/preview": {
        "answer": {
            "zone_id": 1,
            "location_id": "LOC_NYC_05",
            "system": "si",
            "design_outdoor_air": 186.0,
            "total": _SUMS,
            "data": [{**_SUMS, "local_date": "2025-12-01"}],
            "rule": "62.1-2016",
        }
    },
    "GET /v3/ventilation/categories": {"answer": {"edition": "62.1-2016", "data": [_OFFICE]}},
}

SENT: dict[str, Json] = {
    "PUT /v3/zones/{zone_id}/ventilation": {
        "category": "office",
        "area": 120.0,
        "design_population": 60,
        "curve": _CURVE,
    },
}
