"""Compare what somebody made of a copy with the known answer. Nobody outside hears of it, and nothing is learned."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from service.domain.case import CaseAction
from service.domain.known import same_answer
from service.domain.types import DecidedBy
from service.store import decisions, known_answers, ledger, reviews
from service.store.engine import Connection, Row
from service.usecases.house import House
from service.usecases.move_case import SERVICE, move


def judge(connection: Connection, house: House, row: Row[Any], review: Row[Any], now: datetime) -> Row[Any]:
    """The copy, decided for good. For whoever decided it, it looks as any case that is out."""
    given = known_answers.given_in(connection, row.id)
    known = known_answers.get(connection, given.known_answer) if given is not None else None
    assert known is not None, "a case of this kind is given with its known answer"
    correct = same_answer(review.labels, review.outcome, known.labels, known.outcome)
    reviews.deliver(connection, review.id, now)
    decisions.settle(
        connection,
        row.decision,
        outcome=review.outcome,
        decided_by=DecidedBy.REVIEWER.value,
        labels=review.labels,
        now=now,
    )
    known_answers.close(connection, row.id, correct, now)
    body = {"case": row.id, "decision": row.decision, "by": review.reviewer, "review": review.id, "correct": correct}
    ledger.append(connection, "known_answer.judged", known.id, now, body)
    return move(connection, house, row, CaseAction.DELIVER, by=SERVICE, now=now, values={"delivered_at": now})
