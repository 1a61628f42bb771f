"""What more labels would bring: a power law through the points of a learning curve, with how sure that is.

The share that still goes to people falls about as a power of the number of examples (Hestness et al., "Deep learning
scaling is predictable, empirically", 2017). It is fitted in logarithms, and fitted again on bootstrap samples of the
held-out requests: where these disagree, so does the forecast, and it says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from service.learn.pilot.figures import Interval, possible

_DRAWS = 100
_FEWEST = 3  # points that a curve is drawn through
_LEAST = 1e-3  # of the share that goes to people: no forecast of perfection
_LEVEL = 0.90


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """One point: how many examples were learned from, and how the held-out requests went."""

    examples: int
    confidence: npt.NDArray[np.float64]
    right: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Forecast:
    """What so many more labels would bring."""

    more: int
    share: Interval  #: decided automatically at the promised error, by the best threshold


def forecast(points: Sequence[Measured], more: Sequence[int], alpha: float, seed: int = 0) -> tuple[Forecast, ...]:
    """For each number of further labels, from the number that the largest point has; none for want of points."""
    ordered = sorted(points, key=lambda point: point.examples)
    sizes = np.array([point.examples for point in ordered], dtype=np.float64)
    if len(set(sizes.tolist())) < _FEWEST:
        return ()
    n = len(ordered[0].right)
    rows = [np.arange(n), *np.random.default_rng(seed).integers(0, n, (_DRAWS, n))]
    shares = np.array(
        [[possible(point.confidence[draw], point.right[draw], alpha) for point in ordered] for draw in rows]
    )
    wanted = sizes[-1] + np.array(more, dtype=np.float64)
    found = np.array([_extended(sizes, row, wanted) for row in shares])
    low, high = np.quantile(found[1:], ((1 - _LEVEL) / 2, (1 + _LEVEL) / 2), axis=0)
    return tuple(
        Forecast(further, Interval(float(found[0, place]), float(low[place]), float(high[place])))
        for place, further in enumerate(more)
    )


def _extended(
    sizes: npt.NDArray[np.float64], shares: npt.NDArray[np.float64], wanted: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """The law of these points at other sizes; it goes through the last point, where the forecast begins."""
    left = np.log(np.clip(1 - shares, _LEAST, 1.0))
    # Few examples say little of what many do: a point counts by its size.
    slope = np.polyfit(np.log(sizes), left, 1, w=np.sqrt(sizes))[0]
    further = left[-1] + min(0.0, float(slope)) * (np.log(wanted) - np.log(sizes[-1]))
    extended: npt.NDArray[np.float64] = 1 - np.exp(further)
    return extended
