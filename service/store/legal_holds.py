"""What must neither be erased nor deleted by age, until somebody releases it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.tables import payloads
from service.store.tables_keys import legal_holds

SUBJECT, DECISION, WORKFLOW = "subject", "decision", "workflow"

_IN_FORCE = sa.text("released_at IS NULL")
_MANY = 500  # ids a statement
_WITH_WORDS = (
    sa.select(legal_holds, payloads.c.data.label("words"))
    .select_from(legal_holds.outerjoin(payloads, payloads.c.id == legal_holds.c.note))
    .order_by(legal_holds.c.id.desc())
)


def add(connection: Connection, values: Mapping[str, Any]) -> None:
    connection.execute(legal_holds.insert(), dict(values))


def get(connection: Connection, hold: str) -> sa.Row[Any] | None:
    """With `words`, its reason; None: erased."""
    return connection.execute(_WITH_WORDS.where(legal_holds.c.id == hold)).one_or_none()


def page(connection: Connection, *, released: bool, limit: int) -> list[sa.Row[Any]]:
    """Newest first, with `words`; those in force, or the others as well."""
    query = _WITH_WORDS if released else _WITH_WORDS.where(legal_holds.c.released_at.is_(None))
    return list(connection.execute(query.limit(limit)))


def release(connection: Connection, hold: str, by: str, now: datetime) -> bool:
    """Whether it was still in force."""
    mine = legal_holds.c.id == hold, legal_holds.c.released_at.is_(None)
    return connection.execute(legal_holds.update().where(*mine).values(released_by=by, released_at=now)).rowcount == 1


def in_force(connection: Connection, kind: str, targets: Collection[str]) -> dict[str, list[str]]:
    """Target -> the holds on it; only those of these targets that are held."""
    found: dict[str, list[str]] = {}
    ordered = sorted(targets)
    for start in range(0, len(ordered), _MANY):
        named = legal_holds.c.target.in_(ordered[start : start + _MANY])
        query = sa.select(legal_holds.c.target, legal_holds.c.id).where(_IN_FORCE, legal_holds.c.kind == kind, named)
        for row in connection.execute(query.order_by(legal_holds.c.id)):
            found.setdefault(row.target, []).append(row.id)
    return found
