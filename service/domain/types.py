"""The words of the service, as frozen values: what a workflow promises and what a decision says.

Pure: no I/O, no clock, no randomness, no framework.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from index.model import Ranking
from rules.model import Attribute, AttributeValue


class State(StrEnum):
    """Where a decision stands."""

    WAITING = "waiting"  #: A person has to decide; `case` is set.
    FINAL = "final"
    SUPERSEDED = "superseded"  #: A later decision replaced it and is named.


class Outcome(StrEnum):
    """What the caller is to do."""

    ALLOW = "allow"
    BLOCK = "block"
    REVIEW = "review"


class DecidedBy(StrEnum):
    """Who decided."""

    RULES = "rules"
    CLASSIFIER = "classifier"
    REVIEWER = "reviewer"


class Reason(StrEnum):
    """Why a request was put before a person. Several may hold at once."""

    RULE_REVIEW = "rule_review"  #: A matching rule asks for a person.
    RULE_RECHECK = "rule_recheck"  #: A matching rule asks for a person afterwards.
    RULE_UNKNOWN = "rule_unknown"  #: A rule could not be settled, so it may have applied.
    BELOW_THRESHOLD = "below_threshold"  #: Confidence is below the certified threshold.
    AMBIGUOUS_LABELS = "ambiguous_labels"  #: Two labels are nearly as likely.
    OUT_OF_DOMAIN = "out_of_domain"  #: Unlike anything the classifier was taught.
    NO_EVIDENCE = "no_evidence"  #: No approved document was found that the label needs.
    EVIDENCE_DISAGREES = "evidence_disagrees"  #: Documents were found, but not those the label names.
    LABEL_NEEDS_PERSON = "label_needs_person"  #: The label's autonomy or outcome leaves it to people.
    TOO_LONG = "too_long"  #: More windows than the limit, or windows that disagree.
    NO_CERTIFICATE = "no_certificate"  #: Nothing guarantees the classifier's error here.
    RANDOM_CHECK = "random_check"  #: Drawn at random to measure the live error.
    SHADOW_DISAGREES = "shadow_disagrees"  #: A candidate release would decide otherwise.
    DEGRADED = "degraded"  #: A part of the service could not do its work.
    HALTED = "halted"  #: Operations stopped automatic decisions.
    APPEAL = "appeal"  #: The subject contests a decision.
    CORRECTION = "correction"  #: A rule, document or release it was decided by was wrong; today it comes out otherwise.


class Autonomy(StrEnum):
    """How far a label may go without a person."""

    PEOPLE = "people"  #: A person decides, without a suggestion.
    DRAFT = "draft"  #: A person decides, with a suggestion.
    AUTO = "auto"  #: Automatic where the certificate allows it.


class EvidencePolicy(StrEnum):
    """What an automatic decision needs from the approved documents."""

    WHEN_NAMED = "when_named"  #: One of the documents that the label names, when it names any.
    REQUIRED = "required"  #: As `when_named`; a label that names none needs some document.
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Label:
    """One kind of request, and what may happen to it."""

    id: str
    title: str
    outcome: Outcome
    autonomy: Autonomy
    definition: str = ""
    includes: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()  #: ids of the documents that justify it
    public_reason: str | None = None
    reply: str = ""  #: template of a reply; empty: the public reason, else the sentences found

    @property
    def automatic(self) -> bool:
        """Whether a request of this kind may ever be decided without a person."""
        return self.autonomy is Autonomy.AUTO and self.outcome is not Outcome.REVIEW


@dataclass(frozen=True, slots=True)
class MovedLabel:
    """A label that there was, and what became of it: renamed or merged (one label now) or split (several)."""

    was: str
    now: tuple[str, ...]  #: several: an example of it has to be labelled anew


@dataclass(frozen=True, slots=True)
class LabelGroup:
    """Labels with a promise of their own, because a wrong one does more harm than elsewhere, or less."""

    name: str  #: empty: labels in no other group
    labels: tuple[str, ...]  #: empty: those in no other group
    alpha: float


@dataclass(frozen=True, slots=True)
class Guarantee:
    """The promise asked for: with confidence 1 - delta, at most alpha of automatic decisions are wrong.

    Groups share delta: all their promises hold together with that confidence.
    """

    alpha: float  #: of labels in no group
    delta: float
    groups: tuple[LabelGroup, ...] = ()


@dataclass(frozen=True, slots=True)
class PriorityRule:
    """Points of priority for what is known of a request: all of them for one of `values`, else as a number grows."""

    attribute: str
    points: int  #: -100 to 100
    values: tuple[str, ...] = ()  #: of words; `yes` and `no` for what is true or false
    least: float = 0.0  #: the number that adds nothing
    most: float = 1.0  #: the number that adds all of the points


@dataclass(frozen=True, slots=True)
class PriorityPolicy:
    """What makes a case urgent, besides the rules that ask for it."""

    hours: float = 96.0  #: so much earlier does a case with priority 100 come than one with 0 that is due alike
    uncertainty: int = 0  #: points for a confidence of 0, fewer the surer the classifier is
    attributes: tuple[PriorityRule, ...] = ()


@dataclass(frozen=True, slots=True)
class AttachPolicy:
    """Which requests are decided with one that waits already, because they say the same."""

    most: int = 0  #: so many to a case at most; 0: none
    ignore: tuple[str, ...] = ()  #: attributes in which they may differ


@dataclass(frozen=True, slots=True)
class QueuePolicy:
    """Where held requests wait, for how long, and what may be done with them there."""

    name: str
    sla_hours: float = 24.0
    lease_minutes: float = 15.0
    undo_seconds: float = 0.0  #: so long may a decision be taken back before it goes out
    second_review: float = 0.0  #: share of decided cases that a second person has to decide as well, 0 to 1
    note_required: bool = True  #: to block and to overturn suggestion or answer, a reviewer has to say why
    blind_first: bool = False  #: suggestions are shown only to whoever has said what they think
    escalate_to: str = ""  #: the queue that escalated cases go to; empty: their own
    hidden_actions: tuple[str, ...] = ()  #: of `domain.case.CaseAction`, that nobody is offered here
    priority: PriorityPolicy = PriorityPolicy()
    attach: AttachPolicy = AttachPolicy()
    known_answers: float = 0.0  #: share of what claim-next gives that is a copy of a case whose answer is known, 0 to 1
    known_answers_told: bool = False  #: whoever decided one learns the right answer afterwards
    answer_hours: float = 72.0  #: so long does a case wait for its requester to answer: over a weekend


class OnAlarm(StrEnum):
    """What happens when a share of blocks or holds leaves its usual band after a change of rules."""

    TELL = "tell"  #: Operations hear of it.
    ROLL_BACK = "roll_back"  #: The rules before the change answer again, and operations hear of it.


@dataclass(frozen=True, slots=True)
class ChangePolicy:
    """How a workflow's rules and policy may change. The policy in force decides, never the one that is proposed."""

    second_person: bool = False  #: somebody else has to approve before a change of rules or policy is in force
    on_alarm: OnAlarm = OnAlarm.TELL


