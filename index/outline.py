"""Passages in outline: where their sentences are and which terms stand in each, worked out when the index is built.

Finding the words of a passage costs a hundred times more than looking them up, and passages are shown with every
request.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from index.columns import Rows, bounds, counted


class Sentence(NamedTuple):
    """A sentence of a passage. A tuple, since dozens are made with every request."""

    span: tuple[int, int]  #: code points within the passage
    terms: Sequence[int]  #: numbers of the terms in it, ascending, each once


@dataclass(frozen=True, slots=True)
class Outlines:
    """The sentences of every passage, in columns.

    Passage p has the sentences `firsts[p]` to `firsts[p + 1]`, sentence s the terms `terms[starts[s]:starts[s + 1]]`.
    """

    firsts: npt.NDArray[np.int64]
    spans: npt.NDArray[np.int32]  #: shape (sentences, 2)
    starts: npt.NDArray[np.int64]
    terms: npt.NDArray[np.int32]

    @staticmethod
    def of(sentences: Sequence[int], spans: Sequence[tuple[int, int]], sizes: Sequence[int], terms: Rows) -> Outlines:
        """From the number of sentences of each passage; of each sentence its span and its number of terms; the terms.

        `terms` are numbers, in order of place, repeated as often as they stand there.
        """
        owners = np.repeat(np.arange(len(sizes)), sizes)
        vocabulary = int(terms.max()) + 1 if len(terms) else 1
        once, _ = counted(owners * vocabulary + terms)
        return Outlines(
            firsts=bounds(sentences),
            spans=np.array(spans, dtype=np.int32).reshape(-1, 2),
            starts=np.searchsorted(once, np.arange(len(sizes) + 1) * vocabulary).astype(np.int64),
            terms=(once % vocabulary).astype(np.int32),
        )

    def __len__(self) -> int:
        return len(self.firsts) - 1

    def __getitem__(self, passage: int) -> list[Sentence]:
        first, end = int(self.firsts[passage]), int(self.firsts[passage + 1])
        starts = self.starts[first : end + 1].tolist()
        held = self.terms[starts[0] : starts[-1]].tolist()
        places = pairwise(start - starts[0] for start in starts)
        return [
            Sentence((begin, stop), held[left:right])
            for (begin, stop), (left, right) in zip(self.spans[first:end].tolist(), places, strict=True)
        ]
