"""The examples of the reference about models: one trained, compared in shadow, promoted and taken back."""

from __future__ import annotations

from typing import Any

from service.api.examples import CERTIFICATE, RELEASE

_MODEL = "mod_01KB2ZH3F6C9E2G5J8L1N4P7R0"
_OLD = "mod_01KB1WA7D0F3H6K9M2P5R8T1V4"
_JOB = "job_01KB2ZJ4G7D0F3H6K9M2P5R8T1"
_NEXT = "rel_01KB2ZK5H8E1G4J7L0N3P6R9T2"
_WORKFLOW = "retail-banking"

_CERTIFICATE: dict[str, Any] = {
    **CERTIFICATE,
    "sample": "312 requests drawn at random from 3 March to 5 April",
    "level": 0.0167,
    "use": 2,
    "bounds": [],
}
_SUMMARY: dict[str, Any] = {
    "id": _MODEL,
    "workflow": _WORKFLOW,
    "state": "candidate",
    "kind": "joined",
    "tune": None,
    "owner": "disputes team",
    "examples": 1_840,
    "head": "8f1c" + 60 * "0",
    "encoder": "53aa" + 60 * "0",
    "base": RELEASE,
    "release": None,
    "certificate": _CERTIFICATE,
    "refusal": None,
    "doubtful": False,
    "created_at": "2026-11-21T09:10:00.000Z",
    "created_by": "maria",
    "decided_by": None,
    "decided_at": None,
}
_RECIPE: dict[str, Any] = {
    "kind": "joined",
    "attributes": False,
    "votes": False,
    "several": False,
    "definitions": True,
}
MODELS: dict[str, Any] = {"items": [_SUMMARY], "next": None}
MODEL: dict[str, Any] = {
    **_SUMMARY,
    "recipe": {**_RECIPE, "tune": ""},
    "card": {
        "owner": "disputes team",
        "licence": "own records; customers are told so in the terms",
        "limits": ["its promise is for traffic like the calibration sample: 312 requests drawn at random"],
        "sources": {"file": 1_500, "review": 540, "check": 312},
        "left_out": {"set aside by a person": 3},
        "sample": "312 requests drawn at random from 3 March to 5 April",
        "examples": 1_840,
        "outside": 200,
        "calibration": 312,
        "labels": 24,
        "doubts": "",
        "trained_by": "maria",
        "trained_at": "2026-11-21T09:10:00.000Z",
    },
    "card_missing": [],
    "report": {"examples": 1_840, "labels": 24, "held_out": 1_104, "ece": 0.012, "auroc": 0.974},
    "doubts": {"found": False, "old": [19, 1_500], "new": [6, 340]},
    "why": None,
    "shadow_from": None,
    "compared": {"decisions": 0, "needed": 50},
    "reliability": {
        "cases": 1_104,
        "accuracy": 0.9429,
        "ece": 0.012,
        "bins": [{"lower": 0.9333, "upper": 1.0, "count": 790, "confidence": 0.9812, "accuracy": 0.9835}],
    },
    "curve": {
        "cases": 312,
        "aurc": 0.0094,
        "points": [
            {"threshold": 0.98, "coverage": 0.54, "risk": 0.0},
            {"threshold": 0.71, "coverage": 0.82, "risk": 0.02},
        ],
    },
}
SHADOWED: dict[str, Any] = {**MODEL, "state": "shadow", "shadow_from": "2026-11-21T09:10:00.000Z"}
REJECTED: dict[str, Any] = {
    **MODEL,
    "state": "rejected",
    "decided_by": "maria",
    "decided_at": "2026-11-21T10:00:00.000Z",
    "why": "too many card questions are taken for fraud",
}
SHADOW_REPORT: dict[str, Any] = {
    "model": _MODEL,
    "against": _OLD,
    "needed": 50,
    "decisions": 611,
    "not_compared": 9,
    "agreement": 0.9525,
    "automation": {"before": 0.7823, "after": 0.8265},
    "escalated": 4,
    "released": 31,
    "overturns": {
        "reviewed": 140,
        "drawn": 30,
        "wrong": {"before": 21, "after": 14},
        "automatic_wrong": {"before": {"wrong": 1, "of": 28}, "after": {"wrong": 1, "of": 41}},
    },
    "handling": {"median_seconds": 412.0, "spared_hours": 3.7, "added_hours": 0.458},
    "slices": {
        "errors": [
            {
                "attribute": "channel",
                "value": "app",
                "cases": 88,
                "before": 12,
                "after": 9,
                "p": 1.0,
                "worse": False,
            }
        ],
        "reviews": [
            {
                "attribute": "channel",
                "value": "letter",
                "cases": 40,
                "rate": 0.325,
                "low": 0.186,
                "high": 0.4912,
                "worse": True,
            }
        ],
    },
}
SIMULATION: dict[str, Any] = {
    "model": _MODEL,
    "alpha": 0.05,
    "delta": 0.1,
    "cases": 312,
    "per_day": 90.0,
    "rows": [
        {
            "alpha": 0.05,
            "threshold": 0.71,
            "automation": 0.8221,
            "errors_per_day": 1.51,
            "reviews_per_day": 16.01,
            "certified": True,
            "why": None,
        },
        {
            "alpha": 0.005,
            "threshold": None,
            "automation": 0.0,
            "errors_per_day": 0.0,
            "reviews_per_day": 90.0,
            "certified": False,
            "why": "256 of 460 calibration cases that could be decided automatically: review at least 204 more",
        },
    ],
}
PROMOTED: dict[str, Any] = {
    "model": _MODEL,
    "release": _NEXT,
    "before": RELEASE,
    "automation": {"before": 0.7823, "after": 0.8221},
    "refusal": None,
}
TAKEN_BACK: dict[str, Any] = {
    "model": _MODEL,
    "release": RELEASE,
    "before": _NEXT,
    "automation": {"before": 0.8221, "after": 0.7823},
    "refusal": None,
}
JOB_WAITING: dict[str, Any] = {
    "id": _JOB,
    "kind": "train",
    "workflow": _WORKFLOW,
    "state": "waiting",
    "asked": {"recipe": _RECIPE, "tune": "", "owner": "disputes team", "licence": "", "limits": []},
    "progress": None,
    "by": "maria",
    "created_at": "2026-11-21T09:08:00.000Z",
    "ended_at": None,
    "model": None,
    "why": None,
    "report": None,
}
JOB: dict[str, Any] = {
    **JOB_WAITING,
    "state": "running",
    "progress": {"what": "choosing settings", "done": 3, "total": 6},
}
JOB_CANCELLED: dict[str, Any] = {**JOB, "state": "cancelled", "ended_at": "2026-11-21T09:09:00.000Z"}
JOBS: dict[str, Any] = {"items": [JOB]}

REQUESTS: dict[str, Any] = {
    "Training": {
        "workflow": _WORKFLOW,
        "kind": "joined",
        "attributes": False,
        "votes": False,
        "tune": None,
        "owner": "disputes team",
        "licence": "own records; customers are told so in the terms",
        "limits": ["requests by letter"],
    },
    "ModelPromotion": {
        "why": "six points more automation at the same promise",
        "accept_less": False,
        "without_shadow": False,
        "despite_doubts": False,
        "owner": None,
        "licence": None,
        "limits": None,
    },
    "ModelRejection": {"why": "too many card questions are taken for fraud"},
    "ModelRollback": {"why": "complaints about refunds since this morning"},
}
