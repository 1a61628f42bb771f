"""The best of many scored rows, in an order that never depends on chance. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Hits:
    """Rows found and their scores, best first; equal scores by ascending row. Both of shape (found,)."""

    rows: npt.NDArray[np.int64]
    scores: npt.NDArray[np.float32]


def best(rows: npt.NDArray[np.int64], scores: npt.NDArray[np.float32], k: int) -> Hits:
    """The `k` rows with the highest scores; of rows with the score of the last place, those with the lowest number."""
    if len(rows) > k > 0:
        least = np.partition(scores, len(scores) - k)[len(scores) - k]
        kept = np.flatnonzero(scores >= least)  # a little more than k when the last place is shared
        rows, scores = rows[kept], scores[kept]
    order = np.lexsort((rows, -scores))[: max(k, 0)]
    return Hits(rows=rows[order].astype(np.int64), scores=scores[order])
