"""Vectors to search: drawn in clusters, as the meanings of texts lie, always the same for the same size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from index.model import Vectors

DIM = 384
QUERIES = 60
K = 10
SHARES = (1.0, 0.5, 0.1, 0.01)
_CLUSTERS = 300
_SPREAD = 1.2  # of a cluster, against the distance between clusters
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Filter:
    """Rows that may be returned: a share of all, drawn at random or the farthest from what is asked."""

    share: float
    correlated: bool
    allowed: npt.NDArray[np.bool_]

    @property
    def name(self) -> str:
        return "all" if self.share == 1 else f"{self.share:.0%} {'correlated' if self.correlated else 'random'}"


def draw(size: int) -> tuple[Vectors, Vectors]:
    """Vectors (size, DIM) and queries (QUERIES, DIM) of the same clusters, of unit length."""
    chance = np.random.default_rng(size)
    centres = chance.standard_normal((_CLUSTERS, DIM)).astype(np.float32)
    vectors = np.empty((size, DIM), dtype=np.float32)
    for start in range(0, size, _CHUNK):
        vectors[start : start + _CHUNK] = _around(centres, min(_CHUNK, size - start), chance)
    return vectors, _around(centres, QUERIES, chance)


def _around(centres: Vectors, count: int, chance: np.random.Generator) -> Vectors:
    drawn = centres[chance.integers(0, len(centres), count)]
    drawn = drawn + np.float32(_SPREAD) * chance.standard_normal((count, DIM), dtype=np.float32)
    unit: Vectors = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return unit


def filters(vectors: Vectors, queries: Vectors) -> Iterator[Filter]:
    """Everything; then each share at random, and the same share of what is least like the queries.

    The correlated ones are what permissions are like: who asks of one thing may see only another.
    """
    size = len(vectors)
    yield Filter(1.0, correlated=False, allowed=np.ones(size, dtype=bool))
    likeness = vectors @ queries.mean(axis=0)
    order = {False: np.random.default_rng(1).permutation(size), True: np.argsort(likeness, kind="stable")}
    for share in SHARES[1:]:
        for correlated, rows in order.items():
            allowed = np.zeros(size, dtype=bool)
            allowed[rows[: int(share * size)]] = True
            yield Filter(share, correlated, allowed)


def truth(vectors: Vectors, queries: Vectors, allowed: npt.NDArray[np.bool_]) -> list[float]:
    """The K-th best score of each query among the allowed rows, computed one by one in double precision."""
    rows = np.flatnonzero(allowed)
    least = np.full((len(queries), K), -2.0)
    for start in range(0, len(rows), _CHUNK):
        part = vectors[rows[start : start + _CHUNK]].astype(np.float64) @ queries.T.astype(np.float64)
        joined = np.concatenate([least, part.T], axis=1)
        least = np.partition(joined, -K, axis=1)[:, -K:]
    lowest: list[float] = least.min(axis=1).tolist()
    return lowest


def recall(
    rows: npt.NDArray[Any], vectors: Vectors, query: Vectors, allowed: npt.NDArray[np.bool_], least: float
) -> float:
    """Share of the K nearest allowed rows among those found; 0 as soon as one is found that is not allowed.

    A row counts when its score is no less than that of the K-th nearest, so that equal scores may change places.
    """
    if len(set(rows.tolist())) != len(rows) or not allowed[rows].all():
        return 0.0
    scores = vectors[rows[:K]].astype(np.float64) @ query.astype(np.float64)
    return float((scores >= least - 1e-6).sum() / K)


def summary(recalls: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.4f}" for name, value in recalls.items())
