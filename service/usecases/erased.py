"""What is told of a decision whose request is erased: that it was made, and how it ended."""

from __future__ import annotations

from typing import Any

from service.domain.answer import timestamp
from service.errors import Erased
from service.store import payloads
from service.store.engine import Connection, Row


def refuse_erased(connection: Connection, decision: Row[Any]) -> None:
    """Erased, which tells all that is left, when nothing else of the decision is there any more."""
    if payloads.erased(connection, decision.id):
        left = {name: getattr(decision, name) for name in ("workflow", "state", "outcome", "decided_by", "release")}
        raise Erased(
            f"what decision {decision.id} was about is erased",
            remedy="that it was made, and how it ended, is all that is kept; the ledger proves it",
            extra={"decision": decision.id, **left, "created_at": timestamp(decision.created_at)},
        )
