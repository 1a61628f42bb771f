"""What the API answers about models and jobs."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from service.api.replies import Reply, Time

ModelState = Literal["candidate", "shadow", "active", "retired", "rejected"]


class ModelSummary(Reply):
    """One model, in short."""

    id: str
    workflow: str
    state: ModelState = Field(description="Only an active one answers.")
    kind: str = Field(description="What decides: joined, vector, lexical, nearest or prototypes.")
    tune: str | None = Field(description="How an encoder of its own was tuned; null: it has none.")
    owner: str | None
    examples: int
    head: str
    encoder: str = Field(description="Digest of the encoder whose vectors it judges.")
    base: str | None = Field(description="What answered when it was trained.")
    release: str | None = Field(description="That it answers or answered in.")
    certificate: dict[str, Any] | None
    refusal: dict[str, Any] | None
    doubtful: bool = Field(description="The labels it learned from look wrong more often than before.")
    created_at: str = Time
    created_by: str
    decided_by: str | None = Field(description="Who promoted, rejected or took it back.")
    decided_at: str | None = Time


class Models(Reply):
    """Newest first."""

    items: list[ModelSummary]
    next: str | None


class Card(Reply):
    """What has to be known of a model before it may answer."""

    owner: str
    licence: str
    limits: list[str]
    sources: dict[str, int] = Field(description="How many examples came from where.")
    left_out: dict[str, int] = Field(description="Why examples were left out, and how many.")
    sample: str = Field(description="What the calibration cases are.")
    examples: int
    outside: int = Field(description="Examples that belong to no label.")
    calibration: int
    labels: int
    doubts: str
    trained_by: str
    trained_at: str = Time


class ReliabilityBin(Reply):
    """Predictions whose confidence lies in one bin."""

    lower: float
    upper: float
    count: int
    confidence: float = Field(description="Mean.")
    accuracy: float = Field(description="Share that was right.")


class Reliability(Reply):
    """Whether confidence means what it says, on examples held out in training."""

    cases: int
    accuracy: float
    ece: float = Field(description="Expected calibration error, 0 to 1.")
    bins: list[ReliabilityBin]


class CurvePoint(Reply):
    """One threshold."""

    threshold: float
    coverage: float = Field(description="Share that goes through.")
    risk: float = Field(description="Share of these that is wrong.")


class RiskCoverage(Reply):
    """Of the calibration cases on the whole route."""

    cases: int
    aurc: float
    points: list[CurvePoint]


class DoubtfulLabels(Reply):
    """Labels that look wrong, of so many: among the examples before, and among those since."""

    found: bool
    old: tuple[int, int]
    new: tuple[int, int]


class ComparedDecisions(Reply):
    """How far the comparison in shadow is."""

    decisions: int
    needed: int


class Model(ModelSummary):
    """One model with its card and its report."""

    recipe: dict[str, Any]
    card: Card
    card_missing: list[str] = Field(description="What the card has to say before the model may answer.")
    report: dict[str, Any] = Field(description="What was chosen in training, and figures on examples held out.")
    doubts: DoubtfulLabels
    why: str | None
    shadow_from: str | None = Time
    compared: ComparedDecisions
    reliability: Reliability | None
    curve: RiskCoverage | None


class BeforeAfter(Reply):
    """A figure by what answers, and by the candidate."""

    before: float | None
    after: float | None


class WrongOf(Reply):
    """So many wrong of so many."""

    wrong: int
    of: int


class AutomaticWrong(Reply):
    """What was or would have been decided automatically against the reviewers."""

    before: WrongOf
    after: WrongOf


class Overturns(Reply):
    """By what reviewers decided of the same requests."""

    reviewed: int
    drawn: int = Field(description="Of these, drawn at random and checked blind.")
    wrong: BeforeAfter
    automatic_wrong: AutomaticWrong


class Handling(Reply):
    """People's time."""

    median_seconds: float | None = Field(description="From a case's first moment to its decision.")
    spared_hours: float
    added_hours: float | None = Field(description="Estimated by the median.")


class ErrorSlice(Reply):
    """Requests with one value of an attribute: how many each model is wrong on."""

    attribute: str
    value: str
    cases: int
    before: int
    after: int
    p: float
    worse: bool


class ReviewSlice(Reply):
    """Requests with one value of an attribute: which share people would get."""

    attribute: str
    value: str
    cases: int
    rate: float
    low: float
    high: float
    worse: bool


class ModelSlices(Reply):
    """By attribute, the most conspicuous first. A slice in which errors are worse refuses promotion."""

    errors: list[ErrorSlice]
    reviews: list[ReviewSlice]


class ShadowReport(Reply):
    """What letting the model answer would change, by the decisions it was compared with."""

    model: str
    against: str | None = Field(description="The model that answers.")
    needed: int
    decisions: int
    not_compared: int = Field(description="Blocked by rules, or erased.")
    agreement: float | None = Field(description="Share with the same best label.")
    automation: BeforeAfter
    escalated: int = Field(description="Decided alone then, put before people by it.")
    released: int = Field(description="Put before people then, decided alone by it.")
    overturns: Overturns
    handling: Handling
    slices: ModelSlices


class SimulatedPromise(Reply):
    """One alpha, and what it would mean a day."""

    alpha: float
    threshold: float | None
    automation: float
    errors_per_day: float
    reviews_per_day: float
    certified: bool
    why: str | None


class Simulation(Reply):
    """Other promises on the model's calibration cases. For looking at, not for choosing by."""

    model: str
    alpha: float
    delta: float
    cases: int
    per_day: float
    rows: list[SimulatedPromise]


class ModelReleased(Reply):
    """What answers from now on."""

    model: str
    release: str
    before: str = Field(description="The release that answered before.")
    automation: BeforeAfter
    refusal: str | None = Field(description="Why it has no certificate.")


class JobProgress(Reply):
    """How far a job is."""

    what: str
    done: int
    total: int


class Job(Reply):
    """Work in the background."""

    id: str
    kind: Literal["train", "doubts", "replay", "resume", "correct"] = Field(
        description="A model comes of `train` only."
    )
    workflow: str
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    asked: dict[str, Any]
    progress: JobProgress | None
    by: str
    created_at: str = Time
    ended_at: str | None = Time
    model: str | None = Field(description="That came of it.")
    why: str | None = Field(description="It failed.")
    report: dict[str, Any] | None = Field(
        description="What `replay`, `resume` or `correct` found out, once it is done; not in lists."
    )


class JobList(Reply):
    """Newest first."""

    items: list[Job]
