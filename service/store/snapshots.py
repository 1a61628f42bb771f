"""What each snapshot was built from, so that one that is lost or damaged is built again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.tables import snapshots


@dataclass(frozen=True, slots=True)
class Origin:
    """Everything that decides a snapshot's content."""

    collections: tuple[str, ...]
    sequence: int  #: document sequence: it holds what was approved then
    encoder: str  #: digest
    documents: int
    passages: int


def add(connection: Connection, digest: str, origin: Origin, now: datetime) -> None:
    """Write it down, once: the same digest is the same content, whoever built it."""
    if get(connection, digest) is None:
        connection.execute(
            snapshots.insert().values(
                digest=digest,
                collections=list(origin.collections),
                sequence=origin.sequence,
                encoder=origin.encoder,
                documents=origin.documents,
                passages=origin.passages,
                created_at=now,
            )
        )


def get(connection: Connection, digest: str) -> Origin | None:
    row = connection.execute(sa.select(snapshots).where(snapshots.c.digest == digest)).one_or_none()
    return Origin(tuple(row.collections), row.sequence, row.encoder, row.documents, row.passages) if row else None
