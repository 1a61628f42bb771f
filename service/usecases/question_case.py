"""Ask whoever asked: the case waits for them, and its clock stands still."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from service.domain.access import Principal
from service.domain.answer import timestamp, to_bytes
from service.domain.case import CaseAction, CaseState
from service.store import payloads, questions
from service.store.engine import Connection, Row
from service.usecases.detach_case import part_ways
from service.usecases.house import House
from service.usecases.move_case import held, move
from service.usecases.queue_policy import at_hand


def ask(house: House, principal: Principal, case_id: str, token: str, text: str) -> dict[str, Any]:
    """Put a question to the requester. The lease ends; nobody has the case until there is an answer, or until nothing
    came for as long as the queue's policy waits (`answer_hours`). LeaseLost; Conflict where the queue does not ask."""
    found, now = at_hand(house, principal, case_id, CaseAction.ASK), house.clock()
    question, until = house.new_id("qst"), now + timedelta(hours=found.policy.answer_hours)

    def work(connection: Connection) -> Row[Any]:
        row = held(connection, principal, case_id, token, CaseAction.ASK, now)
        row = part_ways(connection, house, row, now, by=principal.name)
        after = move(
            connection,
            house,
            row,
            CaseAction.ASK,
            by=principal.name,
            now=now,
            values={"wake_at": until, "assigned_to": None},
            told={"question": question, "until": timestamp(until)},
        )
        if after.state == CaseState.NEEDS_INFORMATION.value:  # a copy that nobody asked for has ended: nobody is asked
            _keep(house, connection, after, principal, question, text, until, now)
        return after

    row = house.store.commit(work)
    house.changed.tell(row.decision)
    return {"question": question, "until": timestamp(until)}


def _keep(
    house: House,
    connection: Connection,
    row: Row[Any],
    principal: Principal,
    question: str,
    text: str,
    until: datetime,
    now: datetime,
) -> None:
    payload = house.new_id("pay")
    payloads.add_beside(connection, row.decision, now, (payload, "question", to_bytes({"text": text})))
    questions.add(
        connection,
        {
            "id": question,
            "case": row.id,
            "decision": row.decision,
            "asked_by": principal.name,
            "asked_at": now,
            "until": until,
            "asked": payload,
        },
    )
