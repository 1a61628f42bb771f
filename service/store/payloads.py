"""Personal text: the only table that holds any, each row sealed under the key of whom it is about.

Of a request about nobody the key is its workflow's for the day. What is written later about a decision lies under the
key of its request, so that it goes with it.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.errors import Erased, NotFound
from service.store.sealed import ring_of
from service.store.tables import decisions, payloads
from service.store.tables_keys import payload_keys

_ADD = payloads.insert()
_DATA = sa.select(payloads.c.data).where(payloads.c.id == sa.bindparam("payload_id"))
_SIZE = sa.func.length(payloads.c.data)
_KEY_OF_OWNER = sa.select(payload_keys.c.key).where(payload_keys.c.owner == sa.bindparam("owner_id"))
_ADD_OWNER = payload_keys.insert()
_REQUEST = (
    sa.select(payloads.c.key, payloads.c.subject, payloads.c.created_at, decisions.c.workflow, _SIZE.label("size"))
    .join(decisions, decisions.c.request == payloads.c.id)
    .where(decisions.c.id == sa.bindparam("decision_id"))
)
_SUBJECT = (
    sa.select(payload_keys.c.key)
    .join(payloads, payloads.c.key == payload_keys.c.key)
    .join(decisions, decisions.c.request == payloads.c.id)
    .where(decisions.c.id == sa.bindparam("decision_id"), payload_keys.c.owner.startswith("subject:", autoescape=True))
)


def add(
    connection: Connection, subject: str | None, now: datetime, *rows: tuple[str, str, bytes], workflow: str = ""
) -> None:
    """Store (id, kind, data) each; `subject` is whom they are about, as callers name them."""
    _write(connection, key_of(connection, subject, workflow, now), now, *rows)


def add_beside(connection: Connection, decision_id: str, now: datetime, *rows: tuple[str, str, bytes]) -> None:
    """Store what is written about a decision that is there already; Erased when its request is."""
    request = connection.execute(_REQUEST, {"decision_id": decision_id}).one_or_none()
    if request is None:
        raise NotFound(f"there is no decision {decision_id}")
    if not request.size:
        raise Erased(f"the request of decision {decision_id} is erased", remedy="nothing can be added to it any more")
    key = request.key or key_of(connection, request.subject, request.workflow, request.created_at)
    _write(connection, key, now, *rows)


def add_alone(connection: Connection, now: datetime, *rows: tuple[str, str, bytes]) -> None:
    """Store what is of many people under a key that nothing else is under: so it can be taken away by itself."""
    _write(connection, ring_of(connection).new(), now, *rows)


def key_of(connection: Connection, subject: str | None, workflow: str, at: datetime) -> str:
    """The key that something of this subject is sealed under now; of nobody, of that workflow and day."""
    ring = ring_of(connection)
    owner = ring.owner(subject) if subject else f"day:{at:%Y-%m-%d}:{workflow}"
    known = ring.day(owner)
    if known is not None:
        return known
    found: str | None = connection.scalar(_KEY_OF_OWNER, {"owner_id": owner})
    if found is None:
        found = ring.new()
        connection.execute(_ADD_OWNER, {"owner": owner, "key": found, "created_at": at})
    elif not subject:  # a person's may be erased at any moment; a day's is there until nobody writes for it any more
        ring.note_day(owner, found)
    return found


def _write(connection: Connection, key: str, now: datetime, *rows: tuple[str, str, bytes]) -> None:
    ring = ring_of(connection)
    connection.execute(
        _ADD,
        [
            {"id": id_, "kind": kind, "data": ring.seal(key, data), "key": key, "created_at": now}
            for id_, kind, data in rows
        ],
    )


def get(connection: Connection, payload_id: str) -> bytes:
    """Empty JSON for one that is erased."""
    return connection.scalar(_DATA, {"payload_id": payload_id}) or b"{}"


def rewrite(connection: Connection, payload_id: str, data: bytes) -> str:
    """Put something else in its place, under a key of its own; the key that it was under before."""
    before: str | None = connection.scalar(sa.select(payloads.c.key).where(payloads.c.id == payload_id))
    if before is None:
        raise NotFound(f"there is no sealed payload {payload_id}")
    ring = ring_of(connection)
    key = ring.new()
    values = {"data": ring.seal(key, data), "key": key}
    connection.execute(payloads.update().where(payloads.c.id == payload_id).values(**values))
    return before


def known(connection: Connection, payload_id: str) -> bool:
    return connection.scalar(sa.select(payloads.c.id).where(payloads.c.id == payload_id)) is not None


def erased(connection: Connection, decision_id: str) -> bool:
    """Whether a decision's request is gone, be it that somebody had it erased or that its time was over."""
    request = connection.execute(_REQUEST, {"decision_id": decision_id}).one_or_none()
    return request is not None and not request.size


def subject_of(connection: Connection, decision_id: str) -> str | None:
    """Stands for whom a decision's request is about, and never names them; None: nobody."""
    return connection.scalar(_SUBJECT, {"decision_id": decision_id})
