"""The examples of the reference for documents and searches: one document and what becomes of it."""

from __future__ import annotations

from typing import Any

from service.api.examples import FOUND_DOCUMENT

SEARCH_REQUEST: dict[str, Any] = {
    "workflow": "retail-banking",
    "text": "charged twice by the same shop",
    "k": 3,
    "filters": {"jurisdiction": ["GB"]},
    "as_of": "2026-11-21",
    "weights": {"dense": 1.0, "lexical": 1.0},
}
FOUND: dict[str, Any] = {
    "items": [
        {
            **FOUND_DOCUMENT,
            "status": "approved",
            "start": 412,
            "end": 502,
            "shares": {"dense": 0.4545, "lexical": 0.4545, "recency": 0.091},
        }
    ],
    "sequence": 57,
    "as_of": "2026-11-21T23:59:59.999Z",
    "notices": [],
}
_TEXT = "## When both payments have gone through\n\nOpen a claim for the second one. No form is needed.\n"
DOCUMENT: dict[str, Any] = {
    "collection": "retail-banking",
    "id": "dispute-duplicate",
    "title": "Card payments taken twice",
    "text": _TEXT,
    "owner": "disputes",
    "citations": ["chargeback-rules"],
    "fields": {"level": "handbook"},
    "effective_from": "2026-11-21",
    "review_by": "2027-11-21",
}
_SUBMITTED: dict[str, Any] = {
    "collection": "retail-banking",
    "id": "dispute-duplicate",
    "version": 3,
    "status": "submitted",
    "standing": None,
    "title": "Card payments taken twice",
    "owner": "disputes",
    "audience": [],
    "jurisdiction": [],
    "citations": ["chargeback-rules"],
    "fields": {"level": "handbook"},
    "effective_from": "2026-11-21T00:00:00.000Z",
    "effective_until": None,
    "review_by": "2027-11-21",
    "overdue": False,
    "digest": "5d41f0a7" + 56 * "0",
    "similar": [{"id": "chargeback-rules", "version": 4, "similarity": 0.82}],
    "source": "dispute-duplicate.md",
    "submitted_by": "operations",
    "submitted_at": "2026-11-21T08:30:00.000Z",
    "authors": ["operations"],
    "approved_by": None,
    "approved_at": None,
    "ended_by": None,
    "ended_at": None,
    "sequence": 57,
}
_APPROVED: dict[str, Any] = {
    **_SUBMITTED,
    "version": 2,
    "status": "approved",
    "standing": "in_force",
    "digest": "b10a8db1" + 56 * "0",
    "similar": [],
    "sequence": 31,
    "effective_from": "2026-01-05T00:00:00.000Z",
    "submitted_at": "2026-01-02T11:00:00.000Z",
    "approved_by": "maria",
    "approved_at": "2026-01-03T09:00:00.000Z",
}
DOCUMENTS: dict[str, Any] = {"items": [_APPROVED, _SUBMITTED], "next": None, "notices": []}
DOCUMENT_VIEW: dict[str, Any] = {
    **_SUBMITTED,
    "text": _TEXT,
    "note": None,
    "notices": ["Version 2 stays in force until this one is approved."],
    "cites": [
        {
            "collection": "retail-banking",
            "id": "chargeback-rules",
            "version": 4,
            "title": "Chargeback rules",
            "status": "approved",
        }
    ],
    "cited_by": [
        {
            "collection": "retail-banking",
            "id": "complaints",
            "version": 6,
            "title": "Handling complaints",
            "status": "approved",
        }
    ],
    "names": [
        {
            "workflow": "retail-banking",
            "label": "card_payment_charged_twice",
            "title": "Charged twice for one card payment",
        }
    ],
    "versions": [_SUBMITTED, _APPROVED],
}
RETURNED: dict[str, Any] = {
    **DOCUMENT_VIEW,
    "status": "draft",
    "note": {
        "kind": "returned",
        "by": "maria",
        "at": "2026-11-21T09:00:00.000Z",
        "why": "say how long a claim takes",
    },
}
DIFF: dict[str, Any] = {
    "collection": "retail-banking",
    "id": "dispute-duplicate",
    "older": _APPROVED,
    "newer": _SUBMITTED,
    "changed": [{"field": "effective_from", "older": "2026-01-05T00:00:00.000Z", "newer": "2026-11-21T00:00:00.000Z"}],
    "lines": [
        {
            "kind": "same",
            "older": [["## When both payments have gone through", False]],
            "newer": [["## When both payments have gone through", False]],
        },
        {
            "kind": "changed",
            "older": [["Open a claim for the second one. ", False], ["Send form 12.", True]],
            "newer": [["Open a claim for the second one. ", False], ["No form is needed.", True]],
        },
    ],
}
PREVIEW: dict[str, Any] = {
    "collection": "retail-banking",
    "id": "dispute-duplicate",
    "version": 3,
    "step": "approve",
    "replaces": 2,
    "workflows": [
        {
            "workflow": "retail-banking",
            "cases": 360,
            "cases_changed": 1,
            "answers_changed": 1,
            "automatic_before": 0.822,
            "automatic_after": 0.825,
            "holds": True,
            "examples": [
                {
                    "text": "the shop took it two times, do I need form 12?",
                    "before": {"label": None, "automatic": False, "documents": ["complaints"]},
                    "after": {
                        "label": "card_payment_charged_twice",
                        "automatic": True,
                        "documents": ["dispute-duplicate"],
                    },
                }
            ],
        }
    ],
    "sentences": [
        "Version 3 would be found instead of version 2.",
        "retail-banking: 1 of 360 calibration cases would come out differently; automation 82% → 83%.",
    ],
}
IMPORTED: dict[str, Any] = {
    "collection": "retail-banking",
    "added": 1,
    "unchanged": 1,
    "documents": [
        {
            "id": "dispute-duplicate",
            "version": 3,
            "status": "submitted",
            "title": "Card payments taken twice",
            "source": "dispute-duplicate.docx",
            "similar": [{"id": "chargeback-rules", "version": 4, "similarity": 0.82}],
            "retired": None,
            "notes": ["1 image left out"],
        }
    ],
    "duplicates": [],
    "unreadable": [{"place": "letter.pdf", "why": "has no text: it is a scan"}],
    "notices": [],
}
#: Example of each request body, by the name of its schema.
REQUESTS: dict[str, dict[str, Any]] = {
    "SearchRequest": SEARCH_REQUEST,
    "DocumentSubmission": DOCUMENT,
    "DocumentVersion": {"version": 3},
    "Approval": {"version": 3, "digest": _SUBMITTED["digest"], "why": "agreed with the disputes team"},
    "Return": {"version": 3, "why": "say how long a claim takes"},
    "Retirement": {"version": 3, "why": "replaced by the new claims process"},
}
