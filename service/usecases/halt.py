"""Halt and resume. Nothing is allowed automatically any more, or is again; rules still block.

Whoever halts has it with the answer: requests under way are asked again where they are recorded, in every process.
"""

from __future__ import annotations

from typing import Any

from service.domain.access import Principal
from service.errors import Conflict, NotFound
from service.store import ledger, pointers
from service.store.engine import Connection
from service.usecases import resume_cases, run_jobs
from service.usecases.house import House
from service.usecases.note import note_of
from service.usecases.watch_pause import let_go_on

#: Cases of each workflow that a dry run tries: enough to see, and done within a second or two.
TRIED = 100


def halt(house: House, principal: Principal, workflow: str | None, why: str) -> dict[str, Any]:
    """Nothing is allowed automatically in `workflow`, or anywhere when it is None; rules still block.

    `why` is free text, so it is kept as a note; the ledger names the note and holds its keyed digest.
    """
    return _set(house, principal, workflow, halted=True, why=why)


def resume(
    house: House, principal: Principal, workflow: str | None, *, dry_run: bool = False, rerun: bool = True
) -> dict[str, Any]:
    """Automatic again where certified, also where an alarm about live traffic had sent everything to people.

    What waits only because the service could not decide is made again in the background then: `held` counts it,
    `jobs` name the work. With `dry_run` nothing changes: `tried` says what would come of the oldest cases of each.
    """
    if dry_run:
        held, names = resume_cases.held(house, workflow), _names(house, workflow)
        tried = [
            resume_cases.rerun(house, principal.name, name, dry_run=True, most=TRIED)
            for name in names
            if any(each["workflow"] == name for each in held)
        ]
        with house.store.read() as connection:
            halted = any(each.halted for each in pointers.pointers(connection) if each.workflow in names)
        return {"workflows": names, "halted": halted, "dry_run": True, "held": held, "tried": tried, "jobs": []}
    found = _set(house, principal, workflow, halted=False)
    held = resume_cases.held(house, workflow)
    asked = sorted({each["workflow"] for each in held}) if rerun else []
    jobs = [job for name in asked if (job := _asked_for(house, principal, name)) is not None]
    return {**found, "dry_run": False, "held": held, "tried": [], "jobs": jobs}


def _asked_for(house: House, principal: Principal, workflow: str) -> str | None:
    try:
        return str(run_jobs.ask_resume(house, principal.name, workflow)["id"])
    except Conflict as under_way:  # it takes these along, or the next one does
        return str(under_way.extra["job"])


def _names(house: House, workflow: str | None) -> list[str]:
    with house.store.read() as connection:
        names = [each.workflow for each in pointers.pointers(connection) if workflow in (None, each.workflow)]
    if not names:
        raise _nothing(workflow)
    return names


def _nothing(workflow: str | None) -> NotFound:
    return NotFound(f"there is no workflow {workflow}" if workflow else "there is no workflow yet")


def _set(
    house: House, principal: Principal, workflow: str | None, *, halted: bool, why: str | None = None
) -> dict[str, Any]:
    now = house.clock()
    note = note_of(house, why) if why is not None else None

    def work(connection: Connection) -> list[str]:
        names = pointers.set_halted(connection, workflow, halted)
        if not names:
            raise _nothing(workflow)
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
