"""Put before people what is out already, in a case of its own: somebody contests it, or it has to be corrected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from service.domain.case import CaseAction, CaseKind, CaseState
from service.domain.case_order import rank_at
from service.domain.types import QueuePolicy
from service.store import cases, decisions, events, ledger
from service.store.engine import Connection, Row
from service.usecases.house import House
from service.usecases.move_case import about, move

_PRIORITY = 50  # somebody says that what was decided is wrong


def open_later(
    connection: Connection,
    house: House,
    decision: Row[Any],
    kind: CaseKind,
    reasons: Sequence[str],
    queue: QueuePolicy,
    *,
    by: str,
    now: datetime,
    record: str,
    note: str | None = None,
    told: Mapping[str, Any] | None = None,
) -> str:
    """The new case, in the workflow's own queue. What was decided stands until somebody decides that.

    `record` is the kind of the ledger's record, about the decision, which also says what `told` does; `note` is why, in
    words: a comment that whoever takes the case finds.
    """
    case_id, due_at = house.new_id("case"), now + timedelta(hours=queue.sla_hours)
    cases.add(
        connection,
        {
            "id": case_id,
            "decision": decision.id,
            "workflow": decision.workflow,
            "queue": queue.name,
            "kind": kind.value,
            "state": CaseState.QUEUED.value,
            "stage": CaseState.QUEUED.value,
            "priority": _PRIORITY,
            "reasons": list(reasons),
            "created_at": now,
            "due_at": due_at,
            "rank_at": rank_at(queue.priority, due_at, _PRIORITY),
            "version": 1,
        },
    )
    decisions.lead_to(connection, decision.id, case_id)
    body = {
        "decision": decision.id,
        "case": case_id,
        "state": decision.state,
        "outcome": decision.outcome,
        "decided_by": decision.decided_by,
        "labels": list(decision.labels),
        "by": by,
        **(told or {}),
    }
    ledger.append(connection, record, decision.id, now, body)
    opened = cases.get(connection, case_id)
    assert opened is not None, "it was added just now"
    heard = {**about(opened), "kind": opened.kind}
    events.add(connection, house.new_id("evt"), "case.created", case_id, heard, now)
    if note:
        move(connection, house, opened, CaseAction.COMMENT, by=by, now=now, note=note)
    return case_id
