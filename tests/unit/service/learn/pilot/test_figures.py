"""Figures of a way's answers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from service.learn.pilot.figures import assess, correct, gain, possible
from service.learn.pilot.ways import Answers

LABELS = ["a"] * 6 + ["b"] * 4


def answers(chosen: Sequence[str | None], confidence: Sequence[float]) -> Answers:
    return Answers(tuple(chosen), np.array(confidence))


def test_figures_by_hand() -> None:
    """Ten requests: eight right, one wrong, one not answered."""
    said = answers(["a"] * 6 + ["b"] * 2 + ["a", None], [0.9] * 8 + [0.5, 0.0])
    found = assess(LABELS, said, (0.05,), 0.1)
    assert found.accuracy.value == 0.8
    assert found.answered == 0.9
    by_label = {each.label: each for each in found.labels}
    assert by_label["a"].precision == pytest.approx(6 / 7)
    assert by_label["b"].recall == 0.5
    assert found.macro_f1 == pytest.approx((2 * 6 / 13 + 2 * 2 / 6) / 2)
    assert [(pair.label, pair.taken_for, pair.requests) for pair in found.confusions] == [("b", "a", 1)]
    assert found.labels[0].label == "b", "the worst label comes first"


def test_few_requests_promise_nothing_and_say_why() -> None:
    """Ten right answers are no promise of 5 %; what they could decide is shown apart."""
    found = assess(LABELS, answers(list(LABELS), [0.9] * 10), (0.05,), 0.1).at(0.05)
    assert found.certified == 0
    assert found.why
    assert found.possible == 1


def test_many_right_answers_are_certified() -> None:
    """Of 1,000 requests 900 are right and surer than the rest: at 5 % nearly all of these may be decided."""
    rng = np.random.default_rng(0)
    right = rng.random(1_000) < 0.9
    confidence = np.where(right, rng.uniform(0.7, 1, 1_000), rng.uniform(0, 0.8, 1_000))
    said = answers(["a" if each else "b" for each in right], confidence.tolist())
    found = assess(["a"] * 1_000, said, (0.01, 0.05), 0.1)
    assert 0.7 < found.at(0.05).certified <= found.at(0.05).possible
    assert found.at(0.01).possible <= found.at(0.05).possible
    assert found.coverage[-1] == 1
    assert found.risk[-1] == pytest.approx(1 - right.mean())


def test_what_was_not_answered_is_never_decided() -> None:
    """However little may go wrong: a request without an answer goes to a person."""
    said = answers(["a", None], [0.9, 0.0])
    assert possible(said.confidence, correct(["a", "a"], said), 0.99) == 0.5
    nothing = answers([None, None], [0.0, 0.0])
    assert possible(nothing.confidence, correct(["a", "a"], nothing), 0.5) == 0
    assert assess(["a", "a"], nothing, (0.05,), 0.1).answered == 0


def test_a_gain_says_how_sure_it_is() -> None:
    """A way that is sure of less is told from the better one; one that is the same is not."""
    rng = np.random.default_rng(1)
    confidence = rng.random(1_500)
    good = confidence, rng.random(1_500) < np.where(confidence > 0.3, 0.98, 0.5)
    poor = confidence, rng.random(1_500) < np.where(confidence > 0.7, 0.98, 0.5)
    better = gain(good, poor, 0.05)
    assert better.low > 0
    same = gain(good, good, 0.05)
    assert (same.value, same.low, same.high) == (0, 0, 0)
