"""The sentences that say most of a long text: those that are most like all the others. Pure.

Degree centrality over sentence vectors, as LexRank has it without its walk (Erkan and Radev, 2004).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from index.model import Vectors
from index.sentences import sentences

_LEAST = 40  # code points; a shorter piece is joined with the one after it
_MOST = 320  # a longer one is cut between words: not everybody writes full stops
_PIECES = 96  # at most; of a longer text the pieces are longer


def pieces(text: str) -> list[tuple[int, int]]:
    """Spans of sentences, short ones joined and long ones cut, in order; at most about a hundred."""
    least = max(_LEAST, len(text) // _PIECES)
    found: list[tuple[int, int]] = []
    for start, end in sentences(text):
        short = bool(found) and found[-1][1] - found[-1][0] < least
        found.append((found.pop()[0] if short else start, end))
    return [part for span in found for part in _cut(text, *span, max(_MOST, 2 * least))]


def centrality(vectors: Vectors) -> npt.NDArray[np.float32]:
    """For each row (of unit length) the mean of its cosines with the others, no cosine below 0 counted."""
    alike = np.clip(vectors @ vectors.T, 0.0, None)
    np.fill_diagonal(alike, 0.0)
    central: npt.NDArray[np.float32] = alike.sum(axis=1) / max(1, len(vectors) - 1)
    return central


def _cut(text: str, start: int, end: int, most: int) -> list[tuple[int, int]]:
    cut = []
    while end - start > most:
        space = text.rfind(" ", start + most // 2, start + most)
        stop = space if space > 0 else start + most
        cut.append((start, stop))
        start = stop + (space > 0)
    return [*cut, (start, end)]
