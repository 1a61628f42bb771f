"""What requesters were asked, and what they answered: as reviewers see it, and as whoever is asked does."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from service.domain.answer import timestamp
from service.store import questions
from service.store.engine import Connection, Row
from service.usecases.masked import masked


def of_case(connection: Connection, case_id: str, made: Mapping[str, Any], *, led: bool = True) -> list[dict[str, Any]]:
    """Every question of a case with what became of it, the oldest first.

    Answers are masked as the request is, and of what rules then obliged to redact as well. What these found is only for
    whoever is `led`.
    """
    return [_shown(row, made, led=led) for row in questions.of_case(connection, case_id)]


def open_question(connection: Connection, decision_id: str) -> dict[str, Any] | None:
    """What the requester of a decision is asked now; not by whom."""
    row = questions.open_of_decision(connection, decision_id)
    if row is None:
        return None
    asked = {"asked_at": timestamp(row.asked_at), "until": timestamp(row.until)}
    return {"id": row.id, "text": _words(row.question_words).get("text"), **asked}


def words_of(asked: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], str | None]:
    """What was written with each move of a case that put a question or answered it: by action and question."""
    said = {("ask", each["id"]): each["text"] for each in asked}
    return said | {("answer", each["id"]): each["answer"]["text"] for each in asked if each["answer"]}


def _shown(row: Row[Any], made: Mapping[str, Any], *, led: bool) -> dict[str, Any]:
    return {
        "id": row.id,
        "text": _words(row.question_words).get("text"),
        "by": row.asked_by,
        "asked_at": timestamp(row.asked_at),
        "until": timestamp(row.until),
        "ended": row.ended,
        "ended_at": timestamp(row.ended_at) if row.ended_at is not None else None,
        "answer": _answer(row, made, led=led) if row.said is not None else None,
    }


def _answer(row: Row[Any], made: Mapping[str, Any], *, led: bool) -> dict[str, Any]:
    written = _words(row.answer_words)
    found = written.get("rules")
    kinds = {*_redacted(made.get("rules")), *_redacted(found)}
    text = written.get("text")
    return {
        "text": None if text is None else masked(text, kinds),
        "attributes": written.get("attributes", {}),
        "by": row.said_by,
        "at": timestamp(row.ended_at),
        "rules": found if led else None,
    }


def _redacted(rules: Mapping[str, Any] | None) -> Sequence[str]:
    redact: Sequence[str] = (rules or {}).get("redact", ())
    return redact


def _words(data: bytes | None) -> dict[str, Any]:
    """Nothing where it is erased."""
    written: dict[str, Any] = json.loads(data) if data else {}
    return written
