"""Rows as the ledger has to tell of them: read in steps, to be held against its records."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.tables import api_keys, artefacts, decisions, documents, ledger, releases, reviews, workflows
from service.store.tables_people import people

#: What `some` may be asked for.
TABLES = {table.name: table for table in (reviews, releases)}


class Decided(NamedTuple):
    """What the ledger tells of a decision's row."""

    id: str
    workflow: str
    release: str
    principal: str
    groups: list[str]
    document_sequence: int
    created_at: datetime
    probability: float | None
    known_answer: str | None
    state: str
    outcome: str
    decided_by: str | None
    label: str | None
    labels: list[str]


# Lists as text: there are few that differ, and a million of the same need not be read a million times.
_LISTS = ("groups", "labels")
_DECIDED = sa.select(
    *(
        sa.cast(decisions.c[name], sa.Text).label(name) if name in _LISTS else decisions.c[name]
        for name in Decided._fields
    )
)

_NEW = ("decision.made", "decision.corrected")


def some(connection: Connection, table: str, ids: Collection[str]) -> dict[str, sa.Row[Any]]:
    """Of these ids the rows that are there, by id; some hundred ids at once."""
    found = TABLES[table]
    return {row.id: row for row in connection.execute(sa.select(found).where(found.c.id.in_(ids)))}


def some_decisions(connection: Connection, ids: Collection[str]) -> dict[str, Decided]:
    """Of these decisions those that are there, by id; some hundred ids at once."""
    rows = connection.execute(_DECIDED.where(decisions.c.id.in_(ids)))
    return {row[0]: Decided._make((*row[:4], _read(row[4]), *row[5:13], _read(row[13]))) for row in rows}


@lru_cache(maxsize=1_024)
def _read(text: str) -> list[str]:
    found: list[str] = json.loads(text)
    return found


def asked_for(connection: Connection) -> int:
    """How many decisions there are that somebody asked for."""
    query = sa.select(sa.func.count()).select_from(decisions).where(decisions.c.known_answer.is_(None))
    return connection.scalar(query) or 0


def unrecorded(connection: Connection, limit: int) -> list[str]:
    """Decisions that no record tells of, though somebody asked for them."""
    told = sa.exists().where(ledger.c.subject_id == decisions.c.id, ledger.c.kind.in_(_NEW))
    query = sa.select(decisions.c.id).where(decisions.c.known_answer.is_(None), ~told)
    return list(connection.scalars(query.order_by(decisions.c.id).limit(limit)))


def copies(connection: Connection) -> list[str]:
    """Decisions that are said to be copies of known answers."""
    query = sa.select(decisions.c.id).where(decisions.c.known_answer.is_not(None))
    return list(connection.scalars(query.order_by(decisions.c.id)))


def said(connection: Connection) -> Iterator[tuple[str, datetime | None, datetime | None]]:
    """Of every review its id, and when it was taken back and when it went out."""
    columns = (reviews.c.id, reviews.c.undone_at, reviews.c.delivered_at)
    for row in connection.execute(sa.select(*columns).execution_options(yield_per=1_000)):
        yield row.id, row.undone_at, row.delivered_at


def pointers(connection: Connection) -> list[sa.Row[Any]]:
    return list(connection.execute(sa.select(workflows).order_by(workflows.c.name)))


def keys(connection: Connection) -> list[sa.Row[Any]]:
    return list(connection.execute(sa.select(api_keys).order_by(api_keys.c.id)))


def accounts(connection: Connection) -> list[sa.Row[Any]]:
    return list(connection.execute(sa.select(people).order_by(people.c.id)))


def approved_documents(connection: Connection) -> Iterator[sa.Row[Any]]:
    """Every version that was approved at some time, whole."""
    query = sa.select(documents).where(documents.c.approved_by.is_not(None))
    yield from connection.execute(query.execution_options(yield_per=100))


def artefact(connection: Connection, digest: str) -> bytes | None:
    """The bytes of that name, unchecked."""
    found: bytes | None = connection.scalar(sa.select(artefacts.c.data).where(artefacts.c.digest == digest))
    return found


def restored_until(connection: Connection) -> int:
    """The last record that came out of an export, whose rows did not come along; 0: none did."""
    found = connection.scalar(
        sa.select(sa.func.max(ledger.c.sequence)).where(ledger.c.kind == "ledger.restored", ledger.c.kind != _NEW[0])
    )
    return found or 0
