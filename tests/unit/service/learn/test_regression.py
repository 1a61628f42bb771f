"""The regression behind the head, against an independent implementation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, random_array

from service.learn.lbfgs import minimise
from service.learn.regression import Features, fit_softmax


def test_finds_the_minimum_of_the_stated_loss() -> None:
    """Dense and sparse blocks apart give the weights that a general minimiser finds for both joined."""
    rng = np.random.default_rng(0)
    n, dim, terms, labels, strength = 120, 5, 12, 3, 2.0
    vectors = rng.normal(size=(n, dim)).astype(np.float32)
    lexical = csr_matrix(random_array((n, terms), density=0.3, rng=rng, dtype=np.float32))
    targets = rng.integers(0, labels, n)
    joined = np.hstack([vectors, lexical.toarray()]).astype(np.float64)

    def loss(flat: np.ndarray) -> float:
        weights = flat.reshape(dim + terms + 1, labels)
        logits = joined @ weights[:-1] + weights[-1]
        fit = np.mean(np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(n), targets])
        return float(fit + (weights[:-1] ** 2).sum() / (2 * n * strength))

    oracle = minimize(loss, np.zeros((dim + terms + 1) * labels), method="L-BFGS-B", options={"maxfun": 10**6})
    found = fit_softmax(Features(vectors, lexical), targets, labels, strength=strength, iterations=200)
    assert loss(found.weights.ravel()) == pytest.approx(oracle.fun, rel=1e-3)
    assert found.weights.ravel()[:-labels] == pytest.approx(oracle.x[:-labels], abs=0.05)


def test_minimise_goes_down_a_narrow_valley() -> None:
    """Rosenbrock's valley in single precision, from the classic start."""

    def valley(x: np.ndarray) -> tuple[float, np.ndarray]:
        a, b = float(x[0]), float(x[1])
        slope = [-2 * (1 - a) - 400 * a * (b - a * a), 200 * (b - a * a)]
        return (1 - a) ** 2 + 100 * (b - a * a) ** 2, np.array(slope, dtype=np.float32)

    start = np.array([-1.2, 1.0], dtype=np.float32)
    found = minimise(valley, start, scale=np.ones(2, dtype=np.float32), iterations=200, tolerance=1e-9)
    assert found.weights == pytest.approx([1, 1], abs=0.02)
    assert found.iterations < 200


def test_minimise_stays_where_there_is_no_way_down() -> None:
    """At the minimum itself nothing moves."""
    start = np.zeros(3, dtype=np.float32)
    found = minimise(lambda x: (float(x @ x), 2 * x), start, scale=np.ones(3, dtype=np.float32), iterations=5)
    assert np.array_equal(found.weights, start)
    assert found.iterations == 0
