"""Rules as the use cases give them, for the tests of the console."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
CERTIFICATE = {"alpha": 0.05, "delta": 0.1, "cases": 400, "accepted": 300, "errors": 6, "threshold": 0.7}


def rule(**changes: Any) -> dict[str, Any]:
    """One rule as the status tells it."""
    return {
        "id": "press",
        "title": "Question from the press",
        "status": "enforce",
        "rollout": None,
        "severity": "medium",
        "effect": "review",
        "owner": "compliance@corp.example",
        "reason_code": "PRESS-01",
        "file": "bank/conduct.rule.yaml",
        "line": 59,
        "citation": ["Communications standard 2"],
        "review_by": "2027-06-30",
        "hits": {"24h": 4, "30d": 1416},
        "shadow": {"24h": 0, "30d": 12},
        "precision": 0.816,
        "reviewed": 49,
        "last_hit": "2026-11-21T08:00:00.000Z",
        "last_change": {"at": "2026-11-21T06:00:00.000Z", "by": "Ada", "kind": "rules.reloaded"},
        "disabled": None,
        **changes,
    }


def pack(*rules: dict[str, Any], **changes: Any) -> dict[str, Any]:
    exemption = {
        "id": "ex-17",
        "rules": ["press"],
        "until": "2027-02-28T00:00:00.000Z",
        "owner": "risk@corp.example",
        "why": "Checked elsewhere",
        "ticket": "CMP-9",
        "expired": False,
    }
    made = {"id": "bank", "title": "Bank", "owner": "compliance@corp.example", "rules": list(rules or (rule(),))}
    return {**made, "exemptions": [exemption], **changes}


def release(**changes: Any) -> dict[str, Any]:
    return {
        "workflow": "retail",
        "release": "rel_2",
        "rules": "a" * 64,
        "ruleset": "f" * 64,
        "halted": False,
        "certificate": CERTIFICATE,
        "refusal": None,
        "pinned": None,
        "files_differ": False,
        **changes,
    }


def alarm(**changes: Any) -> dict[str, Any]:
    return {
        "id": "alm_1",
        "workflow": "retail",
        "release": "rel_2",
        "rule": "press",
        "kind": "matches",
        "usual": {"share": 0.012, "hits": 40, "of": 3300},
        "seen": {"share": 0.113, "hits": 40, "of": 354},
        "raised_at": "2026-11-21T08:48:00.000Z",
        "ended_by": None,
        "ended_at": None,
        **changes,
    }


def off(**changes: Any) -> dict[str, Any]:
    return {
        "id": "dis_1",
        "rule": "press",
        "by": "Ada",
        "why": "Fires on addresses",
        "begun_at": "2026-11-21T08:00:00.000Z",
        "until": "2026-11-21T12:00:00.000Z",
        "certificates": {"retail": True},
        **changes,
    }


def status(**changes: Any) -> dict[str, Any]:
    return {
        "packs": [pack()],
        "workflows": [release()],
        "files_differ": False,
        "errors": [],
        "alarms": [],
        "proposals": [],
        "workers": [{"id": "wrk_1", "host": "a", "seen_at": "2026-11-21T08:59:59.000Z"}],
        **changes,
    }


def whole(**changes: Any) -> dict[str, Any]:
    """One rule as `read_rule.view` gives it."""
    names = ("id", "title", "status", "rollout", "severity", "effect", "owner", "reason_code", "file", "line")
    return {
        **{name: rule()[name] for name in names},
        "on_error": "review",
        "reason": "The text comes from the press",
        "public_reason": None,
        "citation": ["Communications standard 2"],
        "jurisdiction": ["UK"],
        "effective_from": None,
        "effective_until": "2027-12-31T00:00:00.000Z",
        "review_by": "2026-06-30",
        "requires": ["channel"],
        "tags": ["press"],
        "exemptible": False,
        "obligations": {"redact": ["iban"], "narrow": {"jurisdiction": ["IE"]}, "priority": 0, "queue": "press-office"},
        "when": {"all": [{"source": "matched('press')", "line": 60, "column": 11}]},
        "tests": [
            {"name": "a journalist", "text": "I am one", "attributes": {"amount": 4.5}, "expect": "match", "now": None}
        ],
        "pack": {"id": "bank", "title": "Bank", "owner": "compliance@corp.example"},
        "workflow": "retail",
        "release": "rel_2",
        "workflows": [{"workflow": "retail", "release": "rel_2", "same": True}],
        "matchers": [
            {"name": "press", "phrases": ["journalist"], "regexes": ["x+"], "views": ["plain"], "whole_words": True}
        ],
        "lists": [{"name": "embargoed", "values": ["BY", "IR"]}],
        "exemptions": [{**pack()["exemptions"][0], "when": {"all": []}, "from": None}],
        **changes,
    }


def change(**changes: Any) -> dict[str, Any]:
    """One difference as `rules.analysis.diff` tells it."""
    return {
        "kind": "effect",
        "rule": "press",
        "pack": "bank",
        "what": "effect",
        "before": "review",
        "after": "flag",
        "touches": ["press"],
        "direction": "loosens",
        "says": "`press`: effect was review, is flag",
        **changes,
    }


def workflow_diff(**changes: Any) -> dict[str, Any]:
    return {"workflow": "retail", "changes": [change()], "policy_changes": [], "removed": [], **changes}


def reloaded(**changes: Any) -> dict[str, Any]:
    """One workflow of a reload's report."""
    return {
        "workflow": "retail",
        "release": "rel_3",
        "ruleset": "e" * 64,
        "before": {"release": "rel_2", "coverage": 0.82},
        "after": {"coverage": 0.79},
        "certificate": CERTIFICATE,
        "refusal": None,
        "changes": [change()],
        "policy_changes": [],
        **changes,
    }


