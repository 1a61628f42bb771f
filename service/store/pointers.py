"""What a request has to know before it starts: which release answers, which documents exist, whether to halt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.tables import counters, releases, workflows

_DOCUMENTS = "document_sequence"
_POINTER = sa.select(
    workflows.c.name,
    workflows.c.release,
    workflows.c.halted,
    sa.func.coalesce(sa.select(counters.c.value).where(counters.c.name == _DOCUMENTS).scalar_subquery(), 0).label(
        "document_sequence"
    ),
)
_ONE = _POINTER.where(workflows.c.name == sa.bindparam("workflow"))


@dataclass(frozen=True, slots=True)
class Pointer:
    """The one row that a request reads: everything else is named by digest and never changes."""

    workflow: str
    release: str
    halted: bool
    document_sequence: int


def pointer(connection: Connection, workflow: str) -> Pointer | None:
    row = connection.execute(_ONE, {"workflow": workflow}).one_or_none()
    return Pointer(row.name, row.release, row.halted, row.document_sequence) if row else None


def pointers(connection: Connection) -> list[Pointer]:
    """Of every workflow, by name."""
    rows = connection.execute(_POINTER.order_by(workflows.c.name))
    return [Pointer(row.name, row.release, row.halted, row.document_sequence) for row in rows]


def activate(connection: Connection, workflow: str, release: str, base: str | None, now: datetime) -> bool:
    """Let `release` answer, if `base` still does (None: if nothing does yet). Whether it now does."""
    if base is not None:
        moved = workflows.update().where(workflows.c.name == workflow, workflows.c.release == base)
        return connection.execute(moved.values(release=release)).rowcount == 1
    if pointer(connection, workflow) is not None:
        return False
    connection.execute(workflows.insert().values(name=workflow, release=release, halted=False, created_at=now))
    return True


def set_halted(connection: Connection, workflow: str | None, halted: bool) -> list[str]:
    """Stop or resume automatic decisions of one workflow, or of all; the names that are now so."""
    chosen = sa.true() if workflow is None else workflows.c.name == workflow
    connection.execute(workflows.update().where(chosen).values(halted=halted))
    return list(connection.scalars(sa.select(workflows.c.name).where(chosen).order_by(workflows.c.name)))


def next_document_sequence(connection: Connection) -> int:
    """Advance the document sequence: every cached allowed set is void from here on."""
    changed = connection.execute(
        counters.update().where(counters.c.name == _DOCUMENTS).values(value=counters.c.value + 1)
    )
    if changed.rowcount == 0:
        connection.execute(counters.insert().values(name=_DOCUMENTS, value=1))
    return int(connection.scalar(sa.select(counters.c.value).where(counters.c.name == _DOCUMENTS)) or 0)


def document_sequence(connection: Connection) -> int:
    return int(connection.scalar(sa.select(counters.c.value).where(counters.c.name == _DOCUMENTS)) or 0)


def add_release(connection: Connection, **values: Any) -> None:
    connection.execute(releases.insert().values(**values))


def release(connection: Connection, release_id: str) -> dict[str, Any] | None:
    row = connection.execute(sa.select(releases).where(releases.c.id == release_id)).mappings().one_or_none()
    return dict(row) if row else None


def release_history(connection: Connection, workflow: str | None = None, limit: int = 50) -> list[sa.Row[Any]]:
    """Newest first."""
    query = sa.select(releases).order_by(releases.c.id.desc()).limit(limit)
    if workflow is not None:
        query = query.where(releases.c.workflow == workflow)
    return list(connection.execute(query))
