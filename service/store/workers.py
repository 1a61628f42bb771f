"""The processes that answer requests: each says every few seconds that it is there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.tables import workers


def seen(connection: Connection, worker: str, host: str, now: datetime) -> None:
    """The worker is alive at `now`; added if it is new or was forgotten."""
    known = workers.update().where(workers.c.id == worker).values(seen_at=now)
    if connection.execute(known).rowcount == 0:
        connection.execute(workers.insert().values(id=worker, host=host, started_at=now, seen_at=now))


def alive(connection: Connection, since: datetime) -> list[sa.Row[Any]]:
    """Those seen at `since` or later, oldest first: (id, host, started_at, seen_at)."""
    return list(connection.execute(sa.select(workers).where(workers.c.seen_at >= since).order_by(workers.c.id)))


def gone(connection: Connection, worker: str) -> None:
    """The worker stopped in order."""
    connection.execute(workers.delete().where(workers.c.id == worker))


def forget(connection: Connection, before: datetime) -> None:
    """Drop those last seen before `before`: they were killed."""
    connection.execute(workers.delete().where(workers.c.seen_at < before))
