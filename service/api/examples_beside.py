"""Examples of what stands beside a case, shown in the reference and held to by tests."""

from __future__ import annotations

from typing import Any

from service.api.examples import CASE_ID, TOKEN
from service.api.examples_cases import CASE_SUMMARY
from service.api.examples_rules import EXPLAINED

_DECISION = "dec_01KB3A8Z4Q6W2E8R7T5Y3U1I9P"
_DECIDED: dict[str, Any] = {
    "outcome": "allow",
    "labels": [{"label": "card_payment_charged_twice", "title": "Charged twice for one card payment"}],
    "reason_code": "evidence-clear",
    "by": "maria",
}
BESIDE: dict[str, Any] = {
    "case": CASE_ID,
    "led": True,
    "nearest": [
        {
            "similarity": 0.9312,
            "excerpt": "The supermarket took the same payment from my card two times.",
            "delivered_at": "2026-11-20T15:31:07.000Z",
            "case": "case_01KB3A8Z4R5T6Y7V8P9Q0W1E2R",
            "decision": _DECISION,
            "decided": _DECIDED,
        }
    ],
    "subject": {
        "subject": "customer-4711",
        "cases": [
            {
                **CASE_SUMMARY,
                "id": "case_01KB3A9B7C6D5F4G3H2J1K0M9N",
                "decision": "dec_01KB3A9B7C6D5F4G3H2J1K0M9N",
                "excerpt": "When will the money of the returned shoes be back?",
                "decided": None,
            }
        ],
        "more": False,
    },
    "rules": EXPLAINED,
}
DETACHED: dict[str, Any] = {"case": "case_01KB3B6Y2A3S4D5F6G7H8J9K0Z", "decisions": [_DECISION]}
#: Example of each request body, by the name of its schema.
REQUESTS: dict[str, dict[str, Any]] = {"Detachment": {"token": TOKEN, "decision": _DECISION}}
