"""The examples of the reference about rules: one rule, tightened, tried, put in force, switched off and taken back."""

from __future__ import annotations

from typing import Any

from service.api.examples import CERTIFICATE, DECISION_ID, RELEASE, RULE_ERROR

_BEFORE = "rel_01KB2Z0000Q4M5N6P7R8S9T0V1"
_RULE = "refund-over-limit"
_PROPOSAL = "prop_01KB2ZE1M4C7T2W9Y5B8D0F3G6"
_DISABLE = "dis_01KB2ZF6S1H8K3M0P7R2T9V4X5"
_ALARM = "alm_01KB2ZG2B5D9F1H6J3L8N0Q4R7"

_RULE_STANDING: dict[str, Any] = {
    "id": _RULE,
    "title": "A refund above the limit",
    "status": "canary",
    "rollout": {"percent": 10, "by": None},
    "severity": "medium",
    "effect": "review",
    "owner": "disputes",
    "reason_code": "REF-01",
    "file": "retail-banking/refunds.rule.yaml",
    "line": 3,
    "citation": ["Payment handbook, section 4"],
    "review_by": "2027-03-31",
    "hits": {"24h": 14, "30d": 391},
    "shadow": {"24h": 131, "30d": 131},
    "precision": 0.9375,
    "reviewed": 48,
    "last_hit": "2026-11-21T08:00:00.000Z",
    "last_change": {"at": "2026-11-20T16:04:11.000Z", "by": "operations", "kind": "rules.reloaded"},
    "disabled": None,
}
_EXEMPTION: dict[str, Any] = {
    "id": "humanitarian-payments",
    "rules": ["embargoed-country-customer"],
    "until": "2027-09-30T00:00:00.000Z",
    "owner": "sanctions",
    "why": "Licensed humanitarian payments",
    "ticket": "CMP-9",
    "expired": False,
}
_ALARM_RAISED: dict[str, Any] = {
    "id": _ALARM,
    "workflow": "retail-banking",
    "release": RELEASE,
    "rule": _RULE,
    "kind": "matches",
    "usual": {"share": 0.0209, "hits": 383, "of": 18_311},
    "seen": {"share": 0.0948, "hits": 58, "of": 612},
    "raised_at": "2026-11-21T08:31:00.000Z",
    "ended_by": None,
    "ended_at": None,
}
_CHANGE: dict[str, Any] = {
    "kind": "condition",
    "rule": _RULE,
    "pack": "retail-banking",
    "what": "condition",
    "before": "amount > 500.0",
    "after": "amount > 250.0",
    "touches": [_RULE],
    "direction": "tightens",
    "says": "the condition of `refund-over-limit` was `amount > 500.0` and becomes `amount > 250.0`",
}
_PROPOSED: dict[str, Any] = {
    "id": _PROPOSAL,
    "state": "proposed",
    "by": "operations",
    "created_at": "2026-11-21T09:02:00.000Z",
    "decided_by": None,
    "decided_at": None,
    "workflows": ["retail-banking"],
}
PROPOSALS: dict[str, Any] = {"items": [_PROPOSED]}
STATUS: dict[str, Any] = {
    "packs": [
        {
            "id": "retail-banking",
            "title": "Retail banking requests",
            "owner": "compliance",
            "rules": [_RULE_STANDING],
            "exemptions": [_EXEMPTION],
        }
    ],
    "workflows": [
        {
            "workflow": "retail-banking",
            "release": RELEASE,
            "rules": "9f2c6d1e",
            "ruleset": "41aa07c3",
            "halted": False,
            "certificate": CERTIFICATE,
            "refusal": None,
            "pinned": None,
            "files_differ": True,
        }
    ],
    "files_differ": True,
    "errors": [RULE_ERROR],
    "alarms": [_ALARM_RAISED],
    "proposals": [_PROPOSED],
    "workers": [{"id": "wrk_01KB2Z9A0C4E7G2J5L8N1Q3S6U", "host": "signoff-0", "seen_at": "2026-11-21T09:00:00.000Z"}],
}
CHECKED: dict[str, Any] = {"ok": False, "errors": [RULE_ERROR]}
DIFF: dict[str, Any] = {
    "workflows": [{"workflow": "retail-banking", "changes": [_CHANGE], "policy_changes": [], "removed": []}],
    "errors": [],
}
RELOADED: dict[str, Any] = {
    "changed": True,
    "dry_run": False,
    "proposal": None,
    "workflows": [
        {
            "workflow": "retail-banking",
            "release": RELEASE,
            "ruleset": "41aa07c3",
            "before": {"release": _BEFORE, "coverage": 0.8222},
            "after": {"coverage": 0.7911},
            "certificate": CERTIFICATE,
            "refusal": None,
            "changes": [_CHANGE],
            "policy_changes": [],
        }
    ],
    "left_behind": [],
}
PROPOSED: dict[str, Any] = {**RELOADED, "changed": False, "proposal": _PROPOSAL}
APPROVED: dict[str, Any] = {**RELOADED, "proposal": _PROPOSAL}
PROPOSAL: dict[str, Any] = {**_PROPOSED, "workflows": RELOADED["workflows"], "why": None, "stale": None}
REJECTED: dict[str, Any] = {
    **PROPOSAL,
    "state": "rejected",
    "decided_by": "compliance",
    "decided_at": "2026-11-21T09:40:00.000Z",
    "why": "the limit is set by the handbook",
}
ROLLED_BACK: dict[str, Any] = {
    "workflows": [
        {
            "workflow": "retail-banking",
            "release": _BEFORE,
            "before": RELEASE,
            "to": _BEFORE,
            "coverage": {"before": 0.7911, "after": 0.8222},
            "certificate": CERTIFICATE,
            "refusal": None,
        }
    ],
    "left_behind": [],
}
UNPINNED: dict[str, Any] = {"workflow": "retail-banking", "unpinned": True}
DISABLED: dict[str, Any] = {
    "id": _DISABLE,
    "rule": _RULE,
    "until": "2026-11-21T13:00:00.000Z",
    "workflows": ["retail-banking"],
    "certificates": {"retail-banking": True},
}
ENABLED: dict[str, Any] = {
    "id": _DISABLE,
    "rule": _RULE,
    "enabled_at": "2026-11-21T10:12:00.000Z",
    "workflows": ["retail-banking"],
}
EXPLAINED: dict[str, Any] = {
    "workflow": "retail-banking",
    "release": RELEASE,
    "now": "2026-11-21T09:00:00.000Z",
    "rules": [
        {
            "rule": _RULE,
            "pack": "retail-banking",
            "title": "A refund above the limit",
            "status": "enforce",
            "file": "retail-banking/refunds.rule.yaml",
            "line": 3,
            "asked": True,
            "counts": True,
            "why_not": "",
            "finding": "no_match",
            "effect": None,
            "reason": "",
            "weakened": False,
            "exemption": None,
            "clauses": [
                {
                    "source": "amount > 250.0",
                    "file": "retail-banking/refunds.rule.yaml",
                    "line": 16,
                    "column": 9,
                    "wanted": True,
                    "answer": False,
                    "attributes": {"amount": 23.4},
                    "missing": [],
                    "hits": [],
                    "failure": "",
                }
            ],
            "missing": [],
            "says": "does not match because `amount > 250.0` does not hold (amount is 23.4) "
            "at retail-banking/refunds.rule.yaml:16:9",
        }
    ],
}
REPLAYED: dict[str, Any] = {
    "workflow": "retail-banking",
    "since": "2026-11-14T00:00:00.000Z",
    "decisions": 4180,
    "changed": 37,
    "considered": 37,
    "unreadable": 2,
    "by_rule": [{"rule": _RULE, "more": 37, "fewer": 0}],
    "effects": [{"before": None, "after": "review", "count": 37}],
    "outcomes": [{"before": "allow", "after": "review", "count": 37}],
    "examples": [
        {
            "decision": DECISION_ID,
            "before": {"effect": None, "outcome": "allow"},
            "after": {"effect": "review", "outcome": "review"},
            "rules": {"gained": [_RULE], "lost": []},
        }
    ],
    "truncated": False,
}
HISTORY: dict[str, Any] = {
    "items": [
        {
            "sequence": 18203,
            "at": "2026-11-21T09:00:00.000Z",
            "kind": "rules.reloaded",
            "by": "operations",
            "workflow": "retail-banking",
            "summary": "1 rule changed",
            "detail": {"changes": [_CHANGE]},
        }
    ],
    "next": None,
}
ALARMS: dict[str, Any] = {"items": [_ALARM_RAISED]}
ACKNOWLEDGED: dict[str, Any] = {**_ALARM_RAISED, "ended_by": "operations", "ended_at": "2026-11-21T08:40:00.000Z"}
#: Example of each request body, by the name of its schema.
REQUESTS: dict[str, dict[str, Any]] = {
    "Rollback": {"workflow": "retail-banking", "to": None, "why": "refunds are held that should not be"},
    "Unpin": {"workflow": "retail-banking"},
    "Disable": {"minutes": 240, "why": "it holds every refund since noon"},
    "Question": {
        "workflow": "retail-banking",
        "text": "Please refund the second payment.",
        "attributes": {"amount": 23.4},
        "rule": _RULE,
    },
    "Replay": {"workflow": "retail-banking", "since": "2026-11-14", "examples": 5},
    "Rejection": {"why": "the limit is set by the handbook"},
}
