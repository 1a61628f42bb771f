"""Whether a document keeps company, by who cites whom, with the best of the others that were found. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from index.signals.graph import Graph
from index.signals.kernels import Scores

#: Others that each document is held against.
BEST: Final = 5


def company(graph: Graph, ids: Sequence[str], nearness: Scores) -> Scores:
    """How near each document lies in the graph to the best few others, 0 to 1: their mean, weighted by `nearness`.

    `graph` has one row a document, at most of length 1. `nearness`, 0 to 1, is how well each document answers by its
    words and meaning, in equal parts: not by the weights in use, so that no part depends on them. A document is never
    held against another version of itself; 0 where nobody else is near at all.
    """
    names = np.array(ids)
    # One or more of the best may be the document itself: as many more are looked at as it has versions.
    most = BEST + int(np.unique(names, return_counts=True)[1].max(initial=0))
    order = np.argsort(-nearness, kind="stable")[:most]
    others = names[:, None] != names[None, order]
    counted = others & (np.cumsum(others, axis=1) <= BEST)
    weights = np.where(counted, nearness[order], np.float32(0.0))
    near = np.clip(graph @ graph[order].T, 0.0, 1.0)
    total = weights.sum(axis=1)
    means: Scores = ((near * weights).sum(axis=1) / np.where(total > 0, total, 1.0)).astype(np.float32)
    return means
