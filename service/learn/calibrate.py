"""Probabilities that mean what they say: temperature scaling, and the figures that show it.

Everything here is to be fed with predictions for examples the model was not trained on.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.floating]
Places: TypeAlias = npt.NDArray[np.integer]
Flags: TypeAlias = npt.NDArray[np.bool_]

_BINS = 15
_COLDEST, _HOTTEST = 0.05, 20.0  # beyond these the held-out sample was too small to say
_STEPS = 100


def softmax(logits: Floats, temperature: float = 1.0) -> npt.NDArray[np.float64]:
    """Probabilities of each row of logits / temperature, shape (n, labels)."""
    scaled = logits.astype(np.float64) / temperature
    scaled -= scaled.max(axis=1, keepdims=True)
    np.exp(scaled, out=scaled)
    scaled /= scaled.sum(axis=1, keepdims=True)
    return scaled


def log_loss(logits: Floats, targets: Places, temperature: float = 1.0) -> float:
    """Mean negative log-likelihood in nats of the true columns `targets`, shape (n,)."""
    scaled = logits.astype(np.float64) / temperature
    scaled -= scaled.max(axis=1, keepdims=True)
    true = scaled[np.arange(len(targets)), targets]
    return float(np.mean(np.log(np.exp(scaled).sum(axis=1)) - true))


def fit_temperature(logits: Floats, targets: Places) -> float:
    """The temperature of least log loss (Guo et al., 2017), between 0.05 and 20.

    The loss is convex in 1 / temperature, so the root of its slope is found by halving the interval.
    """
    scores = logits.astype(np.float64)
    true = scores[np.arange(len(targets)), targets]

    def slope(factor: float) -> float:
        return float(np.mean((softmax(scores, 1 / factor) * scores).sum(axis=1) - true))

    return _temperature(slope)


def _temperature(slope: Callable[[float], float]) -> float:
    """Where the slope of a loss that is convex in 1 / temperature is zero."""
    low, high = 1 / _HOTTEST, 1 / _COLDEST
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if slope(middle) > 0 else (middle, high)
        if high - low < 1e-6 * high:
            break
    return 2 / (low + high)


def sigmoid(logits: Floats) -> npt.NDArray[np.float64]:
    """1 / (1 + exp(-logits)) of each, without overflow."""
    half: npt.NDArray[np.float64] = (1 + np.tanh(logits.astype(np.float64) / 2)) / 2
    return half


def binary_log_loss(logits: Floats, truth: Flags, temperature: float = 1.0) -> float:
    """Mean negative log-likelihood in nats of a row's flags, both arrays of shape (n, labels), labels added up."""
    scaled = logits.astype(np.float64) / temperature
    return float(np.mean((np.logaddexp(0, scaled) - truth * scaled).sum(axis=1)))


def fit_binary_temperature(logits: Floats, truth: Flags) -> float:
    """As `fit_temperature`, for a logit and a flag of each label apart; both of shape (n, labels)."""
    scores = logits.astype(np.float64)

    def slope(factor: float) -> float:
        return float(np.mean((sigmoid(factor * scores) - truth) * scores))

    return _temperature(slope)


def fit_line(scores: Floats, correct: Flags) -> tuple[float, float]:
    """Slope (not below 0) and offset of the logits of being correct, by the scores; both arrays of shape (n,).

    Platt's scaling (1999) with his targets, which keep a sample without errors from promising certainty.
    """
    right = int(np.count_nonzero(correct))
    target = np.where(correct, (right + 1) / (right + 2), 1 / (len(correct) - right + 2))
    columns = np.column_stack([scores.astype(np.float64), np.ones(len(scores))])
    line = np.array([1.0, 0.0])
    for _ in range(_STEPS):
        chance = sigmoid(columns @ line)
        gradient = columns.T @ (chance - target)
        curvature = (columns * (chance * (1 - chance))[:, None]).T @ columns + 1e-6 * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        line -= step * min(1.0, 2 / max(float(np.abs(step).max()), 1e-12))
        if float(np.abs(step).max()) < 1e-8:
            break
    if line[0] < 0:  # scores that rank the wrong way round are worth nothing
        mean = float(target.mean())
        return 0.0, math.log(mean / (1 - mean))
    return float(line[0]), float(line[1])


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Predictions whose confidence lies in [lower, upper); the last bin holds 1.0 too."""

    lower: float
    upper: float
    count: int
    confidence: float  #: mean; 0.0 when the bin is empty
    accuracy: float  #: share that was correct; 0.0 when the bin is empty


def reliability(confidence: Floats, correct: Flags, bins: int = _BINS) -> tuple[ReliabilityBin, ...]:
    """The reliability table: equal-width bins of `confidence`, both arrays of shape (n,)."""
    place = np.clip((confidence * bins).astype(np.int64), 0, bins - 1)
    counts = np.bincount(place, minlength=bins)
    filled = np.maximum(counts, 1)
    confidences = np.bincount(place, weights=confidence, minlength=bins) / filled
    accuracies = np.bincount(place, weights=correct.astype(np.float64), minlength=bins) / filled
    return tuple(
        ReliabilityBin(b / bins, (b + 1) / bins, int(counts[b]), float(confidences[b]), float(accuracies[b]))
        for b in range(bins)
    )


def expected_calibration_error(confidence: Floats, correct: Flags, bins: int = _BINS) -> float:
    """Mean gap between confidence and accuracy over the reliability table, weighted by count; 0 to 1.

    Naeini et al., 2015, with 15 bins as in Guo et al., 2017.
    """
    table = reliability(confidence, correct, bins)
    return sum(row.count * abs(row.confidence - row.accuracy) for row in table) / max(1, len(confidence))
