"""What has to be known of a model before anybody lets it answer: who answers for it, what it learned from and by what
right, what it is not for. After Mitchell et al., Model Cards for Model Reporting, 2019. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.domain.answer import timestamp
from service.domain.types import Certificate, Refusal, Workflow
from service.usecases.examples import Example
from service.usecases.training_material import Gathered

#: What a card has to say before its model may answer, and how it is asked for.
NEEDED: Mapping[str, str] = {
    "owner": "who answers for it",
    "sources": "what it learned from",
    "licence": "by what right that was learned from",
    "limits": "what it is not for",
}
_FEW = 10  # examples below which a label is named as little known
_NAMED = 8  # labels named at most in one sentence


@dataclass(frozen=True, slots=True)
class Said:
    """What people say of a model; the rest of its card is found out."""

    owner: str = ""
    licence: str = ""
    limits: tuple[str, ...] = ()

    def or_else(self, workflow: Workflow) -> Said:
        """What is left out is as the workflow's policy has it."""
        usual = workflow.models
        return Said(self.owner or usual.owner, self.licence or usual.licence, self.limits or usual.limits)


def card(
    said: Said,
    workflow: Workflow,
    gathered: Gathered,
    certified: Certificate | Refusal,
    *,
    by: str,
    at: datetime,
    doubts: str = "",
) -> dict[str, Any]:
    """The card of a model made of this material, as JSON. `doubts` is what looks wrong with the labels, in words."""
    stated = said.or_else(workflow)
    return {
        "owner": stated.owner,
        "licence": stated.licence,
        "limits": [*stated.limits, *_found_limits(workflow, gathered.train, certified)],
        "sources": {source: number for source, number in gathered.sources.items() if number},
        "left_out": dict(gathered.skipped),
        "sample": gathered.sample,
        "examples": sum(bool(example.labels) for example in gathered.train),
        "outside": sum(not example.labels for example in gathered.train),
        "calibration": len(gathered.calibration),
        "labels": len({label for example in gathered.train for label in example.labels}),
        "doubts": doubts,
        "trained_by": by,
        "trained_at": timestamp(at),
    }


def missing(told: Mapping[str, Any]) -> list[str]:
    """What the card does not say yet, by the names of `NEEDED`."""
    return [name for name in NEEDED if not told.get(name)]


def completed(told: Mapping[str, Any], said: Said) -> dict[str, Any]:
    """The card with what was said since; what was found out stays."""
    limits = [*said.limits, *(each for each in told["limits"] if each not in said.limits)]
    return {**told, "owner": said.owner or told["owner"], "licence": said.licence or told["licence"], "limits": limits}


def _found_limits(workflow: Workflow, train: Sequence[Example], certified: Certificate | Refusal) -> Iterator[str]:
    """What follows from the material and the certificate alone."""
    counts = Counter(label for example in train for label in example.labels)
    few = sorted(label for label, number in counts.items() if number < _FEW)
    if few:
        yield f"little is known of {_listed(few)}: fewer than {_FEW} examples each"
    unseen = sorted(label.id for label in workflow.labels if not counts[label.id])
    if unseen:
        yield f"it cannot tell {_listed(unseen)}: there are no examples"
    if not any(not example.labels for example in train):
        yield "it was shown no request that belongs to no label"
    if isinstance(certified, Refusal):
        yield f"it has no certificate, so people decide everything: {certified.why}"
    yield f"its promise is for traffic like the calibration sample: {certified.sample}"


def _listed(names: Sequence[str]) -> str:
    rest = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {rest} more" if rest > 0 else "")
