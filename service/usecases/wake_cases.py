"""Move what moves by itself once its time has come: leases, holds and waits for requesters end, hand-overs
lapse, decisions go out.

Found by an index on that time. Whoever looks for a case does it for its queue; the steward does it for all, every
second, so that nothing waits for somebody to look.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from service.domain.answer import timestamp
from service.domain.case import CaseAction, CaseState
from service.domain.types import QueuePolicy
from service.store import cases
from service.store.engine import Connection, Row
from service.usecases.come_back import boosted
from service.usecases.house import House
from service.usecases.move_case import SERVICE, move

_AT_ONCE = 20  # of what has piled up, while somebody waits for a case


def wake_queue(connection: Connection, house: House, queue: str, policy: QueuePolicy, now: datetime) -> None:
    """What is due in one queue, but for decisions: those need more than a claim can wait for."""
    for row in cases.due(connection, queue, now, _AT_ONCE):
        wake(connection, house, row, policy, now)


def wake(connection: Connection, house: House, row: Row[Any], policy: QueuePolicy, now: datetime) -> Row[Any]:
    """The case, after what time makes of it; as it is when its time has not come, and when it is a decision's."""
    if row.wake_at is None or row.wake_at > now:
        return row
    match CaseState(row.state):
        case CaseState.CLAIMED:
            # its holder's name stands there: the record tells whose lease ran out
            values = {"assigned_to": None}
            return move(connection, house, row, CaseAction.EXPIRE, by=row.holder, now=now, values=values)
        case CaseState.ON_HOLD:
            values = boosted(connection, row, policy, now)
            return move(connection, house, row, CaseAction.UNHOLD, by=SERVICE, now=now, values=values)
        case CaseState.NEEDS_INFORMATION:
            values = boosted(connection, row, policy, now, because="unanswered")
            told, note = {"unanswered": timestamp(row.wake_at)}, "The requester did not answer in time."
            return move(
                connection, house, row, CaseAction.UNHOLD, by=SERVICE, now=now, values=values, told=told, note=note
            )
        case CaseState.DECIDED:
            return row
    values = {"assigned_to": None, "wake_at": None}
    told = {"lapsed": row.assigned_to}
    return move(connection, house, row, CaseAction.EXPIRE, by=SERVICE, now=now, values=values, told=told)
