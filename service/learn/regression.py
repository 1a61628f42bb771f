"""Logistic regression on a dense and a sparse block of features, regularised by L2: one softmax, or a sigmoid a label.

The blocks are multiplied apart: joined into one sparse matrix the vectors would cost more than all lexical features
together, joined into one dense matrix the lexical features would not fit into memory.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from service.learn.lbfgs import Weights, minimise

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Floats: TypeAlias = npt.NDArray[np.float32]
Link: TypeAlias = Callable[[Floats], float]  #: turns logits into the gradient of the mean loss by them; gives the loss

#: Typical p(1 - p) of a fitted head, times the number of labels: most of its predictions are sure.
_CURVATURE = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """What the regression sees of n requests."""

    dense: Floats  #: shape (n, dim); dim may be 0
    sparse: csr_matrix | None  #: float32, shape (n, terms)

    @property
    def terms(self) -> int:
        return 0 if self.sparse is None else int(self.sparse.shape[1])


@dataclass(frozen=True, slots=True, eq=False)
class Linear:
    """A fitted linear model."""

    weights: Floats  #: shape (dim + terms + 1, labels); the last row is the bias
    dim: int

    @property
    def dense(self) -> Floats:
        return self.weights[: self.dim]

    @property
    def sparse(self) -> Floats:
        return self.weights[self.dim : -1]

    @property
    def bias(self) -> Floats:
        bias: Floats = self.weights[-1]
        return bias

    def logits(self, features: Features) -> Floats:
        """Shape (n, labels)."""
        found: Floats = features.dense @ self.dense + self.bias
        if features.sparse is not None:
            found += features.sparse @ self.sparse
        return found


def fit_softmax(
    features: Features,
    targets: npt.NDArray[np.integer],
    labels: int,
    *,
    strength: float,
    iterations: int,
    weights: Floats | None = None,
) -> Linear:
    """Minimise mean log loss + |weights|^2 / (2 n strength), the bias free.

    `targets` holds a column below `labels` for each of the n rows, `weights` how much each row counts (1 where left
    out; n is then their sum). `strength` is the inverse of the regularisation, as the C of other libraries.
    """
    shares = _shares(weights, len(targets))
    rows = np.arange(len(targets))

    def link(chances: Floats) -> float:
        chances -= chances.max(axis=1, keepdims=True)
        true = chances[rows, targets]
        np.exp(chances, out=chances)
        total = chances.sum(axis=1)
        value = float(np.dot(np.log(total) - true, shares))
        chances /= total[:, None]
        chances[rows, targets] -= 1
        chances *= shares[:, None]
        return value

    return _fit(features, link, labels, strength, iterations, weights)


def fit_sigmoids(
    features: Features,
    truth: npt.NDArray[np.bool_],
    *,
    strength: float,
    iterations: int,
    weights: Floats | None = None,
) -> Linear:
    """As `fit_softmax`, with a sigmoid for each label and the labels' losses added; `truth` has shape (n, labels)."""
    shares = _shares(weights, len(truth))
    flags = truth.astype(np.float32)

    def link(chances: Floats) -> float:
        value = float(shares @ (np.logaddexp(0, chances) - flags * chances).sum(axis=1))
        chances *= 0.5
        np.tanh(chances, out=chances)
        chances += 1
        chances *= 0.5
        chances -= flags
        chances *= shares[:, None]
        return value

    return _fit(features, link, truth.shape[1], strength, iterations, weights)


def _fit(
    features: Features, link: Link, labels: int, strength: float, iterations: int, weights: Floats | None
) -> Linear:
    n, dim = features.dense.shape
    transposed = None if features.sparse is None else features.sparse.T.tocsr()
    penalty = np.float32(1 / (strength * (n if weights is None else float(weights.sum()))))
    shape = (dim + features.terms + 1, labels)

    def loss(flat: Weights) -> tuple[float, Weights]:
        turned = Linear(flat.reshape(shape), dim).logits(features)
        value = link(turned)
        gradient = np.empty(shape, dtype=np.float32)
        np.matmul(features.dense.T, turned, out=gradient[:dim])
        if transposed is not None:
            gradient[dim:-1] = transposed @ turned
        gradient[-1] = turned.sum(axis=0)
        regularised = flat[:-labels]
        value += float(penalty) / 2 * float(regularised @ regularised)
        slope = gradient.reshape(-1)
        slope[:-labels] += penalty * regularised
        return value, slope

    scale = np.repeat(1 / (_CURVATURE / labels * _mean_squares(features) + penalty), labels)
    start = np.zeros(shape[0] * labels, dtype=np.float32)
    found = minimise(loss, start, scale=scale.astype(np.float32), iterations=iterations)
    return Linear(found.weights.reshape(shape), dim)


def _shares(weights: Floats | None, n: int) -> Floats:
    """What each row's loss counts, adding up to 1."""
    each = np.ones(n, dtype=np.float32) if weights is None else weights
    shares: Floats = (each / each.sum(dtype=np.float64)).astype(np.float32)
    return shares


def _mean_squares(features: Features) -> Floats:
    """Of each column, the bias last; with the labels' p(1 - p) it is the diagonal of the loss's Hessian."""
    parts = [np.mean(features.dense**2, axis=0)]
    if features.sparse is not None:
        squares = features.sparse.multiply(features.sparse).mean(axis=0)
        parts.append(np.asarray(squares, np.float32).ravel())
    return np.concatenate([*parts, np.ones(1, dtype=np.float32)])
