"""Take a case out of the queue undecided, because nobody needs the decision any more."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from service.domain.access import Principal
from service.domain.case import TRANSITIONS, CaseAction, CaseState
from service.domain.types import State
from service.errors import Forbidden
from service.store import attached, cases, decisions, events, ledger
from service.store.engine import Connection, Row
from service.usecases.come_back import close
from service.usecases.detach_case import not_attached, part_ways
from service.usecases.house import House
from service.usecases.move_case import is_copy, locked, move, no_case
from service.usecases.queue_policy import leads, sees


def cancel(
    house: House, principal: Principal, case_id: str, note: str | None = None, *, decision: str | None = None
) -> None:
    """By whoever asked for the decision, or leads the queue. What waited for it is `superseded` then: never allowed.

    With `decision` that request alone, of those that the case settles: it is taken out, or the others go on without it.
    Without, a lead cancels all of them, and whoever asked the one that the case is about. Whoever holds the case has
    lost it, unless one was taken out. NotFound for a case that is not theirs to see; Forbidden for one that they only
    see; Conflict when it is decided, and for a decision that it does not settle.
    """
    lead = _leads(house, principal, case_id)
    now = house.clock()

    def work(connection: Connection) -> list[str]:
        case = locked(connection, case_id)
        others = [each.id for each in attached.of_case(connection, case_id)]
        if decision is not None and decision != case.decision:
            if decision not in others:
                raise not_attached(case, decision)
            take_out(connection, house, case, decision, principal.name, now, note)
            return [decision]
        possible = (CaseState(case.state), CaseAction.CANCEL) in TRANSITIONS
        if possible and (not lead or decision is not None):
            case, others = part_ways(connection, house, case, now, by=principal.name), []
        close(connection, case, "withdrawn", now)
        move(connection, house, case, CaseAction.CANCEL, by=principal.name, now=now,
             values={"assigned_to": None}, note=note)  # fmt: skip
        if not is_copy(case):
            withdraw(connection, house, case, case.decision, now)
        for each in others:
            withdraw(connection, house, case, each, now)
            body = {"decision": each, "case": case_id, "with": case.decision, "by": principal.name}
            ledger.append(connection, "decision.cancelled_with", each, now, body)
        return [case.decision, *others]

    for each in house.store.commit(work):
        house.changed.tell(each)


def _leads(house: House, principal: Principal, case_id: str) -> bool:
    """Whether somebody cancels as a lead, or else as whoever asked; NotFound, Forbidden when neither."""
    with house.store.read() as connection:
        row = cases.get(connection, case_id)
        asked = decisions.get(connection, row.decision) if row is not None else None
    if row is None or asked is None:
        raise no_case(case_id)
    lead = leads(principal, row.queue, CaseAction.CANCEL)
    if asked.principal != principal.name and not lead:  # what is attached was asked by the same caller
        if not sees(principal, row.queue):
            raise no_case(case_id)
        raise Forbidden(
            f"{principal.name!r} neither asked for this decision nor leads queue {row.queue}",
            remedy="ask whoever leads the queue to cancel the case, or the caller to withdraw the request",
        )
    return lead


def take_out(
    connection: Connection, house: House, case: Row[Any], decision: str, by: str, now: datetime, note: str | None
) -> None:
    """Nobody needs this one; the case goes on with the others."""
    attached.remove(connection, case.id, [decision])
    told = {"attached": decision}
    move(connection, house, case, CaseAction.DETACH, by=by, now=now, told=told, note=note, about_decision=decision)
    withdraw(connection, house, case, decision, now)


def withdraw(connection: Connection, house: House, case: Row[Any], decision: str, now: datetime) -> None:
    stands = decisions.get(connection, decision)
    if stands is None or stands.state != State.WAITING.value:
        return
    decisions.withdraw(connection, decision, now)
    told: dict[str, Any] = {"decision": decision, "workflow": case.workflow, "case": case.id}
    told["state"] = State.SUPERSEDED.value
    events.add(connection, house.new_id("evt"), "decision.superseded", decision, told, now)
