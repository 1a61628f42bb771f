"""What is said of a search has to be what standard tools would say of it."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.quality import assess, ndcg, recall, reciprocal_rank

GRADES = {"a": 2, "b": 1, "c": 0}


def test_ndcg_by_hand():
    """Gains are linear and discounted by log2(place + 1), as trec_eval's ndcg_cut counts them."""
    best = 2 / math.log2(2) + 1 / math.log2(3)
    assert ndcg(["b", "x", "a"], GRADES) == pytest.approx((1 / math.log2(2) + 2 / math.log2(4)) / best)


def test_right_documents_alone_count():
    """A document judged 0 and one not judged are alike; places beyond the depth do not count."""
    assert ndcg(["c", "x"], GRADES) == recall(["c", "x"], GRADES) == reciprocal_rank(["c", "x"], GRADES) == 0
    assert recall(["a", "x"], GRADES) == 0.5
    assert reciprocal_rank(["x", "c", "b"], GRADES) == pytest.approx(1 / 3)
    late = [f"x{place}" for place in range(10)] + ["a", "b"]
    assert ndcg(late, GRADES) == recall(late, GRADES) == reciprocal_rank(late, GRADES) == 0


@given(st.permutations(["a", "b", "c", "d"]), st.dictionaries(st.sampled_from("abcd"), st.integers(0, 3), min_size=1))
def test_no_order_beats_the_ideal_one(found, grades):
    """nDCG lies in 0..1 and is 1 for the documents in the order of their grades."""
    ideal = sorted("abcd", key=lambda name: -grades.get(name, 0))
    assert 0 <= ndcg(found, grades) <= ndcg(ideal, grades) + 1e-12
    assert ndcg(ideal, grades) == pytest.approx(1.0 if any(grades.values()) else 0.0)


def _one(*found):
    return {f"q{place}": list(names) for place, names in enumerate(found)}


def test_ways_are_compared_on_the_same_queries():
    """The gain is by pairs: where both ways find the same, the interval is nothing wide."""
    judgements = {f"q{place}": {"a": 1} for place in range(30)}
    same = _one(*[["a"]] * 30)
    quality = assess(judgements, {"fused": same, "dense": same, "lexical": _one(*[["x"]] * 30)})
    assert quality.rival == "dense"
    assert quality.gain is not None
    assert (quality.gain.mean, quality.gain.low, quality.gain.high) == (0, 0, 0)
    assert quality.ways["lexical"].ndcg.mean == 0
    assert quality.ways["fused"].recall.mean == 1


def test_interval_holds_the_mean_and_narrows_with_queries():
    """A bootstrap interval is about as wide as theory says: 1.96 standard errors either side."""
    judgements = {f"q{place}": {"a": 1} for place in range(400)}
    run = _one(*[["a"] if place % 2 else ["x"] for place in range(400)])
    scored = assess(judgements, {"fused": run}).ways["fused"].ndcg
    assert scored.low < scored.mean == 0.5 < scored.high
    assert scored.high - scored.low == pytest.approx(2 * 1.96 * 0.5 / 20, rel=0.15)


def test_worst_queries_say_where_the_right_document_stood():
    """Worst first; the place of the wanted document in every way of searching, and what came first instead."""
    judgements = {"good": {"a": 1}, "bad": {"b": 1}, "unknown": {"z": 0}}
    runs = {"fused": {"good": ["a"], "bad": ["a", "b"]}, "dense": {"good": ["a"], "bad": ["a"]}}
    quality = assess(judgements, runs)
    assert (quality.queries, quality.unjudged) == (2, 1)
    assert quality.worst[0].query == "bad"
    assert quality.worst[0].places == {"fused": 2, "dense": None}
    assert quality.worst[0].first == "a"


@pytest.mark.parametrize("runs", [{}, {"fused": {}}])
def test_nothing_to_judge_by_is_an_error(runs):
    """Without ways of searching, or without right documents, there is no figure rather than a 0."""
    with pytest.raises(ValueError, match=r"no way of searching|no query"):
        assess({"q": {"a": 0}}, runs)


def test_the_same_seed_gives_the_same_interval():
    """A report written twice says the same."""
    judgements = {f"q{place}": {"a": 1} for place in range(20)}
    run = _one(*[["a"] if place % 3 else ["x"] for place in range(20)])
    assert assess(judgements, {"fused": run}) == assess(judgements, {"fused": run})
