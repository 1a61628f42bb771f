"""The examples of the reference about a team and cases whose answer is known."""

from __future__ import annotations

from typing import Any

from service.api.examples import CASE_ID, DECISION_ID

_QUEUE = "retail-banking"
_RIGHT: dict[str, Any] = {"decided": 18, "correct": 16, "share": 0.8889, "interval": [0.6529, 0.9862]}
_AGREED: dict[str, Any] = {"pairs": 41, "agreed": 37, "kappa": 0.8412, "interval": [0.6907, 0.9917]}
TEAM: dict[str, Any] = {
    "since": "2026-11-07T09:00:00.000Z",
    "until": "2026-11-21T09:00:00.000Z",
    "queues": [
        {
            "queue": _QUEUE,
            "open": 37,
            "claimed": 3,
            "overdue": 1,
            "asked": 2,
            "oldest_at": "2026-11-20T08:41:00.000Z",
            "decided_a_day": 61.4,
            "late": 12,
            "decided": 860,
            "seconds": 34.5,
            "empty_at": "2026-11-21T20:30:00.000Z",
            "will_be_late": 0,
        }
    ],
    "people": [{"reviewer": "joe", "decided": 412, "seconds": 31.0, "suggested": 380, "overturned": 22}],
    "days": [{"day": "2026-11-21", "came": 18, "decided": 24}],
    "agreement": {
        "all": _AGREED,
        "people": [{"reviewer": "joe", **_AGREED}],
        "labels": [{"label": "card_payment_charged_twice", **_AGREED}],
    },
    "unread": [
        {
            "reviewer": "max",
            "suggested": 212,
            "agreed": 212,
            "seconds": 3.1,
            "others_share": 0.9421,
            "others_seconds": 31.0,
        }
    ],
    "known_answers": {
        "all": _RIGHT,
        "people": [{"reviewer": "joe", **_RIGHT}],
        "labels": [{"label": "card_payment_charged_twice", **_RIGHT}],
    },
}
MARKED: dict[str, Any] = {
    "id": "kna_01KB3AC5E8G1J4M7P0R3T6V9X2",
    "case": CASE_ID,
    "decision": DECISION_ID,
    "workflow": _QUEUE,
    "queue": _QUEUE,
    "labels": ["card_payment_charged_twice"],
    "outcome": "allow",
    "note": "The shop confirmed both payments, and two of us agreed.",
    "by": "maria",
    "created_at": "2026-11-21T09:20:00.000Z",
    "ended_at": None,
    "ended_by": None,
    "ended_why": None,
    "decided": 0,
    "correct": 0,
}
KNOWN_ANSWERS: dict[str, Any] = {"items": [{**MARKED, "decided": 4, "correct": 3}]}
#: Example of each request body, by the name of its schema.
REQUESTS: dict[str, dict[str, Any]] = {
    "MarkKnown": {"note": MARKED["note"], "labels": MARKED["labels"], "outcome": "allow"}
}
