"""Read the releases of workflows: what answers now, and what did before."""

from __future__ import annotations

from typing import Any

from service.domain.access import Principal
from service.domain.answer import timestamp
from service.store import document_checks, models, pointers
from service.store.document_checks import Check
from service.usecases.house import House


def page(house: House, principal: Principal, workflow: str | None = None, limit: int = 50) -> list[dict[str, Any]]:
    """Newest first; `active` marks the one that answers, `model` is what one answers by, and `documents` says whether
    the certificate of the active one still holds."""
    with house.store.read() as connection:
        active = {pointer.release for pointer in pointers.pointers(connection)}
        rows = pointers.release_history(connection, workflow, limit)
        checks = {row.id: document_checks.latest(connection, row.id) for row in rows if row.id in active}
        found = {row.id: models.behind(connection, row.workflow, row.head, row.calibration) for row in rows}
    return [
        {
            "id": row.id,
            "workflow": row.workflow,
            "active": row.id in active,
            "model": model.id if (model := found[row.id]) else None,
            "rules": row.rules,
            "policy": row.policy,
            "head": row.head,
            "snapshot": row.snapshot,
            "encoder": row.encoder,
            "adapter": row.adapter,
            "certificate": row.certificate,
            "refusal": row.refusal,
            "documents": _told(checks.get(row.id)),
            "created_at": timestamp(row.created_at),
            "created_by": row.created_by,
            "why": row.why,
        }
        for row in rows
    ]


def _told(check: Check | None) -> dict[str, Any] | None:
    """What the certificate came to when it was last tried with the documents there are."""
    if check is None:
        return None
    return {"sequence": check.sequence, "holds": check.holds, "checked_at": timestamp(check.checked_at)}
