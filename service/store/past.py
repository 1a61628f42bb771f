"""Past decisions with their records, for whoever makes them again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.known_answers import REAL_DECISION
from service.store.tables import decisions, ledger

#: Of records that say how a decision was made.
KINDS = ("decision.made", "decision.corrected")
_RECORDED = sa.and_(ledger.c.subject_id == decisions.c.id, ledger.c.kind.in_(KINDS))
_PAST = sa.select(decisions, ledger.c.record).select_from(decisions.join(ledger, _RECORDED)).where(REAL_DECISION)


@dataclass(frozen=True, slots=True)
class Span:
    """Decisions of a workflow, from a moment on and before another one."""

    workflow: str
    since: datetime
    until: datetime  #: exclusive

    def where(self) -> sa.ColumnElement[bool]:
        return sa.and_(
            decisions.c.workflow == self.workflow,
            decisions.c.created_at >= self.since,
            decisions.c.created_at < self.until,
        )


def one(connection: Connection, decision_id: str) -> sa.Row[Any] | None:
    """A decision with its record; None where there is no such decision, or it is a copy that nobody asked for."""
    return connection.execute(_PAST.where(decisions.c.id == decision_id)).one_or_none()


def page(connection: Connection, span: Span, after: str, limit: int) -> list[sa.Row[Any]]:
    """Those behind decision `after`, oldest first; after the empty one: from the first on."""
    query = _PAST.where(span.where(), decisions.c.id > after).order_by(decisions.c.id).limit(limit)
    return list(connection.execute(query))


def count(connection: Connection, span: Span) -> int:
    return connection.scalar(sa.select(sa.func.count()).where(span.where(), REAL_DECISION)) or 0
