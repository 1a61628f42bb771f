"""Read the releases of workflows: what answers now, and what did before."""

from __future__ import annotations

from typing import Any

from service.domain.access import Principal
from service.domain.answer import timestamp
from service.store import pointers
from service.usecases.house import House


def page(house: House, principal: Principal, workflow: str | None = None, limit: int = 50) -> list[dict[str, Any]]:
    """Newest first; `active` marks the one that answers."""
    with house.store.read() as connection:
        active = {pointer.release for pointer in pointers.pointers(connection)}
        rows = pointers.release_history(connection, workflow, limit)
    return [
        {
            "id": row.id,
            "workflow": row.workflow,
            "active": row.id in active,
            "rules": row.rules,
            "policy": row.policy,
            "head": row.head,
            "snapshot": row.snapshot,
            "encoder": row.encoder,
            "certificate": row.certificate,
            "refusal": row.refusal,
            "created_at": timestamp(row.created_at),
            "created_by": row.created_by,
            "why": row.why,
        }
        for row in rows
    ]
