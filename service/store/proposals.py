"""Rules and policies that somebody asked to put in force and somebody else has to approve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.tables import proposals

OPEN = "proposed"


def add(connection: Connection, values: Mapping[str, Any]) -> None:
    connection.execute(proposals.insert(), {"state": OPEN, **values})


def get(connection: Connection, proposal_id: str) -> sa.Row[Any] | None:
    return connection.execute(sa.select(proposals).where(proposals.c.id == proposal_id)).one_or_none()


def page(connection: Connection, state: str | None = None) -> Sequence[sa.Row[Any]]:
    """Newest first; of one state, or all."""
    query = sa.select(proposals).order_by(proposals.c.id.desc())
    return connection.execute(query if state is None else query.where(proposals.c.state == state)).all()


def close(
    connection: Connection,
    proposal_id: str,
    state: str,
    now: datetime,
    *,
    by: str | None = None,
    note: str | None = None,
) -> bool:
    """End an open proposal. Whether it was open: of two who decide at once, one does."""
    changed = connection.execute(
        proposals.update()
        .where(proposals.c.id == proposal_id, proposals.c.state == OPEN)
        .values(state=state, decided_by=by, decided_at=now, note=note)
    )
    return changed.rowcount == 1
