"""What people decided and what came in, as rows to be counted. Copies whose answer is known are in none of them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.domain.case import CaseState
from service.store.known_answers import REAL_CASE
from service.store.tables import cases, reviews

#: Somebody needs it decided. What is known of it is that it is claimed if it is a copy: others need not be looked at.
_WAITS = sa.or_(cases.c.state != CaseState.CLAIMED.value, REAL_CASE)


def decided(connection: Connection, queues: Collection[str] | None, since: datetime) -> list[sa.Row[Any]]:
    """What people said since then and did not take back: (reviewer, labels, suggested, begun_at, created_at, queue)."""
    query = (
        sa.select(
            reviews.c.reviewer,
            reviews.c.labels,
            reviews.c.suggested,
            reviews.c.begun_at,
            reviews.c.created_at,
            cases.c.queue,
            cases.c.due_at,
        )
        .select_from(reviews.join(cases, cases.c.id == reviews.c.case))
        .where(reviews.c.created_at >= since, reviews.c.undone_at.is_(None), REAL_CASE)
    )
    return list(connection.execute(_among(query, queues)))


def came(connection: Connection, queues: Collection[str] | None, since: datetime) -> list[sa.Row[Any]]:
    """Cases that came since then: (queue, created_at)."""
    return list(
        connection.execute(_among(sa.select(cases.c.queue, cases.c.created_at).where(REAL_CASE), queues, since))
    )


def dues(connection: Connection, queue: str, states: Collection[str], limit: int) -> list[datetime]:
    """When the cases of a queue that wait for us are due, the first ones first."""
    query = (
        sa.select(cases.c.due_at)
        .where(cases.c.queue == queue, cases.c.state.in_(states), _WAITS)
        .order_by(cases.c.due_at)
        .limit(limit)
    )
    return list(connection.scalars(query))


def _among(query: sa.Select[Any], queues: Collection[str] | None, since: datetime | None = None) -> sa.Select[Any]:
    if since is not None:
        query = query.where(cases.c.created_at >= since)
    return query if queues is None else query.where(cases.c.queue.in_(queues))
