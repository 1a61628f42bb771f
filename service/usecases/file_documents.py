"""Take documents in: as submitted ones, or as approved ones where a named principal attests to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from index.model import DocumentKey
from service.store import documents, ledger, pointers
from service.store.engine import Connection
from service.usecases.house import House
from service.usecases.import_documents import DocumentFile


@dataclass(frozen=True, slots=True)
class Filed:
    """What an import did."""

    added: int
    unchanged: int  #: same content as the newest version


def file_documents(
    house: House, collection: str, files: Sequence[DocumentFile], by: str, *, attested_by: str | None = None
) -> Filed:
    """Add what is new or changed, all in one transaction.

    `attested_by` records that a person vouches for the approval given elsewhere: the documents come in approved.
    """
    now = house.clock()

    def work(connection: Connection) -> Filed:
        known = documents.digests(connection, collection)
        fresh = [file for file in files if known.get(file.id, (0, ""))[1] != file.digest]
        rows = [_row(collection, file, known.get(file.id, (0, ""))[0], by, attested_by, now) for file in fresh]
        documents.add(connection, rows)
        if attested_by:
            _supersede(connection, rows)
        if rows:
            sequence = pointers.next_document_sequence(connection)
            body = {
                "collection": collection,
                "by": by,
                "attested_by": attested_by,
                "sequence": sequence,
                "documents": [f"{row['id']}@{row['version']}:{row['digest']}" for row in rows],
            }
            ledger.append(
                connection, "documents.attested" if attested_by else "documents.submitted", collection, now, body
            )
        return Filed(len(rows), len(files) - len(rows))

    return house.store.commit(work)


def _row(
    collection: str, file: DocumentFile, newest: int, by: str, attested_by: str | None, now: Any
) -> dict[str, Any]:
    return {
        "collection": collection,
        "id": file.id,
        "version": max(file.version or 1, newest + 1),
        "status": "approved" if attested_by else "submitted",
        "title": file.title,
        "text": file.text,
        "owner": file.owner or by,
        "audience": list(file.audience),
        "jurisdiction": list(file.jurisdiction),
        "citations": list(file.citations),
        "effective_from": file.effective_from,
        "effective_until": file.effective_until,
        "review_by": file.review_by,
        "digest": file.digest,
        "submitted_by": by,
        "submitted_at": now,
        "approved_by": attested_by,
        "approved_at": now if attested_by else None,
    }


def _supersede(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Versions that one already in force replaces. One that starts later leaves the old one in force till then."""
    for row in rows:
        if row["version"] > 1 and (row["effective_from"] is None or row["effective_from"] <= row["submitted_at"]):
            supersede_older(connection, DocumentKey(row["collection"], row["id"], row["version"]))


def supersede_older(connection: Connection, key: DocumentKey) -> None:
    for older in documents.versions(connection, key.collection, key.id):
        if older.version < key.version and older.status == "approved":
            documents.set_status(connection, DocumentKey(key.collection, key.id, older.version), "superseded")
