"""Cases and decisions as the use cases give them, for the tests of the console."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
TEXT = "They took 40 twice from my card 4929."

FINDING = {
    "rule": "pii-card-number",
    "effect": "flag",
    "severity": "medium",
    "reason_code": "PII-02",
    "reason": "The text holds a card number.",
    "spans": [[32, 36, "pii:card"]],
}
UNKNOWN = {
    "rule": "large-amount",
    "effect": "review",
    "severity": "high",
    "reason_code": "AMT-01",
    "reason": "The amount may be large.",
    "spans": [],
    "unknown": ["amount"],
}
SUGGESTION = {"label": "charged_twice", "title": "Charged twice", "probability": 0.61}
RULES = {"effect": "review", "findings": [FINDING], "unknown": [UNKNOWN], "no_match": 13}


def document(**changes: Any) -> dict[str, Any]:
    return {
        "id": "doc_dispute-duplicate",
        "collection": "retail-banking",
        "version": 3,
        "title": "Card payments taken twice",
        "heading": "What counts",
        "passage": "A duplicate is one purchase taken twice.",
        "passage_id": "retail-banking/dispute-duplicate@3#0",
        "highlights": [[0, 11]],
        "score": 0.91,
        "cosine": 0.6,
        "parts": {"dense": 1.0, "lexical": 0.8, "recency": 0.1},
        **changes,
    }


def question(words: str = "Which shop?", **changes: Any) -> dict[str, Any]:
    """One that was answered with the same words."""
    said = {"text": words, "attributes": {words: words}, "by": words, "at": "2026-11-21T08:30:00.000Z"}
    return {
        "id": "qst_1",
        "text": words,
        "by": words,
        "asked_at": "2026-11-21T08:00:00.000Z",
        "until": "2026-11-24T08:00:00.000Z",
        "ended": "answered",
        "ended_at": "2026-11-21T08:30:00.000Z",
        "answer": {**said, "rules": {**RULES, "findings": [{**FINDING, "rule": words, "reason": words}]}},
        **changes,
    }


def choice(label: str, outcome: str = "allow", documents: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "id": label,
        "title": label.replace("_", " ").capitalize(),
        "definition": f"What {label} is.",
        "includes": ["this"],
        "excludes": ["that"],
        "outcome": outcome,
        "documents": list(documents),
    }


def case(**changes: Any) -> dict[str, Any]:
    return {
        "id": "case_1",
        "decision": "dec_1",
        "workflow": "retail-banking",
        "queue": "retail-banking",
        "kind": "held",
        "blind": False,
        "state": "queued",
        "priority": 50,
        "reasons": ["rule_unknown", "below_threshold"],
        "created_at": "2026-11-21T07:00:00.000Z",
        "due_at": "2026-11-22T07:00:00.000Z",
        "overdue": False,
        "lease": None,
        "version": 1,
        "text": TEXT,
        "attributes": {"channel": "app", "authenticated": True},
        "subject": None,
        "several": False,
        "suggestion": SUGGESTION,
        "suggestions": [SUGGESTION],
        "labels": [{"label": "charged_twice", "probability": 0.61}, {"label": "complaint", "probability": 0.22}],
        "rules": RULES,
        "documents": [document(), document(id="doc_complaints", passage_id="retail-banking/complaints@1#0")],
        "draft": {"text": "We can check a double charge.", "citations": ["doc_dispute-duplicate@3"]},
        "choices": [
            choice("bereavement"),
            choice("complaint", "review"),
            choice("charged_twice", documents=("dispute-duplicate",)),
        ],
        "review": None,
        "outcome": "review",
        **changes,
    }


def lease(holder: str = "Maya", until: str = "2026-11-21T09:15:00.000Z") -> dict[str, str]:
    return {"holder": holder, "until": until}


def review(**changes: Any) -> dict[str, Any]:
    return {
        "at": "2026-11-21T08:30:00.000Z",
        "outcome": "allow",
        "decided_by": "reviewer",
        "labels": ["charged_twice"],
        "reason_code": "charged_twice",
        "reviewer": "Maya",
        "passages": ["retail-banking/dispute-duplicate@3#0"],
        "note": "Both posted.",
        "reply": None,
        **changes,
    }


def decision(**changes: Any) -> dict[str, Any]:
    return {
        "id": "dec_1",
        "workflow": "retail-banking",
        "state": "final",
        "outcome": "allow",
        "decided_by": "reviewer",
        "labels": [{"label": "charged_twice", "probability": None}],
        "reasons": ["rule_unknown"],
        "public_reason": None,
        "rules": RULES,
        "documents": [document()],
        "draft": None,
        "case": "case_1",
        "release": "rel_1",
        "created_at": "2026-11-21T07:00:00.000Z",
        "review": review(),
        "history": [
            {"at": "2026-11-21T07:00:00.000Z", "state": "waiting", "outcome": "review", "decided_by": None},
            {"state": "final", **review()},
        ],
        **changes,
    }


def blind_case(**changes: Any) -> dict[str, Any]:
    """A blind check that nobody has decided yet, as `read_case` gives it."""
    hidden = {"kind": None, "outcome": None, "suggestion": None, "rules": None, "draft": None}
    empty: dict[str, Any] = {"suggestions": [], "labels": [], "documents": []}
    return case(**{"blind": True, "reasons": ["random_check"], **hidden, **empty, **changes})
