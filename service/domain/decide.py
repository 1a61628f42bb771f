"""The one place where it is decided whether a person has to look.

A pure function of values. Unknown never allows: whatever is missing adds a reason, and any reason means a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index.model import Evidence
from rules.model import Effect, Finding, Ruling
from service.domain.chosen import combined, labels_of
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
    random_check: bool = False  #: this request was drawn for a blind check
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

    `judgement` is None when the rules blocked (nothing after them is run) or the classifier could not be asked. A draw
    for a blind check changes no outcome: it adds a reason, and a case afterwards where there would be none.
    """
    if ruling.effect is Effect.BLOCK:
        return _blocked(workflow, ruling, circumstances)
    labels = labels_of(workflow, judgement)
    reasons = [
        *_rule_reasons(ruling),
        *_gate_reasons(workflow, labels, judgement, evidence, circumstances),
        *_certificate_reasons(labels, judgement, certificate),
        *_circumstance_reasons(circumstances),
    ]
    if reasons or not labels:
        return _held(workflow, ruling, labels, reasons or [Reason.DEGRADED], circumstances)
    outcome = combined(label.outcome for label in labels)
    assert outcome is not None, "there are labels"
    checks = _check_reasons(ruling, circumstances)
    asked = Reason.RULE_RECHECK in checks
    return Automatic(
        state=State.FINAL,
        outcome=outcome,
        decided_by=DecidedBy.CLASSIFIER,
        label=labels[0].id,
        labels=tuple(label.id for label in labels),
        reasons=checks,
        public_reason=_public_reason(labels, outcome),
        after_the_fact=bool(checks),
        queue=_queue(workflow, ruling, asked=asked) if checks else None,
        priority=_priority_of_check(ruling, asked=asked) if checks else 0,
    )


def _gate_reasons(
    workflow: Workflow,
    labels: Sequence[Label] | None,
    judgement: Judgement | None,
    evidence: Sequence[Evidence],
    circumstances: Circumstances,
) -> list[Reason]:
    """The gates every automatic decision passes besides rules and threshold; certification runs the same ones."""
    if judgement is None or labels is None:
        return [Reason.DEGRADED]
    reasons: list[Reason] = []
    if not (circumstances.windows_complete and circumstances.windows_agree):
        reasons.append(Reason.TOO_LONG)
    if not judgement.in_domain:
        reasons.append(Reason.OUT_OF_DOMAIN)
    if not judgement.margin >= AMBIGUOUS_MARGIN:  # turned so that what is no number is held as well
        reasons.append(Reason.AMBIGUOUS_LABELS)
    if not labels:  # none of them is likely enough to be given
        reasons.append(Reason.BELOW_THRESHOLD)
    if any(label.autonomy is not Autonomy.AUTO for label in labels) or _leaves_open(labels):
        reasons.append(Reason.LABEL_NEEDS_PERSON)
    return reasons + [reason for label in labels for reason in _evidence_reasons(workflow.evidence, label, evidence)]


def _leaves_open(labels: Sequence[Label]) -> bool:
    return combined(label.outcome for label in labels) is Outcome.REVIEW


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


def _certificate_reasons(
    labels: Sequence[Label] | None, judgement: Judgement | None, certificate: Certificate | None
) -> list[Reason]:
    """By the promise that was made for these very labels."""
    if certificate is None:
        return [Reason.NO_CERTIFICATE]
    if not labels or judgement is None:
        return []
    threshold = certificate.threshold_for([label.id for label in labels])
    if threshold is None:
        return [Reason.NO_CERTIFICATE]
    return [] if judgement.confidence >= threshold else [Reason.BELOW_THRESHOLD]


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
    return (*reasons, *_drawn(circumstances))


def _drawn(circumstances: Circumstances) -> tuple[Reason, ...]:
    return (Reason.RANDOM_CHECK,) if circumstances.random_check else ()


def _queue(workflow: Workflow, ruling: Ruling, *, asked: bool) -> str:
    """Where the case waits: as rules oblige when they asked for it (`asked`).

    What was only drawn waits in the workflow's own queue, so that the place says nothing of what rules found.
    """
    return (ruling.obligations.queue if asked else None) or workflow.queue.name


def _priority_of_check(ruling: Ruling, *, asked: bool) -> int:
    """The same for everything that was only drawn, for the reason that `_queue` gives."""
    return priority(ruling) if asked else _DEFAULT_PRIORITY


def _public_reason(labels: Sequence[Label], outcome: Outcome) -> str | None:
    """What the labels that led to the outcome say."""
    said = (label.public_reason for label in labels if label.outcome is outcome)
    return " ".join(dict.fromkeys(filter(None, said))) or None


def _blocked(workflow: Workflow, ruling: Ruling, circumstances: Circumstances) -> Automatic:
    strongest = strongest_finding(ruling)
    checks = _drawn(circumstances)
    return Automatic(
        state=State.FINAL,
        outcome=Outcome.BLOCK,
        decided_by=DecidedBy.RULES,
        label=None,
        reasons=checks,
        public_reason=strongest.public_reason if strongest else None,
        after_the_fact=bool(checks),
        queue=_queue(workflow, ruling, asked=False) if checks else None,
        priority=_priority_of_check(ruling, asked=False) if checks else 0,
    )


def _held(
    workflow: Workflow,
    ruling: Ruling,
    labels: Sequence[Label] | None,
    reasons: Sequence[Reason],
    circumstances: Circumstances,
) -> Automatic:
    strongest = strongest_finding(ruling)
    led = () if any(label.autonomy is Autonomy.PEOPLE for label in labels or ()) else tuple(labels or ())
    return Automatic(
        state=State.WAITING,
        outcome=Outcome.REVIEW,
        decided_by=None,
        label=led[0].id if led else None,
        labels=tuple(label.id for label in led),
        reasons=tuple(dict.fromkeys((*reasons, *_drawn(circumstances)))),
        public_reason=strongest.public_reason if strongest else None,
        queue=_queue(workflow, ruling, asked=True),
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
