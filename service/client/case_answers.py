"""What comes back about cases, typed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from .answers import Answer, Decision, Passage, Review, ScoredLabel


class CaseSummary(Answer):
    """A case in a list."""

    id: str
    decision: str
    workflow: str
    queue: str
    kind: str | None  #: None while it is a blind check
    state: str
    priority: int
    reasons: list[str]
    created_at: datetime
    due_at: datetime
    overdue: bool
    stage: str = "queued"  #: what a claimed case was claimed from
    assigned_to: str | None = None  #: it was handed over to this person
    delivered_at: datetime | None = None
    reopens: str | None = None  #: the case that this one goes on from
    attached: int = 0  #: other requests that are decided with it
    blind: bool = False  #: drawn at random and undecided: nothing of what was made of the request is shown


class CasePage(Answer):
    """Open cases best first; pass `next` on as `after`."""

    items: list[CaseSummary]
    next: str | None = None


class CaseEvent(Answer):
    """One thing that happened to a case."""

    sequence: int
    action: str
    by: str
    at: datetime
    was: str
    now: str
    told: dict[str, Any] = Field(default_factory=dict)
    note: str | None = None


class CaseEvents(Answer):
    items: list[CaseEvent]


class CaseComment(Answer):
    """A word to colleagues."""

    by: str
    at: datetime
    text: str | None = None


class GivenAnswer(Answer):
    """What the requester said; personal data masked as rules oblige to."""

    text: str | None
    attributes: dict[str, Any] = Field(default_factory=dict)
    by: str
    at: datetime
    rules: dict[str, Any] | None = None  #: what rules found in it


class CaseQuestion(Answer):
    """What the requester was asked, and what became of it."""

    id: str
    text: str | None
    by: str
    asked_at: datetime
    until: datetime
    ended: str | None = None  #: answered, unanswered or withdrawn; None: it waits for an answer
    ended_at: datetime | None = None
    answer: GivenAnswer | None = None


class Difference(Answer):
    """Where two texts part; either side may be empty."""

    here: str  #: the case's own text
    there: str


class AttachedRequest(Answer):
    """A request that says the same and is decided with the case."""

    decision: str
    created_at: datetime
    subject: str | None = None
    erased: bool = False
    differences: list[Difference] = Field(default_factory=list)


class Case(CaseSummary):
    """Everything needed to decide a case."""

    text: str
    attributes: dict[str, Any]
    labels: list[ScoredLabel]
    documents: list[Passage]
    choices: list[dict[str, Any]]
    suggestion: dict[str, Any] | None = None
    suggestions: list[dict[str, Any]] = Field(default_factory=list)
    several: bool = False  #: more than one of the choices may be given
    rules: dict[str, Any] | None = None
    hold: dict[str, Any] | None = None
    questions: list[CaseQuestion] = Field(default_factory=list)
    without_note: dict[str, Any] | None = None  #: the labels and outcome that need no note; None: nothing needs one
    events: list[CaseEvent] = Field(default_factory=list)
    comments: list[CaseComment] = Field(default_factory=list)
    opinions: list[Review] = Field(default_factory=list)  #: what people said of it, as far as you may hear it
    undo_until: datetime | None = None
    known_answer: dict[str, Any] | None = None  #: for leads and auditors: what is known of it, or of its original
    allowed: list[str] = Field(default_factory=list)  #: what you may do to it now
    attached_requests: list[AttachedRequest] = Field(default_factory=list)  #: decided with it; see `detach`


class Claimed(Answer):
    """A lease; its token goes with everything done to the case."""

    case: str
    decision: str
    token: str
    until: datetime


class Renewed(Answer):
    until: datetime


class DecidedCase(Decision):
    """The decision as it stands, with what you said."""

    undo_until: datetime | None = None  #: till then you can take it back; None: it is out


class HandedOver(Answer):
    """Who has the case now, and till when they have to take it up."""

    to: str
    until: datetime


class Escalated(Answer):
    queue: str


class Reopened(Answer):
    case: str
