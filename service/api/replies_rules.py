"""What the API answers about rules."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from service.api.replies import Effect, Outcome, Reply, Time

Moment = Field(json_schema_extra={"format": "date-time"}, description="UTC, RFC 3339; null: not yet.")
Status = Literal["draft", "shadow", "canary", "enforce", "retired"]
Severity = Literal["informational", "low", "medium", "high", "critical"]


class RuleError(Reply):
    """One error in a file."""

    file: str
    line: int
    column: int
    message: str
    remedy: str


class RuleRollout(Reply):
    """How large a share of requests a rule in canary counts for."""

    percent: int = Field(ge=1, le=99)
    by: str | None = Field(description="Attribute that chooses the side; null: the subject, else the text.")


class RuleHits(Reply):
    """How often, in the last day and the last thirty days."""

    day: int = Field(alias="24h")
    month: int = Field(alias="30d")


class LastChange(Reply):
    """When a rule's meaning last changed, by whom, through what."""

    at: str = Time
    by: str
    kind: str


class DisabledNow(Reply):
    """A rule that is switched off for a while."""

    id: str
    by: str
    until: str = Time
    why: str


class RuleStanding(Reply):
    """One rule in force, and how it does."""

    id: str
    title: str
    status: Status
    rollout: RuleRollout | None
    severity: Severity
    effect: Effect
    owner: str
    reason_code: str
    file: str
    line: int
    citation: list[str]
    review_by: str | None
    hits: RuleHits = Field(description="Matches that counted.")
    shadow: RuleHits = Field(description="Matches that did not count: in shadow, canary's other side, disabled.")
    precision: float | None = Field(ge=0, le=1, description="Share of reviewed matches that reviewers upheld.")
    reviewed: int
    last_hit: str | None = Moment
    last_change: LastChange | None
    disabled: DisabledNow | None


class ExemptionStanding(Reply):
    """Requests that named rules do not hold for, until a day."""

    id: str
    rules: list[str]
    until: str = Time
    owner: str
    why: str
    ticket: str
    expired: bool


class PackStanding(Reply):
    """The rules and exemptions of one pack."""

    id: str
    title: str
    owner: str
    rules: list[RuleStanding]
    exemptions: list[ExemptionStanding]


class Pinned(Reply):
    """Who rolled back, so that files are not taken over."""

    by: str
    at: str = Time


class WorkflowRules(Reply):
    """What answers for one workflow."""

    workflow: str
    release: str
    rules: str
    ruleset: str
    halted: bool
    certificate: dict[str, Any] | None
    refusal: dict[str, Any] | None
    pinned: Pinned | None
    files_differ: bool


class Share(Reply):
    """A share, and of how many requests."""

    share: float = Field(ge=0, le=1)
    hits: int
    of: int


class Alarm(Reply):
    """A share that left its usual band after a change of rules or of documents, or in live traffic."""

    id: str
    workflow: str
    release: str
    rule: str | None = Field(description="null: the workflow as a whole.")
    kind: Literal["blocks", "holds", "matches", "certificate", "drift", "live_error", "expected_error", "slices"]
    usual: Share
    seen: Share
    raised_at: str = Time
    ended_by: str | None
    ended_at: str | None = Moment


class Alarms(Reply):
    """Newest first."""

    items: list[Alarm]


class _ProposalHead(Reply):
    id: str
    state: Literal["proposed", "approved", "rejected", "superseded"]
    by: str
    created_at: str = Time
    decided_by: str | None
    decided_at: str | None = Moment


class Proposal(_ProposalHead):
    """A change that waits for a second person, or did."""

    workflows: list[str]


class Proposals(Reply):
    """Newest first."""

    items: list[Proposal]


class Worker(Reply):
    """A process that answers."""

    id: str
    host: str
    seen_at: str = Time


class RulesStatus(Reply):
    """What is in force, whether the files say something else, and what needs somebody's eye."""

    packs: list[PackStanding]
    workflows: list[WorkflowRules]
    files_differ: bool
    errors: list[RuleError]
    alarms: list[Alarm]
    proposals: list[Proposal]
    workers: list[Worker]


class RulesChecked(Reply):
    """Whether the files may be loaded."""

    ok: bool
    errors: list[RuleError]


class WorkflowDiff(Reply):
    """What the files would change in one workflow."""

    workflow: str
    changes: list[dict[str, Any]]
    policy_changes: list[dict[str, Any]]
    removed: list[str] = Field(description="Rules that count now and are gone from the files.")


class RulesDiff(Reply):
    """Workflow by workflow; a file with an error is told instead."""

    workflows: list[WorkflowDiff]
    errors: list[RuleError]


class Before(Reply):
    """What answered before."""

    release: str
    coverage: float = Field(ge=0, le=1, description="Share of calibration cases that go through without a person.")


class After(Reply):
    """What answers now, or would."""

    coverage: float = Field(ge=0, le=1, description="Share of calibration cases that go through without a person.")


class WorkflowReload(Reply):
    """What a reload changed in one workflow."""

    workflow: str
    release: str
    ruleset: str
    before: Before
    after: After
    certificate: dict[str, Any] | None
    refusal: dict[str, Any] | None
    changes: list[dict[str, Any]]
    policy_changes: list[dict[str, Any]]


