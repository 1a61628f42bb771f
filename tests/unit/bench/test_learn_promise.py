"""Whether a promise is kept, counted over many splits."""

from __future__ import annotations

import numpy as np

from bench.learn_judged import Judged
from bench.learn_promise import certified, naive, promises


def _judged(count: int, seed: int = 0) -> Judged:
    """Requests whose confidences are right: of those at .9 nine of ten are."""
    rng = np.random.default_rng(seed)
    confidence = 1 - rng.beta(0.4, 4, size=count)
    return Judged(confidence, rng.random(count) < confidence, np.zeros(count))


def test_the_certified_threshold_breaks_its_promise_rarely_and_the_usual_one_often() -> None:
    """On the same splits: at most about a tenth for the one, a good third for the other."""
    at_five = promises(_judged(3_000), splits=60)[-1]
    assert at_five.alpha == 0.05
    assert at_five.certified.violations <= 0.15
    assert at_five.certified.truly <= 0.1
    assert at_five.naive.violations >= 0.25
    assert at_five.naive.coverage >= at_five.certified.coverage > 0.3


def test_a_refusal_covers_nothing_and_breaks_nothing() -> None:
    """With 50 cases no error of one in a hundred can be promised."""
    at_one = promises(_judged(200), splits=10, calibration=50)[0]
    assert at_one.certified == (0.0, 0.0, 0.0, 1.0)


def test_the_usual_threshold_is_the_loosest_that_looks_right() -> None:
    """It takes what fits the cases at hand; the certificate keeps its distance."""
    found = _judged(1_500)
    cases = np.arange(1_500)
    loose, strict = naive(found, cases, 0.05), certified(found, cases, 0.05)
    assert loose is not None
    assert strict is not None
    assert loose <= strict
    accepted = found.confidence >= loose
    assert (~found.correct[accepted]).mean() <= 0.05


def test_where_nothing_looks_right_there_is_no_usual_threshold() -> None:
    """All wrong: none is proposed."""
    wrong = Judged(np.full(100, 0.9), np.zeros(100, dtype=bool), np.zeros(100))
    assert naive(wrong, np.arange(100), 0.05) is None
