"""The life of a document: written, submitted, approved by a second person, retired. Each step is on the ledger.

A step is one transaction that takes the next document sequence, so whoever asks next sees what it did.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from index.model import DocumentKey
from service.domain.access import Principal, same_person
from service.domain.document import Status, Step
from service.errors import Conflict, FieldProblem, InvalidRequest
from service.store import documents
from service.store.engine import Connection, Row
from service.usecases.document_step import (
    Stamp,
    admit,
    end,
    found,
    key_of,
    move,
    record,
    refuse_other_words,
    refuse_own,
    supersede_older,
    takes_over,
)
from service.usecases.embed import prepare
from service.usecases.file_documents import Filing, file
from service.usecases.house import House
from service.usecases.import_documents import DocumentFile, read_json_document
from service.usecases.note import check_why, note_of
from service.usecases.read_document import view


def save_draft(
    house: House, principal: Principal, document: Mapping[str, Any], *, digest: str | None = None
) -> dict[str, Any]:
    """Write on the document's draft, or begin one. InvalidRequest names what is wrong with it.

    `digest` is the draft's as its writer read it: Conflict when somebody has written on it since.
    """
    return _write(house, principal, document, Status.DRAFT, digest)


def submit(
    house: House, principal: Principal, document: Mapping[str, Any], *, digest: str | None = None
) -> dict[str, Any]:
    """A version, waiting for somebody else's approval. The same words again are no new version."""
    return _write(house, principal, document, Status.SUBMITTED, digest)


def _write(
    house: House, principal: Principal, document: Mapping[str, Any], status: Status, digest: str | None
) -> dict[str, Any]:
    collection, read = _read(document)
    file(house, Filing(collection, principal.name, status, over_drafts=True, expected=digest), [read])
    return view(house, principal, collection, read.id)


def _read(document: Mapping[str, Any]) -> tuple[str, DocumentFile]:
    collection = str(document.get("collection", "")).strip()
    read = read_json_document(document)
    if isinstance(read, str) or not collection:
        field, why = ("collection", "empty") if not collection else ("document", str(read))
        raise InvalidRequest(f"{field}: {why}", problems=(FieldProblem(field, why, "see the schema in /docs"),))
    if read.effective_from and read.effective_until and read.effective_until <= read.effective_from:
        problem = FieldProblem("effective_until", "is not after effective_from", "it is the first day without effect")
        raise InvalidRequest(f"effective_until: {problem.message}", remedy=problem.remedy, problems=(problem,))
    return collection, read


def submit_draft(house: House, principal: Principal, collection: str, document_id: str, version: int) -> dict[str, Any]:
    """Let a draft wait for approval as it stands, by somebody who neither wrote nor submitted it."""
    key, now = DocumentKey(collection, document_id, version), house.clock()

    def work(connection: Connection) -> None:
        row = _locked(connection, key)
        admit(row, Step.SUBMIT)
        stamp = Stamp.next(connection, principal.name, now)
        authors = list(dict.fromkeys([*row.authors, principal.name]))
        move(connection, row, Step.SUBMIT, stamp, submitted_by=principal.name, submitted_at=now, authors=authors)
        record(connection, "document.submitted", row, stamp)

    house.store.commit(work)
    return view(house, principal, collection, document_id, version)


def return_to_draft(
    house: House, principal: Principal, collection: str, document_id: str, version: int, why: str
) -> dict[str, Any]:
    """Give a submitted version back to its author, with a note."""
    key, now, note = DocumentKey(collection, document_id, version), house.clock(), note_of(house, check_why(why))

    def work(connection: Connection) -> None:
        row = _locked(connection, key)
        admit(row, Step.RETURN)
        stamp = Stamp.next(connection, principal.name, now)
        move(connection, row, Step.RETURN, stamp)
        note.keep(connection, now)
        record(connection, "document.returned", row, stamp, **note.told)

    house.store.commit(work)
    return view(house, principal, collection, document_id, version)


