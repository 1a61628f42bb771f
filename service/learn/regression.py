"""Multinomial logistic regression on a dense and a sparse block of features, regularised by L2.

The blocks are multiplied apart: joined into one sparse matrix the vectors would cost more than all lexical features
together, joined into one dense matrix the lexical features would not fit into memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from index.model import Vectors
from service.learn.lbfgs import Weights, minimise

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


#: Typical p(1 - p) of a fitted head, times the number of labels: most of its predictions are sure.
_CURVATURE = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """What the head sees of n requests."""

    vectors: Vectors  #: shape (n, dim)
    lexical: csr_matrix  #: float32, shape (n, terms)

    def weighted(self, lexical_weight: float) -> Features:
        """The same with the lexical block multiplied by a weight."""
        return Features(self.vectors, self.lexical * np.float32(lexical_weight))


@dataclass(frozen=True, slots=True, eq=False)
class Linear:
    """A fitted linear model."""

    weights: npt.NDArray[np.float32]  #: shape (dim + terms + 1, labels); the last row is the bias
    dim: int

    @property
    def dense(self) -> npt.NDArray[np.float32]:
        return self.weights[: self.dim]

    @property
    def lexical(self) -> npt.NDArray[np.float32]:
        return self.weights[self.dim : -1]

    @property
    def bias(self) -> npt.NDArray[np.float32]:
        bias: npt.NDArray[np.float32] = self.weights[-1]
        return bias

    def logits(self, features: Features) -> npt.NDArray[np.float32]:
        """Shape (n, labels)."""
        found: npt.NDArray[np.float32] = features.vectors @ self.dense + features.lexical @ self.lexical + self.bias
        return found


def fit_softmax(
    features: Features,
    targets: npt.NDArray[np.integer],
    labels: int,
    *,
    strength: float,
    iterations: int,
) -> Linear:
    """Minimise mean log loss + |weights|^2 / (2 n strength), the bias free.

    `targets` holds a column below `labels` for each of the n rows. `strength` is the inverse of the regularisation,
    as the C of other libraries.
    """
    n, dim = features.vectors.shape
    transposed = features.lexical.T.tocsr()
    penalty = np.float32(1 / (strength * n))
    rows = np.arange(n)
    shape = (dim + features.lexical.shape[1] + 1, labels)

    def loss(flat: Weights) -> tuple[float, Weights]:
        chances = Linear(flat.reshape(shape), dim).logits(features)
        chances -= chances.max(axis=1, keepdims=True)
        true = chances[rows, targets]
        np.exp(chances, out=chances)
        total = chances.sum(axis=1)
        value = float(np.mean(np.log(total) - true, dtype=np.float64))
        # From here on `chances` becomes the gradient of the mean loss by the logits: (probability - truth) / n.
        chances /= total[:, None]
        chances[rows, targets] -= 1
        chances /= np.float32(n)
        gradient = np.empty(shape, dtype=np.float32)
        np.matmul(features.vectors.T, chances, out=gradient[:dim])
        gradient[dim:-1] = transposed @ chances
        gradient[-1] = chances.sum(axis=0)
        regularised = flat[:-labels]
        value += float(penalty) / 2 * float(regularised @ regularised)
        slope = gradient.reshape(-1)
        slope[:-labels] += penalty * regularised
        return value, slope

    scale = np.repeat(1 / (_CURVATURE / labels * _mean_squares(features) + penalty), labels)
    start = np.zeros(shape[0] * labels, dtype=np.float32)
    found = minimise(loss, start, scale=scale.astype(np.float32), iterations=iterations)
    return Linear(found.weights.reshape(shape), dim)


def _mean_squares(features: Features) -> npt.NDArray[np.float32]:
    """Of each column, the bias last; with the labels' p(1 - p) it is the diagonal of the loss's Hessian."""
    squares = features.lexical.multiply(features.lexical).mean(axis=0)
    bias = np.ones(1, dtype=np.float32)
    return np.concatenate([np.mean(features.vectors**2, axis=0), np.asarray(squares, np.float32).ravel(), bias])
