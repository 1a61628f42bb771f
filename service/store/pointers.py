"""What a request has to know before it starts: which release answers, which documents exist, whether to halt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.tables import counters, document_checks, releases, workflows

_DOCUMENTS = "document_sequence"
_DISABLES = "disable_sequence"


def _counter(name: str) -> sa.Label[int]:
    value = sa.select(counters.c.value).where(counters.c.name == name).scalar_subquery()
    return sa.func.coalesce(value, 0).label(name)


# The release's check with the newest documents, found by the primary key alone.
_checks = document_checks.alias("newest")
_NEWEST = (
    sa.select(_checks.c.sequence)
    .where(_checks.c.release == workflows.c.release)
    .order_by(_checks.c.sequence.desc())
    .limit(1)
    .scalar_subquery()
)
_POINTER = sa.select(
    workflows.c.name,
    workflows.c.release,
    workflows.c.halted,
    workflows.c.pinned_by,
    workflows.c.pinned_at,
    workflows.c.watched_by,
    _counter(_DOCUMENTS),
    _counter(_DISABLES),
    document_checks.c.sequence.label("checked"),
    # As they are stored: a request compares them and does not read them.
    sa.type_coerce(document_checks.c.holds, sa.Integer).label("holds"),
    sa.type_coerce(document_checks.c.checked_at, sa.BigInteger).label("stamp"),
).select_from(
    workflows.outerjoin(
        document_checks,
        sa.and_(document_checks.c.release == workflows.c.release, document_checks.c.sequence == _NEWEST),
    )
)
_ONE = _POINTER.where(workflows.c.name == sa.bindparam("workflow"))
_STOPPED = sa.select(workflows.c.halted, workflows.c.watched_by).where(workflows.c.name == sa.bindparam("workflow"))
_ALL = _POINTER.order_by(workflows.c.name)


@dataclass(frozen=True, slots=True)
class Checked:
    """The last time the release's certificate was tried with newer documents."""

    sequence: int  #: of the documents
    holds: bool
    stamp: int  #: when it was tried, in microseconds since 1970; tells it from others with the same documents


@dataclass(frozen=True, slots=True)
class Pointer:
    """The one row that a request reads: everything else is named by digest and never changes."""

    workflow: str
    release: str
    halted: bool
    document_sequence: int
    disable_sequence: int = 0
    pinned_by: str | None = None  #: who rolled back, so that the files are not taken over
    pinned_at: datetime | None = None
    checked: Checked | None = None  #: None: never, since the release was made
    watched_by: str | None = None  #: the look at live traffic that sent to people what was automatic


def pointer(connection: Connection, workflow: str) -> Pointer | None:
    row = connection.execute(_ONE, {"workflow": workflow}).one_or_none()
    return _pointer(row) if row else None


def pointers(connection: Connection) -> list[Pointer]:
    """Of every workflow, by name."""
    return [_pointer(row) for row in connection.execute(_ALL)]


@dataclass(frozen=True, slots=True)
class Stopped:
    """What keeps everything from being automatic, as it stands at this very moment."""

    halted: bool
    watched: bool  #: a look at live traffic sent to people what was automatic

    def __bool__(self) -> bool:
        return self.halted or self.watched


def stopped(connection: Connection, workflow: str) -> Stopped:
    """For whoever records a decision: asked in the transaction that does, nothing automatic slips past a halt."""
    row = connection.execute(_STOPPED, {"workflow": workflow}).one()
    return Stopped(bool(row.halted), row.watched_by is not None)


def _pointer(row: sa.Row[Any]) -> Pointer:
    return Pointer(
        row.name,
        row.release,
        row.halted,
        row.document_sequence,
        row.disable_sequence,
        row.pinned_by,
        row.pinned_at,
        Checked(row.checked, bool(row.holds), row.stamp) if row.checked is not None else None,
        row.watched_by,
    )


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


def pin(connection: Connection, workflow: str, by: str | None, now: datetime) -> None:
    """Stop taking over files, or with `by` None take them over again."""
    connection.execute(
        workflows.update().where(workflows.c.name == workflow).values(pinned_by=by, pinned_at=now if by else None)
    )


def next_document_sequence(connection: Connection) -> int:
    """Advance the document sequence: every cached allowed set is void from here on."""
    return _next(connection, _DOCUMENTS)


def next_disable_sequence(connection: Connection) -> int:
    """Advance the sequence of disabled rules: whoever knows an older one reads them anew."""
    return _next(connection, _DISABLES)


def document_sequence(connection: Connection) -> int:
    return _value(connection, _DOCUMENTS)


def _next(connection: Connection, name: str) -> int:
    changed = connection.execute(counters.update().where(counters.c.name == name).values(value=counters.c.value + 1))
    if changed.rowcount == 0:
        connection.execute(counters.insert().values(name=name, value=1))
    return _value(connection, name)


def _value(connection: Connection, name: str) -> int:
    return int(connection.scalar(sa.select(counters.c.value).where(counters.c.name == name)) or 0)


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


def was_released(connection: Connection, workflow: str, *, policy: str, rules: str) -> bool:
    """Whether there is a release of the workflow with these two, by their digests."""
    found = sa.select(releases.c.id).where(
        releases.c.workflow == workflow, releases.c.policy == policy, releases.c.rules == rules
    )
    return connection.scalar(found.limit(1)) is not None
