"""What the API answers about erasing, holding and deleting by age."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from service.api.replies import Reply, Time


class ErasedCase(Reply):
    """A case that somebody would have decided."""

    case: str
    decision: str
    state: str = Field(description="As it stood; it is cancelled with the erasure.")


class Erasure(Reply):
    """What there is of somebody, or was."""

    id: str | None = Field(description="Of the erasure, and of its record in the ledger; null: nothing was erased.")
    dry_run: bool
    decisions: int = Field(description="They stay listed and counted; nothing they were about can be read.")
    payloads: dict[str, int] = Field(description="Pieces of text by kind: requests, answers, notes, drafts, …")
    examples: int = Field(description="Of them that the classifier was to learn from.")
    cases: list[ErasedCase]
    models: list[str] = Field(description="Those that may have learned from it: train anew without it.")
    holds: list[str] = Field(description="Legal holds that keep it; with any, nothing is erased.")
    erased_before: list[str] = Field(description="When the same subject was erased, newest first.")


class LegalHold(Reply):
    """Something that must not be erased, nor deleted by age."""

    id: str
    kind: Literal["subject", "decision", "workflow"]
    target: str | None = Field(description="null: it was released, and its subject erased since.")
    why: str | None = Field(description="null: likewise.")
    by: str
    placed_at: str = Time
    released_by: str | None
    released_at: str | None


class LegalHolds(Reply):
    """Newest first."""

    items: list[LegalHold]


class KeptThough(Reply):
    """How many decisions stay though their time is over."""

    held: int = Field(description="By a legal hold.")
    open: int = Field(description="A person has still to look at them.")
    calibration: int = Field(description="A release that answers was tried on them.")


class PurgedWorkflow(Reply):
    """What became of one workflow's decisions."""

    workflow: str
    days: int = Field(description="That texts are kept, by its policy; 183 at least.")
    before: str = Time
    decisions: int = Field(description="Whose texts are deleted, or would be.")
    kept: KeptThough


class Purged(Reply):
    """By workflow."""

    dry_run: bool
    workflows: list[PurgedWorkflow]
