"""The examples of the reference about asking requesters."""

from __future__ import annotations

from typing import Any

from service.api.examples import DECISION_ID, TOKEN

_QUESTION_ID = "qst_01KB2ZJ6T1V4X7Z0B3D6F9H2K5"
_UNTIL = "2026-11-24T09:05:00.000Z"
PUT: dict[str, Any] = {"question": _QUESTION_ID, "until": _UNTIL}
TAKEN: dict[str, Any] = {
    "decision": DECISION_ID,
    "question": _QUESTION_ID,
    "answered_at": "2026-11-21T10:41:07.000Z",
}
#: As it stands on a case once it was answered.
ANSWERED: dict[str, Any] = {
    "id": _QUESTION_ID,
    "text": "Which of the two payments do you recognise, and on which day was it?",
    "by": "maria",
    "asked_at": "2026-11-21T09:05:00.000Z",
    "until": _UNTIL,
    "ended": "answered",
    "ended_at": TAKEN["answered_at"],
    "answer": {
        "text": "The one of Tuesday. I did not go to the shop on Wednesday.",
        "attributes": {},
        "by": "web-shop",
        "at": TAKEN["answered_at"],
        "rules": {
            "effect": None,
            "findings": [],
            "unknown": [],
            "exempted": [],
            "asked": 57,
            "no_match": 57,
            "redact": [],
        },
    },
}
#: Example of each request body, by the name of its schema.
REQUESTS: dict[str, dict[str, Any]] = {
    "AskRequester": {"token": TOKEN, "text": ANSWERED["text"]},
    "RequesterAnswer": {"text": ANSWERED["answer"]["text"], "attributes": {}},
}
