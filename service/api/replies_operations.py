"""What the API answers operations, document owners and auditors."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from service.api.replies import Reply, Time


class DocumentSummary(Reply):
    """One version of a document."""

    collection: str
    id: str
    version: int
    status: Literal["draft", "submitted", "approved", "superseded", "retired"]
    title: str
    owner: str
    audience: list[str]
    jurisdiction: list[str]
    citations: list[str]
    effective_from: str | None
    effective_until: str | None
    review_by: str | None
    submitted_by: str
    approved_by: str | None
    approved_at: str | None
    retired_at: str | None


class Documents(Reply):
    """A page of documents, by collection, id and version."""

    items: list[DocumentSummary]
    next: str | None = Field(description="Cursor of the next page.")


class DocumentView(DocumentSummary):
    """The newest version with its text, and every version."""

    text: str
    versions: list[DocumentSummary]


class Release(Reply):
    """Rule set, snapshot, model and policy that answer together, named by digest."""

    id: str
    workflow: str
    active: bool
    rules: str
    policy: str
    head: str
    snapshot: str
    encoder: str
    certificate: dict[str, Any] | None
    refusal: dict[str, Any] | None
    created_at: str = Time
    created_by: str
    why: str


class Releases(Reply):
    """Newest first."""

    items: list[Release]


class Halted(Reply):
    """The workflows concerned, and how they stand now."""

    workflows: list[str]
    halted: bool


class LedgerVerified(Reply):
    """Whether the chain holds, and the first record that does not fit."""

    ok: bool
    records: int
    first_bad: int | None
    why: str
    head: str = Field(description="Hash of the last good record; a copy kept elsewhere shows rewritten history.")


class Alive(Reply):
    """The process answers."""

    status: Literal["ok"]


class Readiness(Reply):
    """Whether work can be done, part by part."""

    ready: bool
    checks: dict[str, str]


class ProblemField(Reply):
    """One thing wrong: with a field of the request, or at a place in a file."""

    field: str = ""
    message: str
    remedy: str = ""
    file: str | None = None
    line: int | None = None
    column: int | None = None


class Problem(Reply):
    """RFC 9457, with what to do about it. Some kinds have more members; their pages say which."""

    type: str = Field(description="Address of the page that explains this kind of problem.")
    title: str
    status: int
    detail: str
    remedy: str
    instance: str
    errors: list[ProblemField]
