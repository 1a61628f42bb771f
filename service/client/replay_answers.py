"""What comes back about decisions that are made again, and about those that are contested."""

from __future__ import annotations

from typing import Any

from .answers import Answer, Decision


class AnswerSummary(Answer):
    """An answer in ids and numbers."""

    state: str
    outcome: str
    decided_by: str | None
    labels: list[str]
    confidence: float | None
    reasons: list[str]
    rules: list[str]
    unknown_rules: list[str]
    documents: list[str]


class Difference(Answer):
    """One member of the answer that comes out otherwise."""

    member: str
    before: Any
    after: Any
    gained: list[str] | None = None  #: of a list: what came
    lost: list[str] | None = None


class ReplayedDecision(Answer):
    """A decision made again; only `state` says anything where it is erased."""

    decision: str
    state: str
    release: str | None
    own: bool
    identical: bool | None  #: to the byte
    changed: bool | None  #: it comes to something else for you
    parts: list[str]  #: what of the two releases differs
    before: AnswerSummary | None
    after: AnswerSummary | None
    changes: list[Difference]
    answer: Decision | None


class Appealed(Answer):
    """The case in which a person decides it anew."""

    decision: str
    case: str


class HeldCases(Answer):
    """How many unclaimed cases wait for one reason."""

    workflow: str
    reason: str
    cases: int


class Resumed(Answer):
    """How the workflows stand now, and what becomes of what was held."""

    workflows: list[str]
    halted: bool
    dry_run: bool
    held: list[HeldCases]
    tried: list[dict[str, Any]]  #: with `dry_run`: what would become of the oldest cases of each workflow
    jobs: list[str]  #: see `wait_for_job`
