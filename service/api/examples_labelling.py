"""The examples of the reference for labelling: one request, from the backlog to an example."""

from __future__ import annotations

from typing import Any

from service.api.examples import TOKEN
from service.api.examples_cases import CASE

ITEM_ID = "lab_01KB2Z8M4T5V6W7X8Y9Z0A1B2C"
EXAMPLE_ID = "exa_01KB2Z9N5V6W7X8Y9Z0A1B2C3D"
_LABELS = ["card_payment_charged_twice"]

ITEM: dict[str, Any] = {
    "item": ITEM_ID,
    "workflow": "retail-banking",
    "text": "my card was billed two times at the bakery",
    "attributes": {"channel": "app"},
    "choices": CASE["choices"],
    "several": False,
    "token": TOKEN,
    "until": "2026-11-21T09:15:00.000Z",
}
LABELLED: dict[str, Any] = {"item": ITEM_ID, "example": EXAMPLE_ID, "labels": _LABELS}
PROGRESS: dict[str, Any] = {
    "workflow": "retail-banking",
    "alpha": 0.05,
    "delta": 0.1,
    "measured": {"done": 312, "needed": 473, "estimated": False, "certified": False},
    "says": "312 of 473 requests drawn at random are labelled",
    "groups": [
        {
            "group": "money-out",
            "labels": ["fee_refund_request", "direct_debit_refund"],
            "alpha": 0.01,
            "done": 41,
            "needed": 742,
            "estimated": True,
            "certified": False,
            "why": "",
        },
    ],
    "queue": {
        "calibration": {"waiting": 161, "labelled": 312, "skipped": 0},
        "train": {"waiting": 1840, "labelled": 55, "skipped": 4},
    },
    "examples": {"review": 91, "check": 12, "labelling": 367},
    "labels": [
        {"label": "card_payment_charged_twice", "title": "Charged twice for one card payment", "examples": 41},
        {"label": None, "title": "None of these", "examples": 17},
    ],
}
STARTED: dict[str, Any] = {
    "calibration": 473,
    "train": 1899,
    "known": 12,
    "left_out": [{"row": 7, "why": "no text"}],
}
CHOSEN: dict[str, Any] = {"waiting": 1899, "ahead": 500, "anew": 0, "by_model": True}
EXAMPLE: dict[str, Any] = {
    "id": EXAMPLE_ID,
    "workflow": "retail-banking",
    "labels": _LABELS,
    "part": "train",
    "source": "review",
    "by": "maria",
    "created_at": "2026-11-21T09:02:11.000Z",
    "aside_by": "anna",
}
#: Example of each request body, by the name of its schema.
REQUESTS: dict[str, dict[str, Any]] = {
    "Backlog": {
        "requests": [{"text": "my card was billed two times at the bakery", "attributes": {"channel": "app"}}],
        "calibration": 1,
    },
    "GivenLabels": {"token": TOKEN, "labels": _LABELS},
    "CorrectedLabels": {"labels": _LABELS},
}
