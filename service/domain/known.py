"""Cases whose answer is known: what counts as the right answer, and when one can be asked no longer. Pure."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from service.domain.types import Label, Workflow


class Ended(StrEnum):
    """Why nobody is given a known answer any more."""

    TAKEN_BACK = "taken_back"  #: Somebody took it back.
    ERASED = "erased"  #: The words of its request are gone.
    REOPENED = "reopened"  #: What was decided is contested.
    CORRECTED = "corrected"  #: Another answer stands now.
    LABELS_CHANGED = "labels_changed"  #: The labels to choose from are others, or its own mean something else.


def same_answer(labels: Collection[str], outcome: str, known: Collection[str], settled: str) -> bool:
    """Whether an answer is the known one: the same labels, in whatever order, and the same outcome."""
    return outcome == settled and set(labels) == set(known)


def labels_changed(known: Collection[str], then: Workflow, now: Workflow) -> bool:
    """Whether the labels of a known answer say something else by the policy in force than they did `then`.

    Another label to choose from may be the better answer, and a label with another definition or outcome is another.
    """
    if {label.id for label in then.labels} != {label.id for label in now.labels} or then.several != now.several:
        return True
    return any(_meaning(then.label(label)) != _meaning(now.label(label)) for label in known)


def _meaning(label: Label | None) -> tuple[object, ...]:
    return () if label is None else (label.definition, label.includes, label.excludes, label.outcome)
