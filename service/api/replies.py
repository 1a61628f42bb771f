"""What the API answers, as the reference describes it.

The use cases write the answers, as plain values; tests hold them to these models.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

State = Literal["waiting", "final", "superseded"]
Outcome = Literal["allow", "block", "review"]
DecidedBy = Literal["rules", "classifier", "reviewer"]
Effect = Literal["block", "review", "recheck", "flag"]
Time = Field(json_schema_extra={"format": "date-time"}, description="UTC, RFC 3339.")


def _open_to_more(schema: dict[str, Any]) -> None:
    """Later versions may say more, so clients must not be told that nothing else can come."""
    schema.pop("additionalProperties", None)


class Reply(BaseModel):
    """Part of an answer. Extra members are refused in our own tests only."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_open_to_more)


class ScoredLabel(Reply):
    """A label, with its calibrated probability unless a person chose it."""

    label: str
    probability: float | None = Field(ge=0, le=1)


class Finding(Reply):
    """What one rule found."""

    rule: str
    effect: Effect
    severity: Literal["informational", "low", "medium", "high", "critical"]
    reason_code: str
    reason: str
    spans: list[tuple[int, int, str]] = Field(description="Start and end in code points of your text, and the source.")


class UnknownFinding(Finding):
    """A rule that could not be settled, so it may have applied."""

    unknown: list[str] = Field(description="Why: missing attributes, or an error.")


class ExemptedFinding(Finding):
    """A rule that an exemption sets aside: it has no effect here."""

    exemption: str
    unknown: list[str] = Field(default_factory=list, description="Why it could not be settled, if so.")


class Rules(Reply):
    """What the rules said; needs scope `explain`."""

    effect: Effect | None
    findings: list[Finding]
    unknown: list[UnknownFinding]
    exempted: list[ExemptedFinding]
    asked: int = Field(description="Rules that counted.")
    no_match: int
    redact: list[str] = Field(description="Kinds of personal data that people are shown masked.")


class FoundDocument(Reply):
    """One passage of an approved document."""

    id: str
    collection: str
    version: int
    title: str
    heading: str
    passage: str
    passage_id: str
    highlights: list[tuple[int, int]] = Field(description="Code points within the passage.")
    score: float = Field(ge=0, le=1)
    cosine: float
    parts: dict[str, float]


class Draft(Reply):
    """A reply made of approved passages alone."""

    text: str
    citations: list[str] = Field(description="Documents and versions.")
    passages: list[str] = Field(default_factory=list, description="Ids of the passages.")
    by_model: bool = Field(False, description="A language model wrote it.")


class Decision(Reply):
    """An answer."""

    id: str
    workflow: str
    state: State
    outcome: Outcome
    decided_by: DecidedBy | None
    labels: list[ScoredLabel]
    reasons: list[str] = Field(description="Why a person has to look.")
    public_reason: str | None
    rules: Rules | None
    documents: list[FoundDocument]
    draft: Draft | None
    case: str | None
    release: str
    created_at: str = Time


class Review(Reply):
    """What a person decided. Reason code, reviewer, passages and note need scope `explain`."""

    at: str = Time
    outcome: Outcome
    decided_by: Literal["reviewer"]
    labels: list[str]
    reason_code: str | None = None
    reviewer: str | None = None
    passages: list[str] = Field(default_factory=list)
    note: str | None = None
    reply: str | None
    reply_by_model: bool = Field(False, description="A language model wrote most of it.")


class OpenQuestion(Reply):
    """What whoever decides wants to know of you."""

    id: str
    text: str | None = Field(description="null: erased.")
    asked_at: str = Time
    until: str = Field(
        json_schema_extra={"format": "date-time"}, description="People go on without an answer that has not come then."
    )


class DecisionView(Decision):
    """A decision as it stands now, and how it came there."""

    review: Review | None = None
    reply: Draft | None = Field(None, description="What a language model wrote to an automatic decision, unread.")
    question: OpenQuestion | None = Field(description="Answer it: information is wanted; null: none is.")
    history: list[dict[str, Any]]
    supersedes: str | None = Field(description="The decision that it took the place of, by a correction.")
    superseded_by: str | None = Field(description="The decision that took its place, by a correction.")


class DecisionSummary(Reply):
    """A decision in a list."""

    id: str
    workflow: str
    state: State
    outcome: Outcome
    decided_by: DecidedBy | None
    label: str | None
    labels: list[str] = Field(description="All that were decided or suggested; `label` is the first.")
    case: str | None
    release: str
    created_at: str = Time


class Lack(Reply):
    """One thing that would have had to be otherwise for a decision to be automatic."""

    reason: str
    words: str = Field(description="Goes on from: it would have been automatic with …")
    found: float | None = Field(description="The figure, where it is one.")
    needed: float | None = Field(description="What it would have had to be, at the least.")


class Telling(Reply):
    """Something that spoke for a label, or against it."""

    what: str = Field(description="A word of the request, `attribute=value`, `documents` or `meaning`.")
    weight: float = Field(description="Above 0: for the label. In units of logits.")


class NearestExample(Reply):
    """A labelled request that is much like this one; personal data in it are blotted out."""

    text: str
    labels: list[str]
    similarity: float = Field(ge=-1.001, le=1.001, description="Cosine of the two vectors.")
    source: str = Field(description="`file`, `review`, `check` or `labelling`: how it came to be labelled.")


class LabelExplanation(Reply):
    """Why a request was given its label."""

    decision: str
    workflow: str
    release: str
    model: str | None = Field(description="That judged it; null: made before models were kept.")
    label: str = Field(description="The best one.")
    title: str
    labels: list[str] = Field(description="All that the classifier gives it; empty: none is likely enough.")
    probability: float | None
    runner_up: ScoredLabel | None = Field(description="The best of the others.")
    confidence: float = Field(ge=0, le=1, description="Calibrated probability that the labels given are right.")
    margin: float = Field(description="How far ahead of the runner-up, or with several labels from tipping over.")
    threshold: float | None = Field(description="Certified confidence for these labels; null: none is automatic.")
    automatic: bool
    would_be_automatic: list[Lack] = Field(description="With what it would have been; empty when it was.")
    telling: list[Telling] = Field(description="The strongest first.")
    nearest: list[NearestExample] | None = Field(description="The most similar first; null without scope `read`.")


class Decisions(Reply):
    """A page of decisions, newest first."""

    items: list[DecisionSummary]
    next: str | None = Field(description="Cursor of the next page.")
