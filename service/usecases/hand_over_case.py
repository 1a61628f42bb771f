"""Give a case to somebody else: to a named person, or to those who know better."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from service.domain.access import Principal
from service.domain.answer import timestamp
from service.domain.case import CaseAction, CaseState
from service.errors import FieldProblem, InvalidRequest
from service.store import cases
from service.store.engine import Connection, Row
from service.usecases.claim_case import another_person, independent
from service.usecases.colleagues import colleague
from service.usecases.house import House
from service.usecases.move_case import held, locked, lost, move
from service.usecases.queue_policy import at_hand, leads, works


def assign(
    house: House, principal: Principal, case_id: str, *, to: str, token: str | None = None, note: str | None = None
) -> dict[str, Any]:
    """Hand the case over: claim-next gives it to that person, first of all, and to nobody else.

    By whoever holds it, with the token, or by whoever leads the queue, without: then its holder has lost it. What is
    not taken up within the queue's time for a decision is anybody's again. InvalidRequest for somebody who does not
    review in this queue; SamePerson for one who may not decide this case.
    """
    found, now = at_hand(house, principal, case_id, CaseAction.ASSIGN), house.clock()
    with house.store.read() as connection:
        who = reviewer(connection, to, found.row.queue, now)
    until = now + timedelta(hours=found.policy.sla_hours)

    def work(connection: Connection) -> None:
        row = _in_hand(connection, principal, case_id, token, now)
        if not independent(connection, row, who):
            raise another_person(row)
        values = {"assigned_to": who.name, "wake_at": until}
        told = {"to": who.name, "until": timestamp(until)}
        move(
            connection,
            house,
            row,
            CaseAction.ASSIGN,
            by=principal.name,
            now=now,
            values=values,
            told=told,
            note=note,
        )

    house.store.commit(work)
    return {"to": who.name, "until": timestamp(until)}


def escalate(house: House, principal: Principal, case_id: str, token: str, note: str) -> dict[str, Any]:
    """Send the case to those who know better: to the queue that the policy names, or escalated in its own. What is
    wrong with it has to be said."""
    found, now = at_hand(house, principal, case_id, CaseAction.ESCALATE), house.clock()
    queue = found.policy.escalate_to or found.row.queue

    def work(connection: Connection) -> None:
        row = held(connection, principal, case_id, token, CaseAction.ESCALATE, now)
        cases.pass_over(connection, case_id, [principal.name], "escalated", now)
        stage = CaseState.ESCALATED
        values = {"queue": queue, "stage": stage.value, "assigned_to": None}
        told = {"from": row.queue, "queue": queue}
        move(
            connection,
            house,
            row,
            CaseAction.ESCALATE,
            by=principal.name,
            now=now,
            values=values,
            told=told,
            note=note,
        )

    house.store.commit(work)
    return {"queue": queue}


def _in_hand(connection: Connection, principal: Principal, case_id: str, token: str | None, now: datetime) -> Row[Any]:
    """The case, in the hands of somebody who may give it away."""
    if token is not None:
        return held(connection, principal, case_id, token, CaseAction.ASSIGN, now)
    row = locked(connection, case_id)
    if not leads(principal, row.queue, CaseAction.ASSIGN):
        raise lost(row, now)
    return row


def reviewer(connection: Connection, name: str, queue: str, now: datetime) -> Principal:
    """Whoever is called so; InvalidRequest where nobody of that name reviews in the queue."""
    who = colleague(connection, name, now)
    if who is None or not works(who, queue, CaseAction.CLAIM):
        what = f"nobody called {name!r} reviews in queue {queue}"
        problem = FieldProblem("to", what, "name somebody who does, as their account or key is called")
        raise InvalidRequest(f"to: {what}", problems=(problem,))
    return who
