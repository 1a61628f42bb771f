"""What a policy says of its queue: read strictly, with every error in its place."""

from __future__ import annotations

import pytest

from rules.errors import RuleErrors
from service.domain.types import AttachPolicy, PriorityPolicy, PriorityRule, QueuePolicy
from service.usecases.workflow_file import read_workflow

HEAD = """workflow: w
packs: [p]
collections: [c]
attributes:
  amount: {type: number}
  tier: {type: string}
  known: {type: boolean}
labels: [{id: a}]
"""


def read(queue):
    return read_workflow((HEAD + queue).encode()).queue


def problems(queue):
    with pytest.raises(RuleErrors) as caught:
        read(queue)
    return [f"{one.message} ({one.remedy})" for one in caught.value.problems]


def test_a_name_is_enough():
    """Nothing else changes how a queue worked before there were more words."""
    assert read("queue: {name: q}") == QueuePolicy("q")
    assert QueuePolicy("q").undo_seconds == QueuePolicy("q").second_review == 0.0
    assert (QueuePolicy("q").answer_hours, QueuePolicy("q").note_required) == (72.0, True)


def test_all_of_it_is_read():
    """Word for word as docs/cases.md shows it."""
    found = read(
        """queue:
  name: q
  sla_hours: 8
  lease_minutes: 5
  undo_seconds: 20
  second_review: 0.1
  known_answers: 0.02
  known_answers_told: true
  answer_hours: 48
  note_required: false
  blind_first: true
  escalate_to: leads
  hidden_actions: [skip, hold]
  priority:
    hours: 48
    uncertainty: 20
    attributes:
      - {attribute: amount, least: 100, most: 5000, points: 30}
      - {attribute: tier, values: [gold], points: 10}
      - {attribute: known, values: ["yes"], points: -5}
"""
    )
    rules = (
        PriorityRule("amount", 30, (), 100.0, 5000.0),
        PriorityRule("tier", 10, ("gold",)),
        PriorityRule("known", -5, ("yes",)),
    )
    assert found == QueuePolicy(
        "q", 8.0, 5.0, 20.0, 0.1, False, True, "leads", ("skip", "hold"), PriorityPolicy(48.0, 20, rules),
        answer_hours=48.0, known_answers=0.02, known_answers_told=True,
    )  # fmt: skip


@pytest.mark.parametrize(
    "queue, message",
    [
        ("{name: q, undo_seconds: 3601}", "use 0 to 3600"),
        ("{name: q, second_review: 1.5}", "use 0 to 1"),
        ("{name: q, escalate_to: Not A Queue}", "a queue name"),
        ("{name: q, hidden_actions: [decide]}", "`decide` cannot be hidden"),
        ("{name: q, hidden_actions: [skp]}", "`skp` cannot be hidden"),
        ("{name: q, priority: {attributes: [{attribute: amuont, points: 3}]}}", "`amuont` is no attribute"),
        ("{name: q, priority: {attributes: [{attribute: amount, points: 3}]}}", "`least` is missing"),
        ("{name: q, priority: {attributes: [{attribute: tier, points: 3}]}}", "`values` is missing"),
        (
            "{name: q, priority: {attributes: [{attribute: tier, points: 3, values: [a], most: 3}]}}",
            "`most` says nothing",
        ),
        (
            "{name: q, priority: {attributes: [{attribute: amount, points: 3, least: 5, most: 5}]}}",
            "less than `most`",
        ),
        ("{name: q, priority: {attributes: [{attribute: tier, values: [a], points: 101}]}}", "use -100 to 100"),
        ("{name: q, nonsense: 1}", "nonsense"),
    ],
)
def test_what_is_wrong_is_named_with_its_remedy(queue, message):
    """Never guessed at, never left out in silence."""
    assert any(message in problem for problem in problems(f"queue: {queue}"))


def test_what_says_the_same_may_be_decided_together():
    """So many to a case, whichever attributes are set aside; none unless it says so."""
    found = read("queue: {name: q, attach: {most: 20, ignore: [amount]}}")
    assert found.attach == AttachPolicy(20, ("amount",))
    assert read("queue: {name: q}").attach == AttachPolicy()
    assert problems("queue: {name: q, attach: {most: 20, ignore: [amuont]}}") == [
        "`amuont` is no attribute of this workflow (did you mean `amount`?)"
    ]
