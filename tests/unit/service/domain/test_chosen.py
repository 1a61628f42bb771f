"""Which labels a request is given."""

from __future__ import annotations

import dataclasses

import pytest

from service.domain.chosen import combined, otherwise, settled
from service.domain.types import Autonomy, Guarantee, Label, Outcome, QueuePolicy, Workflow

POLICY = Workflow("w", "", ("p",), ("c",), (), (), Guarantee(0.1, 0.1), QueuePolicy("q"))


@pytest.mark.parametrize(
    "outcomes, expected",
    [
        ([], None),
        ([Outcome.ALLOW, Outcome.ALLOW], Outcome.ALLOW),
        ([Outcome.ALLOW, Outcome.REVIEW], Outcome.REVIEW),
        ([Outcome.REVIEW, Outcome.BLOCK, Outcome.ALLOW], Outcome.BLOCK),
    ],
)
def test_the_strictest_outcome_of_several_labels_counts(outcomes, expected):
    """Block before review before allow, in whatever order they come."""
    assert combined(outcomes) is combined(reversed(outcomes)) is expected


def test_what_a_person_decided_counts_where_the_labels_do_not_say_it():
    """Labels that leave it to people settle nothing; a decision is told apart from what its labels settle."""
    outcomes = {"pay": Outcome.ALLOW, "stop": Outcome.BLOCK, "ask": Outcome.REVIEW}
    workflow = dataclasses.replace(
        POLICY, labels=tuple(Label(name, name, outcome, Autonomy.AUTO) for name, outcome in outcomes.items())
    )
    assert [settled(workflow, labels) for labels in (("pay",), ("pay", "stop"), ("ask",), ())] == [
        Outcome.ALLOW,
        Outcome.BLOCK,
        None,
        None,
    ]
    assert otherwise(workflow, ("pay",), Outcome.ALLOW) is None
    assert otherwise(workflow, ("pay",), Outcome.BLOCK) is Outcome.BLOCK
    assert otherwise(workflow, ("ask",), Outcome.ALLOW) is Outcome.ALLOW
