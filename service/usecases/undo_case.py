"""Take a decision back before it is out. Nobody outside has heard of it, so nothing has to be put right."""

from __future__ import annotations

from typing import Any

from service.domain.access import Principal
from service.domain.answer import timestamp
from service.domain.case import CaseAction, CaseState, can_undo
from service.errors import Conflict
from service.store import reviews
from service.store.engine import Connection, Row
from service.usecases.claim_case import new_lease
from service.usecases.house import House
from service.usecases.move_case import locked, move
from service.usecases.queue_policy import at_hand


def undo(house: House, principal: Principal, case_id: str) -> dict[str, Any]:
    """The case is claimed again by whoever decided it, with a new lease; what they said stands in the record as taken
    back. Conflict when it is out already, or was decided by somebody else."""
    found, now = at_hand(house, principal, case_id, CaseAction.UNDO), house.clock()
    lease = new_lease(principal, found.policy, now)

    def work(connection: Connection) -> Row[Any]:
        row = locked(connection, case_id)
        state = CaseState(row.state)
        if not can_undo(state, row.wake_at, now):
            raise _too_late(row)
        last = reviews.of_case(connection, case_id)[-1]
        if last.reviewer != principal.name:
            raise Conflict(
                f"{last.reviewer} decided case {case_id}, so only they can take it back",
                remedy=f"ask {last.reviewer}; once it is out, whoever leads the queue can reopen it",
                extra={"holder": last.reviewer, "until": timestamp(row.wake_at), "state": row.state},
            )
        reviews.take_back(connection, last.id, now)
        values = {**lease.values(now), "decided_at": None}
        told = {"review": last.id}
        return move(connection, house, row, CaseAction.UNDO, by=principal.name, now=now, values=values, told=told)

    return lease.given(house.store.commit(work))


def _too_late(row: Row[Any]) -> Conflict:
    state = CaseState(row.state)
    if state in (CaseState.DECIDED, CaseState.DELIVERED):
        at = row.delivered_at or row.wake_at
        return Conflict(
            f"the decision of case {row.id} went out at {timestamp(at)}",
            remedy="whoever leads the queue can reopen the case: it is decided anew, in a record of its own",
            extra={"state": CaseState.DELIVERED.value},
        )
    return Conflict(
        f"case {row.id} is {row.state.replace('_', ' ')}: there is no decision to take back",
        remedy="read the case",
        extra={"state": row.state},
    )
