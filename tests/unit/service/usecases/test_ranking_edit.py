"""Weights put into a workflow's file: only they change."""

from __future__ import annotations

import pytest

from rules.errors import RuleErrors
from service.errors import BadRequest
from service.usecases.ranking_edit import with_weights

HEAD = """# the policy
workflow: small
packs: [p]
collections: [c]  # only these
queue: {name: small}
labels: [{id: refund}]
"""
AGE = "signals: {c: {age: {kind: recency}}}"
WEIGHTS = {"age": 0.25, "dense": 0.4, "lexical": 0.35}
FLOW = "weights: {age: 0.25, dense: 0.4, lexical: 0.35}"


@pytest.mark.parametrize(
    "before, after",
    [
        (f"ranking: {{{AGE}}}\n", f"ranking: {{{FLOW}, {AGE}}}\n"),
        (f"ranking:  # how\n  # by age\n  {AGE}  # old\n", f"ranking:  # how\n  # by age\n  {FLOW}\n  {AGE}  # old\n"),
        (f"ranking: {{weights: {{}}, {AGE}}}\n", f"ranking: {{{FLOW}, {AGE}}}\n"),
        (
            f"ranking:\n  weights: {{dense: 2}}  # learned\n  {AGE}\n",
            f"ranking:\n  weights: {{dense: 0.4, age: 0.25, lexical: 0.35}}  # learned\n  {AGE}\n",
        ),
        (
            f"ranking:\n  weights:\n    dense: 2  # much\n    # words\n    lexical: 1 # less\n  # signals\n  {AGE}",
            (
                "ranking:\n  weights:\n    dense: 0.4  # much\n    # words\n    lexical: 0.35 # less\n    age: 0.25\n"
                f"  # signals\n  {AGE}"
            ),
        ),
        (
            f"ranking:\n  {AGE}\n  weights:\n    lexical: 3 # end",
            f"ranking:\n  {AGE}\n  weights:\n    lexical: 0.35 # end\n    age: 0.25\n    dense: 0.4",
        ),
    ],
)
def test_only_the_weights_change(before: str, after: str):
    """Comments, order and writing of everything else stay as they were."""
    assert with_weights((HEAD + before).encode(), WEIGHTS).decode() == HEAD + after
    again = with_weights((HEAD + after).encode(), WEIGHTS).decode()
    assert again == HEAD + after


@pytest.mark.parametrize(
    "before, after",
    [
        ("", "ranking:\n  weights: {dense: 0.5, lexical: 0.5}\n"),
        ("ranking: {}  # later\ntitle: x\n", "title: x\nranking:\n  weights: {dense: 0.5, lexical: 0.5}\n"),
        ("ranking:\r\n  weights: {dense: 1}\r\n", "ranking:\r\n  weights: {dense: 0.5, lexical: 0.5}\r\n"),
    ],
)
def test_a_file_without_weights_gets_them(before: str, after: str):
    """At its end; line ends stay."""
    even = {"dense": 0.5, "lexical": 0.5}
    assert with_weights((HEAD + before).encode(), even).decode() == HEAD + after
    marked = "\ufeff" + HEAD + before
    assert with_weights(marked.encode(), even).decode() == "\ufeff" + HEAD + after


def test_weights_of_signals_that_the_file_does_not_declare_are_refused():
    """The file was edited since and not taken over yet."""
    with pytest.raises(BadRequest, match="no signal age") as refused:
        with_weights(HEAD.encode(), WEIGHTS)
    assert "reload" in refused.value.remedy


def test_what_cannot_be_edited_is_left_alone_and_said():
    """A file in one pair of braces: the words to write are named."""
    whole = "{workflow: small, packs: [p], collections: [c], queue: {name: small}, labels: [{id: refund}]}"
    with pytest.raises(BadRequest) as refused:
        with_weights(whole.encode(), {"dense": 0.5, "lexical": 0.5})
    assert "weights: {dense: 0.5, lexical: 0.5}" in refused.value.remedy


def test_a_file_that_does_not_load_is_not_touched():
    """Its own problems come first."""
    with pytest.raises(RuleErrors):
        with_weights(b"workflow: small\n", WEIGHTS)
