"""The life of a document: submitted, approved by a second person, retired. Each step is on the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from index.model import DocumentKey
from service.domain.access import Principal, same_person
from service.errors import Conflict, FieldProblem, Forbidden, InvalidRequest, NotFound
from service.store import documents, ledger, pointers
from service.store.engine import Connection, Row
from service.usecases.file_documents import file_documents, supersede_older
from service.usecases.house import House
from service.usecases.import_documents import read_json_document
from service.usecases.note import note_of
from service.usecases.read_document import view
from service.usecases.rebuild_snapshot import refresh_collections


def submit(house: House, principal: Principal, document: Mapping[str, Any]) -> dict[str, Any]:
    """A new version, waiting for somebody else's approval. InvalidRequest names what is wrong with it."""
    collection = str(document.get("collection", "")).strip()
    read = read_json_document(document)
    if isinstance(read, str) or not collection:
        field, why = ("collection", "empty") if not collection else ("document", str(read))
        raise InvalidRequest(f"{field}: {why}", problems=(FieldProblem(field, why, "see the schema in /docs"),))
    file_documents(house, collection, [read], principal.name)
    return view(house, principal, collection, read.id)


def approve(house: House, principal: Principal, collection: str, document_id: str, version: int) -> dict[str, Any]:
    """Approve one version. The one place where it is checked that this is not the person who submitted it.

    Approving again makes the snapshot again, should the first time have been cut off in between.
    """
    key, now = DocumentKey(collection, document_id, version), house.clock()

    def work(connection: Connection) -> None:
        row = _found(connection, key)
        if row.status == "approved":
            return  # the approval stands; what may be missing is the snapshot, which is made below
        if row.status != "submitted":
            raise Conflict(f"version {version} of {document_id} is {row.status}", remedy="approve a submitted version")
        if same_person(row.submitted_by, principal.name):
            raise Forbidden(f"{principal.name} submitted this version", remedy="somebody else has to approve it")
        documents.set_status(connection, key, "approved", approved_by=principal.name, approved_at=now)
        if row.effective_from is None or row.effective_from <= now:
            supersede_older(connection, key)
        _note(connection, "document.approved", key, row, principal, now)

    house.store.commit(work)
    refresh_collections(house, {collection}, principal.name, f"{document_id}@{version} approved")
    return view(house, principal, collection, document_id)


def retire(
    house: House, principal: Principal, collection: str, document_id: str, version: int, why: str
) -> dict[str, Any]:
    """Take one version out of use: gone from the next request, because the allowed set is read from the database.

    `why` is free text, so it is kept as a note; the ledger names the note and holds its keyed digest.
    """
    key, now, note = DocumentKey(collection, document_id, version), house.clock(), note_of(house, why)

    def work(connection: Connection) -> None:
        row = _found(connection, key)
        if row.status in ("retired", "superseded"):
            raise Conflict(f"version {version} of {document_id} is already {row.status}")
        documents.set_status(connection, key, "retired", retired_by=principal.name, retired_at=now)
        note.keep(connection, now)
        _note(connection, "document.retired", key, row, principal, now, **note.told)

    house.store.commit(work)
    return view(house, principal, collection, document_id)


def _found(connection: Connection, key: DocumentKey) -> Row[Any]:
    row = documents.get(connection, key.collection, key.id, key.version)
    if row is None:
        raise NotFound(f"there is no version {key.version} of document {key.id} in collection {key.collection}")
    return row


def _note(
    connection: Connection, kind: str, key: DocumentKey, row: Row[Any], principal: Principal, now: Any, **more: str
) -> None:
    sequence = pointers.next_document_sequence(connection)
    body = {
        "collection": key.collection,
        "version": key.version,
        "digest": row.digest,
        "by": principal.name,
        "sequence": sequence,
        **more,
    }
    ledger.append(connection, kind, key.id, now, body)
