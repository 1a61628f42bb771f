"""The examples of the reference about drafts of replies."""

from __future__ import annotations

from typing import Any

from service.api.examples import FINAL

_QUOTED: dict[str, Any] = FINAL["draft"]
LANGUAGE_MODEL: dict[str, Any] = {
    "draft": "dft_01KB39Z6F9J2M5Q8T1W4Y7A0D3",
    "state": "written",
    "why": None,
    "loose": 0,
    "loose_sentences": [],
    "model": "llama-3.1-8b-instruct",
    "may_be_asked": True,
}
DRAFTS: dict[str, Any] = {
    "case": "case_01KB39Z2B5E8H1M4P7R0T3V6Y9",
    "labels": ["card_payment_charged_twice"],
    "draft": {
        **_QUOTED,
        "text": "We can see that both payments have gone through, so we open a claim for the second one.",
        "by_model": True,
    },
    "quoted": _QUOTED,
    "language_model": LANGUAGE_MODEL,
}
_COUNTS: dict[str, Any] = {"sent": 412, "drafted": 398, "unedited": 271, "share_unedited": 0.6809, "mean_changed": 0.09}
_NONE: dict[str, Any] = {"sent": 0, "drafted": 0, "unedited": 0, "share_unedited": None, "mean_changed": None}
FIGURES: dict[str, Any] = {
    **_COUNTS,
    "workflow": "retail-banking",
    "since": "2026-10-22T09:00:00.000Z",
    "until": "2026-11-21T09:00:00.000Z",
    "by_label": [{**_COUNTS, "label": "card_payment_charged_twice", "title": "Charged twice for one card payment"}],
    "quoted": _COUNTS,
    "language_model": _NONE,
}
CASES_CSV = (
    "id,decision,workflow,release,queue,kind,state,priority,reasons,created_at,due_at,decided_at,delivered_at,outcome,"
    "labels,suggested,reviewer,reason_code,attributes,text,note,reply\r\n"
)

REQUESTS: dict[str, Any] = {"DraftAsked": {"labels": ["card_payment_charged_twice"], "again": False}}
