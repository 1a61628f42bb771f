"""After an alarm about live traffic people decide everything, until one of them lets it go on or a look is quiet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import structlog

from service.domain.access import Principal
from service.errors import Conflict
from service.store import events, ledger, watches
from service.store.engine import Connection
from service.usecases.ask import find_pointer
from service.usecases.house import House

#: Who lets automation go on when a later look finds nothing.
WATCH = "watch"

log = structlog.get_logger("signoff")


def send_to_people(house: House, connection: Connection, workflow: str, look: str) -> bool:
    """From the next request on nothing of the workflow is automatic; whether anything was until now."""
    paused = watches.pause(connection, workflow, look)
    if paused:
        _tell(house, connection, "watch.paused", look, {"workflow": workflow})
        log.warning("live_traffic_is_alarming", workflow=workflow, look=look, remedy="see `signoff watch`")
    return paused


def let_go_on(house: House, connection: Connection, names: Sequence[str], by: str) -> list[str]:
    """Automatic again where an alarm stopped it; the workflows where one had.

    When a person says so, later looks count only what comes from now on: what is known is no reason any more.
    """
    since = None if by == WATCH else house.clock()
    found = watches.resume(connection, names, since)
    for workflow, look in found.items():
        _tell(house, connection, "watch.resumed", look, {"workflow": workflow, "by": by})
    return sorted(found)


def resume(house: House, principal: Principal, workflow: str) -> None:
    """A person lets the workflow go on. InvalidRequest when there is none, Conflict when no alarm stopped it."""

    def work(connection: Connection) -> None:
        find_pointer(connection, workflow)
        if not let_go_on(house, connection, [workflow], principal.name):
            raise Conflict(f"no alarm about its traffic keeps {workflow} from deciding automatically")

    house.store.commit(work)


def _tell(house: House, connection: Connection, kind: str, look: str, told: dict[str, Any]) -> None:
    now = house.clock()
    ledger.append(connection, kind, look, now, told)
    heard = {"look": look, "workflow": told["workflow"]}
    events.add(connection, house.new_id("evt"), kind, look, heard, now)
