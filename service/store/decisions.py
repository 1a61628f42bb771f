"""Decisions: the automatic part as it was made, and where each stands now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.tables import decisions, reviews

_GET = sa.select(decisions).where(decisions.c.id == sa.bindparam("decision_id"))


def add(connection: Connection, values: Mapping[str, Any]) -> None:
    connection.execute(decisions.insert(), dict(values))


def get(connection: Connection, decision_id: str) -> sa.Row[Any] | None:
    return connection.execute(_GET, {"decision_id": decision_id}).one_or_none()


def settle(
    connection: Connection, decision_id: str, *, outcome: str, decided_by: str, label: str | None, now: datetime
) -> None:
    """A person decided: this is where the decision stands from now on."""
    connection.execute(
        decisions.update()
        .where(decisions.c.id == decision_id)
        .values(state="final", outcome=outcome, decided_by=decided_by, label=label, final_at=now)
    )


def page(
    connection: Connection,
    *,
    principal: str | None,
    workflow: str | None,
    state: str | None,
    after: str | None,
    limit: int,
) -> list[sa.Row[Any]]:
    """Newest first, before the cursor `after`; only the principal's own when one is named."""
    query = sa.select(decisions).order_by(decisions.c.id.desc()).limit(limit)
    if principal is not None:
        query = query.where(decisions.c.principal == principal)
    if workflow is not None:
        query = query.where(decisions.c.workflow == workflow)
    if state is not None:
        query = query.where(decisions.c.state == state)
    if after is not None:
        query = query.where(decisions.c.id < after)
    return list(connection.execute(query))


def add_review(connection: Connection, values: Mapping[str, Any]) -> None:
    connection.execute(reviews.insert(), dict(values))


def reviews_of(connection: Connection, decision_id: str) -> list[sa.Row[Any]]:
    """Oldest first."""
    return list(connection.execute(sa.select(reviews).where(reviews.c.decision == decision_id).order_by(reviews.c.id)))
