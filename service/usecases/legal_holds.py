"""Legal holds: what a court or a regulator may ask for is neither erased nor deleted by age while one is in force."""

from __future__ import annotations

import json
from typing import Any

from service.domain.access import Principal
from service.domain.answer import timestamp, to_bytes
from service.domain.audit import keyed_digest
from service.errors import Conflict, FieldProblem, InvalidRequest, NotFound
from service.store import decisions, ledger, legal_holds, payloads, pointers
from service.store.engine import Connection, Row
from service.usecases.house import House
from service.usecases.note import check_why

KINDS = (legal_holds.SUBJECT, legal_holds.DECISION, legal_holds.WORKFLOW)


def place(house: House, principal: Principal, kind: str, target: str, why: str) -> dict[str, Any]:
    """Hold what there is of a subject, a decision or a workflow, and what will come. The hold as `listing` shows it.

    NotFound for a decision or workflow that is not there; a subject need not be known yet. On the ledger as
    `hold.placed`, a subject by its keyed digest.
    """
    if kind not in KINDS:
        problem = FieldProblem("kind", f"is none of {', '.join(KINDS)}", "say what is to be held")
        raise InvalidRequest(f"kind: {problem.message}", remedy=problem.remedy, problems=(problem,))
    why, now = check_why(why), house.clock()
    hold, note = house.new_id("hold"), house.new_id("pay")
    words = to_bytes({"why": why, "target": target})
    owner = house.store.keys.owner(target) if kind == legal_holds.SUBJECT else target

    def work(connection: Connection) -> None:
        row = (note, "note", words)
        if kind == legal_holds.SUBJECT:
            payloads.add(connection, target, now, row)
        elif kind == legal_holds.DECISION:
            if decisions.get(connection, target) is None:
                raise NotFound(f"there is no decision {target}")
            payloads.add_beside(connection, target, now, row)
        else:
            if pointers.pointer(connection, target) is None:
                raise NotFound(f"there is no workflow {target}")
            payloads.add(connection, None, now, row, workflow=target)
        values = {"kind": kind, "target": owner, "by": principal.name}
        legal_holds.add(connection, {"id": hold, **values, "note": note, "placed_at": now})
        told = {"note": note, "note_digest": keyed_digest(house.secret, words)}
        ledger.append(connection, "hold.placed", hold, now, {**values, **told})

    house.store.commit(work)
    return read(house, hold)


def release(house: House, principal: Principal, hold: str) -> dict[str, Any]:
    """What it held may be erased again, and its age counts. NotFound; Conflict when it was released before."""
    now = house.clock()

    def work(connection: Connection) -> None:
        if legal_holds.get(connection, hold) is None:
            raise _no_hold(hold)
        if not legal_holds.release(connection, hold, principal.name, now):
            raise Conflict(f"hold {hold} was released before")
        ledger.append(connection, "hold.released", hold, now, {"by": principal.name})

    house.store.commit(work)
    return read(house, hold)


def read(house: House, hold: str) -> dict[str, Any]:
    with house.store.read() as connection:
        row = legal_holds.get(connection, hold)
    if row is None:
        raise _no_hold(hold)
    return _view(row)


def listing(house: House, *, released: bool = False, limit: int = 500) -> dict[str, Any]:
    """Newest first: those in force, or the others as well."""
    with house.store.read() as connection:
        return {"items": [_view(row) for row in legal_holds.page(connection, released=released, limit=limit)]}


def _view(row: Row[Any]) -> dict[str, Any]:
    words = json.loads(row.words or b"{}")
    return {
        "id": row.id,
        "kind": row.kind,
        "target": words.get("target"),
        "why": words.get("why"),
        "by": row.by,
        "placed_at": timestamp(row.placed_at),
        "released_by": row.released_by,
        "released_at": timestamp(row.released_at) if row.released_at else None,
    }


def _no_hold(hold: str) -> NotFound:
    return NotFound(f"there is no hold {hold}", remedy="list them: signoff hold list")
