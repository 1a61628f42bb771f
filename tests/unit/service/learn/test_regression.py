"""The regression behind the head, against an independent implementation."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, random_array

from service.learn.lbfgs import minimise
from service.learn.regression import Features, fit_sigmoids, fit_softmax


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


def small() -> tuple[Features, np.ndarray]:
    rng = np.random.default_rng(3)
    vectors = rng.normal(size=(60, 4)).astype(np.float32)
    lexical = csr_matrix(random_array((60, 6), density=0.4, rng=rng, dtype=np.float32))
    return Features(vectors, lexical), rng.integers(0, 3, 60)


def test_a_row_that_counts_twice_is_as_two_rows() -> None:
    """Weights of the rows are what they say, for a softmax and for sigmoids."""
    features, targets = small()
    truth = np.eye(3, dtype=np.bool_)[targets]
    twice = np.ones(60, np.float32)
    twice[:20] = 2
    rows = np.concatenate([np.arange(60), np.arange(20)])
    assert features.sparse is not None
    doubled = Features(features.dense[rows], features.sparse[rows])
    softmax = partial(fit_softmax, labels=3, strength=2.0, iterations=200)
    one = softmax(features, targets, weights=twice)
    assert one.weights == pytest.approx(softmax(doubled, targets[rows]).weights, abs=5e-3)
    sigmoids = partial(fit_sigmoids, strength=2.0, iterations=200)
    many = sigmoids(features, truth, weights=twice)
    assert many.weights == pytest.approx(sigmoids(doubled, truth[rows]).weights, abs=5e-3)


def test_sigmoids_are_regressions_of_their_own() -> None:
    """Each label's weights are those that a general minimiser finds for that label alone."""
    features, targets = small()
    truth = np.eye(3, dtype=np.bool_)[targets]
    truth[:10, 2] = True
    assert features.sparse is not None
    joined = np.hstack([features.dense, features.sparse.toarray()]).astype(np.float64)
    found = fit_sigmoids(features, truth, strength=2.0, iterations=200)

    def loss(flat: np.ndarray, label: int) -> float:
        logits = joined @ flat[:-1] + flat[-1]
        fit = np.mean(np.logaddexp(0, logits) - truth[:, label] * logits)
        return float(fit + (flat[:-1] ** 2).sum() / (2 * 60 * 2.0))

    for label in range(3):
        oracle = minimize(loss, np.zeros(11), args=(label,), method="L-BFGS-B")
        assert found.weights[:, label] == pytest.approx(oracle.x, abs=0.05)


def test_either_block_may_be_left_out() -> None:
    """No vectors or no words: the other block alone, without an error and without a division by nothing."""
    features, targets = small()
    words = Features(np.empty((60, 0), np.float32), features.sparse)
    vectors = Features(features.dense, None)
    for part, width in ((words, 6), (vectors, 4)):
        found = fit_softmax(part, targets, 3, strength=2.0, iterations=50)
        assert found.weights.shape == (width + 1, 3)
        assert np.isfinite(found.logits(part)).all()
