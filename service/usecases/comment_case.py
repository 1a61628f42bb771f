"""Write a comment on a case, for colleagues. It changes nothing about the case, and stays on its timeline."""

from __future__ import annotations

from typing import Any

from service.domain.access import Principal
from service.domain.answer import timestamp
from service.domain.case import CaseAction
from service.store.engine import Connection
from service.usecases.house import House
from service.usecases.move_case import locked, move
from service.usecases.queue_policy import at_hand


def comment(house: House, principal: Principal, case_id: str, text: str) -> dict[str, Any]:
    """Whoever holds the case keeps it, and its lease."""
    at_hand(house, principal, case_id, CaseAction.COMMENT)
    now = house.clock()

    def work(connection: Connection) -> int:
        row = locked(connection, case_id)
        return int(move(connection, house, row, CaseAction.COMMENT, by=principal.name, now=now, note=text).version)

    sequence = house.store.commit(work)
    return {"sequence": sequence, "by": principal.name, "at": timestamp(now), "text": text}