class Reloaded(Reply):
    """What a reload changed; with `proposal`, nothing yet."""

    changed: bool
    dry_run: bool
    proposal: str | None = Field(description="Waits for a second person.")
    workflows: list[WorkflowReload]
    left_behind: list[str] = Field(description="Workers that were not ready in time and left service.")


class ProposalView(_ProposalHead):
    """A proposal with all it would change."""

    workflows: list[WorkflowReload]
    why: str | None = Field(description="Why it was rejected.")
    stale: str | None = Field(description="Why it cannot be approved any more; null: it can.")


class CoverageMoved(Reply):
    """Shares of the calibration cases that go through without a person."""

    before: float = Field(ge=0, le=1)
    after: float = Field(ge=0, le=1)


class WorkflowRollback(Reply):
    """Which release answers for one workflow: the one gone back to, or a new one of its rules and policy."""

    workflow: str
    release: str
    before: str = Field(description="The release that answered till then.")
    to: str = Field(description="The release whose rules and policy answer again.")
    coverage: CoverageMoved
    certificate: dict[str, Any] | None
    refusal: dict[str, Any] | None


class RolledBack(Reply):
    """What answers again. These workflows are pinned now."""

    workflows: list[WorkflowRollback]
    left_behind: list[str] = Field(description="Workers that were not ready in time and left service.")


class Unpinned(Reply):
    """The next reload takes the files over."""

    workflow: str
    unpinned: bool = Field(description="false: it was not pinned.")


class Disabled(Reply):
    """One rule off, everywhere."""

    id: str
    rule: str
    until: str = Time
    workflows: list[str]
    certificates: dict[str, bool | None] = Field(
        description="Whether each workflow's certificate holds without the rule; null: not tried yet. "
        "Where it does not, people decide until the rule is back."
    )


class Enabled(Reply):
    """The rule counts again."""

    id: str
    rule: str
    enabled_at: str = Time
    workflows: list[str]


class TraceSpan(Reply):
    """Where the text has it, in code points."""

    start: int
    end: int
    source: str
    valid: bool


class TraceHit(Reply):
    """A matcher or a kind of personal data that a clause asks about."""

    name: str
    found: bool
    by_look_alikes: bool
    spans: list[TraceSpan]


class TraceClause(Reply):
    """One clause as it was written, and what it saw."""

    source: str
    file: str
    line: int
    column: int
    wanted: bool = Field(description="What it had to say for the rule to match.")
    answer: bool | None = Field(description="null: it could not say.")
    attributes: dict[str, Any] = Field(description="Values of those it reads.")
    missing: list[str]
    hits: list[TraceHit]
    failure: str


class RuleTrace(Reply):
    """What one rule said, and why."""

    rule: str
    pack: str
    title: str
    status: Status
    file: str
    line: int
    asked: bool
    counts: bool
    why_not: str = Field(description="Why it is not asked, or does not count.")
    finding: Literal["match", "no_match", "unknown"]
    effect: Effect | None
    reason: str
    weakened: bool = Field(description="It matches by look-alike letters only, so it does not block.")
    exemption: str | None
    clauses: list[TraceClause] = Field(
        description="match: all that made it so; no_match: the first that stopped it; unknown: those unknown."
    )
    missing: list[str]
    says: str


class Explained(Reply):
    """What every rule said, and why."""

    workflow: str
    release: str
    now: str = Time
    rules: list[RuleTrace]


class RuleCount(Reply):
    """In how many decisions a rule would have said more or less."""

    rule: str
    more: int
    fewer: int


class EffectCount(Reply):
    """How many decisions would have gone from one effect to another."""

    before: Effect | None
    after: Effect | None
    count: int


class OutcomeCount(Reply):
    """How many decisions would have gone from one outcome to another."""

    before: Outcome
    after: Outcome
    count: int


class Was(Reply):
    """How a decision stood."""

    effect: Effect | None
    outcome: Outcome


class WouldBe(Reply):
    """How it would have stood."""

    effect: Effect | None
    outcome: Outcome | None = Field(description="null: not worked out, there were too many.")


class RulesMoved(Reply):
    """Which rules would have told, and which no longer."""

    gained: list[str]
    lost: list[str]


class Example(Reply):
    """One decision that would have been another."""

    decision: str
    before: Was
    after: WouldBe
    rules: RulesMoved


class Replayed(Reply):
    """What the files would have made of past decisions."""

    workflow: str
    since: str = Time
    decisions: int
    changed: int = Field(description="Decisions whose effect would have been another.")
    considered: int = Field(description="Of the changed, those taken through the whole way, to their outcome.")
    unreadable: int = Field(description="Decisions whose text is erased or no longer fits the workflow's attributes.")
    by_rule: list[RuleCount]
    effects: list[EffectCount]
    outcomes: list[OutcomeCount]
    examples: list[Example]
    truncated: bool = Field(description="There were more decisions than `limit`, or more changed than considered.")


class Event(Reply):
    """One thing that happened."""

    sequence: int
    at: str = Time
    kind: str
    by: str | None = Field(description="null: the service itself.")
    workflow: str | None
    summary: str
    detail: dict[str, Any]


class RulesHistory(Reply):
    """Newest first."""

    items: list[Event]
    next: int | None = Field(description="Cursor of the next page.")
