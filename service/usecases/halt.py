"""Stop and resume automatic decisions. From the next request on everything goes to people, or no longer does."""

from __future__ import annotations

from typing import Any

from service.domain.access import Principal
from service.errors import NotFound
from service.store import ledger, pointers
from service.store.engine import Connection
from service.usecases.house import House


def halt(house: House, principal: Principal, workflow: str | None, why: str) -> dict[str, Any]:
    """Nothing is decided automatically in `workflow`, or anywhere when it is None."""
    return _set(house, principal, workflow, halted=True, why=why)


def resume(house: House, principal: Principal, workflow: str | None) -> dict[str, Any]:
    return _set(house, principal, workflow, halted=False, why="")


def _set(house: House, principal: Principal, workflow: str | None, *, halted: bool, why: str) -> dict[str, Any]:
    now = house.clock()

    def work(connection: Connection) -> list[str]:
        names = pointers.set_halted(connection, workflow, halted)
        if not names:
            raise NotFound(f"there is no workflow {workflow}" if workflow else "there is no workflow yet")
        kind = "workflow.halted" if halted else "workflow.resumed"
        for name in names:
            ledger.append(connection, kind, name, now, {"by": principal.name, "why": why})
        return names

    return {"workflows": house.store.commit(work), "halted": halted}
