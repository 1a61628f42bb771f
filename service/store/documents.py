"""Documents: versions, approval, and which of them are approved at a sequence or a moment.

What was approved at a document sequence s is `approved_sequence <= s and (ended_sequence is null or > s)`, for good:
both are written once. So a snapshot, a delta over it and a replay all ask the same question.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from index.model import Document, DocumentKey, FieldValue
from service.domain.document import Status, Version
from service.store.tables import counters, documents

_CHUNK = 300  # keys of one IN list

_KEY: list[sa.Column[Any]] = [documents.c.collection, documents.c.id, documents.c.version]
_VERSION: list[sa.Column[Any]] = [
    *_KEY,
    documents.c.owner,
    documents.c.audience,
    documents.c.jurisdiction,
    documents.c.fields,
    documents.c.effective_from,
    documents.c.effective_until,
    documents.c.sequence,
    documents.c.approved_sequence,
    documents.c.ended_sequence,
]
_CONTENT: list[sa.Column[Any]] = [
    *_KEY,
    documents.c.title,
    documents.c.text,
    documents.c.effective_from,
    documents.c.jurisdiction,
    documents.c.citations,
    documents.c.fields,
]
_LONG = {"text", "signature"}  #: columns that lists do without


@dataclass(frozen=True, slots=True)
class Change:
    """What two document sequences differ in."""

    new: frozenset[DocumentKey]
    gone: frozenset[DocumentKey]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which versions a list shows; what is None is not asked."""

    collection: str | None = None
    status: str | None = None
    owner: str | None = None
    text: str | None = None  #: in the id, the title or the text, whatever its case
    due: date | None = None  #: approved, and to be reviewed by then
    as_of: datetime | None = None  #: approved and in force at that moment, whatever became of it since
    once_approved: bool = False  #: approved now, or once


def lock(connection: Connection) -> None:
    """Let nobody else change documents till this transaction ends: each step reads before it writes."""
    connection.execute(counters.update().where(counters.c.name == "document_sequence").values(value=counters.c.value))


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
    """Newest first, whole."""
    return list(
        connection.execute(
            sa.select(documents)
            .where(documents.c.collection == collection, documents.c.id == document_id)
            .order_by(documents.c.version.desc())
        )
    )


def newest(connection: Connection, collection: str, ids: Collection[str]) -> dict[str, sa.Row[Any]]:
    """Document id -> its newest version: key, digest, status, signature, submitted_by, authors."""
    names = ("digest", "status", "signature", "submitted_by", "authors")
    query = sa.select(*_KEY, *(documents.c[name] for name in names)).where(documents.c.collection == collection)
    wanted, found = sorted(set(ids)), {}
    for start in range(0, len(wanted), _CHUNK):
        part = query.where(documents.c.id.in_(wanted[start : start + _CHUNK])).order_by(documents.c.version)
        found.update({row.id: row for row in connection.execute(part)})
    return found


def signatures(connection: Connection, collection: str) -> dict[str, tuple[int, bytes]]:
    """Document id -> newest version and the signature of its words; without those retired."""
    columns = (documents.c.id, documents.c.version, documents.c.signature, documents.c.status)
    rows = connection.execute(
        sa.select(*columns).where(documents.c.collection == collection).order_by(documents.c.version)
    )
    latest = {row.id: row for row in rows}
    return {
        name: (row.version, bytes(row.signature))
        for name, row in latest.items()
        if row.signature is not None and row.status != Status.RETIRED
    }


def digests(connection: Connection, collection: str) -> dict[str, tuple[int, str]]:
    """Document id -> newest version and the digest of its content."""
    rows = connection.execute(
        sa.select(documents.c.id, documents.c.version, documents.c.digest)
        .where(documents.c.collection == collection)
        .order_by(documents.c.version)
    )
    return {row.id: (row.version, row.digest) for row in rows}


def change(connection: Connection, key: DocumentKey, was: str, **columns: Any) -> bool:
    """Write these columns, if its status is still `was`. Whether it was."""
    changed = connection.execute(
        documents.update()
        .where(
            documents.c.collection == key.collection,
            documents.c.id == key.id,
            documents.c.version == key.version,
            documents.c.status == was,
        )
        .values(**columns)
    )
    return changed.rowcount == 1


def several_approved(connection: Connection) -> list[sa.Row[Any]]:
    """The approved versions of every document that has more than one, oldest first: key, dates, digest, approver."""
    names = (
        sa.select(*_KEY[:2])
        .where(documents.c.status == Status.APPROVED)
        .group_by(*_KEY[:2])
        .having(sa.func.count() > 1)
    )
    columns = [*_KEY, *(documents.c[name] for name in ("effective_from", "effective_until", "digest", "approved_by"))]
    rows = sa.select(*columns).where(documents.c.status == Status.APPROVED, sa.tuple_(*_KEY[:2]).in_(names))
    return list(connection.execute(rows.order_by(*_KEY)))