def proposal(**changes: Any) -> dict[str, Any]:
    return {
        "id": "prop_1",
        "state": "proposed",
        "by": "Ada",
        "created_at": "2026-11-21T08:00:00.000Z",
        "workflows": [reloaded()],
        "decided_by": None,
        "decided_at": None,
        "why": None,
        "stale": None,
        **changes,
    }


def replayed(**changes: Any) -> dict[str, Any]:
    return {
        "workflow": "retail",
        "since": "2026-11-14T09:00:00.000Z",
        "decisions": 1200,
        "changed": 3,
        "unreadable": 0,
        "by_rule": [{"rule": "press", "more": 0, "fewer": 3}],
        "effects": [{"before": "review", "after": None, "count": 3}],
        "outcomes": [
            {"before": "review", "after": "review", "count": 2},
            {"before": "review", "after": "allow", "count": 1},
        ],
        "examples": [
            {
                "decision": "dec_1",
                "before": {"effect": "review", "outcome": "review"},
                "after": {"effect": None, "outcome": None},
                "rules": {"gained": [], "lost": ["press"]},
            }
        ],
        "considered": 3,
        "truncated": False,
        **changes,
    }


def trace(**changes: Any) -> dict[str, Any]:
    """What `rules.analysis.trace` says of one rule."""
    seen = {
        "source": "matched('press')",
        "file": "bank/conduct.rule.yaml",
        "line": 72,
        "column": 11,
        "wanted": True,
        "answer": False,
        "attributes": {"is_app": True},
        "missing": [],
        "hits": [{"name": "press", "found": False, "by_look_alikes": False, "spans": []}],
        "failure": "",
    }
    return {
        "rule": "press",
        "pack": "bank",
        "title": "Question from the press",
        "status": "enforce",
        "file": "bank/conduct.rule.yaml",
        "line": 59,
        "asked": True,
        "counts": True,
        "why_not": "",
        "finding": "no_match",
        "effect": None,
        "reason": "",
        "weakened": False,
        "exemption": None,
        "clauses": [seen],
        "missing": [],
        "says": "does not match",
        **changes,
    }


def event(**changes: Any) -> dict[str, Any]:
    """One entry of the history."""
    return {
        "sequence": 7,
        "at": "2026-11-21T08:30:00.000Z",
        "kind": "rules.reloaded",
        "by": "Ada",
        "workflow": "retail",
        "summary": "Reloaded: 1 changed (press)",
        "detail": {"subject": "rel_3", "why": "rules reloaded", "changes": {"changed": ["press"], "removed": ["old"]}},
        **changes,
    }
