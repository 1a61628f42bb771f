"""Take documents in: as drafts, as submitted ones, or as approved ones where a named person attests to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from index.model import Document, DocumentKey
from service.domain.access import same_person
from service.domain.document import Status
from service.errors import Conflict
from service.store import documents, pointers
from service.store.engine import Connection, Row
from service.usecases.document_notices import unsearched
from service.usecases.document_step import (
    Stamp,
    key_of,
    record_many,
    refuse_other_words,
    refuse_own,
    supersede_older,
    takes_over,
)
from service.usecases.embed import prepare
from service.usecases.house import House
from service.usecases.import_documents import DocumentFile
from service.usecases.progress import Progress, silent
from service.usecases.resemblance import Resembled, resembled

_KINDS = {
    Status.DRAFT: "documents.drafted",
    Status.SUBMITTED: "documents.submitted",
    Status.APPROVED: "documents.attested",
}


@dataclass(frozen=True, slots=True)
class FiledDocument:
    """One version that came in."""

    id: str
    version: int
    status: str
    title: str
    source: str | None
    similar: tuple[Mapping[str, Any], ...] = ()  #: other documents it resembles: id, version, similarity
    retired: int | None = None  #: the version before, which said the same and was retired


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A document whose words another one has already."""

    id: str
    same_as: str
    source: str | None


@dataclass(frozen=True, slots=True)
class Filed:
    """What an import did."""

    added: int
    unchanged: int  #: same content as the newest version
    documents: tuple[FiledDocument, ...] = ()
    duplicates: tuple[Duplicate, ...] = ()
    notices: tuple[str, ...] = ()  #: what whoever brought them in should know, a sentence each


@dataclass(frozen=True, slots=True)
class Filing:
    """How documents come in."""

    collection: str
    by: str
    status: Status
    attested_by: str | None = None
    over_drafts: bool = False  #: write over a draft of somebody else's too
    expected: str | None = None  #: digest of the newest version as the writer read it


#: How far a version has come on its way to being found. What is not here has ended.
_FAR = {Status.DRAFT.value: 0, Status.SUBMITTED.value: 1, Status.APPROVED.value: 2}


def file_documents(
    house: House,
    collection: str,
    files: Sequence[DocumentFile],
    by: str,
    *,
    attested_by: str | None = None,
    draft: bool = False,
    progress: Progress = silent,
) -> Filed:
    """Add what is new or changed, all in one transaction.

    `attested_by` records that a person vouches for the approval given elsewhere: the documents come in approved.
    That is somebody else's approval, so SamePerson when it is whoever brings them in.
    """
    if attested_by is not None:
        refuse_own([by], attested_by)
    status = Status.APPROVED if attested_by is not None else Status.DRAFT if draft else Status.SUBMITTED
    return file(house, Filing(collection, by, status, attested_by), files, progress)


def file(house: House, filing: Filing, files: Sequence[DocumentFile], progress: Progress = silent) -> Filed:
    """As `file_documents`, with everything said."""
    alike = resembled(house, filing.collection, files)
    if filing.status is Status.APPROVED:
        prepare(house, _fresh(house, filing.collection, files), progress)
    now = house.clock()

    def work(connection: Connection) -> Filed:
        documents.lock(connection)
        return _file(connection, filing, files, alike, now)

    told = unsearched(filing.collection, _searched(house))
    return replace(house.store.commit(work), notices=(told,) if told else ())


def _searched(house: House) -> set[str]:
    """The collections that the workflows in use search."""
    with house.store.read() as connection:
        answering = [pointer.release for pointer in pointers.pointers(connection)]
    return {name for release in answering for name in house.shelf.policy(release).collections}


def _fresh(house: House, collection: str, files: Sequence[DocumentFile]) -> list[Document]:
    """What is not approved yet, as the index reads it."""
    with house.store.read() as connection:
        known = documents.newest(connection, collection, [each.id for each in files])
    return [
        Document(
            key=DocumentKey(collection, each.id, known[each.id].version + 1 if each.id in known else 1),
            title=each.title,
            text=each.text,
            effective_from=each.effective_from.date() if each.effective_from else None,
            jurisdiction=each.jurisdiction,
            citations=each.citations,
            fields=each.fields,
        )
        for each in files
        if each.id not in known or known[each.id].digest != each.digest or known[each.id].status != Status.APPROVED
    ]


@dataclass(frozen=True, slots=True)
class _Place:
    """The version that a file becomes."""

    file: DocumentFile
    version: int
    over: Row[Any] | None = None  #: what is written over: a version that nobody has approved
    retired: int | None = None  #: the version before, if it said the same and was retired


