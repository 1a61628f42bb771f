"""Which model answers: always the one whose head is in the release that does."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from service.store import models, pointers
from service.store.engine import Connection


def follow(connection: Connection, workflow: str, head: str, release: str, now: datetime, by: str) -> str | None:
    """Let the models' states say what answers from this commit on; the id of the model, None when no model is it."""
    answering = pointers.release(connection, release)
    assert answering is not None, "what answers is recorded"
    row = models.behind(connection, workflow, head, answering["calibration"])
    models.retire_others(connection, workflow, row.id if row else None)
    if row is None:
        return None
    values: dict[str, Any] = {"state": models.ACTIVE, "release": release}
    if row.state != models.ACTIVE:
        values |= {"decided_by": by, "decided_at": now}
    models.move(connection, row.id, models.STATES, values)
    return str(row.id)
