"""The one place where it is decided whether a person has to look.

A pure function of values. Unknown never allows: whatever is missing adds a reason, and any reason means a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index.model import Evidence
from rules.model import Effect, Finding, Ruling
from service.domain.types import (
    Automatic,
    Autonomy,
    Certificate,
    DecidedBy,
    EvidencePolicy,
    Judgement,
    Label,
    Outcome,
    Reason,
    State,
    Workflow,
)

# Two labels this close are for a person to tell apart, whatever the threshold says.
AMBIGUOUS_MARGIN = 0.05

_PRIORITY_BY_SEVERITY = {"informational": 10, "low": 25, "medium": 50, "high": 75, "critical": 100}
_DEFAULT_PRIORITY = 30


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What holds at the moment of deciding, apart from the request itself."""

    halted: bool = False
    degraded: bool = False
    random_check: bool = False  #: this request was drawn for a check
    windows_complete: bool = True  #: the whole text was read
    windows_agree: bool = True


ORDINARY = Circumstances()


def decide(
    workflow: Workflow,
    ruling: Ruling,
    judgement: Judgement | None,
    evidence: Sequence[Evidence],
    certificate: Certificate | None,
    circumstances: Circumstances = ORDINARY,
) -> Automatic:
    """Route one request: block, decide automatically, or put it before a person with typed reasons.

    `judgement` is None when the rules blocked (nothing after them is run) or the classifier could not be asked.
    """
    if ruling.effect is Effect.BLOCK:
        return _blocked(ruling)
    label = workflow.label(judgement.scores[0].label) if judgement and judgement.scores else None
    reasons = [
        *_rule_reasons(ruling),
        *gate_reasons(workflow, label, judgement, evidence, circumstances),
        *_certificate_reasons(judgement, certificate),
        *_circumstance_reasons(circumstances),
    ]
    if reasons or label is None:
        return _held(workflow, ruling, label, tuple(dict.fromkeys(reasons)) or (Reason.DEGRADED,))
    checks = _check_reasons(ruling, circumstances)
    return Automatic(
        state=State.FINAL,
        outcome=label.outcome,
        decided_by=DecidedBy.CLASSIFIER,
        label=label.id,
        reasons=checks,
        public_reason=label.public_reason,
        after_the_fact=bool(checks),
        queue=(ruling.obligations.queue or workflow.queue.name) if checks else None,
        priority=priority(ruling) if checks else 0,
    )


def gate_reasons(
    workflow: Workflow,
    label: Label | None,
    judgement: Judgement | None,
    evidence: Sequence[Evidence],
    circumstances: Circumstances = ORDINARY,
) -> list[Reason]:
    """The gates every automatic decision passes besides rules and threshold; certification runs the same ones."""
    if judgement is None or label is None:
        return [Reason.DEGRADED]
    reasons: list[Reason] = []
    if not (circumstances.windows_complete and circumstances.windows_agree):
        reasons.append(Reason.TOO_LONG)
    if not judgement.in_domain:
        reasons.append(Reason.OUT_OF_DOMAIN)
    if judgement.margin < AMBIGUOUS_MARGIN:
        reasons.append(Reason.AMBIGUOUS_LABELS)
    if label.autonomy is not Autonomy.AUTO or label.outcome is Outcome.REVIEW:
        reasons.append(Reason.LABEL_NEEDS_PERSON)
    return reasons + _evidence_reasons(workflow.evidence, label, evidence)


def _evidence_reasons(policy: EvidencePolicy, label: Label, evidence: Sequence[Evidence]) -> list[Reason]:
    if policy is EvidencePolicy.OFF or (policy is EvidencePolicy.WHEN_NAMED and not label.documents):
        return []
    if not evidence:
        return [Reason.NO_EVIDENCE]
    named = set(label.documents)
    if named and not any(found.key.id in named for found in evidence):
        return [Reason.EVIDENCE_DISAGREES]
    return []


def _rule_reasons(ruling: Ruling) -> list[Reason]:
    reasons: list[Reason] = []
    if any(finding.effect is Effect.REVIEW for finding in ruling.matched):
        reasons.append(Reason.RULE_REVIEW)
    if ruling.unknown:
        reasons.append(Reason.RULE_UNKNOWN)
    return reasons


def _certificate_reasons(judgement: Judgement | None, certificate: Certificate | None) -> list[Reason]:
    if certificate is None:
        return [Reason.NO_CERTIFICATE]
    if judgement is not None and judgement.confidence < certificate.threshold:
        return [Reason.BELOW_THRESHOLD]
    return []


def _circumstance_reasons(circumstances: Circumstances) -> list[Reason]:
    reasons: list[Reason] = []
    if circumstances.halted:
        reasons.append(Reason.HALTED)
    if circumstances.degraded:
        reasons.append(Reason.DEGRADED)
    return reasons


def _check_reasons(ruling: Ruling, circumstances: Circumstances) -> tuple[Reason, ...]:
    """Why a person looks at an outcome that is out already."""
    reasons: list[Reason] = []
    if ruling.effect is Effect.RECHECK:
        reasons.append(Reason.RULE_RECHECK)
    if circumstances.random_check:
        reasons.append(Reason.RANDOM_CHECK)
    return tuple(reasons)


def _blocked(ruling: Ruling) -> Automatic:
    strongest = strongest_finding(ruling)
    return Automatic(
        state=State.FINAL,
        outcome=Outcome.BLOCK,
        decided_by=DecidedBy.RULES,
        label=None,
        public_reason=strongest.public_reason if strongest else None,
        queue=None,
    )


def _held(workflow: Workflow, ruling: Ruling, label: Label | None, reasons: tuple[Reason, ...]) -> Automatic:
    strongest = strongest_finding(ruling)
    return Automatic(
        state=State.WAITING,
        outcome=Outcome.REVIEW,
        decided_by=None,
        label=label.id if label and label.autonomy is not Autonomy.PEOPLE else None,
        reasons=reasons,
        public_reason=strongest.public_reason if strongest else None,
        queue=ruling.obligations.queue or workflow.queue.name,
        priority=priority(ruling),
    )


def strongest_finding(ruling: Ruling) -> Finding | None:
    """The finding that the outcome rests on: strongest effect, then severity, then rule id."""
    asking = ruling.matched + ruling.unknown
    return min(asking, key=lambda f: (-f.effect.strength, -f.severity.rank, f.rule), default=None)


def priority(ruling: Ruling) -> int:
    """0 to 100: what a rule obliges, else by the most severe match."""
    if ruling.obligations.priority is not None:
        return ruling.obligations.priority
    return max((_PRIORITY_BY_SEVERITY[f.severity] for f in ruling.matched), default=_DEFAULT_PRIORITY)
