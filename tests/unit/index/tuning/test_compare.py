"""Before and after: what counts as better, and what does not."""

from __future__ import annotations

import numpy as np

from index.encoder import EncoderPool
from index.model import DocumentKey
from index.quality import Interval, Scored
from index.tuning.compare import Change, Comparison, Side, compare, verdict
from index.tuning.ground import Ground, Question


def comparison(low: float, high: float) -> Comparison:
    point = Interval(0.5, 0.4, 0.6)
    scored = Scored(point, point, point, {})
    change = Change(scored, scored, Interval((low + high) / 2, low, high))
    return Comparison(30, {"dense": change, "fused": change})


def test_a_certain_gain_is_better() -> None:
    """The whole interval lies above nought, and new documents do not lose for certain."""
    assert verdict(comparison(0.01, 0.05), comparison(-0.02, 0.01)).better
    assert verdict(comparison(0.01, 0.05), None).better


def test_a_gain_that_may_be_chance_is_not() -> None:
    """The interval holds nought."""
    found = verdict(comparison(-0.001, 0.05), None)
    assert not found.better
    assert "no gain that is certain" in found.why


def test_a_gain_at_the_cost_of_new_documents_is_not() -> None:
    """What nobody has asked about yet must be found as before."""
    found = verdict(comparison(0.01, 0.05), comparison(-0.05, -0.01))
    assert not found.better
    assert "found worse" in found.why


def test_both_ways_are_judged_on_the_chosen_questions(ground: Ground, encoder: EncoderPool) -> None:
    """Vectors that point at the right document gain in the dense search; questions not chosen do not count."""
    names = ["loan", "mortgage", "address"]
    asked = [Question.of("please help me", [DocumentKey("help", each, 1)]) for each in names]
    vectors = encoder.encode_many([each.text for each in asked])
    better = vectors.copy()
    for place in (1, 2):
        better[place] = ground.vectors[ground.segment.firsts[ground.rows[f"help/{names[place]}@1"]]]
    found = compare(Side(ground, vectors), Side(ground, better), asked, np.array([1, 2]))
    assert found.questions == 2
    assert found.ways["dense"].after.ndcg.mean == 1
    assert found.ways["dense"].gain.mean > 0
    assert found.fused is found.ways["fused"]
