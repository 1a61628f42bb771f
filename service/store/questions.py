"""What requesters were asked, and what became of that."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.tables import payloads
from service.store.tables_questions import questions

_asked, _said = payloads.alias("asked_payload"), payloads.alias("said_payload")
_WITH_WORDS = (
    sa.select(questions, _asked.c.data.label("question_words"), _said.c.data.label("answer_words"))
    .select_from(
        questions.outerjoin(_asked, _asked.c.id == questions.c.asked).outerjoin(_said, _said.c.id == questions.c.said)
    )
    .order_by(questions.c.asked_at, questions.c.id)
)
_OF_CASE = _WITH_WORDS.where(questions.c.case == sa.bindparam("case_id"))
_OPEN_OF_DECISION = _WITH_WORDS.where(
    questions.c.decision == sa.bindparam("decision_id"), questions.c.ended.is_(None)
).limit(1)
_OPEN = sa.select(questions).where(questions.c.case == sa.bindparam("case_id"), questions.c.ended.is_(None))
_ANSWERED_WITH = (
    sa.select(questions)
    .where(questions.c.decision == sa.bindparam("decision_id"), questions.c.key == sa.bindparam("sent_key"))
    .order_by(questions.c.asked_at)
    .limit(1)
)
_EFFECTS = sa.select(questions.c.effect).where(
    questions.c.case == sa.bindparam("case_id"), questions.c.effect.is_not(None)
)


def add(connection: Connection, values: Mapping[str, Any]) -> None:
    connection.execute(questions.insert(), dict(values))


def open_of(connection: Connection, case_id: str) -> sa.Row[Any] | None:
    """What waits for an answer."""
    return connection.execute(_OPEN, {"case_id": case_id}).one_or_none()


def open_of_decision(connection: Connection, decision_id: str) -> sa.Row[Any] | None:
    """What the requester of a decision is asked now, with `question_words`."""
    return connection.execute(_OPEN_OF_DECISION, {"decision_id": decision_id}).one_or_none()


def of_case(connection: Connection, case_id: str) -> list[sa.Row[Any]]:
    """All of them, the oldest first, with `question_words` and `answer_words`: None where there are none, or where they
    are erased."""
    return list(connection.execute(_OF_CASE, {"case_id": case_id}))


def answered_with(connection: Connection, decision_id: str, key: str) -> sa.Row[Any] | None:
    """The question that was answered with that idempotency key."""
    return connection.execute(_ANSWERED_WITH, {"decision_id": decision_id, "sent_key": key}).one_or_none()


def effects(connection: Connection, case_id: str) -> list[str]:
    """What rules ask for because of what was answered, of each answer that they found something in."""
    return list(connection.scalars(_EFFECTS, {"case_id": case_id}))


def end(
    connection: Connection, question_id: str, how: str, now: datetime, answer: Mapping[str, Any] | None = None
) -> None:
    """It is open no longer: answered (with the columns of the answer), unanswered or withdrawn."""
    values = {**(answer or {}), "ended": how, "ended_at": now}
    connection.execute(questions.update().where(questions.c.id == question_id).values(values))
