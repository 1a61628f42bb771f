"""What the API answers about documents and searches."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from service.api.replies import FoundDocument, Reply, Time

Status = Literal["draft", "submitted", "approved", "superseded", "retired"]
Words = list[str]
Stretch = tuple[str, bool]  #: words, and whether they changed


class Similar(Reply):
    """A document that is nearly the same, as found when this one came in."""

    id: str
    version: int
    similarity: float = Field(ge=0, le=1, description="Estimated share of stretches of words in common.")


class DocumentSummary(Reply):
    """One version of a document."""

    collection: str
    id: str
    version: int
    status: Status
    standing: Literal["in_force", "upcoming", "expired", "replaced"] | None = Field(
        description="What an approved version is now; null: not approved."
    )
    title: str
    owner: str
    audience: list[str]
    jurisdiction: list[str]
    citations: list[str]
    fields: dict[str, float | str | Words] = Field(description="What the collection's signals are computed from.")
    effective_from: str | None
    effective_until: str | None
    review_by: str | None
    overdue: bool = Field(description="Approved, and the day of review is past.")
    digest: str = Field(description="Of everything that makes this version what it is.")
    source: str | None = Field(description="The file it came from.")
    similar: list[Similar]
    submitted_by: str = Field(description="Of a draft: who wrote it last.")
    submitted_at: str = Time
    authors: list[str] = Field(description="Everybody who wrote or submitted it; none of them may approve it.")
    approved_by: str | None
    approved_at: str | None
    ended_by: str | None = Field(description="Who retired it, or approved what superseded it.")
    ended_at: str | None
    sequence: int = Field(description="Document sequence of its last change.")


class Documents(Reply):
    """A page of documents, by collection, id and version."""

    items: list[DocumentSummary]
    next: str | None = Field(description="Cursor of the next page.")
    notices: list[str] = Field(description="Why there is nothing as of a moment that is too early.")


class Neighbour(Reply):
    """A document that this one cites, or that cites it."""

    collection: str
    id: str
    version: int
    title: str
    status: Status


class Naming(Reply):
    """A label that rests on this document."""

    workflow: str
    label: str
    title: str


class Note(Reply):
    """Why somebody returned, approved or retired this version."""

    kind: Literal["returned", "approved", "retired"]
    by: str
    at: str = Time
    why: str | None = Field(description="null: erased.")


class DocumentView(DocumentSummary):
    """One version with its text, its neighbours and every version."""

    text: str
    note: Note | None
    notices: list[str] = Field(description="What somebody who looks after it should know, a sentence each.")
    cites: list[Neighbour]
    cited_by: list[Neighbour]
    names: list[Naming]
    versions: list[DocumentSummary]


class ChangedField(Reply):
    """A field that is not the same in both versions."""

    field: str
    older: object
    newer: object


class DiffLine(Reply):
    """A line of one version or of both."""

    kind: Literal["same", "added", "removed", "changed"]
    older: list[Stretch] | None
    newer: list[Stretch] | None


class DocumentDiff(Reply):
    """How two versions differ."""

    collection: str
    id: str
    older: DocumentSummary
    newer: DocumentSummary
    changed: list[ChangedField]
    lines: list[DiffLine]


class Routed(Reply):
    """What becomes of one calibration case."""

    label: str | None
    automatic: bool
    documents: list[str]


class PreviewExample(Reply):
    """A calibration case that would go another way. Its text needs scope `read`."""

    text: str | None
    before: Routed
    after: Routed


class WorkflowPreview(Reply):
    """What one workflow would make of its calibration cases."""

    workflow: str
    cases: int
    cases_changed: int  # decided otherwise, or with other documents shown
    answers_changed: int  # decided otherwise
    automatic_before: float = Field(ge=0, le=1, description="Share decided automatically.")
    automatic_after: float = Field(ge=0, le=1)
    holds: bool | None = Field(description="Whether the certificate would still hold; null: there is none.")
    examples: list[PreviewExample]


class DocumentPreview(Reply):
    """What approving this version would change, or retiring an approved one. Nothing was changed."""

    collection: str
    id: str
    version: int
    step: Literal["approve", "retire"]
    replaces: int | None = Field(description="The version that it would supersede.")
    workflows: list[WorkflowPreview]
    sentences: list[str] = Field(description="The same in words.")


class FiledDocument(Reply):
    """A document that came in."""

    id: str
    version: int
    status: Status
    title: str
    source: str | None
    similar: list[Similar]
    retired: int | None = Field(description="The version before, if it said the same and was retired.")
    notes: list[str] = Field(description="What was left out on reading.")


class Duplicate(Reply):
    """A document whose words are those of another one."""

    id: str
    same_as: str
    source: str | None


class UnreadableFile(Reply):
    """A file, or a part of one, that could not be taken in."""

    place: str
    why: str


class ImportReport(Reply):
    """What an import did: what can be read goes in, the rest is named."""

    collection: str
    added: int
    unchanged: int = Field(description="Those whose newest version says the same.")
    documents: list[FiledDocument]
    duplicates: list[Duplicate]
    unreadable: list[UnreadableFile]
    notices: list[str] = Field(description="As that no workflow searches the collection.")


class FoundPassage(FoundDocument):
    """One passage with its place in the document and why it is where it is: score = sum of share times part."""

    status: Status
    start: int = Field(description="Where the passage begins in the document's text, in code points.")
    end: int
    shares: dict[str, float]


class Found(Reply):
    """Passages, best first."""

    items: list[FoundPassage]
    sequence: int = Field(description="Document sequence that was searched.")
    as_of: str | None = Field(description="The moment searched; null: now.")
    notices: list[str] = Field(description="Why there is nothing as of a moment that is too early.")
