"""The chained record: appended in the same transaction as what it tells of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.domain.audit import GENESIS, STREAM, Entry, canonical, chain_hash
from service.store.tables import ledger, releases

_LAST = (
    sa.select(ledger.c.sequence, ledger.c.hash)
    .where(ledger.c.stream == sa.bindparam("stream"))
    .order_by(ledger.c.sequence.desc())
    .limit(1)
)
_ADD = ledger.insert()
# As the index of that name says it, word for word: else it is not used.
_OPERATIONS = sa.text("kind <> 'decision.made'")
# As an expression: the bare column would draw SQLite to the primary key, and so through every decision ever made.
_IN_STREAM = ledger.c.stream.concat("") == STREAM


def append(connection: Connection, kind: str, subject_id: str, at: datetime, body: Mapping[str, Any]) -> int:
    """Add one record to the stream and return its sequence. `body` holds no personal text and no floats.

    Nobody else appends before this transaction ends: `Store.commit` lets in one writer at a time, of any process.
    """
    last = connection.execute(_LAST, {"stream": STREAM}).one_or_none()
    sequence, previous = (last.sequence + 1, last.hash) if last else (1, GENESIS)
    record = canonical(
        {
            "stream": STREAM,
            "sequence": sequence,
            "kind": kind,
            "subject": subject_id,
            "at": at.isoformat(timespec="microseconds"),
            "body": dict(body),
        }
    )
    connection.execute(
        _ADD,
        {
            "stream": STREAM,
            "sequence": sequence,
            "kind": kind,
            "subject_id": subject_id,
            "at": at,
            "record": record,
            "hash": chain_hash(previous, record),
        },
    )
    return sequence


def put_back(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write records as they stood in another instance's ledger, in an empty one; the caller has checked their chain."""
    connection.execute(_ADD, [dict(row) for row in rows])


def walk(connection: Connection) -> Iterator[tuple[int, bytes, str]]:
    """(sequence, record, hash) of the whole stream in order, without holding it in memory."""
    query = (
        sa.select(ledger.c.sequence, ledger.c.record, ledger.c.hash)
        .where(ledger.c.stream == STREAM)
        .order_by(ledger.c.sequence)
        .execution_options(yield_per=1_000)
    )
    with connection.execute(query) as rows:  # so that whoever stops at a bad record leaves nothing open
        for row in rows:
            yield row.sequence, row.record, row.hash


def entries(connection: Connection, after: int = 0, until: int | None = None) -> Iterator[Entry]:
    """The records after a sequence, in order, each with the columns beside it, without holding them in memory."""
    columns = (ledger.c.sequence, ledger.c.kind, ledger.c.subject_id, ledger.c.at, ledger.c.record, ledger.c.hash)
    query = sa.select(*columns).where(ledger.c.stream == STREAM, ledger.c.sequence > after)
    if until is not None:
        query = query.where(ledger.c.sequence <= until)
    query = query.order_by(ledger.c.sequence).execution_options(yield_per=1_000)
    with connection.execute(query) as rows:
        for part in rows.partitions():
            yield from map(Entry._make, part)


def head(connection: Connection) -> tuple[int, str]:
    """Sequence and hash of the last record; 0 and zeros of an empty stream."""
    last = connection.execute(_LAST, {"stream": STREAM}).one_or_none()
    return (last.sequence, last.hash) if last else (0, GENESIS)


def begun_at(connection: Connection) -> datetime | None:
    """When the first record was written."""
    found: datetime | None = connection.scalar(
        sa.select(ledger.c.at).where(ledger.c.stream == STREAM).order_by(ledger.c.sequence).limit(1)
    )
    return found


def hash_at(connection: Connection, sequence: int) -> str | None:
    """The hash recorded with a record; None when there is none."""
    query = sa.select(ledger.c.hash).where(ledger.c.stream == STREAM, ledger.c.sequence == sequence)
    found: str | None = connection.scalar(query)
    return found


def hashes(connection: Connection, after: int, until: int) -> list[str]:
    """The hashes recorded with the records after one up to another, in order."""
    query = sa.select(ledger.c.hash).where(
        ledger.c.stream == STREAM, ledger.c.sequence > after, ledger.c.sequence <= until
    )
    return list(connection.scalars(query.order_by(ledger.c.sequence)))


def about(connection: Connection, subject_id: str) -> list[sa.Row[Any]]:
    """The records about one thing, oldest first."""
    return list(
        connection.execute(sa.select(ledger).where(ledger.c.subject_id == subject_id).order_by(ledger.c.sequence))
    )


def of_releases(connection: Connection, workflow: str) -> list[sa.Row[Any]]:
    """The records about a workflow's releases, oldest first."""
    ids = sa.select(releases.c.id).where(releases.c.workflow == workflow)
    return list(connection.execute(sa.select(ledger).where(ledger.c.subject_id.in_(ids)).order_by(ledger.c.sequence)))


def page(
    connection: Connection, kinds: Sequence[str], *, before: int | None = None, limit: int = 200
) -> list[sa.Row[Any]]:
    """Records of the given kinds, newest first, older than the sequence `before`."""
    query = sa.select(ledger).where(_OPERATIONS, _IN_STREAM, ledger.c.kind.in_(kinds))
    if before is not None:
        query = query.where(ledger.c.sequence < before)
    return list(connection.execute(query.order_by(ledger.c.sequence.desc()).limit(limit)))
