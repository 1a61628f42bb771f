"""What `workflow.yaml` says of watching live traffic: read strictly, and shown to editors as it is read."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from rules.errors import RuleErrors
from rules.reading.strict_yaml import read_yaml
from service.domain.types import OnDrift, Reference, WatchPolicy
from service.usecases.workflow_file import read_workflow
from service.usecases.workflow_schema import workflow_schema

PLAIN = "workflow: small\npacks: [p]\ncollections: [c]\nqueue: {name: small}\nlabels:\n  - {id: refund}\n"
FULL = f"{PLAIN}watch: {{every_days: 0, days: 7, compare_with: first_weeks, on_alarm: people, psi: 0.1, labels: 0.3}}\n"


def refused(text: str) -> str:
    with pytest.raises(RuleErrors) as caught:
        read_workflow(text.encode())
    assert list(Draft202012Validator(workflow_schema()).iter_errors(read_yaml(text.encode(), "f").data()))
    (problem,) = caught.value.problems
    return f"{problem.message}; {problem.remedy}"


def test_everything_is_read():
    """What is left out is as usual."""
    assert read_workflow(PLAIN.encode()).watch == WatchPolicy()
    found = read_workflow(FULL.encode()).watch
    assert found == WatchPolicy(0.0, 7.0, Reference.FIRST_WEEKS, OnDrift.PEOPLE, 0.1, 0.3)
    assert found.unlike == WatchPolicy().unlike
    data = read_yaml(FULL.encode(), "f").data()
    assert not list(Draft202012Validator(workflow_schema()).iter_errors(data))


@pytest.mark.parametrize(
    "before, after, told",
    [
        ("every_days", "every", "watch has no key `every`"),
        ("days: 7", "days: 0", "days must be a number; use 0.01 to 3650"),
        ("first_weeks", "first_week", "did you mean `first_weeks`"),
        ("people", "peopl", "did you mean `people`"),
        ("psi: 0.1", "psi: none", "psi must be a number"),
        ("labels: 0.3", "unlike: 0.4", "unlike must be a number; use 0.51 to 1"),
    ],
)
def test_what_is_wrong_is_said_and_marked_by_editors(before: str, after: str, told: str):
    """With a remedy."""
    assert told in refused(FULL.replace(before, after))
