"""The examples of webhooks: one address that is told of two rooms, and what came of it."""

from typing import Any

Json = dict[str, Any]

WEBHOOK_ID = "wh_5b1c0de2a94b3e58"
_URL = "https://hooks.example.org/countline"
_FILTER: Json = {"zones": [1], "threshold": 50, "rate_seconds": 60}
_MADE: Json = {
    "webhook_id": WEBHOOK_ID,
    "url": _URL,
    "kinds": ["occupancy.changed"],
    "filter": {},
    "secret": "whsec_... (only here)",
    "state": "active",
    "name": "",
    "batch": None,
    "old_secret_until": None,
    "created_at": "2026-01-01T00:00:00Z",
}
_WEBHOOK: Json = {
    "webhook_id": WEBHOOK_ID,
    "url": _URL,
    "kinds": ["occupancy.changed"],
    "filter": _FILTER,
    "state": "active",
    "name": "Guards",
    "batch": None,
    "reason": None,
    "state_since": None,
    "origin": "api",
    "messages": 1204,
    "last_taken_at": "2026-03-02T15:04:03Z",
    "waiting": None,
    "lag_events": 0,
    "lag_s": 0.0,
    "old_secret_until": None,
    "created_at": "2026-01-01T00:00:00Z",
    "changed_at": "2026-01-01T00:00:00Z",
}
_FAILING: Json = {
    **_WEBHOOK,
    "waiting": {
        "message_id": "msg_5ggk2vhwz4s7c3ke",
        "type": "occupancy.changed",
        "attempts": 2,
        "first_attempt_at": "2026-03-02T15:04:03Z",
        "next_attempt_at": "2026-03-02T15:09:14Z",
        "detail": "answered 503",
    },
    "lag_events": 17,
    "lag_s": 75.2,
}
_BODY = (
    '{"type":"occupancy.changed","timestamp":"2026-03-02T15:04:02Z","data":{"location_id":'
    '"LOC_NYC_05","zone_id":1,"people":61,"sequence":41207},"sequence":1204}'
)
_TEST_BODY = (
    '{"type":"webhook.test","timestamp":"2026-03-02T15:04:02Z","data":{"webhook_id":'
    f'"{WEBHOOK_ID}"}}}}'
)
_DELIVERY: Json = {
    "delivery": 1210,
    "at": "2026-03-02T15:04:03Z",
    "message_id": "msg_5ggk2vhwz4s7c3ke",
    "type": "occupancy.changed",
    "sequence": 1204,
    "attempt": 1,
    "taken": True,
    "status": 204,
    "detail": "",
    "duration_ms": 38,
    "request": {
        "headers": {
            "webhook-id": "msg_5ggk2vhwz4s7c3ke",
            "webhook-timestamp": "1772463843",
            "content-type": "application/json",
            "user-agent": "countline/0.1.0",
        },
        "body_bytes": len(_BODY),
        "body_start": _BODY,
    },
    "answer_start": "",
}
_TEST: Json = {
    **_DELIVERY,
    "type": "webhook.test",
    "sequence": None,
    "request": {**_DELIVERY["request"], "body_bytes": len(_TEST_BODY), "body_start": _TEST_BODY},
}
_LETTER: Json = {
    "letter": 3,
    "message_id": "msg_5ggk2vhwz4s7c3ke",
    "type": "occupancy.changed",
    "detail": "answered 500",
    "attempts": 10,
    "first_attempt_at": "2026-03-02T15:04:03Z",
    "given_up_at": "2026-03-05T18:39:38Z",
    "replaying": False,
    "body_bytes": len(_BODY),
    "body_start": _BODY,
}
_V1_MADE: Json = {
    "webhookId": WEBHOOK_ID,
    "url": _URL,
    "kinds": ["occupancy.changed"],
    "filter": {},
    "secret": "whsec_... (only here)",
    "state": "active",
    "name": "",
    "createdAt": "2026-01-01T00:00:00Z",
}
_V1: Json = {
    **{name: value for name, value in _V1_MADE.items() if name not in ("secret", "createdAt")},
    "filter": {"zones": [1], "threshold": 50, "rateSeconds": 60},
    "reason": None,
    "createdAt": "2026-01-01T00:00:00Z",
}

ANSWERS: dict[str, Json] = {
    "GET /v3/webhooks": {"page": {"data": [_WEBHOOK], "next": None}},
    "POST /v3/webhooks": {"answer": _MADE},
    "GET /v3/webhooks/{webhook_id}": {
        "well": _WEBHOOK,
        "failing": _FAILING,
        "disabled": {
            **_FAILING,
            "state": "disabled",
            "reason": "it answered 410 Gone",
            "state_since": "2026-03-02T15:09:14Z",
            "waiting": None,
        },
    },
    "PATCH /v3/webhooks/{webhook_id}": {"answer": _WEBHOOK},
    "POST /v3/webhooks/{webhook_id}/rotate": {
        "answer": {**_MADE, "old_secret_until": "2026-03-03T15:04:03Z"}
    },
    "POST /v3/webhooks/{webhook_id}/test": {
        "taken": _TEST,
        "refused": {
            **_TEST,
            "taken": False,
            "status": None,
            "detail": "no answer within 20 s",
            "duration_ms": 20_001,
        },
    },
    "POST /v3/webhooks/{webhook_id}/replay": {
        "answer": {
            "webhook_id": WEBHOOK_ID,
            "after_event": 0,
            "events": 41207,
            "dead_letters": 0,
        }
    },
    "GET /v3/webhooks/{webhook_id}/deliveries": {"page": {"data": [_DELIVERY], "next": None}},
    "GET /v3/webhooks/{webhook_id}/dead-letters": {"page": {"data": [_LETTER], "next": None}},
    "GET /api/v1/webhooks": {"page": {"data": [_V1], "next": None}},
    "POST /api/v1/webhooks": {"answer": _V1_MADE},
}

SENT: dict[str, Json] = {
    "POST /v3/webhooks": {"url": _URL, "kinds": ["occupancy.changed"]},
    "PATCH /v3/webhooks/{webhook_id}": {"name": "Guards", "filter": _FILTER},
    "POST /v3/webhooks/{webhook_id}/replay": {"after_event": 0},
    "POST /api/v1/webhooks": {"url": _URL, "kinds": ["occupancy.changed"]},
}
