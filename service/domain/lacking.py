"""What was lacking for a decision to be automatic, in words and figures. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from service.domain.chosen import LIKELY
from service.domain.decide import AMBIGUOUS_MARGIN
from service.domain.types import Autonomy, Judgement, Label, Reason

#: Reasons to look at an outcome that is out all the same: nothing was lacking.
_AFTERWARDS = frozenset({Reason.RANDOM_CHECK, Reason.RULE_RECHECK})


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that would have had to be otherwise; `words` go on from "it would have been automatic with"."""

    reason: Reason
    words: str
    found: float | None = None  #: the figure, where it is one
    needed: float | None = None  #: and what it would have had to be, at the least


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a decision rested on."""

    labels: tuple[Label, ...]  #: that the classifier chose
    judgement: Judgement
    threshold: float | None  #: certified for these labels; None: nothing is promised for them
    uncertified: str  #: why nothing is promised for them, where nothing is
    asking: tuple[str, ...]  #: rules that asked for a person
    unsettled: tuple[str, ...]  #: rules that could not be settled
    found: tuple[str, ...]  #: ids of the documents found


def lacking(reasons: Iterable[Reason], grounds: Grounds) -> tuple[Lack, ...]:
    """One for each reason that held the request; none for what was automatic."""
    return tuple(_lack(reason, grounds) for reason in reasons if reason not in _AFTERWARDS)


def _lack(reason: Reason, grounds: Grounds) -> Lack:
    judgement = grounds.judgement
    match reason:
        case Reason.BELOW_THRESHOLD if not grounds.labels:
            best = judgement.scores[0].probability
            words = f"a label that is at least {LIKELY:.0%} likely; the likeliest of them is {best:.1%}"
            return Lack(reason, words, best, LIKELY)
        case Reason.BELOW_THRESHOLD if grounds.threshold is not None:
            needed, found = grounds.threshold, judgement.confidence
            return Lack(reason, f"a confidence of {needed:.2%} or more; it is {found:.2%}", found, needed)
        case Reason.AMBIGUOUS_LABELS:
            words = f"a margin of {AMBIGUOUS_MARGIN:.0%} or more; it is {judgement.margin:.1%}"
            return Lack(reason, words, judgement.margin, AMBIGUOUS_MARGIN)
        case Reason.OUT_OF_DOMAIN:
            return Lack(reason, "a request more like the examples that the classifier learned from", judgement.energy)
        case _:
            return Lack(reason, _words(reason, grounds))


def _words(reason: Reason, grounds: Grounds) -> str:
    match reason:
        case Reason.RULE_REVIEW:
            return f"no rule that asks for a person; {_listed(grounds.asking)} did"
        case Reason.RULE_UNKNOWN:
            return f"what it takes to settle {_listed(grounds.unsettled)}: something it needs was not given"
        case Reason.NO_EVIDENCE:
            return f"an approved document that bears on it{_named(grounds.labels)}; none was found"
        case Reason.EVIDENCE_DISAGREES:
            return f"an approved document that its label rests on{_named(grounds.labels)}, not {_listed(grounds.found)}"
        case Reason.LABEL_NEEDS_PERSON:
            return _left_to_people(grounds.labels)
        case Reason.TOO_LONG:
            return "a shorter request, or one about a single matter"
        case Reason.NO_CERTIFICATE:
            return f"a certificate: {grounds.uncertified}"
        case Reason.HALTED:
            return "automation not halted, as it was then"
        case Reason.DEGRADED:
            return "every part of the service at work, a label that the policy knows, and traffic that raises no alarm"
        case _:
            return f"no {reason.value.replace('_', ' ')}"


def _named(labels: Sequence[Label]) -> str:
    documents = list(dict.fromkeys(document for label in labels for document in label.documents))
    return f" ({' or '.join(documents)})" if documents else ""


def _left_to_people(labels: Sequence[Label]) -> str:
    held = [label for label in labels if not label.automatic]
    autonomy = [f"“{label.title}”: {label.autonomy.value}" for label in held if label.autonomy is not Autonomy.AUTO]
    if autonomy:
        return f"autonomy “auto” in the policy ({', '.join(autonomy)})"
    return f"an outcome of its own in the policy for {_listed([f'“{label.title}”' for label in held])}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or "one"
