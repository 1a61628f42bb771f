"""One step of one version: admitted by the table, written with its document sequence, and recorded.

Every step runs within a transaction that holds `documents.lock`: what it read still stands when it writes, and
whoever comes second is told so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from index.model import DocumentKey
from service.domain.document import Status, Step, next_status, wrote_it
from service.errors import Conflict, NotFound, SamePerson
from service.store import documents, ledger, pointers
from service.store.engine import Connection, Row

_SUBJECT = 64  # characters that the ledger keeps of what a record is about


@dataclass(frozen=True, slots=True)
class Stamp:
    """When, by whom, and at which document sequence something happens: one a transaction."""

    by: str
    now: datetime
    sequence: int

    @classmethod
    def next(cls, connection: Connection, by: str, now: datetime) -> Stamp:
        """The next document sequence: whoever read an earlier one sees what is done here from its next request on."""
        return cls(by, now, pointers.next_document_sequence(connection))


def key_of(row: Row[Any]) -> DocumentKey:
    return DocumentKey(row.collection, row.id, row.version)


def found(connection: Connection, key: DocumentKey) -> Row[Any]:
    row = documents.get(connection, key.collection, key.id, key.version)
    if row is None:
        known = documents.versions(connection, key.collection, key.id)
        raise no_such(key.collection, key.id, key.version, (each.version for each in known))
    return row


def no_such(collection: str, document_id: str, version: int | None = None, known: Iterable[int] = ()) -> NotFound:
    """What is said of a document or a version that there is not, or not for whoever asks; `known`: its versions."""
    which = "document" if version is None else f"version {version} of document"
    numbers = ", ".join(map(str, sorted(known)))
    remedy = f"name one that it has: {numbers}" if numbers else "look up id and collection in the list of documents"
    return NotFound(f"there is no {which} {document_id} in collection {collection}", remedy=remedy)


def admit(row: Row[Any], step: Step) -> Status:
    """The status that the step leads to; Conflict when there is none."""
    status = next_status(row.status, step)
    if status is None:
        only, remedy = _ADMITTED[step]
        raise Conflict(f"version {row.version} of {row.id} is {row.status}; {only}", remedy=remedy)
    return status


_ADMITTED: Mapping[Step, tuple[str, str]] = {
    Step.SAVE: ("only a draft is written on", "save it as a new version"),
    Step.SUBMIT: ("only a draft can be submitted", "submit a new version"),
    Step.RETURN: ("only a submitted one can be returned", "retire it, or submit a new version"),
    Step.APPROVE: ("only a submitted one can be approved", "look among its versions for the one that waits"),
    Step.SUPERSEDE: ("only an approved one can be superseded", "look at its versions"),
    Step.RETIRE: ("it has ended already", "there is nothing left to do"),
}


def refuse_own(authors: Iterable[str], approver: str) -> None:
    """The one place where an approval is checked to be a second person's, whatever way it came.

    Approving and attesting both end here, and so does superseding, which only an approval brings about.
    """
    if wrote_it(authors, approver):
        raise SamePerson(
            f"{approver or 'nobody'} wrote or submitted this version, so somebody else has to approve it",
            remedy="ask a colleague who neither wrote nor submitted it",
        )


def refuse_other_words(row: Row[Any], digest: str) -> None:
    """Conflict when a version is not the one that somebody read, which `digest` names."""
    if row.digest != digest:
        raise Conflict(
            f"version {row.version} of {row.id} is not what you read: it was changed since",
            remedy="read it again, then decide",
            extra={"digest": row.digest},
        )


def move(connection: Connection, row: Row[Any], step: Step, stamp: Stamp, **columns: Any) -> None:
    """Take the step; Conflict when it is not admitted, or when somebody was faster."""
    status = admit(row, step)
    if not documents.change(
        connection, key_of(row), row.status, status=status.value, sequence=stamp.sequence, **columns
    ):
        raise Conflict(
            f"version {row.version} of {row.id} has just been changed by somebody else", remedy="read it again"
        )


def takes_over(effective_from: datetime | None, effective_until: datetime | None, now: datetime) -> bool:
    """Whether a version approved now replaces the older ones for good.

    One that begins later leaves them in force till then, and one that ends gives way to them again.
    """
    return (effective_from is None or effective_from <= now) and effective_until is None


def supersede_older(connection: Connection, key: DocumentKey, stamp: Stamp) -> list[int]:
    """End every older approved version; their numbers."""
    older = [
        row
        for row in documents.versions(connection, key.collection, key.id)
        if row.version < key.version and row.status == Status.APPROVED
    ]
    for row in older:
        end(connection, row, Step.SUPERSEDE, stamp)
    return [row.version for row in older]


def end(connection: Connection, row: Row[Any], step: Step, stamp: Stamp) -> None:
    """Take a version out of use for good."""
    ended = {"ended_by": stamp.by, "ended_at": stamp.now, "ended_sequence": stamp.sequence}
    move(connection, row, step, stamp, **ended)


def record(connection: Connection, kind: str, row: Row[Any], stamp: Stamp, **more: Any) -> None:
    """Put one version's step on the ledger."""
    body = {
        "collection": row.collection,
        "id": row.id,
        "version": row.version,
        "digest": row.digest,
        "by": stamp.by,
        "sequence": stamp.sequence,
        **more,
    }
    ledger.append(connection, kind, subject_of(row.id), stamp.now, body)


def record_many(
    connection: Connection, kind: str, collection: str, named: Sequence[str], stamp: Stamp, **more: Any
) -> None:
    """Put what came in together on the ledger in one record; `named` are `id@version:digest`."""
    body = {"collection": collection, "by": stamp.by, "sequence": stamp.sequence, "documents": list(named), **more}
    ledger.append(connection, kind, subject_of(collection), stamp.now, body)


def subject_of(name: str) -> str:
    """The name as the ledger's index holds it: a long one by its SHA-256; the record itself says it in full."""
    return name if len(name) <= _SUBJECT else hashlib.sha256(name.encode()).hexdigest()
