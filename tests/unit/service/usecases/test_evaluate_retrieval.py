"""A workflow's search is judged as its requests go, on documents that may be found."""

from __future__ import annotations

import pytest

from service.errors import BadRequest
from service.usecases.evaluate_retrieval import evaluate
from service.usecases.judged_queries import JudgedQueries

STARTER = "retail-banking"
QUESTIONS = {
    "q1": "somebody stole my card on the bus",
    "q2": "how do I complain about my bank",
    "q3": "the cash machine",
}


def judged(**right: dict[str, int]) -> JudgedQueries:
    return JudgedQueries({query: QUESTIONS[query] for query in right}, right, 0)


def test_right_documents_are_found_and_ways_stand_side_by_side(house):
    """The starter finds what its own questions are about; each way of searching is judged on the same queries."""
    found, about = evaluate(house, STARTER, judged(q1={"card-lost-stolen": 1}, q2={"complaints": 1}), frozenset())
    assert found.queries == 2
    assert set(found.ways) == {"as ranked", "dense", "lexical"}
    assert found.ways["as ranked"].recall.mean == 1
    assert found.ways["as ranked"].by_query["q2"] == 1
    assert about.titles["complaints"]
    assert about.texts["q1"] == QUESTIONS["q1"]
    assert about.facts["workflow"] == STARTER


def test_documents_that_may_not_be_found_are_left_out_and_told(house):
    """A judgement of what nobody may find here would count against the search for what it must do."""
    grades = {"complaints": 1, "no-such-document": 1}
    found, about = evaluate(house, STARTER, judged(q2=grades, q3={"no-such-document": 1}), frozenset())
    assert found.queries == 1
    assert found.ways["as ranked"].recall.mean == 1
    assert "no-such-document" in about.facts["judgements left out"]


def test_without_a_document_to_be_found_there_is_no_figure(house):
    """No figure rather than a 0, and what to do about it."""
    with pytest.raises(BadRequest, match="none of the judged documents") as refused:
        evaluate(house, STARTER, judged(q3={"no-such-document": 1}), frozenset())
    assert "--group" in refused.value.remedy
