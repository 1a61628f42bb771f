"""What there is of somebody or of a decision, and taking it away: words, vectors, and whatever was learned from them.

What is left names no person: that a decision was made, when, by what and how it ended.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.domain.case import SETTLED
from service.store import (  # noqa: F401 - so that every table is known that names a payload
    tables_known,
    tables_questions,
    tables_replay,
)
from service.store.drafts import OPEN as OPEN_DRAFTS
from service.store.drafts import REFUSED
from service.store.labelling import CLAIMED, QUEUED, SKIPPED
from service.store.tables import cases, decisions, idempotency, metadata, payloads, releases, vectors
from service.store.tables_attached import attached, case_vectors
from service.store.tables_keys import erasures, payload_keys
from service.store.tables_learning import doubts, examples, labelling, models
from service.store.tables_replies import drafts, summaries

_MANY = 500  # ids a statement
_GONE = sa.func.length(payloads.c.data) == 0
CALIBRATION = "calibration"  #: the kind of payload that holds what releases were tried on


def key_of(connection: Connection, owner: str) -> str | None:
    key: str | None = connection.scalar(sa.select(payload_keys.c.key).where(payload_keys.c.owner == owner))
    return key


def owner_of(connection: Connection, key: str) -> str | None:
    owner: str | None = connection.scalar(sa.select(payload_keys.c.owner).where(payload_keys.c.key == key))
    return owner


def forget_owners(connection: Connection, keys: Collection[str]) -> None:
    """Nobody is known by these keys any more; whoever comes again gets a new one."""
    for part in _parts(keys):
        connection.execute(payload_keys.delete().where(payload_keys.c.key.in_(part)))


def under(connection: Connection, keys: Collection[str]) -> list[sa.Row[Any]]:
    """Payloads sealed under these keys and not erased: id, kind, created_at."""
    found = (payloads.c.id, payloads.c.kind, payloads.c.created_at)
    queries: list[sa.Select[Any]] = [sa.select(*found).where(payloads.c.key.in_(part), ~_GONE) for part in _parts(keys)]
    return [row for query in queries for row in connection.execute(query)]


def asking(connection: Connection, payload_ids: Collection[str]) -> list[sa.Row[Any]]:
    """The decisions whose requests these are, copies among them: id, workflow, case, state, created_at, request."""
    queries = [sa.select(decisions).where(decisions.c.request.in_(part)) for part in _parts(payload_ids)]
    return [row for query in queries for row in connection.execute(query)]


def written_about(connection: Connection, decision_ids: Collection[str]) -> list[sa.Row[Any]]:
    """Everything that lies with the payloads about these decisions and is not erased: id, kind, created_at."""
    found: dict[str, sa.Row[Any]] = {}
    for way in ways():
        query: sa.Select[Any] = sa.select(payloads.c.id, payloads.c.kind, payloads.c.created_at)
        query = query.select_from(way.source.join(payloads, payloads.c.id == way.payload)).where(~_GONE)
        for part in _parts(decision_ids):
            found.update((row.id, row) for row in connection.execute(query.where(way.decision.in_(part))))
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Way:
    """One way from a decision to a payload."""

    payload: sa.Column[Any]
    decision: sa.Column[Any]
    source: sa.FromClause  #: both columns in one row


@cache
def ways() -> tuple[Way, ...]:
    """All of them: a table that names a payload is asked for it if it names a decision as well, or its case."""
    return tuple(
        Way(column, *about)
        for table in metadata.sorted_tables
        if (about := _about(table)) is not None
        for column in _naming(table)
    )


def elsewhere() -> list[str]:
    """The columns that name a payload and lead to no decision: what operations wrote, and what was handed in."""
    return [
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        if _about(table) is None
        for column in _naming(table)
    ]


def _naming(table: sa.Table) -> list[sa.Column[Any]]:
    return [column for column in table.columns if any(key.column is payloads.c.id for key in column.foreign_keys)]


def _about(table: sa.Table) -> tuple[sa.Column[Any], sa.FromClause] | None:
    """The column that says which decision a row is about, and what to read it from; None: about none."""
    if table is decisions:
        return decisions.c.id, table
    if "decision" in table.c and table.c.decision.references(decisions.c.id):
        return table.c.decision, table
    if "case" in table.c and table.c.case.references(cases.c.id):
        return cases.c.decision, table.join(cases, cases.c.id == table.c.case)
    return None


def open_cases(connection: Connection, decision_ids: Collection[str]) -> list[sa.Row[Any]]:
    """The cases that decide these, alone or with others, and are not settled; each once."""
    found: dict[str, sa.Row[Any]] = {}
    unsettled = cases.c.state.not_in([state.value for state in SETTLED])
    for part in _parts(decision_ids):
        with_others = sa.select(attached.c.case).where(attached.c.decision.in_(part))
        theirs = sa.or_(cases.c.decision.in_(part), cases.c.id.in_(with_others))
        found.update((row.id, row) for row in connection.execute(sa.select(cases).where(theirs, unsettled)))
    return list(found.values())


def taught(connection: Connection, decision_ids: Collection[str]) -> list[sa.Row[Any]]:
    """The examples that these decisions became."""
    queries = [sa.select(examples).where(examples.c.decision.in_(part)) for part in _parts(decision_ids)]
    return [row for query in queries for row in connection.execute(query)]


def trained_since(connection: Connection, workflow: str, since: datetime) -> list[str]:
    """The models that were trained for a workflow since then."""
    query = sa.select(models.c.id).where(models.c.workflow == workflow, models.c.created_at >= since)
    return list(connection.scalars(query.order_by(models.c.id)))


def bundles(connection: Connection) -> Iterator[tuple[str, bytes]]:
    """What releases were tried on: payload and content of each, one after the other."""
    ids = connection.scalars(sa.select(payloads.c.id).where(payloads.c.kind == CALIBRATION, ~_GONE)).all()
    for each in ids:
        data = connection.scalar(sa.select(payloads.c.data).where(payloads.c.id == each))
        if data is not None:
            yield each, data


def take_away(connection: Connection, decision_ids: Collection[str], payload_ids: Collection[str]) -> None:
    """Words, vectors, examples, what was worked out ahead, digests that tell words again. Drafts that are still to be
    written are not."""
    for part in _parts(decision_ids):
        lessons = sa.select(examples.c.id).where(examples.c.decision.in_(part))
        connection.execute(doubts.delete().where(doubts.c.example.in_(lessons)))
        for table in (case_vectors, summaries, examples):
            connection.execute(table.delete().where(table.c.decision.in_(part)))
        of_these = idempotency.c.decision.in_(part)
        connection.execute(idempotency.update().where(of_these).values(request_digest=""))
        connection.execute(cases.update().where(cases.c.decision.in_(part)).values(likeness=None))
        unwritten = drafts.c.decision.in_(part), drafts.c.state.in_(OPEN_DRAFTS)
        connection.execute(drafts.update().where(*unwritten).values(state=REFUSED, why="erased"))
    for part in _parts(payload_ids):
        asked = labelling.c.payload.in_(part), labelling.c.state.in_((QUEUED, CLAIMED))
        nobody = {"state": SKIPPED, "holder": None, "lease_token": None, "lease_until": None}
        connection.execute(labelling.update().where(*asked).values(**nobody))
        blank = {"data": b"", "subject": None}
        connection.execute(payloads.update().where(payloads.c.id.in_(part)).values(**blank))


def encoders(connection: Connection) -> set[str]:
    """The digests of every encoder that texts were ever read with."""
    return {*connection.scalars(sa.union(sa.select(releases.c.encoder), sa.select(models.c.encoder)))}


def take_vectors(connection: Connection, digests: Collection[str]) -> int:
    """Vectors of texts by the digest of encoder and text; how many there were."""
    statements = [vectors.delete().where(vectors.c.digest.in_(part)) for part in _parts(digests)]
    return sum(connection.execute(statement).rowcount for statement in statements)


def begin(connection: Connection, erasure: str, keys: Sequence[str], now: datetime) -> None:
    """Write down which keys are to be destroyed, with what is taken away."""
    connection.execute(erasures.insert(), {"id": erasure, "keys": list(keys), "at": now})


def pending(connection: Connection) -> list[sa.Row[Any]]:
    """Erasures whose keys are still to be destroyed."""
    query = sa.select(erasures).where(sa.text("destroyed_at IS NULL")).order_by(erasures.c.id)
    return list(connection.execute(query))


def done(connection: Connection, ids: Collection[str], now: datetime) -> None:
    """The keys of these erasures are destroyed."""
    for part in _parts(ids):
        connection.execute(erasures.update().where(erasures.c.id.in_(part)).values(destroyed_at=now))


def latest(connection: Connection) -> str:
    """The id of the latest erasure; empty: there was none."""
    return connection.scalar(sa.select(erasures.c.id).order_by(erasures.c.id.desc()).limit(1)) or ""


def empty_keys(connection: Connection, keys: Collection[str]) -> list[str]:
    """Of these keys those under which nothing is left."""
    kept: set[str] = set()
    for part in _parts(keys):
        kept.update(connection.scalars(sa.select(payloads.c.key).where(payloads.c.key.in_(part), ~_GONE).distinct()))
    return sorted(set(keys) - kept)


def keys_of(connection: Connection, payload_ids: Collection[str]) -> set[str]:
    queries = [sa.select(payloads.c.key).where(payloads.c.id.in_(part)).distinct() for part in _parts(payload_ids)]
    return {key for query in queries for key in connection.scalars(query) if key is not None}


def _parts(ids: Collection[str]) -> Iterator[list[str]]:
    ordered = sorted(ids)
    for start in range(0, len(ordered), _MANY):
        yield ordered[start : start + _MANY]
