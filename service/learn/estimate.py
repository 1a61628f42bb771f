"""How often automatic decisions are wrong: measured on what was checked, and guessed where nothing was.

Checked are requests that were drawn at random, each with a probability that was written down. Weighted by its inverse
they stand for all the traffic, also when the share that is drawn was changed meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from service.learn.intervals import clopper_pearson

Floats = npt.NDArray[np.floating]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share among all the traffic, from a random part of it."""

    rate: float  #: 0 to 1
    low: float  #: of the interval, 0 to 1
    high: float
    checked: int
    wrong: int  #: of the checked
    of: float  #: decisions that the checked ones stand for

    @property
    def expected_wrong(self) -> float:
        """Wrong decisions in all the traffic, most likely."""
        return self.rate * self.of


def live_error(wrong: Flags, probability: Floats, confidence: float = 0.95) -> Estimate:
    """The live error from decisions drawn at random, shape (n,) each: was it wrong, and how likely was it drawn.

    The share is weighted by inverse probability (Horvitz and Thompson, 1952; Hajek, 1971). The interval is the exact
    one of Clopper and Pearson on the effective number of cases (Korn and Graubard, 1998): exact where all were drawn
    with the same probability, wider where they were not.
    """
    if wrong.shape != probability.shape or wrong.ndim != 1:
        raise ValueError("each checked decision has its probability of having been drawn")
    if not ((probability > 0) & (probability <= 1)).all():
        raise ValueError("a probability of having been drawn is above 0 and at most 1")
    checked, errors = len(wrong), int(np.count_nonzero(wrong))
    if not checked:
        return Estimate(0.0, 0.0, 1.0, 0, 0, 0.0)
    weight = 1 / probability.astype(np.float64)
    rate = float(weight[wrong].sum() / weight.sum())
    effective = _effective(weight, wrong, rate)
    low, high = clopper_pearson(min(rate * effective, effective), effective, confidence)
    return Estimate(rate, low, high, checked, errors, float(weight.sum()))


def _effective(weight: npt.NDArray[np.float64], wrong: Flags, rate: float) -> float:
    """How many cases drawn alike would tell as much: by the weights alone, and by where the wrong ones are found."""
    whole = float(weight.sum())
    by_weight = whole**2 / float((weight**2).sum())
    variance = float((weight**2 * (wrong - rate) ** 2).sum()) / whole**2
    by_variance = rate * (1 - rate) / variance if variance > 0 else by_weight
    return min(float(len(weight)), by_weight, by_variance)


@dataclass(frozen=True, slots=True)
class Expected:
    """The accuracy that the confidences themselves promise."""

    accuracy: float  #: 0 to 1
    low: float  #: of the interval within which chance leaves it, 0 to 1
    high: float
    cases: int


def expected_accuracy(confidence: Floats, level: float = 0.95) -> Expected:
    """The accuracy on cases that nobody labelled, from calibrated confidences of shape (n,).

    The mean confidence (confidence-based performance estimation, as by Garg et al., 2022, and NannyML). It is worth as
    much as the calibration is: it sees that traffic became harder, not that words came to mean something else.
    """
    from scipy.special import ndtri

    cases = len(confidence)
    if not cases:
        return Expected(0.0, 0.0, 1.0, 0)
    sure = confidence.astype(np.float64)
    mean = float(sure.mean())
    spread = float(ndtri((1 + level) / 2) * np.sqrt((sure * (1 - sure)).sum()) / cases)
    return Expected(mean, max(0.0, mean - spread), min(1.0, mean + spread), cases)
