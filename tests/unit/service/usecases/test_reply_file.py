"""What `workflow.yaml` says of replies: read strictly, shown to editors as it is read, and signed for like the rest."""

from __future__ import annotations

import dataclasses

import pytest
from jsonschema import Draft202012Validator

from rules.errors import RuleErrors
from rules.reading.strict_yaml import read_yaml
from service.domain.policy_diff import policy_diff
from service.domain.types import LanguageModelPolicy, ReplyPolicy
from service.usecases.workflow_file import read_workflow
from service.usecases.workflow_schema import workflow_schema

PLAIN = "workflow: small\npacks: [p]\ncollections: [c]\nqueue: {name: small}\nlabels:\n  - {id: refund}\n"
FULL = """\
workflow: small
packs: [p]
collections: [c]
queue: {name: small}
replies:
  greeting: Hello.
  closing: |
    Kind regards
    The bank
  language_model: {tone: Warm., instructions: Promise nothing., most_words: 90, reviewed: false}
labels:
  - id: refund
    documents: [fees]
    reply: |
      {public_reason}

      {passages}
"""


def refused(text: str, *, by_schema: bool = True) -> str:
    with pytest.raises(RuleErrors) as caught:
        read_workflow(text.encode())
    assert not by_schema or list(
        Draft202012Validator(workflow_schema()).iter_errors(read_yaml(text.encode(), "f").data())
    )
    (problem,) = caught.value.problems
    return f"{problem.message}; {problem.remedy}"


def test_everything_is_read():
    """What is left out is as usual: passages are quoted, no language model is asked, a person sends the reply."""
    assert read_workflow(PLAIN.encode()).replies == ReplyPolicy()
    found = read_workflow(FULL.encode())
    told = LanguageModelPolicy("Warm.", "Promise nothing.", 90, reviewed=False)
    assert found.replies == ReplyPolicy("Hello.", "Kind regards\nThe bank", told)
    assert found.labels[0].reply == "{public_reason}\n\n{passages}"
    asked = read_workflow(f"{PLAIN}replies: {{language_model: {{tone: Warm.}}}}\n".encode()).replies.language_model
    assert asked == LanguageModelPolicy("Warm.")
    assert asked.reviewed
    assert not list(Draft202012Validator(workflow_schema()).iter_errors(read_yaml(FULL.encode(), "f").data()))


@pytest.mark.parametrize(
    "before, after, told",
    [
        ("greeting", "greetings", "did you mean `greeting`"),
        ("tone: Warm.", "voice: Warm.", "language_model has no key `voice`"),
        ("most_words: 90", "most_words: 9", "most_words must be a whole number; use 20 to 600"),
        ("reviewed: false", "reviewed: never", "reviewed must be true or false"),
        ("Hello.", "x" * 501, "a greeting is longer than 500 characters"),
    ],
)
def test_what_is_wrong_is_said_and_marked_by_editors(before: str, after: str, told: str):
    """With a remedy."""
    assert told in refused(FULL.replace(before, after))


@pytest.mark.parametrize(
    "before, after, told",
    [
        ("{passages}", "{passage}", "a reply has no place `passage`; did you mean `passages`"),
        ("{passages}", "{passages", "a reply has no place `{`"),
        ("    documents: [fees]\n", "", "a reply of a label without documents cites nothing"),
    ],
)
def test_a_template_that_could_not_be_filled_is_refused(before: str, after: str, told: str):
    """By the reader alone: no schema can say it."""
    assert told in refused(FULL.replace(before, after), by_schema=False)


def test_whoever_signs_for_a_policy_sees_what_changes_of_replies():
    """Words are words; that nobody reads what a language model wrote is looser."""
    reviewed = FULL.replace("reviewed: false", "reviewed: true")
    old = read_workflow(reviewed.encode())
    (loose,) = policy_diff(old, read_workflow(FULL.encode()))
    assert (loose.what, loose.direction) == ("replies.language_model.reviewed", "loosens")
    (tone,) = policy_diff(old, read_workflow(reviewed.replace("Warm", "Cool").encode()))
    assert (tone.what, tone.direction) == ("replies.language_model.tone", "words")
    none = dataclasses.replace(old, replies=dataclasses.replace(old.replies, language_model=None, greeting=""))
    assert [each.what for each in policy_diff(none, old)] == ["replies.greeting", "replies.language_model"]
    assert [each.kind for each in policy_diff(old, none)] == ["changed", "removed"]
    label = dataclasses.replace(old.labels[0], reply="{passages}")
    (words,) = policy_diff(old, dataclasses.replace(old, labels=(label,)))
    assert (words.what, words.direction) == ("labels.refund.reply", "words")