@dataclass(frozen=True, slots=True)
class ModelPolicy:
    """How a workflow's models are made, and what it takes to promote one."""

    owner: str = ""  #: who answers for them; empty: whoever asks for a training says
    licence: str = ""  #: by what right the examples are learned from; empty: whoever asks for a training says
    limits: tuple[str, ...] = ()  #: what they are not to be used for
    retrain_examples: int = 0  #: train by itself when so many new examples came; 0: only when somebody asks
    retrain_days: float = 0.0  #: and when the model that answers is so old and anything new came; 0: never for that
    shadow_decisions: int = 50  #: live decisions a candidate is compared on before it may be promoted


class OnDrift(StrEnum):
    """What happens when live traffic is no longer like what the model was made for, or the live error is too high."""

    TELL = "tell"  #: An alarm is raised.
    PEOPLE = "people"  #: And nothing is automatic until a person resumes or a later look finds nothing.


class Reference(StrEnum):
    """What live traffic is compared with."""

    CALIBRATION = "calibration"  #: The cases that the certificate rests on.
    FIRST_WEEKS = "first_weeks"  #: What came in the first two weeks that the model answered.


@dataclass(frozen=True, slots=True)
class WatchPolicy:
    """When live traffic is looked at, and what is alarming."""

    every_days: float = 1.0  #: 0: only when somebody asks
    days: float = 30.0  #: looked back
    compare_with: Reference = Reference.CALIBRATION
    on_alarm: OnDrift = OnDrift.TELL
    psi: float = 0.25  #: population stability index of confidence, energy or top similarity
    labels: float = 0.2  #: share of requests that went to other labels, 0 to 1
    unlike: float = 0.65  #: how well a classifier tells the requests apart: area under the ROC curve, 0.5 to 1


