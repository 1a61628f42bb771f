"""Decisions that a case settles beside its own, and which case one that says the same may join."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.domain.case import CaseState
from service.store.tables import cases, decisions, payloads
from service.store.tables_attached import attached

_ALIKE = (
    sa.select(cases)
    .where(
        cases.c.likeness == sa.bindparam("likeness"),
        cases.c.state == CaseState.QUEUED.value,
        cases.c.assigned_to.is_(None),
    )
    .order_by(cases.c.id.desc())
    .limit(1)
    .with_for_update(of=cases)
)
_COUNT = sa.select(sa.func.count()).where(attached.c.case == sa.bindparam("case_id"))
_OF_CASE = (
    sa.select(decisions)
    .join(attached, attached.c.decision == decisions.c.id)
    .where(attached.c.case == sa.bindparam("case_id"))
    .order_by(decisions.c.id)
)
_request, _answer = payloads.alias("request_data"), payloads.alias("answer_data")


def alike(connection: Connection, likeness: str) -> sa.Row[Any] | None:
    """The newest case that waits for anybody and says the same, held until this transaction ends."""
    return connection.execute(_ALIKE, {"likeness": likeness}).one_or_none()


def count(connection: Connection, case_id: str) -> int:
    return connection.scalar(_COUNT, {"case_id": case_id}) or 0


def counts(connection: Connection, case_ids: Collection[str]) -> dict[str, int]:
    """How many each of the cases settles beside its own; none are left out."""
    query = sa.select(attached.c.case, sa.func.count()).where(attached.c.case.in_(case_ids)).group_by(attached.c.case)
    return {case: int(found) for case, found in connection.execute(query)} if case_ids else {}


def add(connection: Connection, case_id: str, decision_ids: Iterable[str], now: datetime) -> None:
    rows = [{"case": case_id, "decision": decision, "since": now} for decision in decision_ids]
    if rows:
        connection.execute(attached.insert(), rows)


def remove(connection: Connection, case_id: str, decision_ids: Collection[str]) -> None:
    connection.execute(attached.delete().where(attached.c.case == case_id, attached.c.decision.in_(decision_ids)))


def of_case(connection: Connection, case_id: str) -> list[sa.Row[Any]]:
    """The decisions, as they stand, oldest first."""
    return list(connection.execute(_OF_CASE, {"case_id": case_id}))


def requests(connection: Connection, case_id: str) -> list[sa.Row[Any]]:
    """The decisions, oldest first: id, created_at, and the payloads `asked` and `answered`, None where they
    are gone."""
    query = (
        sa.select(
            decisions.c.id,
            decisions.c.created_at,
            _request.c.data.label("asked"),
            _answer.c.data.label("answered"),
        )
        .select_from(
            attached.join(decisions, decisions.c.id == attached.c.decision)
            .outerjoin(_request, _request.c.id == decisions.c.request)
            .outerjoin(_answer, _answer.c.id == decisions.c.answer)
        )
        .where(attached.c.case == case_id)
        .order_by(decisions.c.id)
    )
    return list(connection.execute(query))
