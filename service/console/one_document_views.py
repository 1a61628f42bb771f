"""What the page of a document shows, and what may be done on it. Pure: values in, values out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.console import words
from service.console.document_views import DocumentRow, document_address, document_row, document_rows
from service.console.prose import Block, blocks
from service.console.words import phrase
from service.domain.access import Principal, Scope
from service.domain.document import Status, Step, next_status, wrote_it


@dataclass(frozen=True, slots=True)
class Deeds:
    """What this person may do with this version now, and why not more."""

    edit: bool = False
    submit: bool = False
    preview: bool = False
    approve: bool = False
    give_back: bool = False
    retire: bool = False
    revise: bool = False  #: write the next version
    why_not: str = ""

    @property
    def any(self) -> bool:
        return self.edit or self.preview or self.retire or self.revise


def deeds(document: Mapping[str, Any], newest: bool, principal: Principal) -> Deeds:
    """By right and by state, as the life of a document has them. The use cases decide; this spares a vain try."""
    if not principal.may(Scope.DOCUMENTS):
        return Deeds()
    status = document["status"]
    own = wrote_it(document["authors"], principal.name)
    approvable = next_status(status, Step.APPROVE) is not None
    return Deeds(
        edit=next_status(status, Step.SAVE) is not None,
        submit=next_status(status, Step.SUBMIT) is not None,
        preview=approvable or status in (Status.DRAFT, Status.APPROVED),
        approve=approvable and not own,
        give_back=next_status(status, Step.RETURN) is not None,
        retire=next_status(status, Step.RETIRE) is not None,
        revise=newest and status not in (Status.DRAFT, Status.SUBMITTED),
        why_not="You wrote or submitted this version, so somebody else has to approve it."
        if approvable and own
        else "",
    )


@dataclass(frozen=True, slots=True)
class Note:
    """Why somebody returned, approved or retired this version."""

    title: str
    why: str
    at: str
    when: str
    tone: str


def _note(note: Mapping[str, Any] | None, now: datetime) -> Note | None:
    if note is None:
        return None
    verb, tone = words.NOTES.get(note["kind"], (note["kind"].capitalize(), "plain"))
    when = words.ago(datetime.fromisoformat(note["at"]), now)
    return Note(f"{verb} by {note['by']}", note["why"] or "The reason has been erased.", note["at"], when, tone)


@dataclass(frozen=True, slots=True)
class Link:
    """Another document, or a label, beside this one."""

    title: str
    reference: str
    address: str
    figure: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A block of the text, and whether it belongs to the passage that was found."""

    block: Block
    found: bool


@dataclass(frozen=True, slots=True)
class DocumentView:
    """One version of a document with its text and what stands around it."""

    row: DocumentRow
    body: tuple[Paragraph, ...]
    found: bool  #: whether a passage is marked
    facts: tuple[tuple[str, str], ...]
    digest: str
    note: Note | None
    notices: tuple[str, ...]
    similar: tuple[Link, ...]
    cites: tuple[Link, ...]
    uncited: tuple[str, ...]  #: citations that are no documents of the collection
    cited_by: tuple[Link, ...]
    names: tuple[Link, ...]
    versions: tuple[DocumentRow, ...]
    older: int | None  #: the version to compare it with
    deeds: Deeds

    def page(self, name: str) -> str:
        return document_address(self.row.collection, self.row.id, self.row.version, name)

    def act(self, verb: str) -> str:
        return document_address(self.row.collection, self.row.id, page=verb)


def document_view(
    document: Mapping[str, Any], principal: Principal, now: datetime, found: tuple[int, int] = (0, 0)
) -> DocumentView:
    """`found`: the passage to mark, in code points of the text."""
    collection, version = document["collection"], document["version"]
    body = tuple(
        Paragraph(block, block.start < found[1] and found[0] < block.end) for block in blocks(document["text"])
    )
    known = {cited["id"] for cited in document["cites"]}
    numbers = [each["version"] for each in document["versions"]]
    return DocumentView(
        row=document_row(document),
        body=body,
        found=any(paragraph.found for paragraph in body),
        facts=_facts(document),
        digest=document["digest"],
        note=_note(document["note"], now),
        notices=tuple(document["notices"]),
        similar=tuple(similar_link(collection, each) for each in document["similar"]),
        cites=tuple(_link(collection, each) for each in document["cites"]),
        uncited=tuple(cited for cited in document["citations"] if cited not in known),
        cited_by=tuple(_link(each["collection"], each) for each in document["cited_by"]),
        names=tuple(Link(each["title"], f"{each['workflow']} · {each['label']}", "") for each in document["names"]),
        versions=document_rows(document["versions"]),
        older=max((number for number in numbers if number < version), default=None),
        deeds=deeds(document, version == max(numbers, default=version), principal),
    )


def _facts(document: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """What there is to say about it, name and value; what is not said is left out."""
    row = document_row(document)
    facts = {
        "in force": row.effective,
        "for": row.audience,
        "jurisdiction": ", ".join(document["jurisdiction"]) or "any",
        "owner": row.owner,
        "to be reviewed by": row.review_by,
        "submitted by": f"{document['submitted_by']}, {document['submitted_at'][:10]}",
        "also written by": ", ".join(each for each in document["authors"] if each != document["submitted_by"]),
        "approved by": _signed(document["approved_by"], document["approved_at"]),
        "ended by": _signed(document["ended_by"], document["ended_at"]),
        "file": document["source"] or "",
        **{name.replace("_", " "): _field(value) for name, value in document["fields"].items()},
    }
    return tuple((name, value) for name, value in facts.items() if value)


def _signed(by: str | None, at: str | None) -> str:
    return f"{by}, {at[:10]}" if by and at else by or ""


def _field(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else ", ".join(value) if isinstance(value, list) else str(value)


def similar_link(collection: str, other: Mapping[str, Any]) -> Link:
    address = document_address(collection, other["id"], other["version"])
    return Link(other["id"], f"version {other['version']}", address, words.probability(other["similarity"]))


def _link(collection: str, other: Mapping[str, Any]) -> Link:
    status = phrase(words.DOCUMENT_STATUSES, other["status"]).short.lower()
    address = document_address(collection, other["id"], other["version"])
    return Link(other["title"], f"{other['id']}, version {other['version']}, {status}", address)
