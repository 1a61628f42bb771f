"""Intervals of a share, and what many tests at once come to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def clopper_pearson(hits: float, of: float, confidence: float = 0.95) -> tuple[float, float]:
    """The exact interval of a share (Clopper and Pearson, 1934); never covers less than it says.

    Counts need not be whole: weighted ones stand for the effective number of cases. (0, 1) of nothing.
    """
    from scipy.special import betaincinv

    if not 0 <= hits <= of:
        raise ValueError(f"{hits} of {of} is no share")
    side = (1 - confidence) / 2
    low = float(betaincinv(hits, of - hits + 1, side)) if hits > 0 else 0.0
    high = float(betaincinv(hits + 1, of - hits, 1 - side)) if hits < of else 1.0
    return low, high


def at_least(hits: int, of: int, level: float) -> float:
    """The share that there is at the least: the true one is below it with probability `level` at most. Exact, one-sided
    (Clopper and Pearson, 1934); 0 of nothing."""
    from scipy.special import betaincinv

    return float(betaincinv(hits, of - hits + 1, level)) if hits > 0 else 0.0


def wilson(hits: int, of: int, confidence: float = 0.95) -> tuple[float, float]:
    """The score interval of a share (Wilson, 1927): shorter than the exact one, right on average. (0, 1) of nothing."""
    from scipy.special import ndtri

    if not of:
        return 0.0, 1.0
    z2 = float(ndtri((1 + confidence) / 2)) ** 2
    rate = hits / of
    centre, spread = rate + z2 / (2 * of), (z2 * rate * (1 - rate) / of + z2**2 / (4 * of**2)) ** 0.5
    return max(0.0, (centre - spread) / (1 + z2 / of)), min(1.0, (centre + spread) / (1 + z2 / of))


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values adjusted for being many (Holm, 1979): below a level, that one stands among all at that level."""
    order = np.argsort(p_values, kind="stable")
    steps = np.asarray(p_values, dtype=np.float64)[order] * np.arange(len(p_values), 0, -1)
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(steps)) if len(p_values) else steps
    return [float(p) for p in adjusted]
