"""What comes back about rules, typed."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from .answers import Answer


class RuleError(Answer):
    """One error in a rule or policy file."""

    file: str
    line: int
    column: int
    message: str
    remedy: str = ""


class RuleStanding(Answer):
    """One rule in force, and how it does."""

    id: str
    title: str
    status: Literal["draft", "shadow", "canary", "enforce", "retired"]
    severity: str
    effect: Literal["block", "review", "recheck", "flag"]
    owner: str
    reason_code: str
    file: str
    line: int
    rollout: dict[str, Any] | None = None
    citation: list[str]
    review_by: str | None = None
    hits: dict[str, int]
    shadow: dict[str, int]
    precision: float | None = None
    reviewed: int = 0
    last_hit: datetime | None = None
    last_change: dict[str, Any] | None = None
    disabled: dict[str, Any] | None = None


class RulePack(Answer):
    """The rules of one pack."""

    id: str
    rules: list[RuleStanding]
    title: str = ""
    owner: str = ""
    exemptions: list[dict[str, Any]]


class WorkflowRules(Answer):
    """What answers for one workflow."""

    workflow: str
    release: str
    ruleset: str
    halted: bool
    certificate: dict[str, Any] | None
    refusal: dict[str, Any] | None
    pinned: dict[str, Any] | None = None
    files_differ: bool = False


class Alarm(Answer):
    """A share that left its usual band after a change of rules."""

    id: str
    workflow: str
    release: str
    rule: str | None
    kind: Literal["blocks", "holds", "matches", "certificate", "drift", "live_error", "expected_error", "slices"]
    raised_at: datetime
    ended_at: datetime | None = None
    ended_by: str | None = None


class _ProposalHead(Answer):
    id: str
    state: Literal["proposed", "approved", "rejected", "superseded"]
    by: str
    created_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None


class Proposal(_ProposalHead):
    """A change of rules or policy that waits for a second person, or did."""

    workflows: list[str]


class ProposalView(_ProposalHead):
    """With all it would change; `stale` says why it cannot be approved any more."""

    workflows: list[dict[str, Any]]
    why: str | None = None
    stale: str | None = None


class RulesStatus(Answer):
    """What is in force, what the files say, and what needs somebody's eye."""

    packs: list[RulePack]
    workflows: list[WorkflowRules]
    files_differ: bool
    errors: list[RuleError]
    alarms: list[Alarm]
    proposals: list[Proposal]
    workers: list[dict[str, Any]]


class Checked(Answer):
    errors: list[RuleError]


class RulesDiff(Answer):
    """What the files would change, workflow by workflow."""

    workflows: list[dict[str, Any]]
    errors: list[RuleError]


class Reloaded(Answer):
    """What a reload changed; with `proposal`, nothing yet: a second person has to approve it."""

    changed: bool
    workflows: list[dict[str, Any]]
    proposal: str | None = None
    left_behind: list[Any]


class RolledBack(Answer):
    """The releases that answer again. Their workflows are pinned: files are not taken over until somebody says so."""

    workflows: list[dict[str, Any]]


class Unpinned(Answer):
    """Reloads take this workflow's files over again."""

    workflow: str
    unpinned: bool


class Disabled(Answer):
    """One rule off everywhere until then."""

    id: str
    rule: str
    until: datetime
    workflows: list[str]
    certificates: dict[str, bool | None]


class Enabled(Answer):
    """A rule that counts again."""

    id: str
    rule: str
    enabled_at: datetime
    workflows: list[str]


class Explained(Answer):
    """What every rule said of one text, and the first clause that stopped each rule that did not fire."""

    workflow: str
    release: str
    now: datetime
    rules: list[dict[str, Any]]


class Replayed(Answer):
    """What the rules in the files would have made of past decisions."""

    workflow: str
    since: datetime
    decisions: int
    changed: int
    considered: int
    unreadable: int
    by_rule: list[dict[str, Any]]
    effects: list[dict[str, Any]]
    outcomes: list[dict[str, Any]]
    examples: list[dict[str, Any]]
    truncated: bool


class Event(Answer):
    """One thing that happened to the rules."""

    sequence: int
    at: datetime
    kind: str
    by: str | None
    workflow: str | None
    summary: str


class HistoryPage(Answer):
    """Newest first; pass `next` on as `after`."""

    items: list[Event]
    next: int | None = None


class Proposals(Answer):
    items: list[Proposal]


class Alarms(Answer):
    items: list[Alarm]