@dataclass(frozen=True, slots=True)
class LanguageModelPolicy:
    """What a language model is told when it drafts a reply, and what becomes of what it writes."""

    tone: str = ""
    instructions: str = ""
    most_words: int = 180
    reviewed: bool = True  #: a person sends it; else it also goes with what is decided automatically


@dataclass(frozen=True, slots=True)
class ReplyPolicy:
    """How replies to requesters are drafted."""

    greeting: str = ""  #: before what is quoted
    closing: str = ""  #: after it
    language_model: LanguageModelPolicy | None = None  #: None: passages are quoted, no language model is asked


@dataclass(frozen=True, slots=True)
class Workflow:
    """The policy of one named use: what may be asked, what may be answered, and who answers."""

    name: str
    title: str
    packs: tuple[str, ...]
    collections: tuple[str, ...]
    attributes: tuple[Attribute, ...]
    labels: tuple[Label, ...]
    guarantee: Guarantee
    queue: QueuePolicy
    evidence: EvidencePolicy = EvidencePolicy.WHEN_NAMED
    random_check: float = 0.0  #: share of requests that a person checks blind, drawn at random, 0 to 1
    retention_days: int = 400
    changes: ChangePolicy = ChangePolicy()
    ranking: Ranking = field(default_factory=Ranking)  #: of the approved documents
    several: bool = False  #: a request may have several labels at once
    moved: tuple[MovedLabel, ...] = ()  #: how examples of former labels are to be read, oldest first
    models: ModelPolicy = ModelPolicy()
    watch: WatchPolicy = WatchPolicy()
    replies: ReplyPolicy = ReplyPolicy()

    def label(self, label_id: str) -> Label | None:
        return next((label for label in self.labels if label.id == label_id), None)

    @property
    def promises(self) -> tuple[LabelGroup, ...]:
        """Each group that something may be automatic in, those in no group as the last; empty without groups."""
        if not self.guarantee.groups:
            return ()
        every = (*self.guarantee.groups, LabelGroup("", (), self.guarantee.alpha))
        alone = [strictest(every, (label.id,)) for label in self.labels if label.automatic]
        return tuple(group for group in every if group in alone)


