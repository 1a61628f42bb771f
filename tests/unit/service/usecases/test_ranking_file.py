"""`ranking:` of `workflow.yaml`: read, or refused with the place, the reason and the remedy."""

from __future__ import annotations

import pytest

from index.model import DENSE, LEXICAL, Kernel, Prefer, Ranking, Signal, SignalKind
from index.signals.kernels import PERIODS
from rules.errors import Problem, RuleErrors
from service.usecases.ranking_file import Period
from service.usecases.workflow_file import read_workflow

HEAD = """workflow: small
packs: [p]
collections: [rules, notes]
queue: {name: small}
attributes: {amount: {type: number}, product: {type: string}, tags: {type: strings}, urgent: {type: boolean}}
labels: [{id: refund}]
"""
SIGNALS = """ranking:
  weights: {lexical: 2, age: 0.25}
  signals:
    rules:
      age: {kind: recency, kernel: calendar, period: month, half_life_days: 90}
      size: {kind: number, field: limit, least: 1, most: 5000, logarithmic: true, prefer: near, attribute: amount}
      product: {kind: category, field: products, attribute: product}
      standing: {kind: authority, field: standing, worth: {Law: 1, "house rule": 0.5}}
      links: {kind: graph}
    notes:
      age: {kind: recency}
"""


def read(text: str) -> Ranking:
    return read_workflow((HEAD + text).encode()).ranking


def problem(text: str) -> Problem:
    with pytest.raises(RuleErrors) as refused:
        read(text)
    (only,) = refused.value.problems
    return only


def test_a_workflow_without_it_ranks_by_meaning_and_words_alone():
    """In equal parts, as ever."""
    assert read("") == Ranking() == Ranking({DENSE: 1.0, LEXICAL: 1.0}, {})


def test_everything_that_can_be_said_is_read():
    """Each kind with all its settings; weights that are not named stay as they are."""
    assert read(SIGNALS) == Ranking(
        {DENSE: 1.0, LEXICAL: 2.0, "age": 0.25},
        {
            "rules": (
                Signal("age", SignalKind.RECENCY, kernel=Kernel.CALENDAR, period="month", half_life_days=90.0),
                Signal(
                    "size",
                    SignalKind.NUMBER,
                    field="limit",
                    attribute="amount",
                    least=1.0,
                    most=5000.0,
                    logarithmic=True,
                    prefer=Prefer.NEAR,
                ),
                Signal("product", SignalKind.CATEGORY, field="products", attribute="product"),
                Signal("standing", SignalKind.AUTHORITY, field="standing", worth={"Law": 1.0, "house rule": 0.5}),
                Signal("links", SignalKind.GRAPH),
            ),
            "notes": (Signal("age", SignalKind.RECENCY),),
        },
    )


def test_the_periods_are_those_that_can_be_computed():
    """The file's words and the library's."""
    assert set(Period) == set(PERIODS)


@pytest.mark.parametrize(
    "before, after, says, remedy",
    [
        ("age: 0.25", "agee: 0.25", "no part of the score is called `agee`", "did you mean `age`?"),
        ("lexical: 2, age: 0.25", "dense: 0, lexical: 0", "every part of the score weighs 0", "above 0"),
        ("age: 0.25", "age: -1", "weight `age` must be a number", "use 0 to 1000"),
        ("age: 0.25", "age: yes", "weight `age` must be a number", "use 0 to 1000"),
        ("    notes:", "    note:", "`note` is none of the workflow's collections", "did you mean `notes`?"),
        ("links: {", "dense: {", "`dense` cannot name a signal", "rename it"),
        ("links: {", "Links: {", "`Links` is not a name", "use a-z"),
        ("kind: graph", "kind: grahp", "`grahp` is no kind of signal", "did you mean `graph`?"),
        ("kind: graph", "kind: graph, half_life_days: 3", "is of kind graph, which has no key", "it has no other keys"),
        ("field: products, ", "", "signal `product` lacks `field`", "add `field:`"),
        ("field: products, ", "fields: products, field: x, ", "has no key `fields`", "did you mean `field`?"),
        ("attribute: product}", "attribute: prodct}", "`prodct`, which is not declared", "did you mean `product`?"),
        ("attribute: product}", "attribute: amount}", "needs words; attribute `amount` is a number", "another"),
        ("attribute: amount}", "attribute: tags}", "needs a number; attribute `tags` is a strings", "another"),
        (", attribute: amount", "", "prefers what is near and lacks `attribute`", "add `attribute:`"),
        ("prefer: near, ", "", "has an attribute to compare with", "add `prefer: near`"),
        ("kernel: calendar, ", "", "has a period but no calendar", "add `kernel: calendar`"),
        ("half_life_days: 90", "half_life_days: 0", "half_life_days must be a number", "use 1 to 36500"),
        ("least: 1, most: 5000", "least: 5000, most: 1", "`most` is not above `least`", "1 at `most`"),
        ("least: 1,", "least: -1,", "`least` is below 0 on a logarithmic scale", "use 0 or more"),
        ("Law: 1,", "Law: 1.5,", "worth of `Law` must be a number", "use 0 to 1"),
        ('{Law: 1, "house rule": 0.5}', "law", "worth must be a mapping", "write `word: 1` lines"),
        ("ranking:\n", "ranking:\n  signal: {}\n", "ranking has no key `signal`", "did you mean `signals`?"),
    ],
)  # fmt: skip
def test_what_means_nothing_is_refused(before: str, after: str, says: str, remedy: str):
    """At its place, with what to write instead."""
    assert before in SIGNALS
    found = problem(SIGNALS.replace(before, after, 1))
    assert says in found.message
    assert remedy in found.remedy
    assert found.file == "workflow.yaml"
    assert found.line > HEAD.count("\n")


@pytest.mark.parametrize("text", ["ranking: high\n", "ranking: {signals: [age]}\n", "ranking: {weights: [1]}\n"])
def test_odd_shapes_are_refused_too(text: str):
    """A list or a word where a mapping belongs."""
    assert "must be a mapping" in problem(text).message


def test_words_and_truth_may_be_categories():
    """Attributes of words, of lists of words, and of true and false."""
    for attribute in ("product", "tags", "urgent"):
        signal = f"ranking: {{signals: {{rules: {{x: {{kind: category, field: f, attribute: {attribute}}}}}}}}}\n"
        assert read(signal).signals["rules"][0].attribute == attribute
