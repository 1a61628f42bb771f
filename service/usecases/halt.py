"""Halt and resume. From the next request on nothing is allowed automatically, or is again; rules still block."""

from __future__ import annotations

from typing import Any

from service.domain.access import Principal
from service.errors import NotFound
from service.store import ledger, pointers
from service.store.engine import Connection
from service.usecases.house import House
from service.usecases.note import note_of
from service.usecases.watch_pause import let_go_on


def halt(house: House, principal: Principal, workflow: str | None, why: str) -> dict[str, Any]:
    """Nothing is allowed automatically in `workflow`, or anywhere when it is None; rules still block.

    `why` is free text, so it is kept as a note; the ledger names the note and holds its keyed digest.
    """
    return _set(house, principal, workflow, halted=True, why=why)


def resume(house: House, principal: Principal, workflow: str | None) -> dict[str, Any]:
    """Automatic again where certified, also where an alarm about live traffic had sent everything to people."""
    return _set(house, principal, workflow, halted=False)


def _set(
    house: House, principal: Principal, workflow: str | None, *, halted: bool, why: str | None = None
) -> dict[str, Any]:
    now = house.clock()
    note = note_of(house, why) if why is not None else None

    def work(connection: Connection) -> list[str]:
        names = pointers.set_halted(connection, workflow, halted)
        if not names:
            raise NotFound(f"there is no workflow {workflow}" if workflow else "there is no workflow yet")
        body = {"by": principal.name}
        if note is not None:
            note.keep(connection, now)
            body |= note.told
        kind = "workflow.halted" if halted else "workflow.resumed"
        for name in names:
            ledger.append(connection, kind, name, now, body)
        if not halted:
            let_go_on(house, connection, names, principal.name)
        return names

    return {"workflows": house.store.commit(work), "halted": halted}
