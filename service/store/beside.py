"""What stands beside a case: decided ones whose requests lie near, and what else there is of the same subject.

Copies whose answer is known are never among them.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.domain.case import OPEN, CaseKind, CaseState
from service.store.tables import cases, decisions, payloads
from service.store.tables_attached import case_vectors

_REAL = cases.c.kind != CaseKind.KNOWN_ANSWER.value


def keep_vector(connection: Connection, decision_id: str, payload_id: str, encoder: str) -> None:
    connection.execute(case_vectors.insert(), {"decision": decision_id, "payload": payload_id, "encoder": encoder})


def vector_of(connection: Connection, decision_id: str) -> sa.Row[Any] | None:
    """`encoder` and `data` of a decision's request; None when none was kept or it is gone."""
    query: sa.Select[Any] = sa.select(case_vectors.c.encoder, payloads.c.data)
    query = query.join(payloads, payloads.c.id == case_vectors.c.payload)
    return connection.execute(query.where(case_vectors.c.decision == decision_id)).one_or_none()


def decided(
    connection: Connection,
    workflow: str,
    encoder: str,
    without: Collection[str],
    queues: Collection[str] | None,
    limit: int,
) -> list[sa.Row[Any]]:
    """The cases of a workflow that went out last and whose requests have vectors of that encoder: `case`, `decision`
    and `data`; not of the decisions `without`, and of some queues only, or of all (None)."""
    query = (
        sa.select(cases.c.id.label("case"), cases.c.decision, payloads.c.data)
        .select_from(
            cases.join(case_vectors, case_vectors.c.decision == cases.c.decision).join(
                payloads, payloads.c.id == case_vectors.c.payload
            )
        )
        .where(
            cases.c.workflow == workflow,
            cases.c.delivered_at.is_not(None),
            cases.c.state == CaseState.DELIVERED.value,
            case_vectors.c.encoder == encoder,
            cases.c.decision.not_in(without),
            _REAL,
        )
        .order_by(cases.c.delivered_at.desc())
        .limit(limit)
    )
    if queues is not None:
        query = query.where(cases.c.queue.in_(queues))
    return list(connection.execute(query))


def of_subject(
    connection: Connection,
    subject: str,
    without: Collection[str],
    queues: Collection[str] | None,
    limit: int,
    workflows: Collection[str] | None = None,
) -> list[sa.Row[Any]]:
    """The cases in which the subject's decisions go on, open ones first, the newest first among them; not of the
    decisions `without`, and of some queues and workflows only, or of all (None)."""
    of_decisions = (
        sa.select(decisions.c.case)
        .join(payloads, payloads.c.id == decisions.c.request)
        .where(payloads.c.key == subject, decisions.c.case.is_not(None), decisions.c.id.not_in(without))
    )
    closed = sa.case((cases.c.state.in_([state.value for state in OPEN]), 0), else_=1)
    query = sa.select(cases).where(cases.c.id.in_(of_decisions), _REAL).order_by(closed, cases.c.id.desc())
    if queues is not None:
        query = query.where(cases.c.queue.in_(queues))
    if workflows is not None:
        query = query.where(cases.c.workflow.in_(workflows))
    return list(connection.execute(query.limit(limit)))
