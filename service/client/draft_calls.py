"""Calls about replies: read a draft, have a language model write one, see what people make of drafts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from .answers import Answer, Draft
from .steps import Calling, Steps, quoted, send


class LanguageModelDraft(Answer):
    """How far a language model is with a reply."""

    state: Literal["not_asked", "waiting", "writing", "written", "refused", "failed"]
    draft: str | None = None
    why: str | None = None
    loose: int = 0
    loose_sentences: list[str] = Field(default_factory=list)
    model: str | None = None
    may_be_asked: bool = False


class Drafts(Answer):
    """The best draft for a case; `quoted` is what approved passages say beside a language model's."""

    case: str
    labels: list[str]
    draft: Draft | None
    quoted: Draft | None
    language_model: LanguageModelDraft | None


class ReplyFigures(Answer):
    """What people made of drafts; shares are 0 to 1, None where nothing was drafted."""

    workflow: str
    since: datetime
    until: datetime
    sent: int
    drafted: int
    unedited: int
    share_unedited: float | None
    mean_changed: float | None
    by_label: list[dict[str, Any]]
    quoted: dict[str, Any]
    language_model: dict[str, Any]


class DraftCalls(Calling):
    """For whoever writes replies, and whoever looks after how good drafts are."""

    __slots__ = ()

    def draft(self, case_id: str, labels: Sequence[str] = ()) -> Steps[Drafts]:
        """The best draft of a reply for these labels, or for those suggested."""
        asked = send("GET", _address(case_id), params={"label": list(labels)} if labels else None)
        return (yield from self._one(Drafts, asked))

    def ask_for_draft(self, case_id: str, labels: Sequence[str] = (), *, again: bool = False) -> Steps[Drafts]:
        """Have a language model write one; read it some seconds later. SignoffError `conflict` where none can be."""
        body = {"labels": list(labels), "again": again}
        return (yield from self._one(Drafts, send("POST", _address(case_id), body=body, repeatable=not again)))

    def reply_figures(self, workflow: str, *, days: float | None = None) -> Steps[ReplyFigures]:
        """The share of replies that people sent unedited, label by label."""
        asked = send("GET", f"/v1/workflows/{quoted(workflow)}/replies", params={"days": days})
        return (yield from self._one(ReplyFigures, asked))


def _address(case_id: str) -> str:
    return f"/v1/cases/{quoted(case_id)}/draft"
