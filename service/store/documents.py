"""Documents: versions, approval, and which of them may be found by whom at a moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from index.model import Document, DocumentKey
from service.store.tables import documents


@dataclass(frozen=True, slots=True)
class Visible:
    """The documents one caller may find at a moment, and how long that stays true by the calendar alone."""

    keys: frozenset[DocumentKey]
    until: datetime | None  #: the next effective date; None: no date changes it


def add(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        connection.execute(documents.insert(), [dict(row) for row in rows])


def get(connection: Connection, collection: str, document_id: str, version: int | None = None) -> sa.Row[Any] | None:
    """That version, or the newest."""
    query = sa.select(documents).where(documents.c.collection == collection, documents.c.id == document_id)
    if version is not None:
        query = query.where(documents.c.version == version)
    return connection.execute(query.order_by(documents.c.version.desc()).limit(1)).one_or_none()


def versions(connection: Connection, collection: str, document_id: str) -> list[sa.Row[Any]]:
    """Newest first."""
    return list(
        connection.execute(
            sa.select(documents)
            .where(documents.c.collection == collection, documents.c.id == document_id)
            .order_by(documents.c.version.desc())
        )
    )


def digests(connection: Connection, collection: str) -> dict[str, tuple[int, str]]:
    """Document id -> newest version and the digest of its content."""
    rows = connection.execute(
        sa.select(documents.c.id, documents.c.version, documents.c.digest)
        .where(documents.c.collection == collection)
        .order_by(documents.c.version)
    )
    return {row.id: (row.version, row.digest) for row in rows}


def set_status(connection: Connection, key: DocumentKey, status: str, **columns: Any) -> bool:
    changed = connection.execute(
        documents.update()
        .where(
            documents.c.collection == key.collection,
            documents.c.id == key.id,
            documents.c.version == key.version,
        )
        .values(status=status, **columns)
    )
    return changed.rowcount == 1


def page(
    connection: Connection, *, collection: str | None, status: str | None, after: DocumentKey | None, limit: int
) -> list[sa.Row[Any]]:
    """By collection, id and version; `after` is the last one of the page before."""
    query = sa.select(documents).order_by(documents.c.collection, documents.c.id, documents.c.version).limit(limit)
    if collection is not None:
        query = query.where(documents.c.collection == collection)
    if status is not None:
        query = query.where(documents.c.status == status)
    if after is not None:
        query = query.where(
            sa.tuple_(documents.c.collection, documents.c.id, documents.c.version)
            > sa.tuple_(sa.literal(after.collection), sa.literal(after.id), sa.literal(after.version))
        )
    return list(connection.execute(query))


def searchable(connection: Connection, collections: Iterable[str]) -> list[Document]:
    """Every approved document of the collections, whatever its dates: what a snapshot holds."""
    rows = connection.execute(
        sa.select(documents)
        .where(documents.c.collection.in_(list(collections)), documents.c.status == "approved")
        .order_by(documents.c.collection, documents.c.id, documents.c.version)
    )
    return [
        Document(
            key=DocumentKey(row.collection, row.id, row.version),
            title=row.title,
            text=row.text,
            effective_from=row.effective_from.date() if row.effective_from else None,
            jurisdiction=tuple(row.jurisdiction),
            citations=tuple(row.citations),
        )
        for row in rows
    ]


def visible(
    connection: Connection,
    collections: Iterable[str],
    groups: frozenset[str],
    now: datetime,
    narrow: Mapping[str, frozenset[str]],
) -> Visible:
    """Of the approved versions in force at `now` the newest, if it is for an audience of the caller's.

    An older version never stands in for one that the caller may not find: it has been replaced for everybody.
    """
    rows = connection.execute(
        sa.select(
            documents.c.collection,
            documents.c.id,
            documents.c.version,
            documents.c.owner,
            documents.c.audience,
            documents.c.jurisdiction,
            documents.c.effective_from,
            documents.c.effective_until,
        ).where(documents.c.collection.in_(list(collections)), documents.c.status == "approved")
    )
    newest: dict[tuple[str, str], Any] = {}  # (collection, id) -> row
    boundaries: list[datetime] = []
    for row in rows:
        boundaries += [at for at in (row.effective_from, row.effective_until) if at is not None and at > now]
        begun = row.effective_from is None or row.effective_from <= now
        ended = row.effective_until is not None and row.effective_until <= now
        if begun and not ended:
            name = (row.collection, row.id)
            if name not in newest or row.version > newest[name].version:
                newest[name] = row
    keys = frozenset(
        DocumentKey(row.collection, row.id, row.version)
        for row in newest.values()
        if _addressed(row, groups) and _within(row, narrow)
    )
    return Visible(keys, min(boundaries, default=None))


def _addressed(row: Any, groups: frozenset[str]) -> bool:
    return not row.audience or not groups.isdisjoint(row.audience)


def _within(row: Any, narrow: Mapping[str, frozenset[str]]) -> bool:
    """Obligations narrow by a field of the document; a field nobody knows allows nothing."""
    fields = {"jurisdiction": set(row.jurisdiction), "collection": {row.collection}, "owner": {row.owner}}
    return all(not fields.get(name, set()).isdisjoint(allowed) for name, allowed in narrow.items())
