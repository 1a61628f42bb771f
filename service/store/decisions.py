"""Decisions: the automatic part as it was made, and where each stands now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.cases import BLIND_IF_DRAWN
from service.store.known_answers import REAL_DECISION
from service.store.tables import cases, decisions, ledger, payloads

_GET = sa.select(decisions).where(decisions.c.id == sa.bindparam("decision_id"))


def add(connection: Connection, values: Mapping[str, Any]) -> None:
    connection.execute(decisions.insert(), dict(values))


def get(connection: Connection, decision_id: str) -> sa.Row[Any] | None:
    return connection.execute(_GET, {"decision_id": decision_id}).one_or_none()


def settle(
    connection: Connection, decision_id: str, *, outcome: str, decided_by: str, labels: Sequence[str], now: datetime
) -> None:
    """A person decided: this is where the decision stands from now on."""
    connection.execute(
        decisions.update()
        .where(decisions.c.id == decision_id)
        .values(
            state="final",
            outcome=outcome,
            decided_by=decided_by,
            label=labels[0] if labels else None,
            labels=list(labels),
            final_at=now,
        )
    )


def page(
    connection: Connection,
    *,
    principal: str | None,
    workflow: str | None,
    state: str | None,
    after: str | None,
    limit: int,
    blind: bool = False,
) -> list[sa.Row[Any]]:
    """Newest first, before the cursor `after`; only the principal's own when one is named.

    With `blind`, without those under a blind check.
    """
    query = sa.select(decisions).order_by(decisions.c.id.desc()).limit(limit)
    if principal is not None:
        query = query.where(decisions.c.principal == principal)
    if workflow is not None:
        query = query.where(decisions.c.workflow == workflow)
    if state is not None:
        query = query.where(decisions.c.state == state)
    if after is not None:
        query = query.where(decisions.c.id < after)
    # Whoever may be given a copy sees them all alike; for everybody else only what somebody asked for was decided.
    query = query.where(~_under_blind_check() if blind else REAL_DECISION)
    return list(connection.execute(query))


def _under_blind_check() -> sa.ColumnElement[bool]:
    """Whether a decision was drawn at random and a case of it waits for somebody to decide it, blind."""
    waiting = sa.exists().where(cases.c.decision == decisions.c.id, BLIND_IF_DRAWN)
    return sa.and_(decisions.c.probability.is_not(None), waiting)


def made(connection: Connection, workflow: str, since: datetime, before: str | None, limit: int) -> list[sa.Row[Any]]:
    """What was decided at `since` or later and before decision `before`, newest first: id, created_at, groups, the
    request (None when it is gone) and the record of the ledger."""
    query = (
        sa.select(
            decisions.c.id,
            decisions.c.created_at,
            decisions.c.groups,
            payloads.c.data.label("request"),
            ledger.c.record,
        )
        .select_from(
            decisions.join(
                ledger, sa.and_(ledger.c.subject_id == decisions.c.id, ledger.c.kind == "decision.made")
            ).outerjoin(payloads, payloads.c.id == decisions.c.request)
        )
        .where(decisions.c.workflow == workflow, decisions.c.created_at >= since)
        .order_by(decisions.c.id.desc())
        .limit(limit)
    )
    return list(connection.execute(query if before is None else query.where(decisions.c.id < before)))


def count_made(connection: Connection, workflow: str, since: datetime) -> int:
    query = sa.select(sa.func.count()).where(
        decisions.c.workflow == workflow, decisions.c.created_at >= since, REAL_DECISION
    )
    return connection.scalar(query) or 0


def lead_to(connection: Connection, decision_id: str, case_id: str) -> None:
    """Name the case that the decision goes on in."""
    connection.execute(decisions.update().where(decisions.c.id == decision_id).values(case=case_id))


def withdraw(connection: Connection, decision_id: str, now: datetime) -> None:
    """Nobody has to decide it any more: it is not waiting, and nothing was allowed."""
    connection.execute(decisions.update().where(decisions.c.id == decision_id).values(state="superseded", final_at=now))
