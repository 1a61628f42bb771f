"""Move all cases whose time has come: decisions that nobody can take back go out, leases and holds end.

Every worker looks; whoever comes first writes, and the others find nothing left to do. A case that cannot be moved
holds up no other, and is tried again.
"""

from __future__ import annotations

import structlog

from service.domain.case import CaseState
from service.errors import ServiceError
from service.store import cases
from service.store.engine import Connection, Row
from service.usecases.deliver_case import deliver_due
from service.usecases.house import House
from service.usecases.move_case import locked
from service.usecases.queue_policy import queue_policy
from service.usecases.wake_cases import wake

_AT_ONCE = 200

log = structlog.get_logger(__name__)


def wake_due_cases(house: House) -> int:
    """How many were moved."""
    with house.store.read() as connection:
        found = cases.waking(connection, house.clock(), _AT_ONCE)
    return sum(_moved(house, row) for row in found)


def _moved(house: House, row: Row[object]) -> bool:
    try:
        if row.state == CaseState.DECIDED.value:
            return deliver_due(house, row.id)
        policy, now = queue_policy(house, row.queue, row.workflow), house.clock()

        def work(connection: Connection) -> bool:
            current = locked(connection, row.id)
            return bool(wake(connection, house, current, policy, now).version != current.version)

        return house.store.commit(work)
    except ServiceError as error:
        log.warning("case_does_not_move", case=row.id, state=row.state, detail=error.detail)
        return False
