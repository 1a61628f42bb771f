"""What the API answers operations and auditors."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from service.api.replies import Reply, Time


class DocumentCheck(Reply):
    """Whether a certificate holds with the documents there are; while it does not, nothing is automatic."""

    sequence: int = Field(description="Document sequence it was tried with.")
    holds: bool
    checked_at: str = Time


class Release(Reply):
    """Rule set, snapshot, model and policy that answer together, named by digest."""

    id: str
    workflow: str
    active: bool
    model: str | None = Field(description="What it answers by; null: made before models were kept.")
    rules: str
    policy: str
    head: str
    snapshot: str
    encoder: str
    adapter: str | None = Field(description="What fits requests to the words of the documents; null: none.")
    certificate: dict[str, Any] | None
    refusal: dict[str, Any] | None
    documents: DocumentCheck | None = Field(description="Of the active one, when documents changed since it was made.")
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
    request_id: str | None = Field(description="As in `X-Request-Id`: operations find it in the log by that.")
    errors: list[ProblemField]
