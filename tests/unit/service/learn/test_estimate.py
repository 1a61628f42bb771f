"""The live error from random checks, and the accuracy that confidences promise."""

from __future__ import annotations

import numpy as np
import pytest

from service.learn.estimate import expected_accuracy, live_error
from service.learn.intervals import clopper_pearson


def test_drawn_alike_it_is_the_exact_interval() -> None:
    """Three wrong of two hundred checked at one in ten stand for thirty of two thousand."""
    wrong = np.arange(200) < 3
    found = live_error(wrong, np.full(200, 0.1))
    assert (found.rate, found.checked, found.wrong) == (0.015, 200, 3)
    assert (found.low, found.high) == pytest.approx(clopper_pearson(3, 200))
    assert found.of == pytest.approx(2000)
    assert found.expected_wrong == pytest.approx(30)


def test_what_was_drawn_less_often_counts_for_more() -> None:
    """An error found among requests drawn at one in a hundred weighs ten times one drawn at one in ten."""
    wrong = np.array([True] + [False] * 99 + [False] * 100)
    probability = np.array([0.01] * 100 + [0.1] * 100)
    found = live_error(wrong, probability)
    assert found.rate == pytest.approx(100 / 11_000)
    assert found.high > clopper_pearson(1, 200)[1], "fewer cases in effect, so less is known"


def test_the_estimate_is_unbiased_and_its_interval_holds() -> None:
    """The share drawn changed half way, when the error did too: the mean is right, 95 % of intervals hold it."""
    rng, rates, covered = np.random.default_rng(0), [], 0
    draws, traffic = 400, 6000
    for _ in range(draws):
        wrong = rng.uniform(size=traffic) < np.repeat([0.02, 0.08], traffic // 2)
        probability = np.repeat([0.2, 0.05], traffic // 2)
        drawn = rng.uniform(size=traffic) < probability
        found = live_error(wrong[drawn], probability[drawn])
        rates.append(found.rate)
        covered += found.low <= 0.05 <= found.high
    assert np.mean(rates) == pytest.approx(0.05, abs=0.002)
    assert covered / draws >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / draws)
    naive = wrong[drawn].mean()
    assert naive < 0.045, "counting every check the same takes the share drawn for the traffic"


def test_without_a_check_nothing_is_known() -> None:
    """Anything between never and always."""
    found = live_error(np.zeros(0, dtype=bool), np.zeros(0))
    assert (found.low, found.high, found.checked, found.expected_wrong) == (0.0, 1.0, 0, 0.0)


@pytest.mark.parametrize("probability", [[0.0], [1.5], [0.5, 0.5]])
def test_a_draw_has_a_probability(probability: list[float]) -> None:
    """Without one it cannot stand for anything."""
    with pytest.raises(ValueError, match="drawn"):
        live_error(np.array([True]), np.array(probability))


def test_calibrated_confidences_tell_the_accuracy() -> None:
    """Of traffic that became harder too, without a label; 95 % of intervals hold what comes out."""
    rng, held, draws = np.random.default_rng(1), 0, 400
    for _ in range(draws):
        sure = rng.beta(4, 2, 500)
        right = rng.uniform(size=500) < sure
        found = expected_accuracy(sure)
        held += found.low <= right.mean() <= found.high
    assert held / draws >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / draws)
    assert found.accuracy > 0.6
    assert expected_accuracy(rng.beta(2, 4, 500)).accuracy < 0.4
    nothing = expected_accuracy(np.zeros(0))
    assert (nothing.low, nothing.high, nothing.cases) == (0.0, 1.0, 0)
