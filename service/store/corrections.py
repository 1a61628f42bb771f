"""Decisions that took the place of others, and what there is to correct."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.known_answers import REAL_DECISION
from service.store.past import KINDS
from service.store.tables import decisions, ledger
from service.store.tables_replay import corrections, resumed

# As it was decided last without a person: the first time, or when it was resumed.
_release = sa.func.coalesce(resumed.c.release, decisions.c.release)
_decided_at = sa.func.coalesce(resumed.c.at, decisions.c.created_at, type_=decisions.c.created_at.type)
_made = ledger.alias("made")
_again = ledger.alias("again")
_STANDING = (
    sa.select(
        decisions,
        _made.c.record,
        _again.c.record.label("resumed_record"),
        resumed.c.answer.label("resumed_answer"),
    )
    .select_from(
        decisions.join(_made, sa.and_(_made.c.subject_id == decisions.c.id, _made.c.kind.in_(KINDS)))
        .outerjoin(resumed, resumed.c.decision == decisions.c.id)
        .outerjoin(_again, sa.and_(_again.c.subject_id == resumed.c.decision, _again.c.kind == "decision.resumed"))
    )
    .where(REAL_DECISION)
)
_OF = sa.select(corrections).where(corrections.c.decision == sa.bindparam("decision_id"))
_BEFORE = sa.select(corrections.c.decision).where(corrections.c.superseded_by == sa.bindparam("decision_id"))


@dataclass(frozen=True, slots=True)
class Span:
    """Decisions of a workflow that were decided from a moment on and before another one."""

    workflow: str
    since: datetime
    until: datetime  #: exclusive
    release: str | None = None  #: that decided them; None: whichever

    def where(self) -> sa.ColumnElement[bool]:
        within = [decisions.c.workflow == self.workflow, _decided_at >= self.since, _decided_at < self.until]
        return sa.and_(*within, *([] if self.release is None else [_release == self.release]))


def page(connection: Connection, span: Span, after: str, limit: int) -> list[sa.Row[Any]]:
    """Those behind decision `after`, oldest first, with the record of how each was made and, where it was resumed, of
    that (`resumed_record`, `resumed_answer`)."""
    query = _STANDING.where(span.where(), decisions.c.id > after).order_by(decisions.c.id).limit(limit)
    return list(connection.execute(query))


def count(connection: Connection, span: Span) -> int:
    query = sa.select(sa.func.count()).select_from(decisions.outerjoin(resumed, resumed.c.decision == decisions.c.id))
    return connection.scalar(query.where(span.where(), REAL_DECISION)) or 0


def supersede(connection: Connection, values: Mapping[str, Any]) -> None:
    """Another decision takes the place of this one, which keeps what it was otherwise."""
    connection.execute(corrections.insert(), dict(values))
    old = decisions.update().where(decisions.c.id == values["decision"])
    connection.execute(old.values(state="superseded"))


def of_decision(connection: Connection, decision_id: str) -> sa.Row[Any] | None:
    """What took its place: `superseded_by`, `by`, `at`."""
    return connection.execute(_OF, {"decision_id": decision_id}).one_or_none()


def predecessor(connection: Connection, decision_id: str) -> str | None:
    """The decision that it took the place of."""
    found: str | None = connection.scalar(_BEFORE, {"decision_id": decision_id})
    return found
