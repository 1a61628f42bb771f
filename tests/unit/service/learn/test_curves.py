"""Risk against coverage: exact, blind to the order of equals, and in figures a day."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from service.learn.curves import aurc, coverage_at, excess_aurc, risk_coverage, simulate


def by_hand(order: list[bool]) -> float:
    """Mean risk over coverages for one order of right and wrong answers."""
    return float(np.mean([order[: k + 1].count(False) / (k + 1) for k in range(len(order))]))


def test_the_curve_takes_equal_confidences_together() -> None:
    """A point for each confidence that occurs, strict to loose."""
    curve = risk_coverage(np.array([0.9, 0.5, 0.9, 0.2]), np.array([True, True, False, False]))
    assert curve.threshold.tolist() == [0.9, 0.5, 0.2]
    assert curve.coverage.tolist() == [0.5, 0.75, 1.0]
    assert curve.risk.tolist() == pytest.approx([1 / 2, 1 / 3, 1 / 2])


def test_area_is_the_mean_risk_over_coverages() -> None:
    """For distinct confidences the sum by hand; whatever order the cases come in."""
    rng = np.random.default_rng(0)
    confidence, correct = rng.permutation(200) / 200, rng.uniform(size=200) < 0.8
    order = np.argsort(-confidence)
    assert aurc(confidence, correct) == pytest.approx(by_hand(correct[order].tolist()))
    shuffled = rng.permutation(200)
    assert aurc(confidence[shuffled], correct[shuffled]) == pytest.approx(aurc(confidence, correct))


def test_area_of_equals_is_the_mean_over_their_orders() -> None:
    """No way of sorting equal confidences can make it better or worse."""
    correct = [True, False, True, False, True]
    every = [by_hand([True, *order]) for order in permutations(correct)]
    confidence = np.array([0.9, *[0.5] * 5])
    assert aurc(confidence, np.array([True, *correct])) == pytest.approx(float(np.mean(every)))


def test_excess_is_nothing_for_a_perfect_ranking() -> None:
    """All wrong answers at the end cannot be done better; at the front they cost most."""
    correct = np.array([True] * 80 + [False] * 20)
    falling = np.linspace(1, 0.5, 100)
    assert excess_aurc(falling, correct) == pytest.approx(0.0)
    assert excess_aurc(falling[::-1].copy(), correct) > 0.3
    assert aurc(np.zeros(0), np.zeros(0, dtype=bool)) == 0.0


def test_an_oracle_takes_as_much_as_the_error_allows() -> None:
    """The largest coverage at that risk, also where the risk went above it in between."""
    confidence = np.linspace(1, 0.01, 100)
    correct = np.ones(100, dtype=bool)
    correct[0] = False  # the surest one is wrong
    assert coverage_at(confidence, correct, 0.01) == 1.0
    correct[50:] = False
    assert coverage_at(confidence, correct, 0.1) == pytest.approx(0.54)
    assert coverage_at(confidence, correct, 0.0) == 0.0


def test_a_simulated_day_is_the_certificate_times_its_traffic() -> None:
    """Automation, errors and reviews of a day under each alpha; without a certificate people get everything."""
    rng = np.random.default_rng(1)
    confidence = 1 - rng.beta(0.5, 4.0, 1500)
    correct = rng.uniform(size=1500) < confidence**1.4
    rows = simulate(confidence, correct, (0.0005, 0.05, 0.2), 0.1, 1000)
    assert [row.certified for row in rows] == [False, True, True]
    refused, five, twenty = rows
    assert (refused.automation, refused.errors_per_day, refused.reviews_per_day) == (0.0, 0.0, 1000)
    assert refused.why
    assert 0 < five.automation < twenty.automation <= 1
    assert five.reviews_per_day == pytest.approx(1000 * (1 - five.automation))
    assert five.threshold is not None
    taken = confidence >= five.threshold
    assert five.errors_per_day == pytest.approx(1000 * (~correct[taken]).sum() / 1500)
    assert five.errors_per_day <= 0.05 * five.automation * 1000
