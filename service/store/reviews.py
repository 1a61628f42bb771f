"""What people decided: opinions, of which one a case goes out as the decision."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.tables import reviews
from service.store.tables_attached import attached

_ADD = reviews.insert()
_OF_CASE = (
    sa.select(reviews).where(reviews.c.case == sa.bindparam("case_id")).order_by(reviews.c.created_at, reviews.c.id)
)


def add(connection: Connection, values: Mapping[str, Any]) -> None:
    connection.execute(_ADD, dict(values))


def of_case(connection: Connection, case_id: str) -> list[sa.Row[Any]]:
    """Everything that people said of a case, what they took back included, oldest first."""
    return list(connection.execute(_OF_CASE, {"case_id": case_id}))


def of_decision(connection: Connection, decision_id: str) -> list[sa.Row[Any]]:
    """What went out, oldest first; also of a case that the decision is attached to."""
    with_others = sa.select(attached.c.case).where(attached.c.decision == decision_id)
    its = sa.or_(reviews.c.decision == decision_id, reviews.c.case.in_(with_others))
    out = sa.select(reviews).where(its, reviews.c.delivered_at.is_not(None))
    return list(connection.execute(out.order_by(reviews.c.delivered_at, reviews.c.id)))


def take_back(connection: Connection, review_id: str, now: datetime) -> None:
    connection.execute(reviews.update().where(reviews.c.id == review_id).values(undone_at=now))


def deliver(connection: Connection, review_id: str, now: datetime) -> None:
    connection.execute(reviews.update().where(reviews.c.id == review_id).values(delivered_at=now))
