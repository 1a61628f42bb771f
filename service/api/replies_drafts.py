"""What the API answers about drafts of replies."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from service.api.replies import Draft, Reply, Time


class LanguageModelDraft(Reply):
    """How far a language model is with a reply."""

    draft: str | None = Field(description="Its id.")
    state: Literal["not_asked", "waiting", "writing", "written", "refused", "failed"]
    why: str | None = Field(description="It was refused or failed, as a code.")
    loose: int = Field(description="Sentences that say more than the passage they cite.")
    loose_sentences: list[str] = Field(description="These, as they stand in the draft.")
    model: str | None
    may_be_asked: bool


class Drafts(Reply):
    """The best draft for a case, and what it rests on."""

    case: str
    labels: list[str]
    draft: Draft | None = Field(description="A language model's, once written; else what approved passages say.")
    quoted: Draft | None = Field(description="What the passages say, beside a language model's draft.")
    language_model: LanguageModelDraft | None = Field(description="null: none drafts here.")


class ReplyFigures(Reply):
    """What became of drafts."""

    sent: int
    drafted: int = Field(description="Of those sent, where a draft was offered.")
    unedited: int = Field(description="Of these, sent as drafted, but for spaces.")
    share_unedited: float | None = Field(description="0 to 1; null: nothing was drafted.")
    mean_changed: float | None = Field(description="Share of words changed, 0 to 1, on average.")


class LabelReplyFigures(ReplyFigures):
    """Of the replies to one label."""

    label: str | None = Field(description="null: none of the labels.")
    title: str | None


class WorkflowReplyFigures(ReplyFigures):
    """Of all replies of a workflow that people sent."""

    workflow: str
    since: str = Time
    until: str = Time
    by_label: list[LabelReplyFigures]
    quoted: ReplyFigures = Field(description="Where the draft was made of passages alone.")
    language_model: ReplyFigures = Field(description="Where the reply is a language model's, edited or not.")


class SummaryPlace(Reply):
    """A sentence of a long request that says much of it."""

    start: int = Field(description="In code points of `text`.")
    end: int
    why: Literal["rule", "label", "central"]