@dataclass(frozen=True, slots=True)
class Scored:
    """A label with its calibrated probability."""

    label: str
    probability: float  #: 0 to 1


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the classifier thinks of one request."""

    scores: tuple[Scored, ...]  #: best first, ties by label id; at most the head's labels
    confidence: float  #: calibrated probability that `chosen` is right, all of it; 0 to 1
    margin: float  #: confidence minus the runner-up's; with several labels: how far the nearest lies from even, 0 to 1
    energy: float  #: how like the training data the request is, by the head's own measure: high when it is
    in_domain: bool
    chosen: tuple[str, ...] = ()  #: of a workflow with several labels a request: those it has; else the best one


@dataclass(frozen=True, slots=True)
class Bound:
    """What was found for one group of labels when each has a promise of its own."""

    group: str  #: empty: labels in no group
    labels: tuple[str, ...]
    alpha: float
    accepted: int
    errors: int
    threshold: float | None  #: None: refused, nothing with these labels is automatic
    needed: int  #: accepted cases needed at the least, were none of them wrong
    why: str = ""  #: why it was refused
    level: float | None = None  #: the part of delta that this group was tested at


_Group = TypeVar("_Group", LabelGroup, Bound)


def strictest(groups: Sequence[_Group], labels: Collection[str]) -> _Group | None:
    """Of the groups that these labels belong to, the one that promises most; so each decision belongs to one group.

    A label in no named group belongs to the unnamed one, if there is one.
    """
    named = {label for group in groups for label in group.labels}
    concerned = [
        group
        for group in groups
        if any(label in group.labels or (not group.labels and label not in named) for label in labels)
    ]
    return min(concerned, key=lambda group: group.alpha, default=None)


@dataclass(frozen=True, slots=True)
class Certificate:
    """With confidence 1 - delta the error among automatic decisions is at most alpha,
    for traffic like the calibration sample.

    An exact binomial Learn-then-Test bound (Angelopoulos et al., 2021; Geifman and El-Yaniv, 2017).
    """

    alpha: float  #: with bounds the largest of those granted
    delta: float
    cases: int  #: calibration cases, all of them
    accepted: int  #: of these, decided automatically at the threshold
    errors: int  #: of the accepted, wrong
    threshold: float  #: automatic at this confidence or above
    sample: str = ""  #: what the calibration cases are, in words
    level: float | None = None  #: what of delta this very test was given; None: all of it
    use: int = 1  #: how many models were tried on these calibration cases, this one included
    bounds: tuple[Bound, ...] = ()  #: one for each group of labels; `threshold` is then the strictest of those granted

    @property
    def coverage(self) -> float:
        """Share of the calibration cases that would be decided automatically, 0 to 1."""
        return self.accepted / self.cases if self.cases else 0.0

    def threshold_for(self, labels: Collection[str]) -> float | None:
        """From which confidence on a decision with these labels is automatic; None: never."""
        if not self.bounds:
            return self.threshold
        bound = strictest(self.bounds, labels)
        return bound.threshold if bound else None

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Certificate:
        """As `dataclasses.asdict` wrote it."""
        return cls(**{**stored, "bounds": _bounds(stored)})


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why no certificate could be given; nothing is decided automatically."""

    alpha: float
    delta: float
    cases: int
    accepted: int  #: the most cases that any tested threshold accepted
    needed: int  #: accepted cases needed at the least, were none of them wrong
    why: str
    sample: str = ""
    level: float | None = None
    use: int = 1
    bounds: tuple[Bound, ...] = ()
    more: int | None = None  #: reviewed cases that would do, should things go on as so far; None: more alone will not

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Refusal:
        """As `dataclasses.asdict` wrote it."""
        return cls(**{**stored, "bounds": _bounds(stored)})


def _bounds(stored: Mapping[str, Any]) -> tuple[Bound, ...]:
    return tuple(Bound(**{**bound, "labels": tuple(bound["labels"])}) for bound in stored.get("bounds", ()))


@dataclass(frozen=True, slots=True)
class Request:
    """What a caller asks to have decided. Personal text: stored in payloads only."""

    text: str
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict)
    subject: str | None = None  #: the caller's name for the person concerned


@dataclass(frozen=True, slots=True)
class Automatic:
    """The automatic part of a decision. It never changes; a person's decision is linked to it."""

    state: State
    outcome: Outcome
    decided_by: DecidedBy | None  #: None while a person has to decide
    label: str | None  #: the label decided or suggested; the first where there are several
    reasons: tuple[Reason, ...] = ()
    public_reason: str | None = None
    after_the_fact: bool = False  #: final, and a person looks at it afterwards all the same
    queue: str | None = None
    priority: int = 0  #: 0 to 100
    labels: tuple[str, ...] = ()  #: all that were decided or suggested; filled from `label` when left out

    def __post_init__(self) -> None:
        if self.label is not None and not self.labels:
            object.__setattr__(self, "labels", (self.label,))
