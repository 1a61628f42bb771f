"""Whether this instance can do its work right now, part by part."""

from __future__ import annotations

from typing import Any

from service.errors import ServiceError
from service.store import pointers
from service.usecases.house import House


def state(house: House) -> dict[str, Any]:
    """`ready` only when the database answers and takes records, and every active release is open: a worker that was
    left behind when a release began to answer is not."""
    checks: dict[str, str] = {}
    try:
        with house.store.read() as connection:
            active = pointers.pointers(connection)
        checks["database"] = "ok"
    except Exception as error:  # noqa: BLE001 - whatever it is, we are not ready, and say so
        return {"ready": False, "checks": {"database": f"unavailable: {type(error).__name__}"}}
    checks["ledger"] = house.store.writing.trouble() or "ok"
    for pointer in active:
        try:
            house.shelf.serve(pointer.release)
            checks[f"workflow {pointer.workflow}"] = "halted" if pointer.halted else "ok"
        except ServiceError as error:
            checks[f"workflow {pointer.workflow}"] = str(error)
    if not active:
        checks["workflows"] = "none yet: run `signoff init`"
    ready = bool(active) and all(value in ("ok", "halted") for value in checks.values())
    return {"ready": ready, "checks": checks}