def page(connection: Connection, wanted: Wanted, *, after: DocumentKey | None, limit: int) -> list[sa.Row[Any]]:
    """By collection, id and version, without texts; `after` is the last one of the page before."""
    columns = [column for column in documents.c if column.name not in _LONG]
    query = sa.select(*columns).where(*_conditions(wanted)).order_by(*_KEY).limit(limit)
    if after is not None:
        place = sa.tuple_(sa.literal(after.collection), sa.literal(after.id), sa.literal(after.version))
        query = query.where(sa.tuple_(*_KEY) > place)
    return list(connection.execute(query))


def _conditions(wanted: Wanted) -> Iterator[sa.ColumnElement[bool]]:
    if wanted.collection is not None:
        yield documents.c.collection == wanted.collection
    if wanted.status is not None:
        yield documents.c.status == wanted.status
    if wanted.owner is not None:
        yield documents.c.owner == wanted.owner
    if wanted.text is not None:
        words = (documents.c.id, documents.c.title, documents.c.text)
        yield sa.or_(*(column.icontains(wanted.text, autoescape=True) for column in words))
    if wanted.due is not None:
        yield documents.c.status == Status.APPROVED
        yield documents.c.review_by <= wanted.due
    if wanted.once_approved:
        yield documents.c.approved_sequence.is_not(None)
    if wanted.as_of is not None:
        yield from _in_force_then(documents, wanted.as_of)
        newer = documents.alias("newer")
        same = newer.c.collection == documents.c.collection, newer.c.id == documents.c.id
        yield ~sa.exists().where(
            *same, newer.c.version > documents.c.version, *_in_force_then(newer, wanted.as_of)
        ).correlate(documents)


def _approved_then(table: sa.FromClause, moment: datetime) -> Iterator[sa.ColumnElement[bool]]:
    yield table.c.approved_at <= moment
    yield sa.or_(table.c.ended_at.is_(None), table.c.ended_at > moment)


def _in_force_then(table: sa.FromClause, moment: datetime) -> Iterator[sa.ColumnElement[bool]]:
    yield from _approved_then(table, moment)
    yield sa.or_(table.c.effective_from.is_(None), table.c.effective_from <= moment)
    yield sa.or_(table.c.effective_until.is_(None), table.c.effective_until > moment)


def _approved_at(sequence: int) -> sa.ColumnElement[bool]:
    return sa.and_(documents.c.approved_sequence <= sequence, _not_ended_at(sequence))


def _not_ended_at(sequence: int) -> sa.ColumnElement[bool]:
    return sa.or_(documents.c.ended_sequence.is_(None), documents.c.ended_sequence > sequence)


def _of(collections: Iterable[str]) -> sa.ColumnElement[bool]:
    return documents.c.collection.in_(sorted(set(collections)))


def live(connection: Connection, collections: Iterable[str], sequence: int) -> frozenset[DocumentKey]:
    """Every version approved at that sequence, whatever its dates: what a snapshot of that sequence holds."""
    return _keys(connection, _of(collections), _approved_at(sequence))


def since(connection: Connection, collections: Iterable[str], base: int, sequence: int) -> Change:
    """What `live` at `sequence` has and lacks beside `live` at `base`, an earlier one; reads only what changed."""
    chosen = list(collections)
    new = _keys(connection, _of(chosen), documents.c.approved_sequence > base, _approved_at(sequence))
    ended = documents.c.ended_sequence > base, documents.c.ended_sequence <= sequence
    return Change(new, _keys(connection, _of(chosen), documents.c.approved_sequence <= base, *ended))


def _keys(connection: Connection, *conditions: sa.ColumnElement[bool]) -> frozenset[DocumentKey]:
    rows = connection.execute(sa.select(*_KEY).where(*conditions))
    return frozenset(DocumentKey(*row) for row in rows)


def texts(connection: Connection, keys: Collection[DocumentKey]) -> list[Document]:
    """These versions as the index needs them, in the order of their keys; those that do not exist are left out."""
    wanted = sorted(keys)
    found: list[Document] = []
    for start in range(0, len(wanted), _CHUNK):
        names = [(key.collection, key.id, key.version) for key in wanted[start : start + _CHUNK]]
        rows = connection.execute(sa.select(*_CONTENT).where(sa.tuple_(*_KEY).in_(names)).order_by(*_KEY))
        found += map(_document, rows)
    return sorted(found, key=lambda document: document.key)


def searchable(connection: Connection, collections: Iterable[str], sequence: int | None = None) -> list[Document]:
    """The documents that were `live` at a sequence, or are now, in the order of their keys."""
    approved = documents.c.status == Status.APPROVED if sequence is None else _approved_at(sequence)
    rows = connection.execute(sa.select(*_CONTENT).where(_of(collections), approved).order_by(*_KEY))
    return sorted(map(_document, rows), key=lambda document: document.key)  # databases collate as they are set up


def register(connection: Connection, collections: Iterable[str], after: int, sequence: int) -> list[Version]:
    """Every version that was approved or ended after one sequence and until another one.

    With what was approved at `after` known, this makes known what was at any sequence up to `sequence`.
    """
    begun = sa.and_(documents.c.approved_sequence > after, documents.c.approved_sequence <= sequence)
    ended = sa.and_(documents.c.ended_sequence > after, documents.c.ended_sequence <= sequence)
    once = documents.c.approved_sequence.is_not(None)  # a draft that was given up has ended too
    rows = connection.execute(sa.select(*_VERSION).where(_of(collections), once, sa.or_(begun, ended)))
    return [version_of(row) for row in rows]


