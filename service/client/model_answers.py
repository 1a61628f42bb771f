"""What comes back about models, typed."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from .answers import Answer


class ModelSummary(Answer):
    """One model, in short; only an active one answers."""

    id: str
    workflow: str
    state: Literal["candidate", "shadow", "active", "retired", "rejected"]
    kind: str
    tune: str | None = None
    owner: str | None = None
    examples: int
    certificate: dict[str, Any] | None = None
    refusal: dict[str, Any] | None = None
    doubtful: bool = False
    release: str | None = None
    created_at: datetime
    created_by: str
    decided_by: str | None = None
    decided_at: datetime | None = None


class ModelPage(Answer):
    """Models, newest first."""

    items: list[ModelSummary]
    next: str | None = None


class Model(ModelSummary):
    """One model with its card and its report."""

    recipe: dict[str, Any]
    card: dict[str, Any]
    card_missing: list[str]
    report: dict[str, Any]
    doubts: dict[str, Any]
    why: str | None = None
    shadow_from: datetime | None = None
    compared: dict[str, int]
    reliability: dict[str, Any] | None = None
    curve: dict[str, Any] | None = None


class ShadowReport(Answer):
    """What letting a model answer would change, by the decisions it was compared with."""

    model: str
    against: str | None = None
    needed: int
    decisions: int
    agreement: float | None = None
    automation: dict[str, float | None]
    escalated: int
    released: int
    overturns: dict[str, Any]
    handling: dict[str, Any]
    slices: dict[str, list[dict[str, Any]]]


class SimulatedPromise(Answer):
    """One alpha, and what it would mean a day."""

    alpha: float
    threshold: float | None = None
    automation: float
    errors_per_day: float
    reviews_per_day: float
    certified: bool
    why: str | None = None


class Simulation(Answer):
    """Other promises on a model's calibration cases."""

    model: str
    alpha: float
    delta: float
    cases: int
    per_day: float
    rows: list[SimulatedPromise]


class ModelReleased(Answer):
    """What answers from now on."""

    model: str
    release: str
    before: str
    automation: dict[str, float]
    refusal: str | None = None


class Release(Answer):
    """What answers together: rules, policy, documents and the model."""

    id: str
    workflow: str
    active: bool
    model: str | None = None  #: it answers by
    certificate: dict[str, Any] | None = None
    refusal: dict[str, Any] | None = None
    created_at: datetime
    created_by: str
    why: str


class ReleaseList(Answer):
    """Releases, newest first."""

    items: list[Release]


class Job(Answer):
    """Work in the background."""

    id: str
    kind: str
    workflow: str
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    progress: dict[str, Any] | None = None
    by: str
    created_at: datetime
    ended_at: datetime | None = None
    model: str | None = None
    why: str | None = None
    report: dict[str, Any] | None = None  #: what it found out, once it is done

    @property
    def ended(self) -> bool:
        return self.state in ("done", "failed", "cancelled")


class JobList(Answer):
    """Jobs, newest first."""

    items: list[Job]
