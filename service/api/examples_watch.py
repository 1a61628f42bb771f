"""The examples of the reference about looks at live traffic: one that alarms, and what a person makes of it."""

from __future__ import annotations

from typing import Any

from service.api.examples import RELEASE

_WORKFLOW = "retail-banking"
_POINT: dict[str, Any] = {
    "at": "2026-11-20T09:00:00.000Z",
    "alarming": False,
    "decisions": 1_180,
    "psi": 0.04,
    "labels": 0.05,
    "unlike": 0.53,
    "live_error": {"rate": 0.021, "low": 0.004, "high": 0.06, "alpha": 0.05},
    "automation": 0.78,
}
WATCH: dict[str, Any] = {
    "id": "wat_01KB3AC5E8G1J4M7P0R3T6V9X2",
    "workflow": _WORKFLOW,
    "release": RELEASE,
    "at": "2026-11-21T09:00:00.000Z",
    "alarming": True,
    "paused": True,
    "since": "2026-10-22T09:00:00.000Z",
    "until": "2026-11-21T09:00:00.000Z",
    "decisions": 1_242,
    "look": 9,
    "enough": True,
    "needed": 40,
    "compared_with": {"cases": 312, "words": "312 requests drawn at random from 3 March to 5 April 2026"},
    "signals": [
        {"name": "energy", "measure": "psi", "value": 0.31, "p": 0.0, "limit": 0.25, "alarming": True},
        {"name": "energy", "measure": "ks", "value": 0.22, "p": 0.0, "limit": None, "alarming": False},
        {"name": "labels", "measure": "mix", "value": 0.08, "p": 0.0004, "limit": 0.2, "alarming": False},
        {"name": "requests", "measure": "two_sample", "value": 0.68, "p": 0.0, "limit": 0.75, "alarming": False},
    ],
    "labels": [{"label": "card_lost", "before": 0.06, "now": 0.12}],
    "unlike": ["dec_01KB39Z1A4D7G0K3N6R9T2W5Y8"],
    "automation": {"before": 0.79, "now": 0.66},
    "expected_error": {
        "before": {"rate": 0.018, "low": 0.006, "high": 0.03, "cases": 246},
        "now": {"rate": 0.027, "low": 0.018, "high": 0.036, "cases": 820},
    },
    "live_error": [
        {
            "group": "",
            "alpha": 0.05,
            "rate": 0.032,
            "low": 0.007,
            "high": 0.091,
            "checked": 94,
            "wrong": 3,
            "of": 940.0,
            "waiting": 6,
            "level": 0.000556,
            "at_least": 0.002,
            "broken": False,
        }
    ],
    "slices": {
        "errors": [
            {
                "attribute": "channel",
                "value": "letter",
                "cases": 31,
                "hits": 6,
                "low": 0.0745,
                "high": 0.3747,
                "p": 0.08,
                "worse": False,
            }
        ],
        "reviews": [],
    },
    "confidence": {
        "before": [0.0, 0.0, 0.01, 0.02, 0.03, 0.04, 0.05, 0.08, 0.17, 0.6],
        "now": [0.0, 0.01, 0.03, 0.04, 0.05, 0.07, 0.08, 0.11, 0.16, 0.45],
    },
    "alarms": [
        {
            "kind": "drift",
            "says": "live requests are not like 312 requests drawn at random from 3 March to 5 April 2026: "
            "stability index of energy 0.31, alarming from 0.25",
        }
    ],
    "history": [
        _POINT,
        {**_POINT, "at": "2026-11-21T09:00:00.000Z", "alarming": True, "psi": 0.31, "automation": 0.66},
    ],
}
RESUMED: dict[str, Any] = {"workflow": _WORKFLOW, "paused": False}

REQUESTS: dict[str, Any] = {"Look": {"days": 30.0}}
