"""What comes back about decisions, typed."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    """Members that a newer server adds are kept, and can be read as attributes."""

    model_config = ConfigDict(extra="allow", frozen=True)


class ScoredLabel(Answer):
    """A label, with its calibrated probability unless a person chose it."""

    label: str
    probability: float | None = None


class Passage(Answer):
    """One passage of an approved document."""

    id: str
    version: int
    title: str
    passage: str
    passage_id: str
    score: float
    collection: str = ""
    heading: str = ""
    highlights: list[tuple[int, int]] = []
    parts: dict[str, float] = {}
    shares: dict[str, float] = {}  #: of each part in the score; search alone says them


class Draft(Answer):
    """A reply made of approved passages alone."""

    text: str
    citations: list[str]
    passages: list[str] = []
    by_model: bool = False  #: a language model wrote it


class Review(Answer):
    """What a person decided; reason code, reviewer and note are seen with scope `explain` only."""

    outcome: Literal["allow", "block", "review"]
    labels: list[str]
    reason_code: str | None = None
    reviewer: str | None = None
    note: str | None = None
    reply: str | None = None
    reply_by_model: bool = False  #: a language model wrote most of it


class Question(Answer):
    """What whoever decides wants to know of you: see `answer`."""

    id: str
    text: str | None
    asked_at: datetime
    until: datetime  #: they go on without an answer that has not come then


class Decision(Answer):
    """A decision as it stands."""

    id: str
    workflow: str
    state: Literal["waiting", "final", "superseded"]
    outcome: Literal["allow", "block", "review"]
    decided_by: Literal["rules", "classifier", "reviewer"] | None
    labels: list[ScoredLabel]
    reasons: list[str]
    documents: list[Passage]
    release: str
    created_at: datetime
    public_reason: str | None = None
    rules: dict[str, Any] | None = None
    draft: Draft | None = None
    case: str | None = None
    review: Review | None = None
    reply: Draft | None = None  #: what a language model wrote to an automatic decision
    question: Question | None = None  #: you are asked for more
    supersedes: str | None = None  #: the decision that it took the place of, by a correction
    superseded_by: str | None = None  #: the decision that took its place

    @property
    def waiting(self) -> bool:
        """Whether a person still has to decide."""
        return self.state == "waiting"


class DecisionSummary(Answer):
    """A decision in a list."""

    id: str
    workflow: str
    state: str
    outcome: str
    decided_by: str | None = None
    release: str
    created_at: datetime
    label: str | None = None
    labels: list[str] = []
    case: str | None = None


class DecisionPage(Answer):
    """Newest first; pass `next` on as `after`."""

    items: list[DecisionSummary]
    next: str | None = None


class Lack(Answer):
    """One thing that would have had to be otherwise for a decision to be automatic."""

    reason: str
    words: str  #: go on from: it would have been automatic with
    found: float | None = None
    needed: float | None = None


class Telling(Answer):
    """Something that spoke for a label (weight above 0), or against it."""

    what: str
    weight: float


class NearestExample(Answer):
    """A labelled request that is much like this one."""

    text: str
    labels: list[str]
    similarity: float
    source: str


class LabelExplanation(Answer):
    """Why a request was given its label."""

    decision: str
    release: str
    model: str | None = None  #: that judged it
    label: str
    title: str
    labels: list[str]
    probability: float | None
    runner_up: ScoredLabel | None
    confidence: float
    margin: float
    threshold: float | None  #: certified for these labels; None: none is automatic
    automatic: bool
    would_be_automatic: list[Lack]
    telling: list[Telling]
    nearest: list[NearestExample] | None  #: None without scope `read`


class Halted(Answer):
    """The workflows concerned, and how they stand now."""

    workflows: list[str]
    halted: bool
