"""Who says what how often: for each term the texts that hold it, in columns.

Whole numbers only. What they are worth depends on all the texts that are searched together, and that is known only
when it is (see `lexical`): so texts can be added and taken away without touching what is stored.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index.columns import Rows, counted

_MOST = int(np.iinfo(np.uint16).max)  # a term that stands oftener in one text counts as standing this often


@dataclass(frozen=True, slots=True)
class Postings:
    """For each term, by its number: the texts that hold it, and how often in their heads and in their bodies.

    Term t's are `rows[starts[t]:starts[t + 1]]`, ascending.
    """

    starts: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int32]
    in_head: npt.NDArray[np.uint16]
    in_body: npt.NDArray[np.uint16]
    heads: npt.NDArray[np.int32]  #: terms in the head (title and headings) of each text
    bodies: npt.NDArray[np.int32]  #: terms in its body

    @staticmethod
    def of(vocabulary: int, texts: int, head: tuple[Rows, Rows], body: tuple[Rows, Rows]) -> Postings:
        """From pairs of arrays: a term's number and the text it stands in, one entry each time it does."""
        in_head, head_times = counted(head[0] * texts + head[1])
        in_body, body_times = counted(body[0] * texts + body[1])
        places, _ = counted(np.concatenate([in_head, in_body]))
        return Postings(
            starts=np.searchsorted(places, np.arange(vocabulary + 1) * texts).astype(np.int64),
            rows=(places % max(texts, 1)).astype(np.int32),
            in_head=_spread(places, in_head, head_times),
            in_body=_spread(places, in_body, body_times),
            heads=np.bincount(head[1], minlength=texts).astype(np.int32),
            bodies=np.bincount(body[1], minlength=texts).astype(np.int32),
        )

    def of_term(self, number: int) -> slice:
        """Where a term's postings lie."""
        return slice(int(self.starts[number]), int(self.starts[number + 1]))


def _spread(places: Rows, held: Rows, times: Rows) -> npt.NDArray[np.uint16]:
    """The times of some places, 0 at the others."""
    spread = np.zeros(len(places), dtype=np.uint16)
    spread[np.searchsorted(places, held)] = np.minimum(times, _MOST)
    return spread
