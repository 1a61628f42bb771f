"""Cases that wait only because the service could not decide, and the decisions that it made of them later."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.domain.case import CaseKind, CaseState
from service.store.tables import case_reasons, cases
from service.store.tables_replay import resumed

#: In nobody's hands: waiting for its first reader, and handed over to nobody.
_UNCLAIMED = sa.and_(
    cases.c.state == CaseState.QUEUED.value,
    cases.c.stage == CaseState.QUEUED.value,
    cases.c.assigned_to.is_(None),
    cases.c.kind == CaseKind.HELD.value,
)
_OF = sa.select(resumed).where(resumed.c.decision == sa.bindparam("decision_id"))


def held(connection: Connection, workflow: str, reasons: Collection[str], after: str, limit: int) -> list[sa.Row[Any]]:
    """Unclaimed cases held for any of the reasons, behind case `after`, oldest first."""
    query = (
        sa.select(cases)
        .where(_UNCLAIMED, cases.c.workflow == workflow, cases.c.id > after, _for(reasons))
        .order_by(cases.c.id)
        .limit(limit)
    )
    return list(connection.execute(query))


def unclaimed(connection: Connection, case_id: str) -> sa.Row[Any] | None:
    """The case if it is in nobody's hands still, held against other writers until this transaction ends."""
    query = sa.select(cases).where(cases.c.id == case_id, _UNCLAIMED).with_for_update()
    return connection.execute(query).one_or_none()


def count(connection: Connection, workflow: str, reasons: Collection[str]) -> int:
    query = sa.select(sa.func.count()).select_from(cases)
    return connection.scalar(query.where(_UNCLAIMED, cases.c.workflow == workflow, _for(reasons))) or 0


def counts(connection: Connection, workflows: Collection[str], reasons: Collection[str]) -> list[sa.Row[Any]]:
    """How many are held for each: workflow, reason, cases. One held for two reasons counts for both."""
    query = (
        sa.select(cases.c.workflow, case_reasons.c.reason, sa.func.count().label("cases"))
        .join(case_reasons, case_reasons.c.case == cases.c.id)
        .where(_UNCLAIMED, cases.c.workflow.in_(workflows), case_reasons.c.reason.in_(reasons))
        .group_by(cases.c.workflow, case_reasons.c.reason)
        .order_by(cases.c.workflow, case_reasons.c.reason)
    )
    return list(connection.execute(query))


def add(connection: Connection, values: Mapping[str, Any]) -> None:
    connection.execute(resumed.insert(), dict(values))


def of_decision(connection: Connection, decision_id: str) -> sa.Row[Any] | None:
    """How a decision that had waited was made without a person after all; None: it was not."""
    return connection.execute(_OF, {"decision_id": decision_id}).one_or_none()


def _for(reasons: Collection[str]) -> sa.ColumnElement[bool]:
    return sa.exists().where(case_reasons.c.case == cases.c.id, case_reasons.c.reason.in_(reasons))
