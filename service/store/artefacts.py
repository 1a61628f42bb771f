"""Rule sets, policies, heads and calibration cases as bytes named by their digest; and passage vectors likewise."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.errors import CannotStart
from service.store.tables import artefacts, vectors

_CHUNK = 500  # parameters of one IN list; SQLite's limit is far higher, its planner's patience is not

_VECTOR = sa.select(vectors.c.data).where(vectors.c.digest == sa.bindparam("digest"))


def put(connection: Connection, kind: str, data: bytes, now: datetime) -> str:
    """Store `data` once and return its SHA-256 in hex."""
    digest = hashlib.sha256(data).hexdigest()
    known = connection.scalar(sa.select(artefacts.c.digest).where(artefacts.c.digest == digest))
    if known is None:
        connection.execute(artefacts.insert().values(digest=digest, kind=kind, data=data, created_at=now))
    return digest


def get(connection: Connection, digest: str) -> bytes:
    """The bytes named by `digest`, checked against it."""
    data = connection.scalar(sa.select(artefacts.c.data).where(artefacts.c.digest == digest))
    if data is None or hashlib.sha256(data).hexdigest() != digest:
        state = "missing from" if data is None else "altered in"
        raise CannotStart(
            f"artefact {digest[:12]} is {state} the database", remedy="restore the database from a backup"
        )
    return bytes(data)


def known_vectors(connection: Connection, digests: Sequence[str]) -> dict[str, bytes]:
    """Those of the named vectors that are stored: little-endian float32."""
    found: dict[str, bytes] = {}
    for start in range(0, len(digests), _CHUNK):
        part = digests[start : start + _CHUNK]
        rows = connection.execute(sa.select(vectors).where(vectors.c.digest.in_(part)))
        found.update((row.digest, row.data) for row in rows)
    return found


def add_vectors(connection: Connection, new: Mapping[str, bytes]) -> None:
    """Store vectors that are not stored yet."""
    known = known_vectors(connection, list(new))
    rows = [{"digest": digest, "data": data} for digest, data in new.items() if digest not in known]
    if rows:
        connection.execute(vectors.insert(), rows)


class StoredVectors(Mapping[str, bytes]):
    """The stored vectors by digest, looked up when asked for."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __getitem__(self, digest: str) -> bytes:
        data = self._connection.scalar(_VECTOR, {"digest": digest})
        if data is None:
            raise KeyError(digest)
        return bytes(data)

    def __iter__(self) -> Iterator[str]:
        raise TypeError("vectors are looked up by digest, not listed")

    def __len__(self) -> int:
        raise TypeError("vectors are looked up by digest, not counted")
