"""What the API answers about past decisions that are made again, and about those that are contested."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from service.api.replies import DecidedBy, Decision, Outcome, Reply, State


class AnswerSummary(Reply):
    """An answer in ids and numbers."""

    state: State
    outcome: Outcome
    decided_by: DecidedBy | None
    labels: list[str]
    confidence: float | None = Field(description="Probability of the first label.")
    reasons: list[str]
    rules: list[str] = Field(description="Ids of rules that matched.")
    unknown_rules: list[str] = Field(description="Ids of rules that could not be settled.")
    documents: list[str] = Field(description="`passage_id`s, best first.")


class AnswerDifference(Reply):
    """One member of the answer that comes out otherwise."""

    member: str
    before: Any
    after: Any
    gained: list[str] | None = Field(None, description="Of a list: what came.")
    lost: list[str] | None = Field(None, description="Of a list: what went.")


class ReplayedDecision(Reply):
    """A decision made again."""

    decision: str
    state: Literal["replayed", "erased"] = Field(description="`erased`: there is nothing to ask again.")
    release: str | None = Field(description="That it was made again on.")
    own: bool = Field(description="It is the release that decided.")
    identical: bool | None = Field(
        description="To the byte, record and answer; on a candidate the answer, but for the release."
    )
    changed: bool | None = Field(description="It comes to something else for whoever asked.")
    parts: list[str] = Field(description="What of the two releases differs: `rules`, `policy`, `head`, ….")
    before: AnswerSummary | None
    after: AnswerSummary | None
    changes: list[AnswerDifference]
    answer: Decision | None = Field(description="As it comes out now.")


class Appealed(Reply):
    """The case in which it is decided anew; the decision stands until then."""

    decision: str
    case: str


class HeldCases(Reply):
    """How many unclaimed cases wait for one reason. One held for two counts for both."""

    workflow: str
    reason: str
    cases: int


class Rerun(Reply):
    """What would come of the cases that wait only because the service could not decide."""

    workflow: str
    release: str
    dry_run: bool
    waiting: int = Field(description="All of them.")
    cases: int = Field(description="Those tried, the oldest.")
    decided: int = Field(description="Cases that nobody would have to decide any more.")
    decisions: int = Field(description="Decisions that would be final by it.")
    outcomes: dict[str, int]
    stay: int = Field(description="Cases that stay with people.")
    reasons: dict[str, int] = Field(description="Why they stay.")
    taken: int = Field(description="Somebody took them up in between.")
    erased: int


class Resumed(Reply):
    """How the workflows stand now, and what becomes of what was held meanwhile."""

    workflows: list[str]
    halted: bool
    dry_run: bool
    held: list[HeldCases]
    tried: list[Rerun] = Field(description="With `dry_run`: what would come of the oldest cases.")
    jobs: list[str] = Field(description="Jobs that decide again what was held; read them for how far they are.")
