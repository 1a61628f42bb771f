"""Whether every decision names the model that made it, asked over the API afterwards."""

from __future__ import annotations

from itertools import groupby
from typing import NamedTuple

from bench.loop_home import WORKFLOW
from bench.loop_people import People
from service.client import DecisionSummary


class Named(NamedTuple):
    """What the decisions say of who made them."""

    decisions: int
    turns: int  #: times that what answered changed, and one
    misnamed: int  #: decisions that name another model, or none


def named(they: People) -> Named:
    """Compare what the decisions say with what was promoted and taken back, when.

    A decision names its release, and its explanation the model. In the order in which they were made the releases have
    to be those that were promoted and taken back, each once, in turn: no decision by the old one after the new one.
    """
    made = decisions(they)
    turns = [release for release, _ in groupby(decision.release for decision in made)]
    if turns != [release for release, _ in they.served]:
        raise AssertionError(f"decisions were made by {turns}, and these answered: {they.served}")
    if they.asked.keys() != {decision.id for decision in made}:
        raise AssertionError("what was asked and what is recorded are not the same decisions")
    answered = dict(they.served)
    kept = {release.id: release.model for release in they.ann.releases(workflow=WORKFLOW)}
    if any(kept[release] != model for release, model in they.served):
        raise AssertionError(f"the releases name {kept}, and these answered: {they.served}")
    misnamed = sum(they.ann.explain_label(each.id).model != answered[each.release] for each in made)
    return Named(len(made), len(turns), misnamed)


def decisions(they: People) -> list[DecisionSummary]:
    """All of the workflow, oldest first."""
    found: list[DecisionSummary] = []
    after = None
    while True:
        page = they.ann.decisions(workflow=WORKFLOW, after=after, limit=200)
        found += page.items
        if (after := page.next) is None:
            return found[::-1]
