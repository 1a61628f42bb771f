"""Exact nearest passages by inner product. The only file that imports faiss.

A flat index is right at every share of allowed passages, also when what is allowed is correlated with meaning, where
graph indexes lose most of their recall. Its file is mapped, so that workers share its pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from index.model import Vector, Vectors
from index.rank import Hits, best

#: Up to this share of the passages a list of allowed rows is scanned; above it, a bit for each row is tested.
_LIST_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rows a search may return, in the form faiss wants; made once for an allowed set and used many times."""

    count: int
    parameters: Any  #: faiss.SearchParameters, or None when every row is allowed
    kept: tuple[Any, ...]  #: faiss holds no references: what the selector points into must live as long as it does


def select(allowed: npt.NDArray[np.bool_]) -> Selection:
    """Prepare a mask of shape (passages,) for searching."""
    rows = np.flatnonzero(allowed).astype(np.int64)
    if len(rows) == len(allowed):
        return Selection(len(rows), None, ())
    data: npt.NDArray[Any]
    selector: Any
    if len(rows) <= _LIST_SHARE * len(allowed):
        data = rows
        selector = faiss.IDSelectorArray(len(rows), faiss.swig_ptr(data))
    else:
        data = np.packbits(allowed, bitorder="little")
        selector = faiss.IDSelectorBitmap(len(allowed), faiss.swig_ptr(data))
    parameters = faiss.SearchParameters()
    parameters.sel = selector
    return Selection(len(rows), parameters, (data, selector))


class DenseIndex:
    """Passage vectors, row by row, mapped from a file. Searching is safe from several threads."""

    def __init__(self, index: Any) -> None:
        self._index = index
        self.passages = int(index.ntotal)
        self.dim = int(index.d)
        stored = faiss.rev_swig_ptr(index.get_xb(), self.passages * self.dim) if self.passages else np.empty(0, "f4")
        self._vectors: Vectors = stored.reshape(self.passages, self.dim)

    def search(self, vector: Vector, k: int, selection: Selection) -> Hits:
        """The `k` selected rows with the highest cosine to `vector`; equal ones by row."""
        k = min(k, selection.count)
        if k < 1:
            return Hits(np.empty(0, np.int64), np.empty(0, np.float32))
        # One thread a request: requests run side by side. The setting is the calling thread's own, so it is made here.
        faiss.omp_set_num_threads(1)
        query = np.ascontiguousarray(vector, dtype=np.float32).reshape(1, self.dim)
        scores, rows = self._index.search(query, k, params=selection.parameters)
        found = rows[0] >= 0
        return best(rows[0][found], scores[0][found], k)

    def cosines(self, vector: Vector, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """Inner products of `vector` and the vectors of some rows: shape (len(rows),)."""
        products: npt.NDArray[np.float32] = self._vectors[rows] @ vector
        return products


def write_dense(path: Path, vectors: Vectors) -> None:
    """Write a flat inner-product index of `vectors`, shape (passages, dim)."""
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(np.ascontiguousarray(vectors, dtype=np.float32))
    faiss.write_index(index, str(path))


def open_dense(path: Path) -> DenseIndex:
    """Map an index file. Its bytes have to be verified before: reading an index trusts its file."""
    return DenseIndex(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC | faiss.IO_FLAG_READ_ONLY))
