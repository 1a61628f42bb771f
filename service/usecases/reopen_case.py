"""Decide anew what is out already, in a case of its own that names the one before. What went out stays on record."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from service.domain.access import Principal
from service.domain.case import CaseAction, CaseKind, CaseState
from service.domain.case_order import rank_at
from service.domain.types import QueuePolicy, Reason
from service.store import attached, cases, decisions, events
from service.store.engine import Connection, Row
from service.usecases.house import House
from service.usecases.move_case import about, locked, move
from service.usecases.queue_policy import at_hand

_PRIORITY = 50  # at the least: somebody says that what was decided is wrong


def reopen(house: House, principal: Principal, case_id: str, note: str) -> dict[str, Any]:
    """The new case, an appeal. The decision stands as it is until that is decided. Conflict when it is not out."""
    found, now = at_hand(house, principal, case_id, CaseAction.REOPEN), house.clock()
    new_id = house.new_id("case")

    def work(connection: Connection) -> None:
        row = locked(connection, case_id)
        reopened(connection, house, row, new_id, found.policy, by=principal.name, now=now, note=note)

    house.store.commit(work)
    return {"case": new_id, "reopens": case_id}


def reopened(
    connection: Connection,
    house: House,
    row: Row[Any],
    new_id: str,
    policy: QueuePolicy,
    *,
    by: str,
    now: datetime,
    note: str,
) -> None:
    """The case goes on in a new one of that id, with all that it settled. Conflict when it is not out."""
    move(connection, house, row, CaseAction.REOPEN, by=by, now=now, told={"other": new_id}, note=note)
    cases.add(connection, _appeal(row, new_id, policy, now))
    others = [each.id for each in attached.of_case(connection, row.id)]
    attached.add(connection, new_id, others, now)
    for each in (row.decision, *others):
        decisions.lead_to(connection, each, new_id)
    opened = cases.get(connection, new_id)
    assert opened is not None, "it was added just now"
    body = {**about(opened), "kind": opened.kind, "other": row.id}
    events.add(connection, house.new_id("evt"), "case.created", new_id, body, now)


def _appeal(row: Row[Any], case_id: str, policy: QueuePolicy, now: datetime) -> dict[str, Any]:
    due_at, priority = now + timedelta(hours=policy.sla_hours), max(row.priority, _PRIORITY)
    return {
        "id": case_id,
        "decision": row.decision,
        "workflow": row.workflow,
        "queue": row.queue,
        "kind": CaseKind.APPEAL.value,
        "state": CaseState.QUEUED.value,
        "stage": CaseState.QUEUED.value,
        "priority": priority,
        "reasons": [Reason.APPEAL.value],
        "created_at": now,
        "due_at": due_at,
        "rank_at": rank_at(policy.priority, due_at, priority),
        "reopens": row.id,
        "version": 1,
    }
