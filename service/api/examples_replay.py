"""Examples of past decisions that are made again, corrected and contested."""

from __future__ import annotations

from typing import Any

from service.api.examples import CASE_ID, DECISION_ID, FINAL, RELEASE
from service.api.examples_models import JOB_WAITING

_WORKFLOW = "retail-banking"
_SINCE, _UNTIL = "2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z"
_SUMMARY: dict[str, Any] = {
    "state": "final",
    "outcome": "block",
    "decided_by": "rules",
    "labels": [],
    "confidence": None,
    "reasons": [],
    "rules": ["threat-to-staff"],
    "unknown_rules": [],
    "documents": [],
}
_AFTER: dict[str, Any] = {
    **_SUMMARY,
    "outcome": "allow",
    "decided_by": "classifier",
    "labels": ["card_payment_charged_twice"],
    "confidence": 0.9731,
    "rules": [],
}
REPLAYED: dict[str, Any] = {
    "decision": DECISION_ID,
    "state": "replayed",
    "release": RELEASE,
    "own": False,
    "identical": False,
    "changed": True,
    "parts": ["rules"],
    "before": _SUMMARY,
    "after": _AFTER,
    "changes": [
        {"member": "outcome", "before": "block", "after": "allow"},
        {"member": "rules", "before": ["threat-to-staff"], "after": [], "gained": [], "lost": ["threat-to-staff"]},
    ],
    "answer": FINAL,
}
APPEALED: dict[str, Any] = {"decision": DECISION_ID, "case": CASE_ID}
_JOB: dict[str, Any] = {**JOB_WAITING, "by": "operations"}
REPLAY_ASKED: dict[str, Any] = {
    **_JOB,
    "kind": "replay",
    "asked": {"workflow": _WORKFLOW, "since": _SINCE, "until": _UNTIL, "release": ""},
}
CORRECTION_ASKED: dict[str, Any] = {
    **_JOB,
    "kind": "correct",
    "asked": {
        "workflow": _WORKFLOW,
        "since": _SINCE,
        "until": _UNTIL,
        "rule": "threat-to-staff",
        "document": "",
        "release": "",
        "note": "pay_01KB3AC9K2N5Q8T1W4Y7B0D3F6",
        "how": "decide",
        "dry_run": True,
    },
}
HELD: list[dict[str, Any]] = [{"workflow": _WORKFLOW, "reason": "halted", "cases": 120}]
RESUMED: dict[str, Any] = {
    "workflows": [_WORKFLOW],
    "halted": False,
    "dry_run": False,
    "held": HELD,
    "tried": [],
    "jobs": ["job_01KB3AC9K2N5Q8T1W4Y7B0D3F6"],
}
REQUESTS: dict[str, Any] = {
    "Again": {"release": RELEASE},
    "ManyAgain": {"workflow": _WORKFLOW, "since": _SINCE, "until": _UNTIL, "release": None},
    "Correction": {
        "workflow": _WORKFLOW,
        "rule": "threat-to-staff",
        "document": None,
        "release": None,
        "since": _SINCE,
        "until": _UNTIL,
        "how": "decide",
        "why": "it fires on the titles of films",
        "dry_run": True,
    },
    "Appeal": {"note": "It is the title of a film."},
}
