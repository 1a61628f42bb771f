"""Calibration: probabilities that mean what they say."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from service.learn.calibrate import (
    binary_log_loss,
    expected_calibration_error,
    fit_binary_temperature,
    fit_line,
    fit_temperature,
    log_loss,
    reliability,
    sigmoid,
    softmax,
)


@pytest.fixture
def held_out() -> tuple[np.ndarray, np.ndarray]:
    """Logits three times too large for the labels drawn from them."""
    rng = np.random.default_rng(5)
    honest = rng.normal(scale=2, size=(3000, 6))
    targets = np.array([rng.choice(6, p=row) for row in softmax(honest)])
    return (3 * honest).astype(np.float32), targets


def test_temperature_undoes_what_was_blown_up(held_out: tuple[np.ndarray, np.ndarray]) -> None:
    """The temperature is found again, the log loss falls, and so does the calibration error."""
    logits, targets = held_out
    temperature = fit_temperature(logits, targets)
    assert temperature == pytest.approx(3, rel=0.08)
    assert log_loss(logits, targets, temperature) < log_loss(logits, targets) - 0.1
    correct = logits.argmax(axis=1) == targets
    before = expected_calibration_error(softmax(logits).max(axis=1), correct)
    after = expected_calibration_error(softmax(logits, temperature).max(axis=1), correct)
    assert after < 0.03 < before


def test_temperature_is_that_of_least_loss(held_out: tuple[np.ndarray, np.ndarray]) -> None:
    """A general minimiser finds the same one."""
    logits, targets = held_out
    oracle = minimize_scalar(lambda t: log_loss(logits, targets, t), bounds=(0.05, 20), method="bounded").x
    assert fit_temperature(logits, targets) == pytest.approx(oracle, rel=1e-3)


def test_temperature_stays_within_bounds() -> None:
    """A handful of held-out examples, all right or all wrong, does not drive it to nothing or to infinity."""
    logits = np.eye(3)[[0, 1, 2]]
    assert fit_temperature(logits, np.array([0, 1, 2])) == pytest.approx(0.05, rel=1e-3)
    assert fit_temperature(logits, np.array([1, 2, 0])) == pytest.approx(20, rel=1e-3)


def test_calibration_error_by_hand() -> None:
    """Two bins: 0.95 right half of the time, 0.55 right always; the gaps weighted by their counts."""
    confidence = np.array([0.95, 0.95, 0.95, 0.95, 0.55, 0.55])
    correct = np.array([True, True, False, False, True, True])
    expected = 4 / 6 * 0.45 + 2 / 6 * 0.45
    assert expected_calibration_error(confidence, correct) == pytest.approx(expected)


def test_reliability_table_holds_every_prediction_once() -> None:
    """15 bins; a confidence of 1.0 lies in the last one, empty bins are zero."""
    table = reliability(np.array([0.0, 0.4, 1.0, 1.0]), np.array([False, True, True, False]))
    assert len(table) == 15
    assert sum(row.count for row in table) == 4
    assert (table[-1].count, table[-1].accuracy, table[-1].confidence) == (2, 0.5, 1.0)
    assert (table[3].count, table[3].accuracy) == (0, 0.0)


def test_large_logits_do_not_overflow() -> None:
    """Logits of a thousand give probabilities and a loss, not infinities."""
    logits = np.array([[1000.0, 0.0], [0.0, -1000.0]])
    assert softmax(logits) == pytest.approx(np.array([[1.0, 0.0], [1.0, 0.0]]))
    assert log_loss(logits, np.array([0, 1])) == pytest.approx(500.0)


def test_temperature_of_flags_is_found_too() -> None:
    """Sigmoids that were blown up three times are cooled again, and their loss falls."""
    rng = np.random.default_rng(6)
    honest = rng.normal(scale=2, size=(3000, 4))
    truth = rng.uniform(size=honest.shape) < sigmoid(honest)
    temperature = fit_binary_temperature(3 * honest, truth)
    assert temperature == pytest.approx(3, rel=0.08)
    assert binary_log_loss(3 * honest, truth, temperature) < binary_log_loss(3 * honest, truth) - 0.1


def test_line_through_scores_is_that_of_least_loss() -> None:
    """Slope and offset are found again; scores that mean nothing, or the reverse, get no slope."""
    rng = np.random.default_rng(7)
    scores = rng.normal(scale=2, size=20_000)
    slope, offset = fit_line(scores, rng.uniform(size=scores.size) < sigmoid(0.5 * scores + 1))
    assert slope == pytest.approx(0.5, abs=0.03)
    assert offset == pytest.approx(1, abs=0.05)
    slope, offset = fit_line(scores, rng.uniform(size=scores.size) < sigmoid(1 - scores))
    assert slope == 0
    assert sigmoid(np.array([offset]))[0] == pytest.approx(0.66, abs=0.03)


def test_line_never_promises_certainty() -> None:
    """Twenty cases without an error are not proof."""
    slope, offset = fit_line(np.linspace(1, 5, 20), np.ones(20, dtype=bool))
    assert sigmoid(np.array([5 * slope + offset]))[0] < 0.99
