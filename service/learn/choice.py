"""Which requests people should label next: those that best stand for what the classifier is unsure of.

Facility location (Wei, Iyer and Bilmes, 2015): each choice is the request that comes nearest to the most requests which
nothing chosen or labelled is near to yet, each counted by how unsure the classifier is of it. So one batch never asks
about twenty of the same, rare kinds are reached, and oddities that are like nothing else are left out. What is chosen
here is for learning only: it is no random sample, and must never calibrate anything.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from index.model import Vectors

_POOL = 5_000  # requests that may be chosen; of more, the ones least sure
_STANDING_FOR = 2_000  # requests that they are to stand for; of more, a random part
_LEAST = 1e-6  # of uncertainty: what is sure is chosen last, not never

Floats = npt.NDArray[np.floating]


def uncertainty(probabilities: Floats, *, several: bool = False) -> npt.NDArray[np.float64]:
    """How unsure the classifier is of each request, 0 to 1, from probabilities of shape (n, labels).

    One label a request: 1 minus the margin between the two best. Several: how near the least decided label is to one
    half.
    """
    if several:
        decided: npt.NDArray[np.float64] = np.abs(probabilities.astype(np.float64) - 0.5).min(axis=1)
        return 1 - 2 * decided
    if probabilities.shape[1] < 2:
        return np.zeros(len(probabilities))
    best = np.partition(probabilities.astype(np.float64), -2, axis=1)[:, -2:]
    return np.clip(1 - (best[:, 1] - best[:, 0]), 0.0, 1.0)


def choose(
    vectors: Vectors,
    count: int,
    *,
    uncertainty: Floats | None = None,
    labelled: Vectors | None = None,
    seed: int = 0,
) -> list[int]:
    """Places of `count` requests to label next, the most useful first; all of them when there are no more.

    `vectors` of unit length, shape (n, dim); `uncertainty`, shape (n,), None as long as there is no classifier: then
    every request counts the same. `labelled` are vectors of what was labelled already. The same input and seed give the
    same choice.
    """
    if uncertainty is not None and len(uncertainty) != len(vectors):
        raise ValueError(f"{len(uncertainty)} uncertainties do not fit {len(vectors)} vectors")
    random = np.random.default_rng(seed)
    unsure = np.ones(len(vectors)) if uncertainty is None else np.maximum(uncertainty, _LEAST)
    # Shuffled before it is sorted, so that of equally unsure requests none comes first for its place in the file.
    order = random.permutation(len(vectors))
    pool = order[np.argsort(-unsure[order], kind="stable")[:_POOL]]
    others = pool if len(pool) <= _STANDING_FOR else random.choice(pool, _STANDING_FOR, replace=False)
    near = vectors[pool].astype(np.float32)
    alike = np.maximum(0.0, near @ vectors[others].astype(np.float32).T)
    stood_for = _nearest(vectors[others], labelled)
    return [int(pool[place]) for place in _greedy(alike, stood_for, unsure[others].astype(np.float32), count)]


def _greedy(
    alike: npt.NDArray[np.float32], stood_for: npt.NDArray[np.float32], weight: npt.NDArray[np.float32], count: int
) -> list[int]:
    """The rows of `alike`, shape (pool, others), that add most, one after the other.

    What a row adds can only become less, so a row is worked out anew only when it looks best (Minoux, 1978).
    """
    adds = np.maximum(alike - stood_for, 0) @ weight
    chosen: list[int] = []
    while len(chosen) < min(count, len(alike)):
        place = int(np.argmax(adds))
        adds[place] = np.maximum(alike[place] - stood_for, 0) @ weight
        if adds[place] < adds.max():
            continue
        chosen.append(place)
        stood_for = np.maximum(stood_for, alike[place])
        adds[place] = -1.0  # never again
    return chosen


def _nearest(others: Vectors, labelled: Vectors | None) -> npt.NDArray[np.float32]:
    """How like each of the others is to the labelled request nearest to it, 0 to 1."""
    found = np.zeros(len(others), dtype=np.float32)
    if labelled is not None:
        for start in range(0, len(labelled), _STANDING_FOR):
            alike = others.astype(np.float32) @ labelled[start : start + _STANDING_FOR].astype(np.float32).T
            found = np.maximum(found, alike.max(axis=1))
    return found
