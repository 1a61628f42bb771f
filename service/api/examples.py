"""The examples of the reference: one request and what becomes of it, the same throughout."""

from __future__ import annotations

from typing import Any

from service.errors import (
    FieldProblem,
    Forbidden,
    InvalidRequest,
    LeaseLost,
    RulesBroken,
    ServiceError,
    TooManyRequests,
)

RELEASE = "rel_01KB2ZC8Y7Q4M5N6P7R8S9T0V1"
DECISION_ID = "dec_01KB2ZD3F8Q2X9V7M4N6P8R0S1"
CASE_ID = "case_01KB2ZD3F9A1B2C3D4E5F6G7H8"
TOKEN = "uK3mT2x9cQfZr7Lw5pYb1dNvEo8sHgJa"  # noqa: S105 - an example, of no lease

DECISION_REQUEST: dict[str, Any] = {
    "workflow": "retail-banking",
    "text": "Hello, the corner shop charged my card twice for the same basket on Friday. Can I have one back?",
    "attributes": {"channel": "app", "amount": 23.4, "currency": "GBP", "authenticated": True},
    "subject": "customer-4711",
}
FOUND_DOCUMENT: dict[str, Any] = {
    "id": "doc_dispute-duplicate",
    "collection": "retail-banking",
    "version": 3,
    "title": "Card payments taken twice",
    "heading": "When both payments have gone through",
    "passage": "When both payments have gone through, open a claim for the second one. No form is needed.",
    "passage_id": "retail-banking/dispute-duplicate@3#2",
    "highlights": [[0, 73]],
    "score": 0.8127,
    "cosine": 0.6604,
    "parts": {"dense": 0.7702, "lexical": 0.6551, "recency": 0.1},
}
_FINDING: dict[str, Any] = {
    "rule": "retail-banking.refund-over-limit",
    "effect": "review",
    "severity": "medium",
    "reason_code": "REF-01",
    "reason": "A refund above the limit needs a person.",
    "spans": [[37, 50, "refund-words"]],
}
FINAL: dict[str, Any] = {
    "id": DECISION_ID,
    "workflow": "retail-banking",
    "state": "final",
    "outcome": "allow",
    "decided_by": "classifier",
    "labels": [{"label": "card_payment_charged_twice", "probability": 0.9731}],
    "reasons": [],
    "public_reason": "We can check a double card charge straight away.",
    "rules": {"effect": None, "findings": [], "unknown": [], "exempted": [], "asked": 18, "no_match": 18, "redact": []},
    "documents": [FOUND_DOCUMENT],
    "draft": {
        "text": "When both payments have gone through, open a claim for the second one.",
        "citations": ["doc_dispute-duplicate@3"],
        "passages": ["retail-banking/dispute-duplicate@3#2"],
        "by_model": False,
    },
    "case": None,
    "release": RELEASE,
    "created_at": "2026-11-21T09:00:00.000Z",
}
WAITING: dict[str, Any] = {
    **FINAL,
    "state": "waiting",
    "outcome": "review",
    "decided_by": None,
    "reasons": ["rule_review"],
    "public_reason": None,
    "rules": {
        "effect": "review",
        "findings": [_FINDING],
        "unknown": [],
        "exempted": [],
        "asked": 18,
        "no_match": 17,
        "redact": [],
    },
    "case": CASE_ID,
}
REVIEW: dict[str, Any] = {
    "at": "2026-11-21T09:12:31.000Z",
    "outcome": "allow",
    "decided_by": "reviewer",
    "labels": ["card_payment_charged_twice"],
    "reason_code": "evidence-clear",
    "reviewer": "maria",
    "passages": ["retail-banking/dispute-duplicate@3#2"],
    "note": None,
    "reply": "We have opened a claim for the second payment.",
}
REVIEWED: dict[str, Any] = {
    **WAITING,
    "state": "final",
    "outcome": "allow",
    "decided_by": "reviewer",
    "labels": [{"label": "card_payment_charged_twice", "probability": None}],
    "review": REVIEW,
    "question": None,
    "history": [
        {"at": "2026-11-21T09:00:00.000Z", "state": "waiting", "outcome": "review", "decided_by": None},
        {"state": "final", **REVIEW},
    ],
    "supersedes": None,
    "superseded_by": None,
}
DECISIONS: dict[str, Any] = {
    "items": [
        {
            "id": DECISION_ID,
            "workflow": "retail-banking",
            "state": "waiting",
            "outcome": "review",
            "decided_by": None,
            "label": "card_payment_charged_twice",
            "labels": ["card_payment_charged_twice"],
            "case": CASE_ID,
            "release": RELEASE,
            "created_at": "2026-11-21T09:00:00.000Z",
        }
    ],
    "next": None,
}
LABEL_EXPLANATION: dict[str, Any] = {
    "decision": DECISION_ID,
    "workflow": "retail-banking",
    "release": RELEASE,
    "model": "mod_01KB2ZH3F6C9E2G5J8L1N4P7R0",
    "label": "card_payment_charged_twice",
    "title": "Charged twice for one card payment",
    "labels": ["card_payment_charged_twice"],
    "probability": 0.8132,
    "runner_up": {"label": "refund_missing", "probability": 0.1204},
    "confidence": 0.8132,
    "margin": 0.6928,
    "threshold": 0.87,
    "automatic": False,
    "would_be_automatic": [
        {
            "reason": "below_threshold",
            "words": "a confidence of 87.00% or more; it is 81.32%",
            "found": 0.8132,
            "needed": 0.87,
        }
    ],
    "telling": [{"what": "twice", "weight": 1.9312}, {"what": "meaning", "weight": 1.4203}],
    "nearest": [
        {
            "text": "Why did the same card payment go through two times?",
            "labels": ["card_payment_charged_twice"],
            "similarity": 0.8421,
            "source": "file",
        }
    ],
}
CERTIFICATE: dict[str, Any] = {
    "alpha": 0.05,
    "delta": 0.1,
    "cases": 360,
    "accepted": 296,
    "errors": 6,
    "threshold": 0.71,
    "sample": "demo data, not your traffic",
}
RULE_ERROR: dict[str, Any] = {
    "file": "packs/retail-banking/fraud.rule.yaml",
    "line": 12,
    "column": 5,
    "message": "unknown effect 'deny'",
    "remedy": "use block, review, recheck or flag",
}
RELEASES: dict[str, Any] = {
    "items": [
        {
            "id": RELEASE,
            "workflow": "retail-banking",
            "active": True,
            "model": "mod_01KB2ZH3F6C9E2G5J8L1N4P7R0",
            "rules": "9f2c6d1e",
            "policy": "77ab01cd",
            "head": "0c5be2a4",
            "snapshot": "d40e19f7",
            "encoder": "b81c33aa",
            "adapter": None,
            "certificate": CERTIFICATE,
            "refusal": None,
            "documents": {"sequence": 57, "holds": True, "checked_at": "2026-11-21T09:00:04.000Z"},
            "created_at": "2026-11-21T08:00:00.000Z",
            "created_by": "operations",
            "why": "rules reloaded",
        }
    ]
}
HALT: dict[str, Any] = {"workflow": "retail-banking", "why": "the fraud team asked for it"}
HALTED: dict[str, Any] = {"workflows": ["retail-banking"], "halted": True}
READY: dict[str, Any] = {"ready": True, "checks": {"database": "ok", "ledger": "ok", "workflow retail-banking": "ok"}}
NOT_READY: dict[str, Any] = {
    "ready": False,
    "checks": {"database": "ok", "ledger": "records are not taken: OperationalError SQLITE_FULL"},
}
#: Problems that say more than their kind alone does.
ERRORS: dict[type[ServiceError], ServiceError] = {
    InvalidRequest: InvalidRequest(
        "attributes.amuont: is not an attribute of this workflow",
        problems=(FieldProblem("attributes.amuont", "is not an attribute of this workflow", "did you mean `amount`?"),),
    ),
    Forbidden: Forbidden(
        "this needs scope review; key 'shop' does not carry it",
        remedy="ask operations for a key of the role reviewer: signoff keys create NAME --role ROLE",
        extra={"scopes": ["review"]},
    ),
    TooManyRequests: TooManyRequests(
        "'shop' may send 600 requests a minute",
        remedy="wait 1 seconds, and spread requests out; operations can raise the rate of a key",
    ),
    LeaseLost: LeaseLost(
        f"maria holds case {CASE_ID} until 2026-11-21T09:15:00.000Z",
        remedy="claim another case, or wait until the lease ends",
        extra={"state": "claimed", "holder": "maria", "until": "2026-11-21T09:15:00.000Z"},
    ),
    RulesBroken: RulesBroken(
        "packs/retail-banking/fraud.rule.yaml:12:5: unknown effect 'deny'", extra={"errors": [RULE_ERROR]}
    ),
}
#: Example of each request body, by the name of its schema.
REQUESTS: dict[str, dict[str, Any]] = {
    "DecisionRequest": DECISION_REQUEST,
    "Halt": HALT,
    "Resume": {"workflow": "retail-banking", "dry_run": False, "rerun": True},
}
