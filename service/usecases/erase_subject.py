"""Erase everything there is of somebody. Decisions about them stay counted, and the ledger still verifies."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from service.domain.access import Principal
from service.domain.answer import timestamp
from service.errors import LegalHold
from service.store import erasures, ledger, legal_holds
from service.store.engine import Connection
from service.usecases.forget import Extent, destroy_keys, extent, forget, models_that_saw
from service.usecases.house import House
from service.usecases.move_case import SERVICE
from service.usecases.seal_payloads import seal_all

_KIND = "subject.erased"
_RECORDS = 200  # of the ledger, read at once


def erase(house: House, principal: Principal, subject: str, *, dry_run: bool = False) -> dict[str, Any]:
    """Erase whoever callers name so: the key of what was written about them is destroyed, and all of it taken away.

    What is found, and what becomes of it: counts, the cases that are cancelled, the models that may have learned from
    it, the holds that keep it (LegalHold unless `dry_run`, naming them), and when the same subject was erased before.
    Conflict while a person's decision about them is about to go out. Nothing found is no error: asking twice is safe.
    """
    seal_all(house)
    owner = house.store.keys.owner(subject)
    if dry_run:
        with house.store.read() as connection:
            return _report(connection, owner, dry_run=True)

    def work(connection: Connection) -> dict[str, Any]:
        report = _report(connection, owner, dry_run=False)
        key = erasures.key_of(connection, owner)
        if report["holds"]:
            raise LegalHold(
                f"a legal hold keeps this: {', '.join(report['holds'])}",
                remedy="release the hold first: signoff hold release; or wait until it is",
                extra={"holds": report["holds"]},
            )
        return report if key is None else report | {"id": _erase(connection, house, [key], principal.name)}

    report = house.store.commit(work)
    destroy_keys(house)
    for each in report["cases"]:
        house.changed.tell(each["decision"])
    return report


def _report(connection: Connection, owner: str, *, dry_run: bool) -> dict[str, Any]:
    key = erasures.key_of(connection, owner)
    found = extent(connection, [key] if key is not None else [])
    return {
        "id": None,
        "dry_run": dry_run,
        "decisions": len(found.decisions),
        "payloads": found.counts(),
        "examples": len(found.lessons),
        "cases": [{"case": row.id, "decision": row.decision, "state": row.state} for row in found.cases],
        "models": models_that_saw(connection, found.lessons),
        "holds": _holds(connection, found, owner),
        "erased_before": [timestamp(at) for at in _before(connection, owner)],
    }


def _holds(connection: Connection, found: Extent, owner: str) -> list[str]:
    held = (
        legal_holds.in_force(connection, legal_holds.SUBJECT, [owner]),
        legal_holds.in_force(connection, legal_holds.DECISION, found.decision_ids),
        legal_holds.in_force(connection, legal_holds.WORKFLOW, found.workflows),
    )
    return sorted({each for kind in held for holds in kind.values() for each in holds})


def _erase(connection: Connection, house: House, keys: Sequence[str], by: str) -> str:
    """Everything under these keys, on record; the keys are to be destroyed afterwards. The id of the erasure."""
    now, erasure, found = house.clock(), house.new_id("era"), extent(connection, keys)
    owners = [owner for key in keys if (owner := erasures.owner_of(connection, key)) is not None]
    models = models_that_saw(connection, found.lessons)  # before the lessons are gone
    gone = [*keys, *forget(connection, house, found, by, now)]
    erasures.forget_owners(connection, keys)
    erasures.begin(connection, erasure, gone, now)
    body = {
        "subjects": [_digest(owner) for owner in owners],
        "keys": gone,
        "decisions": len(found.decisions),
        "payloads": len(found.payloads),
        "examples": len(found.lessons),
        "cases": [row.id for row in found.cases],
        "models": models,
        "by": by,
    }
    ledger.append(connection, _KIND, erasure, now, body)
    return erasure


def _digest(owner: str) -> str:
    return owner.partition(":")[2]


def _before(connection: Connection, owner: str) -> list[datetime]:
    """When the same subject was erased, by the ledger."""
    return [at for at, body in _erasures(connection) if _digest(owner) in body["subjects"]]


def _erasures(connection: Connection) -> list[tuple[datetime, dict[str, Any]]]:
    """Every erasure on the ledger, newest first."""
    found: list[tuple[datetime, dict[str, Any]]] = []
    before: int | None = None
    while rows := ledger.page(connection, [_KIND], before=before, limit=_RECORDS):
        found += [(row.at, json.loads(row.record)["body"]) for row in rows]
        before = rows[-1].sequence
    return found


def erase_again(house: House) -> dict[str, int]:
    """After a restore: what was erased since the backup, or before it, is erased again; how many `keys` and `subjects`.

    Keys that the ledger names as destroyed and the key store still has are destroyed; what keys covered that the key
    store has destroyed is taken away.
    """
    with house.store.read() as connection:
        named = {key for _, body in _erasures(connection) for key in body["keys"]}
    count, again, after = house.store.keys.destroy(named), 0, ""
    while keys := house.store.keys.destroyed(after):
        after = keys[-1]
        with house.store.read() as connection:
            left = sorted({*keys} - {*erasures.empty_keys(connection, keys)})
        if left:
            house.store.commit(lambda connection, left=left: _erase(connection, house, left, SERVICE))  # type: ignore[misc]
            again += len(left)
    destroy_keys(house)
    return {"keys": count, "subjects": again}
