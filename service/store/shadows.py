"""What candidates in shadow would have said of live decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.tables import cases, decisions, ledger, payloads, reviews
from service.store.tables_learning import shadows

# Decisions looked back on for some that were not shadowed yet: what is older was left out for good, because more
# came in than there was time for.
_BACK = 2_000


def add(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        connection.execute(shadows.insert(), [dict(row) for row in rows])


def count(connection: Connection, model: str) -> int:
    return connection.scalar(sa.select(sa.func.count()).where(shadows.c.model == model)) or 0


def not_yet(connection: Connection, model: str, workflow: str, since: datetime, limit: int) -> list[sa.Row[Any]]:
    """Decisions made since then that the model has not said anything of, newest first: id, created_at, groups,
    document_sequence, the request (None when it is gone) and the record of the ledger."""
    newest = (
        sa.select(decisions.c.id)
        .where(decisions.c.workflow == workflow)
        .order_by(decisions.c.id.desc())
        .limit(_BACK)
        .subquery()
    )
    said = sa.select(shadows.c.decision).where(shadows.c.model == model, shadows.c.decision == decisions.c.id)
    query = (
        sa.select(
            decisions.c.id,
            decisions.c.created_at,
            decisions.c.groups,
            decisions.c.document_sequence,
            payloads.c.data.label("request"),
            ledger.c.record,
        )
        .select_from(
            decisions.join(newest, newest.c.id == decisions.c.id)
            .join(ledger, sa.and_(ledger.c.subject_id == decisions.c.id, ledger.c.kind == "decision.made"))
            .outerjoin(payloads, payloads.c.id == decisions.c.request)
        )
        .where(decisions.c.created_at >= since, ~said.exists())
        .order_by(decisions.c.id.desc())
        .limit(limit)
    )
    return list(connection.execute(query))


def beside(connection: Connection, model: str, limit: int = 20_000) -> list[sa.Row[Any]]:
    """What the model said beside what was decided, newest first: decision, label, labels, confidence, automatic; the
    record of the ledger, the request and the release; what a reviewer decided (labels, outcome), and how long the case
    waited (None where there is none)."""
    reviewed = reviews.outerjoin(cases, cases.c.id == reviews.c.case)
    query = (
        sa.select(
            shadows.c.decision,
            shadows.c.label,
            shadows.c.labels,
            shadows.c.confidence,
            shadows.c.automatic,
            decisions.c.probability,
            ledger.c.record,
            payloads.c.data.label("request"),
            decisions.c.release,
            reviews.c.labels.label("reviewed"),
            reviews.c.outcome,
            cases.c.created_at.label("waited_from"),
            cases.c.decided_at.label("waited_until"),
        )
        .select_from(
            shadows.join(decisions, decisions.c.id == shadows.c.decision)
            .join(ledger, sa.and_(ledger.c.subject_id == shadows.c.decision, ledger.c.kind == "decision.made"))
            .outerjoin(payloads, payloads.c.id == decisions.c.request)
            .outerjoin(reviewed, sa.and_(reviews.c.decision == shadows.c.decision, reviews.c.delivered_at.is_not(None)))
        )
        .where(shadows.c.model == model)
        .order_by(shadows.c.decision.desc(), reviews.c.id.desc())
        .limit(limit)
    )
    found: dict[str, Any] = {}
    for row in connection.execute(query):
        if row.decision not in found:  # of several reviews the latest
            found[row.decision] = row
    return list(found.values())
