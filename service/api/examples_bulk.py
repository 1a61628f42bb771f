"""The examples of the reference about many cases at once."""

from __future__ import annotations

from typing import Any

from service.api.examples import CASE_ID

_OTHER_ID = CASE_ID[:-1] + "Z"
_CONFIRM = "b1a4cf8be6c1f2aa"

DONE: dict[str, Any] = {
    "bulk": "bulk_01K9ZQ4V8T2M6R1X0B5N7C3D9F",
    "action": "decide",
    "done": [CASE_ID],
    "refused": [{"case": _OTHER_ID, "code": "lease_lost", "why": f"maria holds case {_OTHER_ID}"}],
    "undo_until": None,
}
REQUESTS: dict[str, Any] = {
    "BulkRequest": {
        "action": "decide",
        "queue": "retail-banking",
        "like": CASE_ID,
        "least": 0.92,
        "labels": ["card_payment_charged_twice"],
        "outcome": "allow",
        "reason_code": "card_payment_charged_twice",
        "confirm": _CONFIRM,
    }
}
