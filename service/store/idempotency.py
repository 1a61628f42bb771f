"""Tickets: the same key with the same request gets the first answer again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.tables import idempotency

_FIND = sa.select(idempotency).where(
    idempotency.c.principal == sa.bindparam("principal"), idempotency.c.key == sa.bindparam("key")
)


def find(connection: Connection, principal: str, key: str) -> sa.Row[Any] | None:
    return connection.execute(_FIND, {"principal": principal, "key": key}).one_or_none()


def add(
    connection: Connection,
    *,
    principal: str,
    key: str,
    request_digest: str,
    decision: str,
    status: int,
    explained: bool,
    now: datetime,
) -> None:
    connection.execute(
        idempotency.insert(),
        {
            "principal": principal,
            "key": key,
            "request_digest": request_digest,
            "decision": decision,
            "status": status,
            "explained": explained,
            "created_at": now,
        },
    )
