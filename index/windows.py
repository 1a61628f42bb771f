"""Long texts in overlapping windows: where the windows lie, and how their vectors become one. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.model import Vector, Vectors

#: A sum of unit vectors shorter than this points nowhere; the first window then speaks for the text.
_NOWHERE = 1e-6


@dataclass(frozen=True, slots=True)
class Windows:
    """A text as the encoder saw it: one vector a window, and one for the whole."""

    vectors: Vectors  #: shape (windows, dim)
    spans: tuple[tuple[int, int], ...]  #: code points of the text each window covers; they overlap, none is left out
    pooled: Vector  #: mean of the windows weighted by their tokens, unit length
    agreement: float  #: smallest cosine between two windows; 1.0 when there is one
    complete: bool  #: False when the text needed more windows than the limit; the vectors are then of the first ones


def token_ranges(tokens: int, room: int, overlap: int) -> list[tuple[int, int]]:
    """Ranges of at most `room` tokens that cover 0..tokens, neighbours sharing at least `overlap`.

    The windows are spread evenly, all of full length: a short last window would be a poor witness of the whole.
    """
    if not 0 <= overlap < room:
        raise ValueError(f"the overlap has to be at least 0 and less than the room of {room} tokens, not {overlap}")
    if tokens <= room:
        return [(0, tokens)]
    count = 1 + -(-(tokens - room) // (room - overlap))
    starts = [place * (tokens - room) // (count - 1) for place in range(count)]
    return [(start, start + room) for start in starts]


def code_point_spans(
    ranges: Sequence[tuple[int, int]], offsets: Sequence[tuple[int, int]], length: int
) -> tuple[tuple[int, int], ...]:
    """The code points each token range covers; the first begins at 0 and the last one ends at `length`.

    Between two tokens of one window nothing is left out, and neighbouring windows meet: a window that does not
    overlap the next one reaches to where that begins.
    """
    total = len(offsets)
    spans = []
    for begin, end in ranges:
        start = 0 if begin == 0 else offsets[begin][0]
        stop = length if end >= total else max(offsets[end - 1][1], offsets[end][0])
        spans.append((start, stop))
    return tuple(spans)


def pool(vectors: Vectors, weights: Sequence[int]) -> Vector:
    """Weighted mean of the rows of `vectors`, brought to unit length."""
    mean = np.asarray(weights, dtype=np.float32) @ vectors
    length = float(np.linalg.norm(mean))
    pooled: Vector = (mean / length).astype(np.float32) if length > _NOWHERE else vectors[0].copy()
    return pooled


def agreement(vectors: Vectors) -> float:
    """The smallest cosine between two rows; 1.0 for a single row."""
    if len(vectors) == 1:
        return 1.0
    return float(np.clip((vectors @ vectors.T).min(), -1.0, 1.0))
