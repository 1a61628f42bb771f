"""Passages in outline: where their sentences are and which terms stand in each, worked out when the index is built.

Finding the words of a passage costs a hundred times more than looking them up, and passages are shown with every
request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from index.analyse import terms
from index.columns import open_array, save_array
from index.sentences import sentences


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

    def __len__(self) -> int:
        return len(self.firsts) - 1

    def __getitem__(self, passage: int) -> list[Sentence]:
        first, end = int(self.firsts[passage]), int(self.firsts[passage + 1])
        starts = self.starts[first : end + 1].tolist()
        held = self.terms[starts[0] : starts[-1]].tolist()
        bounds = pairwise(start - starts[0] for start in starts)
        return [
            Sentence((begin, stop), held[left:right])
            for (begin, stop), (left, right) in zip(self.spans[first:end].tolist(), bounds, strict=True)
        ]


def write_outlines(folder: Path, passages: Sequence[str], number: Mapping[str, int]) -> None:
    """Outline `passages`, one a row, into files of `folder`; `number` tells the number of every term in them."""
    found = [[(span, _numbers(text[span[0] : span[1]], number)) for span in sentences(text)] for text in passages]
    flat = [sentence for group in found for sentence in group]
    save_array(folder / "outlines.firsts.npy", _bounds([len(group) for group in found]))
    save_array(folder / "outlines.spans.npy", np.array([span for span, _ in flat], dtype=np.int32).reshape(-1, 2))
    save_array(folder / "outlines.starts.npy", _bounds([len(held) for _, held in flat]))
    save_array(folder / "outlines.terms.npy", np.array([term for _, held in flat for term in held], dtype=np.int32))


def open_outlines(folder: Path, vocabulary: int) -> Outlines:
    """Map what `write_outlines` wrote; raises ValueError when it does not fit together or `vocabulary` terms."""
    outlines = Outlines(
        firsts=open_array(folder / "outlines.firsts.npy"),
        spans=open_array(folder / "outlines.spans.npy"),
        starts=open_array(folder / "outlines.starts.npy"),
        terms=open_array(folder / "outlines.terms.npy"),
    )
    count = len(outlines.spans)
    fits = len(outlines.starts) == count + 1 and int(outlines.firsts[-1]) == count
    if not fits or int(outlines.starts[-1]) != len(outlines.terms):
        raise ValueError("the outlines of the passages do not fit together")
    if len(outlines.terms) and int(outlines.terms.max()) >= vocabulary:
        raise ValueError(f"the outlines of the passages name terms beyond the {vocabulary} there are")
    return outlines


def _numbers(text: str, number: Mapping[str, int]) -> list[int]:
    return sorted({number[term] for term in terms(text)})


def _bounds(lengths: Sequence[int]) -> npt.NDArray[np.int64]:
    return np.concatenate(([0], np.cumsum(lengths, dtype=np.int64))).astype(np.int64)
