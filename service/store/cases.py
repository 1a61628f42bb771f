"""Cases and their leases. Every write names the version and token it was read with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.domain.case import CaseKind, CaseState
from service.domain.types import Reason
from service.store.tables import case_reasons, cases, decisions

_OPEN = (CaseState.QUEUED.value, CaseState.CLAIMED.value)

#: A case of a decision that was drawn at random is a blind check then, as `service.domain.case.blind` has it.
BLIND_IF_DRAWN = sa.and_(cases.c.state != CaseState.DECIDED.value, cases.c.kind != CaseKind.APPEAL.value)


def add(connection: Connection, values: Mapping[str, Any]) -> None:
    connection.execute(cases.insert(), dict(values))
    reasons = [{"case": values["id"], "reason": reason} for reason in values["reasons"]]
    if reasons:
        connection.execute(case_reasons.insert(), reasons)


def get(connection: Connection, case_id: str) -> sa.Row[Any] | None:
    return connection.execute(sa.select(cases).where(cases.c.id == case_id)).one_or_none()


def lock(connection: Connection, case_id: str) -> sa.Row[Any] | None:
    """The case as it is, held against other writers until this transaction ends."""
    return connection.execute(sa.select(cases).where(cases.c.id == case_id).with_for_update()).one_or_none()


def expired(connection: Connection, queue: str, now: datetime) -> list[sa.Row[Any]]:
    """The queue's cases whose lease has run out, held until this transaction ends."""
    over = sa.and_(cases.c.queue == queue, cases.c.state == CaseState.CLAIMED.value, cases.c.lease_until <= now)
    return list(connection.execute(sa.select(cases).where(over).order_by(cases.c.id).with_for_update(skip_locked=True)))


def best_queued(connection: Connection, queue: str) -> sa.Row[Any] | None:
    """Highest priority, then earliest due; held until this transaction ends, and passed over by other claimers."""
    return connection.execute(
        sa.select(cases)
        .where(cases.c.queue == queue, cases.c.state == CaseState.QUEUED.value)
        .order_by(cases.c.priority.desc(), cases.c.due_at, cases.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()


def write(connection: Connection, case: sa.Row[Any], values: Mapping[str, Any]) -> bool:
    """Change the case if it is still the one that was read; whether it was."""
    changed = connection.execute(
        cases.update()
        .where(cases.c.id == case.id, cases.c.version == case.version)
        .values(**values, version=case.version + 1)
    )
    return changed.rowcount == 1


def page(
    connection: Connection,
    *,
    queue: str | None,
    state: str | None,
    reason: str | None,
    after: str | None,
    limit: int,
) -> list[sa.Row[Any]]:
    """Best first for open ones, newest first otherwise. The cursor is the last case's id."""
    query = sa.select(cases)
    if queue is not None:
        query = query.where(cases.c.queue == queue)
    if state == "open":
        query = query.where(cases.c.state.in_(_OPEN))
    elif state is not None:
        query = query.where(cases.c.state == state)
    if reason is not None:
        query = query.where(_shows(reason))
    last = get(connection, after) if after else None
    if state in ("open", "queued", "claimed"):
        query = query.order_by(cases.c.priority.desc(), cases.c.due_at, cases.c.id)
        if last is not None:
            query = query.where(
                sa.tuple_(-cases.c.priority, cases.c.due_at, cases.c.id)
                > sa.tuple_(
                    sa.literal(-last.priority),
                    sa.bindparam(None, last.due_at, type_=cases.c.due_at.type),
                    sa.literal(last.id),
                )
            )
    else:
        query = query.order_by(cases.c.id.desc())
        if last is not None:
            query = query.where(cases.c.id < last.id)
    return list(connection.execute(query.limit(limit)))


def _shows(reason: str) -> sa.ColumnElement[bool]:
    """Whether a case is here for this reason and says so: a blind check only says that it was drawn."""
    has = sa.exists().where(case_reasons.c.case == cases.c.id, case_reasons.c.reason == reason)
    if reason == Reason.RANDOM_CHECK:
        return has
    drawn = sa.exists().where(decisions.c.id == cases.c.decision, decisions.c.probability.is_not(None))
    return sa.and_(has, ~sa.and_(drawn, BLIND_IF_DRAWN))


def queues(connection: Connection, now: datetime) -> list[sa.Row[Any]]:
    """One row a queue: open, claimed, overdue, oldest_at."""
    claimed = sa.case((sa.and_(cases.c.state == CaseState.CLAIMED.value, cases.c.lease_until > now), 1), else_=0)
    late = sa.case((cases.c.due_at <= now, 1), else_=0)
    return list(
        connection.execute(
            sa.select(
                cases.c.queue,
                sa.func.count().label("open"),
                sa.func.sum(claimed).label("claimed"),
                sa.func.sum(late).label("overdue"),
                sa.func.min(cases.c.created_at).label("oldest_at"),
            )
            .where(cases.c.state.in_(_OPEN))
            .group_by(cases.c.queue)
            .order_by(cases.c.queue)
        )
    )
