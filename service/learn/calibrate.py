"""Probabilities that mean what they say: temperature scaling, and the figures that show it.

Everything here is to be fed with predictions for examples the model was not trained on.
"""

from __future__ import annotations

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
    low, high = 1 / _HOTTEST, 1 / _COLDEST
    for _ in range(_STEPS):
        middle = (low + high) / 2
        slope = float(np.mean((softmax(scores, 1 / middle) * scores).sum(axis=1) - true))
        low, high = (low, middle) if slope > 0 else (middle, high)
        if high - low < 1e-6 * high:
            break
    return 2 / (low + high)


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
