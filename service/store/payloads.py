"""Personal text, by subject: the only table that holds any."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.tables import decisions, payloads

_ADD = payloads.insert()
_DATA = sa.select(payloads.c.data).where(payloads.c.id == sa.bindparam("payload_id"))
_SUBJECT = (
    sa.select(payloads.c.subject)
    .join(decisions, decisions.c.request == payloads.c.id)
    .where(decisions.c.id == sa.bindparam("decision_id"))
)


def add(connection: Connection, subject: str | None, now: datetime, *rows: tuple[str, str, bytes]) -> None:
    """Store (id, kind, data) each."""
    connection.execute(
        _ADD,
        [{"id": id_, "kind": kind, "data": data, "subject": subject, "created_at": now} for id_, kind, data in rows],
    )


def get(connection: Connection, payload_id: str) -> bytes:
    """Empty JSON for one that is no longer there."""
    data = connection.scalar(_DATA, {"payload_id": payload_id})
    return bytes(data) if data is not None else b"{}"


def known(connection: Connection, payload_id: str) -> bool:
    return connection.scalar(sa.select(payloads.c.id).where(payloads.c.id == payload_id)) is not None


def subject_of(connection: Connection, decision_id: str) -> str | None:
    """Whom a decision's request is about, so that what is written of it later can be erased with it."""
    return connection.scalar(_SUBJECT, {"decision_id": decision_id})
