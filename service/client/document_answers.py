"""What comes back about documents and searches, typed."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from .answers import Answer, Passage


class Similar(Answer):
    """A document that is nearly the same."""

    id: str
    version: int
    similarity: float


class DocumentSummary(Answer):
    """One version of a document."""

    collection: str
    id: str
    version: int
    status: Literal["draft", "submitted", "approved", "superseded", "retired"]
    standing: str | None
    title: str
    owner: str
    audience: list[str]
    jurisdiction: list[str]
    citations: list[str]
    digest: str
    submitted_by: str
    similar: list[Similar]
    fields: dict[str, Any]
    effective_from: datetime | None = None
    effective_until: datetime | None = None
    review_by: str | None = None
    overdue: bool = False
    source: str | None = None
    approved_by: str | None = None
    approved_at: datetime | None = None
    ended_by: str | None = None
    ended_at: datetime | None = None


class DocumentPage(Answer):
    """By collection, id and version; pass `next` on as `after`."""

    items: list[DocumentSummary]
    next: str | None = None
    notices: list[str] = Field(default_factory=list)


class Note(Answer):
    """Why somebody returned, approved or retired a version."""

    kind: str
    by: str
    at: datetime
    why: str | None = None


class Document(DocumentSummary):
    """One version with its text, its neighbours and every version."""

    text: str
    versions: list[DocumentSummary]
    notices: list[str]
    cites: list[dict[str, Any]]
    cited_by: list[dict[str, Any]]
    names: list[dict[str, Any]]
    note: Note | None = None


class DocumentDiff(Answer):
    """How two versions differ; stretches of a line come with whether they changed."""

    older: DocumentSummary
    newer: DocumentSummary
    changed: list[dict[str, Any]]
    lines: list[dict[str, Any]]


class DocumentPreview(Answer):
    """What approving a version would change, or retiring an approved one, workflow by workflow."""

    step: Literal["approve", "retire"]
    replaces: int | None
    workflows: list[dict[str, Any]]
    sentences: list[str]


class ImportReport(Answer):
    """What came in, and what could not be read."""

    collection: str
    added: int
    unchanged: int
    documents: list[dict[str, Any]]
    duplicates: list[dict[str, Any]]
    unreadable: list[dict[str, Any]]
    notices: list[str] = Field(default_factory=list)


class Found(Answer):
    items: list[Passage]
    sequence: int
    as_of: datetime | None = None
    notices: list[str] = Field(default_factory=list)
