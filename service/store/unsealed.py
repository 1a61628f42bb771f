"""Payloads from before there were keys: sealed step by step, each step a transaction of its own."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.payloads import key_of
from service.store.sealed import ring_of
from service.store.tables import decisions, payloads

_AS_IT_IS = sa.type_coerce(payloads.c.data, sa.LargeBinary).label("data")
_OPEN = sa.text("payloads.key IS NULL")


def left(connection: Connection) -> bool:
    return connection.scalar(sa.select(payloads.c.id).where(_OPEN).limit(1)) is not None


def seal_some(connection: Connection, limit: int) -> int:
    """Seal the first so many that are not yet; how many that were. What is interrupted goes on with the rest."""
    about = sa.select(decisions.c.workflow).where(decisions.c.request == payloads.c.id).limit(1).scalar_subquery()
    query = sa.select(payloads.c.id, payloads.c.subject, payloads.c.created_at, _AS_IT_IS, about.label("workflow"))
    rows = list(connection.execute(query.where(_OPEN).order_by(payloads.c.id).limit(limit)))
    ring = ring_of(connection)
    for row in rows:
        key = key_of(connection, row.subject, row.workflow or "", row.created_at)
        data = ring.seal(key, bytes(row.data)) if row.data else b""
        values = {"data": data, "key": key, "subject": None}
        connection.execute(payloads.update().where(payloads.c.id == row.id).values(**values))
    return len(rows)
