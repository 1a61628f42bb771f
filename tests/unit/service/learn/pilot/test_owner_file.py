"""pilot.yaml."""

from __future__ import annotations

import pytest

from rules.errors import RuleErrors
from service.learn.pilot.owner import QUESTIONS, Owner, template
from service.learn.pilot.owner_file import read_owner


def test_the_template_reads_as_it_stands_and_asks_all_seven_questions() -> None:
    """Whoever fills nothing in gets what holds without a file."""
    assert len(QUESTIONS) == 7
    assert all(question.words in template() for question in QUESTIONS)
    assert read_owner(template().encode()) == Owner()


def test_the_lines_that_are_commented_out_are_right_too() -> None:
    """Taking away the marks must not end in an error."""
    lines = []
    for line in template().splitlines():
        bare = line.removeprefix("# ")
        lines.append(bare if line.startswith("# ") and (":" in bare.split("#")[0]) and not bare[0].isupper() else line)
    owner = read_owner("\n".join(lines).encode())
    assert owner.requests_per_day == 1000
    assert owner.definitions["card_arrival"]
    assert [attribute.name for attribute in owner.attributes] == ["amount", "channel"]
    assert owner.column("label") == "intent"
    assert owner.rule_labels == {"lost-card-words": "card_lost"}
    assert owner.limits.p99_ms == 50


def test_answers_and_figures_are_read() -> None:
    """The owner's words as they are, the promised error always among those looked at."""
    owner = read_owner(
        b"questions: {problem: Card questions., data: ''}\npromise: {alpha: 0.03}\ncosts: {review: 4, currency: EUR}\n"
    )
    assert owner.answers == {"problem": "Card questions."}
    assert 0.03 in owner.alphas
    assert (owner.costs.review, owner.costs.currency) == (4, "EUR")


def test_every_error_is_told_with_its_line() -> None:
    """All at once, each with what to write instead."""
    with pytest.raises(RuleErrors) as refused:
        read_owner(b"promise: {alpha: 7}\nquestion: {}\ncosts: {review: free}\nrules: [a]\n")
    told = {(problem.line, problem.message) for problem in refused.value.problems}
    assert {line for line, _ in told} == {1, 2, 3, 4}
    assert any("alpha" in message for _, message in told)
