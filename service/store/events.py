"""What the outside is to hear of, written in the transaction of the thing it tells of.

Events are numbered as they are written, and whoever writes to the database has it alone till the end of the
transaction. So they become visible in the order of their numbers, and whoever reads on from a number misses none.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.domain.event import check
from service.store.tables import decisions, events

_LAST = sa.select(sa.func.coalesce(sa.func.max(events.c.sequence), 0))
_ADD = events.insert().values(sequence=_LAST.scalar_subquery() + 1)


def add(
    connection: Connection, event_id: str, type_: str, subject_id: str, body: Mapping[str, Any], now: datetime
) -> None:
    """ValueError when the table of event types does not know the type, or not with such a body."""
    check(type_, body)
    values = {"id": event_id, "type": type_, "subject_id": subject_id, "body": dict(body), "created_at": now}
    connection.execute(_ADD, values)


def last(connection: Connection) -> int:
    """Sequence of the newest event; 0 when there is none."""
    return connection.scalar(_LAST) or 0


def following(connection: Connection, after: int, limit: int) -> list[sa.Row[Any]]:
    """Events after that sequence, oldest first."""
    query = sa.select(events).where(events.c.sequence > after).order_by(events.c.sequence).limit(limit)
    return list(connection.execute(query))


def get(connection: Connection, event_id: str) -> sa.Row[Any] | None:
    return connection.execute(sa.select(events).where(events.c.id == event_id)).one_or_none()


def decided_for(connection: Connection, principal: str, decision_ids: Collection[str]) -> set[str]:
    """Those of the decisions that the principal asked for."""
    if not decision_ids:
        return set()
    theirs = sa.select(decisions.c.id).where(decisions.c.id.in_(decision_ids), decisions.c.principal == principal)
    return set(connection.scalars(theirs))
