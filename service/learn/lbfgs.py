"""Limited-memory BFGS in float32.

A head has millions of weights. A general minimiser keeps its history in float64 and provides for bounds, which takes
twice the memory and half of the time of a training run; single precision is ample for a regularised head.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Weights: TypeAlias = npt.NDArray[np.float32]
Loss: TypeAlias = Callable[[Weights], tuple[float, Weights]]  #: weights -> value, gradient of the same shape

_SUFFICIENT, _CURVATURE = 1e-4, 0.9  # Wolfe conditions (Nocedal and Wright, 2006, chapter 3)
_TRIES = 25  # evaluations in one line search


@dataclass(frozen=True, slots=True)
class Minimum:
    """Where the search ended."""

    weights: Weights
    value: float
    iterations: int


def minimise(
    loss: Loss, start: Weights, *, scale: Weights, iterations: int, tolerance: float = 1e-5, memory: int = 4
) -> Minimum:
    """Follow a smooth loss downhill from `start`, a flat array.

    `scale`, of the same shape, is a guess at the inverse of the Hessian's diagonal; a fair one halves the iterations.
    Ends after `iterations`, or when a step lowers the loss by less than `tolerance` of itself.
    """
    weights = start
    value, gradient = loss(weights)
    history: deque[tuple[Weights, Weights, float]] = deque(maxlen=memory)
    done = 0
    while done < iterations:
        direction = _direction(gradient, scale, history)
        found = _line_search(loss, weights, value, gradient, direction)
        if found is None:
            break
        done += 1
        step, turn, lowered = found[0] - weights, found[2] - gradient, value - found[1]
        weights, value, gradient = found
        if (curvature := float(step @ turn)) > 0:
            history.append((step, turn, 1 / curvature))
        if lowered < tolerance * abs(value):
            break
    return Minimum(weights, value, done)


def _direction(gradient: Weights, scale: Weights, history: deque[tuple[Weights, Weights, float]]) -> Weights:
    """Minus the gradient times the approximated inverse Hessian, by the two-loop recursion."""
    direction = -gradient
    if not history:
        return scale * direction / max(float(np.linalg.norm(scale * gradient)), 1e-12)
    factors = []
    for step, turn, inverse in reversed(history):
        factors.append(inverse * float(step @ direction))
        direction -= np.float32(factors[-1]) * turn
    step, turn, inverse = history[-1]
    direction *= scale * np.float32(1 / (inverse * float(turn @ (scale * turn))))
    for step, turn, inverse in history:
        direction += np.float32(factors.pop() - inverse * float(turn @ direction)) * step
    return direction


def _line_search(
    loss: Loss, weights: Weights, value: float, gradient: Weights, direction: Weights
) -> tuple[Weights, float, Weights] | None:
    """The first point found along `direction` that meets both Wolfe conditions; None when there is no way down."""
    slope = float(gradient @ direction)
    if slope >= 0:
        return None
    length, low, high = 1.0, 0.0, float("inf")
    for _ in range(_TRIES):
        there = weights + np.float32(length) * direction
        value_there, gradient_there = loss(there)
        if value_there > value + _SUFFICIENT * length * slope:
            high = length
        elif float(gradient_there @ direction) < _CURVATURE * slope:
            low = length
        else:
            return there, value_there, gradient_there
        length = 2 * length if high == float("inf") else (low + high) / 2
    return None
