"""Put a case aside until a date. It comes back by itself, before all that are due alike, or when somebody asks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from service.domain.access import Principal
from service.domain.answer import timestamp
from service.domain.case import CaseAction
from service.errors import FieldProblem, InvalidRequest
from service.store.engine import Connection
from service.usecases.come_back import boosted
from service.usecases.house import House
from service.usecases.move_case import held, locked, move
from service.usecases.queue_policy import at_hand

LONGEST = timedelta(days=366)


def hold(
    house: House, principal: Principal, case_id: str, token: str, *, until: datetime, reason: str
) -> dict[str, Any]:
    """The case waits for its date, and nobody has its lease. LeaseLost; InvalidRequest for a date that is not ahead, or
    further ahead than `LONGEST`."""
    at_hand(house, principal, case_id, CaseAction.HOLD)
    now = house.clock()
    _check(until, now)

    def work(connection: Connection) -> None:
        row = held(connection, principal, case_id, token, CaseAction.HOLD, now)
        move(
            connection,
            house,
            row,
            CaseAction.HOLD,
            by=principal.name,
            now=now,
            values={"wake_at": until},
            told={"until": timestamp(until)},
            note=reason,
        )

    house.store.commit(work)
    return {"until": timestamp(until)}


def unhold(house: House, principal: Principal, case_id: str) -> None:
    """It waits again, boosted; a question that nobody answered yet is withdrawn. Conflict when it is not put aside."""
    found, now = at_hand(house, principal, case_id, CaseAction.UNHOLD), house.clock()

    def work(connection: Connection) -> None:
        row = locked(connection, case_id)
        values = boosted(connection, row, found.policy, now)
        move(connection, house, row, CaseAction.UNHOLD, by=principal.name, now=now, values=values)

    house.store.commit(work)


def _check(until: datetime, now: datetime) -> None:
    if now < until <= now + LONGEST:
        return
    what = "is not ahead of now" if until <= now else f"is more than {LONGEST.days} days ahead"
    problem = FieldProblem("until", what, f"name a time after {timestamp(now)} and before {timestamp(now + LONGEST)}")
    raise InvalidRequest(f"until: {what}", problems=(problem,))
