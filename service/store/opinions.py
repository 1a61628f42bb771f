"""Opinions of several people on the same case, as rows to be compared."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.known_answers import REAL_CASE
from service.store.tables import cases, reviews


def on_the_same(connection: Connection, queues: Collection[str] | None, since: datetime) -> list[sa.Row[Any]]:
    """Opinions not taken back on cases that have several, those of a case together and oldest first.

    (case, queue, reviewer, labels, outcome); of cases that somebody gave an opinion on since then.
    """
    kept = sa.select(reviews.c.case).where(reviews.c.undone_at.is_(None), reviews.c.created_at >= since)
    several = (
        sa.select(reviews.c.case)
        .where(reviews.c.undone_at.is_(None), reviews.c.case.in_(kept))
        .group_by(reviews.c.case)
        .having(sa.func.count() > 1)
    )
    query = (
        sa.select(reviews.c.case, cases.c.queue, reviews.c.reviewer, reviews.c.labels, reviews.c.outcome)
        .select_from(reviews.join(cases, cases.c.id == reviews.c.case))
        .where(reviews.c.undone_at.is_(None), reviews.c.case.in_(several), REAL_CASE)
        .order_by(reviews.c.case, reviews.c.created_at, reviews.c.id)
    )
    return list(connection.execute(query if queues is None else query.where(cases.c.queue.in_(queues))))
