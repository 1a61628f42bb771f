"""What the API answers about cases."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from service.api.replies import DecisionView, Draft, FoundDocument, Outcome, Reply, Review, Rules, ScoredLabel, Time
from service.api.replies_drafts import LanguageModelDraft, SummaryPlace
from service.api.replies_questions import AskedQuestion, WithoutNote

CaseState = Literal[
    "queued",
    "claimed",
    "on_hold",
    "needs_information",
    "escalated",
    "second_review",
    "adjudication",
    "decided",
    "delivered",
    "reopened",
    "cancelled",
]
Stage = Literal["queued", "escalated", "second_review", "adjudication"]
_When: Any = Field(json_schema_extra={"format": "date-time"}, description="UTC, RFC 3339; null: not yet.")


class Decided(DecisionView):
    """The decision as it stands now, with what you said."""

    undo_until: str | None = Field(
        json_schema_extra={"format": "date-time"},
        description="Till then you can take it back and nobody hears of it; null: it is out.",
    )


class Opinion(Review):
    """What one person said of a case."""

    stage: str = Field(description="What the case was when they claimed it.")


class CaseEvent(Reply):
    """One thing that happened to a case."""

    sequence: int = Field(description="The case's version after it.")
    action: str
    by: str = Field(description="`signoff`: nobody, its time had come.")
    at: str = Time
    was: str
    now: str
    told: dict[str, Any] = Field(description="What goes with it: to whom, until when, which queue.")
    note: str | None = Field(description="What was written with it; null: nothing, or it is erased.")


class CaseEvents(Reply):
    """Everything that happened to a case, oldest first."""

    items: list[CaseEvent]


class CaseComment(Reply):
    """A word to colleagues."""

    by: str
    at: str = Time
    text: str | None = Field(description="null: erased.")


class Commented(CaseComment):
    """A comment just written."""

    sequence: int


class OnHold(Reply):
    """Why a case is put aside."""

    until: str | None = _When
    by: str | None
    reason: str | None


class PutAside(Reply):
    """When the case comes back."""

    until: str = Time


class HandedOver(Reply):
    """Who has the case now; it is anybody's again when they do not take it up."""

    to: str
    until: str = Time


class Escalated(Reply):
    """Where the case waits now."""

    queue: str


class Reopened(Reply):
    """The case in which it is decided anew."""

    case: str
    reopens: str


class Lease(Reply):
    """Who has a case, and until when."""

    holder: str
    until: str = Time


class Claimed(Reply):
    """A lease just given. Keep the token: everything done with the case asks for it."""

    case: str
    decision: str
    token: str
    until: str = Time


class Renewed(Reply):
    """When the lease ends now."""

    until: str = Time


class Difference(Reply):
    """Where two texts part."""

    here: str = Field(description="What the case's own text says; may be empty.")
    there: str = Field(description="What the request says instead; may be empty.")


class AttachedRequest(Reply):
    """A request that says the same and is decided with the case."""

    decision: str
    created_at: str = Time
    subject: str | None
    erased: bool
    differences: list[Difference] = Field(description="Empty: the same but for capitals and spaces.")


class CaseHead(Reply):
    """What every view of a case says."""

    id: str
    decision: str
    workflow: str
    queue: str
    kind: Literal["held", "after_the_fact", "appeal", "known_answer"] | None = Field(
        description="null while it is a blind check."
    )
    blind: bool = Field(
        description="Drawn at random and not decided yet: it shows nothing of what was made of the request."
    )
    state: CaseState
    stage: Stage = Field(description="What a claimed case was claimed from, and comes back to.")
    priority: int = Field(ge=0, le=100)
    reasons: list[str]
    created_at: str = Time
    due_at: str = Time
    overdue: bool
    boosted: bool = Field(description="It came back from a hold, and stands before all that are due alike.")
    lease: Lease | None
    assigned_to: str | None = Field(description="It was handed over to this person.")
    claimed_at: str | None = _When
    decided_at: str | None = _When
    delivered_at: str | None = _When
    reopens: str | None = Field(description="The case that this one goes on from.")
    version: int


class CaseSummary(CaseHead):
    """A case in a list."""

    attached: int = Field(description="Other requests that are decided with it.")
    excerpt: str


class Cases(Reply):
    """A page of cases; open ones best first."""

    items: list[CaseSummary]
    next: str | None = Field(description="Cursor of the next page.")


class Suggestion(Reply):
    """What the classifier would say."""

    label: str
    title: str
    probability: float | None


class Choice(Reply):
    """A label that may be chosen."""

    id: str
    title: str
    definition: str
    includes: list[str]
    excludes: list[str]
    outcome: Outcome
    documents: list[str]


class KnownAnswerOfCase(Reply):
    """What is known of a case, or of the one that it is a copy of: for leads and auditors, and for whoever decided a
    copy where the queue tells them."""

    id: str
    labels: list[str]
    outcome: Outcome
    case: str | None = Field(description="Where it was marked; null: not for you to know.")
    person: str | None = Field(description="Who was given this copy; null: this is no copy.")
    correct: bool | None = Field(description="Whether they gave that answer; null: not decided.")


class Case(CaseHead):
    """Everything needed to decide a case."""

    text: str
    attributes: dict[str, Any]
    subject: str | None
    attached: int = Field(description="Other requests that are decided with it.")
    attached_requests: list[AttachedRequest] = Field(description="These, oldest first.")
    several: bool = Field(description="Whether more than one of the choices may be given.")
    suggestion: Suggestion | None
    suggestions: list[Suggestion] = Field(description="All of them, where a request may have several labels.")
    labels: list[ScoredLabel]
    rules: Rules | None
    documents: list[FoundDocument]
    draft: Draft | None
    quoted: Draft | None = Field(description="What passages say, beside a language model's draft.")
    language_model: LanguageModelDraft | None = Field(description="null: none drafts here.")
    summary: list[SummaryPlace] | None = Field(description="Of a long text, the sentences that say most.")
    choices: list[Choice]
    review: Review | None = Field(description="What went out.")
    opinions: list[Opinion] = Field(description="What people said of it, as far as you may hear it.")
    outcome: Outcome | None = Field(description="null while it is a blind check.")
    hold: OnHold | None
    questions: list[AskedQuestion] = Field(description="What the requester was asked, oldest first.")
    without_note: WithoutNote | None = Field(description="null: the queue's policy asks for no notes.")
    events: list[CaseEvent]
    comments: list[CaseComment]
    skipped_by: list[str]
    undo_until: str | None = Field(
        json_schema_extra={"format": "date-time"}, description="Till then the decision can be taken back."
    )
    known_answer: KnownAnswerOfCase | None = Field(description="null: there is none, or it is not for you to know.")
    allowed: list[str] = Field(description="What you may do to it now, by the words of the addresses.")
