"""Which labels the classifier gives a request: one, or as many as a workflow allows. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from service.domain.types import Judgement, Label, Outcome, Workflow

#: Where a request may have several labels, the classifier gives it those that are at least so probable.
LIKELY = 0.5

_STRICTEST_FIRST = (Outcome.BLOCK, Outcome.REVIEW, Outcome.ALLOW)


def chosen(workflow: Workflow, judgement: Judgement | None) -> tuple[str, ...]:
    """Their ids: the best one, or all that the classifier finds where a request may have several."""
    if judgement is None:
        return ()
    return judgement.chosen if workflow.several else tuple(scored.label for scored in judgement.scores[:1])


def labels_of(workflow: Workflow, judgement: Judgement | None) -> tuple[Label, ...] | None:
    """The labels chosen; None when the classifier could not be asked, or knows one that the policy does not."""
    if judgement is None or not judgement.scores:
        return None
    found = [workflow.label(label) for label in chosen(workflow, judgement)]
    known = tuple(label for label in found if label is not None)
    return known if len(known) == len(found) else None


def combined(outcomes: Iterable[Outcome]) -> Outcome | None:
    """What several labels' outcomes come to: the strictest of block, review and allow; None for none."""
    given = set(outcomes)
    return next((outcome for outcome in _STRICTEST_FIRST if outcome in given), None)


def settled(workflow: Workflow, labels: Iterable[str]) -> Outcome | None:
    """The outcome that goes out for these labels by themselves; None where the policy leaves it to people."""
    outcome = combined(found.outcome for label in labels if (found := workflow.label(label)) is not None)
    return None if outcome is Outcome.REVIEW else outcome


def otherwise(workflow: Workflow, labels: Iterable[str], outcome: Outcome) -> Outcome | None:
    """What a person decided where it is not what the labels that they gave settle; None: these say it all."""
    return None if outcome is settled(workflow, labels) else outcome
