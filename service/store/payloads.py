"""Personal text, by subject: the only table that holds any."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.tables import payloads


def add(connection: Connection, payload_id: str, kind: str, data: bytes, subject: str | None, now: datetime) -> None:
    connection.execute(
        payloads.insert(),
        {"id": payload_id, "kind": kind, "data": data, "subject": subject, "created_at": now},
    )


def get(connection: Connection, payload_id: str) -> bytes:
    data = connection.scalar(sa.select(payloads.c.data).where(payloads.c.id == payload_id))
    return bytes(data) if data is not None else b"{}"
