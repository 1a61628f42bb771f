"""The examples of the reference about events and webhooks: a bank's core system that hears of final decisions."""

from __future__ import annotations

from typing import Any

_WEBHOOK = "whk_01KB3A7T5W8Y1A4C7E0G3J6M9P"
_EVENT = "evt_01KB3AC9K2N5Q8T1W4Y7B0D3F6"
_DECISION = "dec_01KB39Z1A4D7G0K3N6R9T2W5Y8"
_WORKFLOW = "retail-banking"

EVENT: dict[str, Any] = {
    "id": _EVENT,
    "sequence": 4_711,
    "type": "decision.final",
    "timestamp": "2026-11-21T09:04:12.345Z",
    "data": {
        "decision": _DECISION,
        "case": "case_01KB39Z1A5S8V1Y4B7D0F3H6K9",
        "workflow": _WORKFLOW,
        "outcome": "allow",
    },
}
EVENTS: dict[str, Any] = {"items": [EVENT], "next": "4711", "more": False}
EVENT_TYPES: dict[str, Any] = {
    "items": [
        {
            "type": "decision.created",
            "says": "A decision was made, or waits for a person.",
            "data": [
                {
                    "name": "decision",
                    "says": "Id of the decision.",
                    "always": True,
                    "json_schema": {"type": "string"},
                }
            ],
        }
    ],
    "groups": ["decision.*", "case.*"],
}
WEBHOOK: dict[str, Any] = {
    "id": _WEBHOOK,
    "name": "core banking",
    "url": "https://core.example.com/signoff",
    "types": ["case.*", "decision.final"],
    "workflows": [_WORKFLOW],
    "state": "active",
    "paused": None,
    "failing_since": None,
    "waiting": 0,
    "dead": 1,
    "oldest_waiting": None,
    "last_delivered": "2026-11-21T09:04:12.501Z",
    "secrets": [{"created_at": "2026-11-20T08:00:00.000Z", "created_by": "ben", "ends_at": None}],
    "created_at": "2026-11-20T08:00:00.000Z",
    "created_by": "ben",
}
NEW_WEBHOOK: dict[str, Any] = {
    **WEBHOOK,
    "dead": 0,
    "last_delivered": None,
    "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=",
}
PAUSED: dict[str, Any] = {
    **WEBHOOK,
    "state": "paused",
    "paused": {"by": "ben", "at": "2026-11-21T09:10:00.000Z", "why": "asked"},
}
WEBHOOKS: dict[str, Any] = {"items": [WEBHOOK]}
DELIVERY: dict[str, Any] = {
    "event": _EVENT,
    "sequence": 4_711,
    "type": "decision.final",
    "line": _DECISION,
    "at": "2026-11-21T09:04:12.345Z",
    "state": "waiting",
    "attempts": 2,
    "due_at": "2026-11-21T09:04:49.000Z",
    "under_way": False,
    "status": 503,
    "trouble": "status",
    "tried_at": "2026-11-21T09:04:18.000Z",
    "milliseconds": 41,
    "resent_by": None,
}
DELIVERIES: dict[str, Any] = {"items": [DELIVERY], "next": None}
TESTED: dict[str, Any] = {
    "event": "evt_01KB3ACH5M8P1R4T7W0Y3A6C9E",
    "delivered": False,
    "status": None,
    "trouble": "refused_address",
    "detail": "core.example.com leads to 10.1.2.3, which is not a public address",
    "milliseconds": 3,
}
RESENT: dict[str, Any] = {"count": 12}

REQUESTS: dict[str, Any] = {
    "WebhookCreation": {
        "name": "core banking",
        "url": "https://core.example.com/signoff",
        "types": ["decision.final", "case.*"],
        "workflows": [_WORKFLOW],
    },
    "WebhookChange": {"name": None, "url": None, "types": ["decision.*"], "workflows": None},
    "Rotation": {"keep_hours": 24.0},
    "Resending": {"delivered": False, "since": "2026-11-21T00:00:00Z"},
}
