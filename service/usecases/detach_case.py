"""Take requests out of a case that they were to be decided with: they go on in a case of their own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from service.domain.access import Principal
from service.domain.case import CaseAction, CaseState
from service.errors import Conflict
from service.store import attached, cases, decisions, events
from service.store.engine import Connection, Row
from service.usecases.house import House
from service.usecases.move_case import SERVICE, about, held, move
from service.usecases.queue_policy import at_hand


def detach(house: House, principal: Principal, case_id: str, token: str, decision: str | None = None) -> dict[str, Any]:
    """That decision gets a case of its own; without one named all that are attached do, together.

    `case`, the new one, and `decisions`. LeaseLost when the lease is not the caller's any more; Conflict when the
    decision, or any at all, is not decided with this case.
    """
    at_hand(house, principal, case_id, CaseAction.DETACH)
    now = house.clock()

    def work(connection: Connection) -> dict[str, Any]:
        row = held(connection, principal, case_id, token, CaseAction.DETACH, now)
        known = [each.id for each in attached.of_case(connection, row.id)]
        chosen = known if decision is None else [decision]
        if not chosen or not {*chosen} <= {*known}:
            raise not_attached(row, decision)
        alike = row.likeness if decision is None else None
        return {
            "case": _apart(connection, house, row, chosen, alike, principal.name, now)[0],
            "decisions": chosen,
        }

    return house.store.commit(work)


def not_attached(row: Row[Any], decision: str | None) -> Conflict:
    what = f"decision {decision}" if decision else "no other decision"
    return Conflict(
        f"{what} is {'not ' if decision else ''}attached to case {row.id}", remedy="read the case again: it may be gone"
    )


def part_ways(connection: Connection, house: House, row: Row[Any], now: datetime, *, by: str = SERVICE) -> Row[Any]:
    """The case without those that were to be decided with it, because what comes now concerns its own request alone:
    they go on together in another case, and nothing joins this one any more."""
    others = [each.id for each in attached.of_case(connection, row.id)]
    if others:
        return _apart(connection, house, row, others, row.likeness, by, now)[1]
    if row.likeness is not None:
        return cases.write(connection, row, {"likeness": None}) or row
    return row


def _apart(
    connection: Connection,
    house: House,
    row: Row[Any],
    chosen: Sequence[str],
    alike: str | None,
    by: str,
    now: datetime,
) -> tuple[str, Row[Any]]:
    """The new case, of the first of them, to which the rest are attached; and the one before, as it is then."""
    new_id, (first, *rest) = house.new_id("case"), chosen
    cases.add(connection, _own_case(connection, row, new_id, first, alike, now))
    attached.remove(connection, row.id, chosen)
    attached.add(connection, new_id, rest, now)
    for each in chosen:
        decisions.lead_to(connection, each, new_id)
        told = {"attached": each, "other": new_id}
        values = {} if alike is None else {"likeness": None}
        row = move(connection, house, row, CaseAction.DETACH, by=by, now=now, values=values, told=told,
                   about_decision=each)  # fmt: skip
    opened = cases.get(connection, new_id)
    assert opened is not None, "it was added just now"
    body = {**about(opened), "other": row.id}
    events.add(connection, house.new_id("evt"), "case.created", new_id, body, now)
    return new_id, row


def _own_case(
    connection: Connection, row: Row[Any], case_id: str, decision_id: str, alike: str | None, now: datetime
) -> dict[str, Any]:
    """As the case before it, due as long after its request as that one after its own."""
    decision = decisions.get(connection, decision_id)
    before = decisions.get(connection, row.decision)
    assert decision is not None, "the foreign key keeps the decision"
    assert before is not None, "likewise"
    later = decision.created_at - before.created_at
    return {
        "id": case_id,
        "decision": decision_id,
        "workflow": row.workflow,
        "queue": row.queue,
        "kind": row.kind,
        "state": CaseState.QUEUED.value,
        "stage": CaseState.QUEUED.value,
        "priority": row.priority,
        "reasons": row.reasons,
        "created_at": now,
        "due_at": row.due_at + later,
        "rank_at": row.rank_at + later,
        "boosted": row.boosted,
        "reopens": row.reopens,
        "likeness": alike,
        "version": 1,
    }