def _place(filing: Filing, file: DocumentFile, newest: Row[Any] | None) -> _Place | None:
    """Where a file goes; None when it is there already."""
    if newest is None:
        return _Place(file, file.version or 1)
    if filing.expected is not None:
        refuse_other_words(newest, filing.expected)
    same, far = newest.digest == file.digest, _FAR.get(newest.status, -1)
    if same and far >= _FAR[filing.status]:
        return None
    mine = filing.over_drafts or same_person(newest.submitted_by, filing.by)
    if (same and far >= 0) or (newest.status == Status.DRAFT and mine):
        return _Place(file, newest.version, newest)
    retired = newest.version if same and newest.status == Status.RETIRED else None
    return _Place(file, max(file.version or 1, newest.version + 1), retired=retired)


def _file(
    connection: Connection,
    filing: Filing,
    files: Sequence[DocumentFile],
    alike: Mapping[str, Resembled],
    now: datetime,
) -> Filed:
    known = documents.newest(connection, filing.collection, [each.id for each in files])
    places = [place for each in files if (place := _place(filing, each, known.get(each.id))) is not None]
    if places:
        stamp = Stamp.next(connection, filing.by, now)
        rows = [_row(filing, place, alike[place.file.id], stamp) for place in places]
        _write(connection, places, rows)
        more = {"attested_by": filing.attested_by, **_superseded(connection, rows, stamp)}
        named = [f"{row['id']}@{row['version']}:{row['digest']}" for row in rows]
        record_many(connection, _KINDS[filing.status], filing.collection, named, stamp, **more)
    return _told(filing, len(files), places, alike)


def _row(filing: Filing, place: _Place, alike: Resembled, stamp: Stamp) -> dict[str, Any]:
    file, before = place.file, place.over.authors if place.over is not None else []
    authors = list(dict.fromkeys([*before, stamp.by]))
    approved: dict[str, Any] = {"approved_by": None, "approved_at": None, "approved_sequence": None}
    if filing.status is Status.APPROVED:
        refuse_own(authors, filing.attested_by or "")
        approved = {
            "approved_by": filing.attested_by,
            "approved_at": stamp.now,
            "approved_sequence": stamp.sequence,
        }
    return {
        "collection": filing.collection,
        "id": file.id,
        "version": place.version,
        "status": filing.status.value,
        "title": file.title,
        "text": file.text,
        "owner": file.owner or stamp.by,
        "audience": list(file.audience),
        "jurisdiction": list(file.jurisdiction),
        "citations": list(file.citations),
        "fields": {name: value if isinstance(value, float) else list(value) for name, value in file.fields.items()},
        "effective_from": file.effective_from,
        "effective_until": file.effective_until,
        "review_by": file.review_by,
        "digest": file.digest,
        "source": file.source or None,
        "signature": alike.signature,
        "similar": [asdict(each) for each in alike.similar],
        "submitted_by": stamp.by,
        "submitted_at": stamp.now,
        "authors": authors,
        "sequence": stamp.sequence,
        **approved,
    }


def _write(connection: Connection, places: Sequence[_Place], rows: Sequence[dict[str, Any]]) -> None:
    documents.add(connection, [row for place, row in zip(places, rows, strict=True) if place.over is None])
    for place, row in zip(places, rows, strict=True):
        if place.over is not None and not documents.change(connection, key_of(place.over), place.over.status, **row):
            raise Conflict(
                f"version {place.version} of {place.file.id} has just been changed by somebody else",
                remedy="read it again",
            )


def _superseded(connection: Connection, rows: Sequence[dict[str, Any]], stamp: Stamp) -> dict[str, list[str]]:
    """End what the approved ones among `rows` replace, and name it."""
    ended = [
        f"{row['id']}@{older}"
        for row in rows
        if row["approved_by"] is not None
        and row["version"] > 1
        and takes_over(row["effective_from"], row["effective_until"], stamp.now)
        for older in supersede_older(
            connection,
            DocumentKey(row["collection"], row["id"], row["version"]),
            replace(stamp, by=row["approved_by"]),
        )
    ]
    return {"supersedes": ended} if ended else {}


def _told(filing: Filing, files: int, places: Sequence[_Place], alike: Mapping[str, Resembled]) -> Filed:
    filed = tuple(
        FiledDocument(
            place.file.id,
            place.version,
            filing.status.value,
            place.file.title,
            place.file.source or None,
            tuple(asdict(each) for each in alike[place.file.id].similar),
            place.retired,
        )
        for place in places
    )
    duplicates = tuple(
        Duplicate(place.file.id, same, place.file.source or None)
        for place in places
        if (same := alike[place.file.id].same_as) is not None
    )
    return Filed(len(places), files - len(places), filed, duplicates)
