"""A case that was put aside is ours again: anybody's, and before all that are due alike."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from service.domain.case import CaseState
from service.domain.case_order import rank_at
from service.domain.types import QueuePolicy
from service.store import questions
from service.store.engine import Connection, Row


def boosted(
    connection: Connection, row: Row[Any], policy: QueuePolicy, now: datetime, *, because: str = "withdrawn"
) -> dict[str, Any]:
    """The columns that say so: it has waited, and somebody meant to see it now. Whom it was handed over to before has
    had it.

    Of one that waited for its requester the question is closed, `because` of what, and it is due as much later as it
    waited, at most as long as its policy waits for answers.
    """
    due_at = row.due_at + close(connection, row, because, now)
    return {
        "boosted": True,
        "assigned_to": None,
        "due_at": due_at,
        "rank_at": rank_at(policy.priority, due_at, row.priority, boosted=True),
    }


def close(connection: Connection, row: Row[Any], because: str, now: datetime) -> timedelta:
    """Nobody waits for an answer any more. How long the case waited for one; nothing where nobody was asked."""
    if row.state != CaseState.NEEDS_INFORMATION.value:
        return timedelta(0)
    question = questions.open_of(connection, row.id)
    if question is None:
        return timedelta(0)
    questions.end(connection, question.id, because, now)
    asked_at: datetime = question.asked_at
    until: datetime = question.until
    return min(now, until) - asked_at
