"""Contest a decision that is out, also one that no person ever saw: somebody decides it anew in a case of its own."""

from __future__ import annotations

from typing import Any

from service.domain.access import Principal, Scope
from service.domain.case import SETTLED, CaseKind, CaseState
from service.domain.types import QueuePolicy, Reason, State
from service.errors import Conflict, Erased, Forbidden, NotFound
from service.store import attached, cases, corrections, decisions, payloads
from service.store.engine import Connection, Row
from service.usecases.ask import find_pointer
from service.usecases.house import House
from service.usecases.move_case import locked
from service.usecases.note import check_why
from service.usecases.open_later import open_later
from service.usecases.queue_policy import queue_policy
from service.usecases.read_decision import seen
from service.usecases.reopen_case import reopened


def appeal(house: House, principal: Principal, decision_id: str, note: str) -> dict[str, Any]:
    """The case in which it is decided anew; the decision stands until then. `note` says what is wrong with it.

    By whoever asked for it, once, or by whoever leads the queue. NotFound for what is not theirs to see; Forbidden for
    what they only see; Conflict while a person has it, when it was superseded, and to the caller when an appeal was
    decided already; Erased when there is nothing left to decide.
    """
    why, now = check_why(note), house.clock()
    with house.store.read() as connection:
        row = seen(connection, principal, decision_id)
        pointer = find_pointer(connection, row.workflow)
        before = cases.get(connection, row.case) if row.case is not None else None
    own = house.shelf.policy(pointer.release).queue
    queue = own if before is None else queue_policy(house, before.queue, row.workflow)
    leads = principal.may_in(before.queue if before is not None else own.name, Scope.LEAD)
    if row.known_answer is not None:
        raise NotFound(f"there is no decision {decision_id}")
    if row.principal != principal.name and not leads:
        raise Forbidden(
            f"{principal.name!r} neither asked for decision {decision_id} nor leads its queue",
            remedy="ask whoever asked for it, or whoever leads the queue, to appeal",
        )

    def work(connection: Connection) -> str:
        current = decisions.get(connection, decision_id)
        assert current is not None, "decisions are not deleted"
        case = locked(connection, current.case) if current.case is not None else None
        _check(connection, current, case, leads=leads)
        if case is not None and case.state == CaseState.DELIVERED.value and not attached.of_case(connection, case.id):
            new_id = house.new_id("case")
            reopened(connection, house, case, new_id, queue, by=principal.name, now=now, note=why)
            return new_id
        return _opened(connection, house, current, own, principal.name, why)

    case_id = house.store.commit(work)
    return {"decision": decision_id, "case": case_id}


def _opened(connection: Connection, house: House, row: Row[Any], queue: QueuePolicy, by: str, why: str) -> str:
    now, reasons = house.clock(), [Reason.APPEAL.value]
    return open_later(
        connection, house, row, CaseKind.APPEAL, reasons, queue, by=by, now=now, record="decision.appealed", note=why
    )


def _check(connection: Connection, row: Row[Any], case: Row[Any] | None, *, leads: bool) -> None:
    if payloads.erased(connection, row.id):
        raise Erased(f"decision {row.id} is erased", remedy="ask anew: nothing of it is left to decide")
    if row.state == State.SUPERSEDED.value:
        correction = corrections.of_decision(connection, row.id)
        newer = correction.superseded_by if correction is not None else None
        raise Conflict(
            f"decision {row.id} stands no more: {newer or 'it was cancelled, and nothing'} took its place",
            remedy=f"appeal against {newer}" if newer else "ask anew",
            extra={"superseded_by": newer},
        )
    if row.state == State.WAITING.value or (case is not None and CaseState(case.state) not in SETTLED):
        raise Conflict(
            f"a person has decision {row.id} already, in case {row.case}",
            remedy="wait until that case is decided",
            extra={"case": row.case},
        )
    if case is not None and case.kind == CaseKind.APPEAL.value and not leads:
        raise Conflict(
            f"an appeal against decision {row.id} was decided already",
            remedy="ask whoever leads the queue to reopen the case",
            extra={"case": case.id},
        )
