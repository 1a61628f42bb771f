"""Which queue a case is in."""

from __future__ import annotations

from service.domain.access import Principal
from service.store import cases
from service.usecases.house import House
from service.usecases.move_case import no_case
from service.usecases.queue_policy import sees


def case_queue(house: House, principal: Principal, case_id: str) -> str:
    """Its name; NotFound for a case that is not there or not theirs to see."""
    with house.store.read() as connection:
        row = cases.get(connection, case_id)
    if row is None or not sees(principal, row.queue):
        raise no_case(case_id)
    return str(row.queue)
