"""The examples of the reference about cases: one case and what can happen to it."""

from __future__ import annotations

from typing import Any

from service.api.examples import (
    CASE_ID,
    DECISION_ID,
    DECISION_REQUEST,
    FINAL,
    FOUND_DOCUMENT,
    REVIEW,
    REVIEWED,
    TOKEN,
    WAITING,
)
from service.api.examples_questions import ANSWERED

CLAIMED: dict[str, Any] = {
    "case": CASE_ID,
    "decision": DECISION_ID,
    "token": TOKEN,
    "until": "2026-11-21T09:15:00.000Z",
}
CASE_SUMMARY: dict[str, Any] = {
    "id": CASE_ID,
    "decision": DECISION_ID,
    "workflow": "retail-banking",
    "queue": "retail-banking",
    "kind": "held",
    "blind": False,
    "state": "queued",
    "stage": "queued",
    "priority": 50,
    "reasons": ["rule_review"],
    "created_at": "2026-11-21T09:00:00.000Z",
    "due_at": "2026-11-22T09:00:00.000Z",
    "overdue": False,
    "boosted": False,
    "lease": None,
    "assigned_to": None,
    "claimed_at": None,
    "decided_at": None,
    "delivered_at": None,
    "reopens": None,
    "version": 1,
}
_SUGGESTION: dict[str, Any] = {
    "label": "card_payment_charged_twice",
    "title": "Charged twice for one card payment",
    "probability": 0.9731,
}
CASES: dict[str, Any] = {"items": [{**CASE_SUMMARY, "attached": 1, "excerpt": DECISION_REQUEST["text"]}], "next": None}
_COMMENT: dict[str, Any] = {"by": "joe", "at": "2026-11-21T09:04:11.000Z", "text": "The shop confirms both payments."}
_COMMENTED: dict[str, Any] = {
    "sequence": 4,
    "action": "comment",
    "by": "joe",
    "at": _COMMENT["at"],
    "was": "queued",
    "now": "queued",
    "told": {},
    "note": _COMMENT["text"],
}
CASE: dict[str, Any] = {
    **CASE_SUMMARY,
    "text": DECISION_REQUEST["text"],
    "attributes": DECISION_REQUEST["attributes"],
    "subject": DECISION_REQUEST["subject"],
    "attached": 1,
    "attached_requests": [
        {
            "decision": "dec_01KB3A8Z4Q6W2E8R7T5Y3U1I9P",
            "created_at": "2026-11-21T09:01:30.000Z",
            "subject": "customer-4711",
            "erased": False,
            "differences": [{"here": "", "there": "Hello,"}],
        }
    ],
    "several": False,
    "suggestion": _SUGGESTION,
    "suggestions": [_SUGGESTION],
    "labels": FINAL["labels"],
    "rules": WAITING["rules"],
    "documents": [FOUND_DOCUMENT],
    "draft": FINAL["draft"],
    "quoted": None,
    "language_model": None,
    "summary": None,
    "choices": [
        {
            "id": "card_payment_charged_twice",
            "title": "Charged twice for one card payment",
            "definition": "The same card payment was taken more than once for one purchase.",
            "includes": ["same amount taken twice by one shop"],
            "excludes": ["a payment the customer never made"],
            "outcome": "allow",
            "documents": ["dispute-duplicate"],
        }
    ],
    "review": None,
    "opinions": [],
    "outcome": "review",
    "hold": None,
    "questions": [ANSWERED],
    "without_note": {"labels": None, "outcome": "allow"},
    "events": [_COMMENTED],
    "comments": [_COMMENT],
    "skipped_by": ["joe"],
    "undo_until": None,
    "known_answer": None,
    "allowed": ["claim", "comment"],
}
CASE_DECISION: dict[str, Any] = {
    "token": TOKEN,
    "labels": ["card_payment_charged_twice"],
    "outcome": "allow",
    "reason_code": "evidence-clear",
    "passage_ids": ["retail-banking/dispute-duplicate@3#2"],
    "reply": "We have opened a claim for the second payment.",
}
#: As it stands within the undo window: nobody outside has heard of it.
DECIDED: dict[str, Any] = {
    **WAITING,
    "review": REVIEW,
    "question": None,
    "history": REVIEWED["history"][:1],
    "supersedes": None,
    "superseded_by": None,
    "undo_until": "2026-11-21T09:12:51.000Z",
}
EVENTS: dict[str, Any] = {
    "items": [
        {
            "sequence": 2,
            "action": "claim",
            "by": "joe",
            "at": "2026-11-21T09:02:00.000Z",
            "was": "queued",
            "now": "claimed",
            "told": {},
            "note": None,
        },
        {
            "sequence": 3,
            "action": "skip",
            "by": "joe",
            "at": "2026-11-21T09:03:40.000Z",
            "was": "claimed",
            "now": "queued",
            "told": {},
            "note": "I know this customer.",
        },
        _COMMENTED,
    ]
}
COMMENTED: dict[str, Any] = {**_COMMENT, "sequence": 4}
ON_HOLD: dict[str, Any] = {"until": "2026-11-23T09:00:00.000Z"}
HANDED_OVER: dict[str, Any] = {"to": "maria", "until": "2026-11-22T09:05:00.000Z"}
ESCALATED: dict[str, Any] = {"queue": "retail-banking-leads"}
REOPENED: dict[str, Any] = {"case": "case_01KB3B4T0R9W8V7S6Q5P4N3M2K", "reopens": CASE_ID}
#: Example of each request body, by the name of its schema.
REQUESTS: dict[str, dict[str, Any]] = {
    "LeaseToken": {"token": TOKEN},
    "CaseDecision": CASE_DECISION,
    "Skip": {"token": TOKEN, "reason": "I know this customer."},
    "Hold": {"token": TOKEN, "until": "2026-11-23T09:00:00Z", "reason": "The shop answers on Monday."},
    "Escalation": {"token": TOKEN, "note": "The amount is above what I may allow."},
    "HandOver": {"to": "maria", "token": TOKEN, "note": "You spoke with the shop."},
    "Reopening": {"note": "The shop says that there was one payment only."},
    "Withdrawal": {"decision": None, "note": "The customer has called and withdrawn the claim."},
    "Comment": {"text": "The shop confirms both payments."},
}