def approve(
    house: House,
    principal: Principal,
    collection: str,
    document_id: str,
    version: int,
    *,
    digest: str | None = None,
    why: str = "",
) -> dict[str, Any]:
    """Let a submitted version be found, from the next request on or from its first day on.

    SamePerson for those who wrote or submitted it. Conflict when it is not waiting, when a newer version is in force
    already, or when it is not the one that the approver read: `digest` names that. Approving again what one has
    approved already changes nothing.
    """
    key = DocumentKey(collection, document_id, version)
    note = note_of(house, check_why(why)) if why.strip() else None
    with house.store.read() as connection:  # before anything is worked out for nothing
        if not _may_be_approved(found(connection, key), principal, digest):
            return view(house, principal, collection, document_id, version)
        read = documents.texts(connection, [key])
    prepare(house, read)
    now = house.clock()

    def work(connection: Connection) -> None:
        row = _locked(connection, key)
        if not _may_be_approved(row, principal, digest):
            return
        _refuse_older(documents.versions(connection, collection, document_id), row, now)
        stamp = Stamp.next(connection, principal.name, now)
        approved = {"approved_by": principal.name, "approved_at": now, "approved_sequence": stamp.sequence}
        move(connection, row, Step.APPROVE, stamp, **approved)
        more: dict[str, Any] = dict(note.told) if note else {}
        if takes_over(row.effective_from, row.effective_until, now):
            more["supersedes"] = supersede_older(connection, key, stamp)
        if note:
            note.keep(connection, now)
        record(connection, "document.approved", row, stamp, **more)

    house.store.commit(work)
    return view(house, principal, collection, document_id, version)


def _may_be_approved(row: Row[Any], principal: Principal, digest: str | None) -> bool:
    """Raises why not; False when this very person has approved it already, as one whose answer was lost asks again."""
    if digest is not None:
        refuse_other_words(row, digest)
    refuse_own(row.authors, principal.name)
    if row.status == Status.APPROVED and same_person(row.approved_by, principal.name):
        return False
    admit(row, Step.APPROVE)
    return True


def _refuse_older(versions: list[Row[Any]], row: Row[Any], now: datetime) -> None:
    """An older version must not take the place of one in force unnoticed."""
    for newer in versions:
        begun = newer.effective_from is None or newer.effective_from <= now
        over = newer.effective_until is not None and newer.effective_until <= now
        if newer.version > row.version and newer.status == Status.APPROVED and begun and not over:
            raise Conflict(
                f"version {newer.version} of {row.id} is newer than version {row.version}, and in force",
                remedy="submit these words as a new version, or retire the newer one first",
            )


def retire(
    house: House, principal: Principal, collection: str, document_id: str, version: int, why: str
) -> dict[str, Any]:
    """Take one version out of use: gone from the next request on. A draft or a submitted one is given up.

    `why` is free text, so it is kept as a note; the ledger names the note and holds its keyed digest.
    """
    key, now, note = DocumentKey(collection, document_id, version), house.clock(), note_of(house, check_why(why))

    def work(connection: Connection) -> None:
        row = _locked(connection, key)
        admit(row, Step.RETIRE)
        stamp = Stamp.next(connection, principal.name, now)
        end(connection, row, Step.RETIRE, stamp)
        note.keep(connection, now)
        record(connection, "document.retired", row, stamp, **note.told)

    house.store.commit(work)
    return view(house, principal, collection, document_id, version)


def supersede_replaced(house: House) -> int:
    """End the versions that one approved ahead of its first day has replaced since; how many.

    Nobody finds them any more, by the calendar alone; this makes their status say so.
    """
    now = house.clock()
    with house.store.read() as connection:
        if not _replacing(connection, now):
            return 0

    def work(connection: Connection) -> int:
        documents.lock(connection)
        ended = 0
        for row in _replacing(connection, now):
            stamp = Stamp.next(connection, row.approved_by, now)
            older = supersede_older(connection, key_of(row), stamp)
            record(connection, "document.took_effect", row, stamp, supersedes=older)
            ended += len(older)
        return ended

    return house.store.commit(work)


def _replacing(connection: Connection, now: datetime) -> list[Row[Any]]:
    """Of each document with several approved versions the newest that replaces older ones for good."""
    replacing: dict[tuple[str, str], Row[Any]] = {}
    oldest: dict[tuple[str, str], int] = {}
    for row in documents.several_approved(connection):
        name = (row.collection, row.id)
        oldest.setdefault(name, row.version)
        if takes_over(row.effective_from, row.effective_until, now):
            replacing[name] = row
    return [row for name, row in replacing.items() if row.version > oldest[name]]


def _locked(connection: Connection, key: DocumentKey) -> Row[Any]:
    documents.lock(connection)
    return found(connection, key)
