"""Several segments seen as one: a base and what came after it, without what is gone.

Documents are numbered by the order of their keys over all segments, as one snapshot of them would have them; those that
are gone keep a number that nothing finds. Passages are numbered segment after segment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from index.columns import Rows
from index.model import DocumentKey
from index.segment import Segment

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class View:
    """Documents of one or two segments, numbered."""

    segments: tuple[Segment, ...]
    numbers: tuple[Rows, ...]  #: of each segment's documents
    alive: Mask  #: by number: not gone
    whole: bool  #: nothing is gone
    origins: Rows  #: by number: the segment a document is in
    rows: Rows  #: by number: its row there
    firsts: Rows  #: by number: its first passage
    sizes: Rows  #: by number: how many passages it has
    owners: Rows  #: by passage: the number of its document
    offsets: tuple[int, ...]  #: the first passage of each segment, and the number of passages at the end

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def dim(self) -> int:
        """Of the passages' vectors."""
        return self.segments[0].dense.dim

    def join(self, parts: Sequence[npt.NDArray[Any]]) -> npt.NDArray[Any]:
        """One array a segment, one entry a document, as one in the order of the documents' numbers."""
        if len(parts) == 1:
            return parts[0]
        joined = np.empty((len(self), *parts[0].shape[1:]), dtype=parts[0].dtype)
        for numbers, part in zip(self.numbers, parts, strict=True):
            joined[numbers] = part
        return joined

    def mask(self, wanted: frozenset[DocumentKey]) -> Mask:
        """Which documents are wanted and not gone, by number."""
        found: Mask = self.join([segment.keys.mask(wanted) for segment in self.segments])
        return found & self.alive

    def passages_of(self, documents: Rows) -> tuple[Rows, Rows]:
        """The passages of some documents, one document after the other, and where each document's begin among them.

        The bounds have one entry more than there are documents: the number of passages.
        """
        sizes = self.sizes[documents]
        bounds = np.concatenate(([0], np.cumsum(sizes)))
        return np.arange(bounds[-1]) + np.repeat(self.firsts[documents] - bounds[:-1], sizes), bounds


def view_of(base: Segment, delta: Segment | None, gone: frozenset[DocumentKey]) -> View:
    """Number the documents of a base and a delta. Keys of `gone` that the base does not hold are left aside.

    Raises ValueError when a document of the delta is in the base as well or among the gone, or the segments' vectors
    are of different shapes.
    """
    count = len(base.keys)
    rows = np.arange(count, dtype=np.int64)
    lost = base.keys.mask(gone) if gone else np.zeros(count, dtype=bool)
    if delta is None or not len(delta.keys):
        owners = base.owners.astype(np.int64)
        sizes = np.diff(base.firsts)
        none = np.zeros(count, dtype=np.int64)
        offsets = (0, base.size)
        return View((base,), (rows,), ~lost, not lost.any(), none, rows, base.firsts[:-1], sizes, owners, offsets)
    if delta.dense.dim != base.dense.dim:
        raise ValueError(f"the delta's vectors have {delta.dense.dim} numbers, the snapshot's {base.dense.dim}")
    places = _places(base, delta, gone)
    later = places + np.arange(len(places))
    fresh = np.zeros(count + len(places), dtype=bool)
    fresh[later] = True
    numbers = (np.flatnonzero(~fresh), later)

    def join(of_base: npt.NDArray[Any], of_delta: npt.NDArray[Any]) -> npt.NDArray[Any]:
        joined = np.empty(len(fresh), dtype=of_base.dtype)
        joined[numbers[0]], joined[later] = of_base, of_delta
        return joined

    return View(
        segments=(base, delta),
        numbers=numbers,
        alive=join(~lost, np.ones(len(places), dtype=bool)),
        whole=not lost.any(),
        origins=fresh.astype(np.int64),
        rows=join(rows, np.arange(len(places))),
        firsts=join(base.firsts[:-1], delta.firsts[:-1] + base.size),
        sizes=join(np.diff(base.firsts), np.diff(delta.firsts)),
        owners=np.concatenate([numbers[0][base.owners], later[delta.owners]]),
        offsets=(0, base.size, base.size + delta.size),
    )


def _places(base: Segment, delta: Segment, gone: frozenset[DocumentKey]) -> Rows:
    """Before which row of the base each document of the delta belongs."""
    places = []
    for key in delta.keys:
        if key in base.keys or key in gone:
            raise ValueError(f"{key} is in the delta, and {'gone' if key in gone else 'in the snapshot'} as well")
        places.append(base.keys.place(key))
    return np.array(places, dtype=np.int64)