def approved(connection: Connection, collections: Iterable[str], sequence: int) -> list[Version]:
    """Every version approved at that sequence, with what decides who may find it."""
    rows = connection.execute(sa.select(*_VERSION).where(_of(collections), _approved_at(sequence)))
    return [version_of(row) for row in rows]


def approved_of(connection: Connection, names: Collection[tuple[str, str]]) -> list[Version]:
    """The approved versions of the documents of these (collection, id)."""
    rows = connection.execute(
        sa.select(*_VERSION).where(documents.c.status == Status.APPROVED, sa.tuple_(*_KEY[:2]).in_(sorted(names)))
    )
    return [version_of(row) for row in rows]


def sequence_at(connection: Connection, moment: datetime) -> int:
    """The document sequence at that moment, as far as approvals go; 0: nothing was approved then."""
    begun = sa.select(sa.func.max(documents.c.approved_sequence)).where(documents.c.approved_at <= moment)
    ended = sa.select(sa.func.max(documents.c.ended_sequence)).where(documents.c.ended_at <= moment)
    return max(connection.scalar(begun) or 0, connection.scalar(ended) or 0)


def clocks_agree(connection: Connection, collections: Iterable[str], sequence: int, moment: datetime) -> bool:
    """Whether `sequence_at` says of these collections what the times of approvals and ends say.

    It does not where two machines whose clocks differ approved one after the other.
    """
    later = sa.or_(
        sa.and_(documents.c.approved_sequence <= sequence, documents.c.approved_at > moment),
        sa.and_(documents.c.ended_sequence <= sequence, documents.c.ended_at > moment),
    )
    once = documents.c.approved_sequence.is_not(None)
    return not connection.scalar(sa.select(sa.exists().where(_of(collections), once, later)))


def approved_then(connection: Connection, collections: Iterable[str], moment: datetime) -> list[Version]:
    """Every version that was approved at a moment, by the times of approvals and ends."""
    rows = connection.execute(sa.select(*_VERSION).where(_of(collections), *_approved_then(documents, moment)))
    return [version_of(row) for row in rows]


def approvals(connection: Connection, collections: Iterable[str] | None = None) -> Iterator[sa.Row[Any]]:
    """When versions were approved, the first one first, whatever became of them: approved_at, audience."""
    query = sa.select(documents.c.approved_at, documents.c.audience).where(documents.c.approved_at.is_not(None))
    if collections is not None:
        query = query.where(_of(collections))
    return iter(connection.execute(query.order_by(documents.c.approved_at)))


def citing(connection: Connection, collection: str, document_id: str) -> list[sa.Row[Any]]:
    """The approved versions that cite this document: key, title, status, audience, citations."""
    columns = [*_KEY, *(documents.c[name] for name in ("title", "status", "audience", "citations"))]
    # JSON is searched as text by every database, so the exact comparison is ours.
    rows = connection.execute(
        sa.select(*columns)
        .where(
            documents.c.collection == collection,
            documents.c.status == Status.APPROVED,
            sa.cast(documents.c.citations, sa.Text).contains(document_id, autoescape=True),
        )
        .order_by(*_KEY)
    )
    return [row for row in rows if document_id in row.citations]


def titles(connection: Connection, collection: str, ids: Collection[str]) -> list[sa.Row[Any]]:
    """Every version of these documents, oldest first: key, title, status, audience, approved_sequence."""
    columns = [*_KEY, *(documents.c[name] for name in ("title", "status", "audience", "approved_sequence"))]
    chosen = documents.c.collection == collection, documents.c.id.in_(sorted(set(ids)))
    return list(connection.execute(sa.select(*columns).where(*chosen).order_by(*_KEY)))


def _document(row: sa.Row[Any]) -> Document:
    return Document(
        key=DocumentKey(row.collection, row.id, row.version),
        title=row.title,
        text=row.text,
        effective_from=row.effective_from.date() if row.effective_from else None,
        jurisdiction=tuple(row.jurisdiction),
        citations=tuple(row.citations),
        fields=_fields(row.fields),
    )


def version_of(row: sa.Row[Any]) -> Version:
    """What decides who may find it; of one that is not approved, as if it were."""
    return Version(
        key=DocumentKey(row.collection, row.id, row.version),
        owner=row.owner,
        audience=frozenset(row.audience),
        jurisdiction=frozenset(row.jurisdiction),
        effective_from=row.effective_from,
        effective_until=row.effective_until,
        approved_sequence=row.approved_sequence or row.sequence,
        ended_sequence=row.ended_sequence,
        fields=_fields(row.fields),
    )


def _fields(stored: Mapping[str, Any]) -> dict[str, FieldValue]:
    return {name: float(value) if isinstance(value, int | float) else tuple(value) for name, value in stored.items()}
