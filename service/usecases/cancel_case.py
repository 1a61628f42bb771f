"""Take a case out of the queue undecided, because nobody needs the decision any more."""

from __future__ import annotations

from typing import Any

from service.domain.access import Principal
from service.domain.case import CaseAction
from service.domain.types import State
from service.errors import Forbidden
from service.store import cases, decisions, events
from service.store.engine import Connection
from service.usecases.house import House
from service.usecases.move_case import locked, move, no_case
from service.usecases.queue_policy import leads, sees


def cancel(house: House, principal: Principal, case_id: str, note: str | None = None) -> None:
    """By whoever asked for the decision, or leads the queue. What waited for it is `superseded` then: never allowed.

    Whoever holds the case has lost it. NotFound for a case that is not theirs to see; Forbidden for one that they only
    see; Conflict when it is decided.
    """
    with house.store.read() as connection:
        row = cases.get(connection, case_id)
        decision = decisions.get(connection, row.decision) if row is not None else None
    if row is None or decision is None:
        raise no_case(case_id)
    if decision.principal != principal.name and not leads(principal, row.queue, CaseAction.CANCEL):
        if not sees(principal, row.queue):
            raise no_case(case_id)
        raise Forbidden(
            f"{principal.name!r} neither asked for this decision nor leads queue {row.queue}",
            remedy="ask whoever leads the queue to cancel the case, or the caller to withdraw the request",
        )
    now = house.clock()

    def work(connection: Connection) -> str:
        case = locked(connection, case_id)
        stands = decisions.get(connection, case.decision)
        move(connection, house, case, CaseAction.CANCEL, by=principal.name, now=now,
             values={"assigned_to": None}, note=note)  # fmt: skip
        if stands is not None and stands.state == State.WAITING.value:
            decisions.withdraw(connection, case.decision, now)
            told: dict[str, Any] = {"decision": case.decision, "workflow": case.workflow, "case": case_id}
            told["state"] = State.SUPERSEDED.value
            events.add(connection, house.new_id("evt"), "decision.superseded", case.decision, told, now)
        return str(case.decision)

    house.changed.tell(house.store.commit(work))
