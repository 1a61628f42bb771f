"""Exact nearest passages by inner product. The only file that imports faiss.

A flat index is right at every share of allowed passages, also when what is allowed is correlated with meaning, where
graph indexes lose most of their recall. Its file is mapped, so that workers share its pages.

Large ones carry codes beside the vectors: a byte a dimension, scanned in a third of the time. They only choose whom to
look at; scores come from the vectors, and what the codes may have missed is ruled out by a bound, or looked for on.
With query q, vector v and their codes c and d, by Cauchy and Schwarz |qv - cd| <= |q||v - d| + |q - c||d|: once the
k-th score found lies above every code that was not looked at by more than that, nothing was missed.
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

_FILE = "dense.faiss"
_CODES = "codes.faiss"
_BOUND = "codes.bound.npy"

#: Up to this share of the passages a list of allowed rows is scanned; above it, a bit for each row is tested.
_LIST_SHARE = 0.1

#: From this many passages on, codes pay for the look at both.
_CODED = 20_000
_CHUNK = 1 << 16  # vectors turned into codes at once
_MOST_CODE = 127.0  # of a signed byte
_AHEAD = 4  # candidates by code for each hit asked for
_ROUNDING = 1e-5  # sums of a few hundred products in single precision are as exact as this


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


@dataclass(frozen=True, slots=True)
class _Codes:
    """A signed byte a dimension for each vector, which is about `code / scale`."""

    index: Any  #: faiss.IndexScalarQuantizer; multiplies whole numbers, so that a query needs a code as well
    scale: float
    error: float  #: largest Euclidean distance between a vector and its code
    length: float  #: largest Euclidean length of a code

    def nearest(self, query: Vectors, count: int, parameters: Any) -> tuple[npt.NDArray[np.int64], float]:
        """The `count` rows with the best codes, and what no score of any other row is above."""
        scale = _MOST_CODE / max(float(np.abs(query).max()), 1e-9)
        code = np.rint(query * np.float32(scale))
        scores, rows = self.index.search(code, count, params=parameters)
        apart = float(np.linalg.norm(query - code / scale))
        reach = self.error * float(np.linalg.norm(query)) + apart * self.length + _ROUNDING
        return rows[0], float(scores[0][-1]) / (scale * self.scale) + reach


class DenseIndex:
    """Passage vectors, row by row, mapped from files. Searching is safe from several threads."""

    def __init__(self, index: Any, codes: _Codes | None = None) -> None:
        self._index = index
        self._codes = codes
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
        if self._codes is not None and selection.count > _LIST_SHARE * self.passages:
            hits = self._by_codes(self._codes, query, k, selection)
            if hits is not None:
                return hits
        return self._by_vectors(query, k, selection)

    def _by_codes(self, codes: _Codes, query: Vectors, k: int, selection: Selection) -> Hits | None:
        """As `search`; None when so many codes are close together that looking at the vectors is quicker."""
        asked = _AHEAD * k
        while asked < selection.count // _AHEAD:
            rows, others = codes.nearest(query, asked, selection.parameters)
            hits = best(rows, self.cosines(query[0], rows), k)
            if hits.scores[-1] > others:
                return hits
            asked *= _AHEAD
        return None

    def _by_vectors(self, query: Vectors, k: int, selection: Selection) -> Hits:
        asked = k
        while True:
            # One more than wanted tells whether the last place is shared: then which of the equal rows were kept is
            # chance, and more are asked for.
            asked = min(asked + 1, selection.count)
            scores, rows = self._index.search(query, asked, params=selection.parameters)
            if asked == selection.count or scores[0][-1] < scores[0][k - 1]:
                break
            asked *= 4
        found = rows[0] >= 0
        return best(rows[0][found], scores[0][found], k)

    def cosines(self, vector: Vector, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """Inner products of `vector` and the vectors of some rows: shape (len(rows),).

        Bit for bit what `search` finds, and the same wherever among others a vector stands; a product of matrices
        promises neither.
        """
        products = np.empty(len(rows), dtype=np.float32)
        if len(rows):
            faiss.omp_set_num_threads(1)
            query = np.ascontiguousarray(vector, dtype=np.float32)
            numbers = np.ascontiguousarray(rows, dtype=np.int64)
            library: Any = faiss  # its own stubs leave this one out
            places = (faiss.swig_ptr(array) for array in (products, query, self._vectors, numbers))
            library.fvec_inner_products_by_idx(*places, self.dim, 1, len(rows))
        return products

    @staticmethod
    def of(vectors: Vectors) -> DenseIndex:
        """An index of `vectors`, shape (passages, dim), in memory and without codes."""
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return DenseIndex(index)

    def write(self, folder: Path) -> None:
        """Write the index into a folder, with codes if it is a large one."""
        faiss.write_index(self._index, str(folder / _FILE))
        if self.passages >= _CODED:
            codes = _codes_of(self._vectors)
            faiss.write_index(codes.index, str(folder / _CODES))
            np.save(folder / _BOUND, np.array([codes.scale, codes.error, codes.length]))


def open_dense(folder: Path) -> DenseIndex:
    """Map the index in a folder. Its bytes have to be verified before: reading an index trusts its file.

    Codes beside a small index are not its own, and not opened. Raises ValueError when vectors and codes do not fit
    together.
    """
    index = _mapped(folder / _FILE)
    if index.ntotal < _CODED:
        return DenseIndex(index)
    codes = _mapped(folder / _CODES)
    if (codes.ntotal, codes.d) != (index.ntotal, index.d):
        raise ValueError(f"{codes.ntotal} codes for {index.ntotal} vectors")
    scale, error, length = np.load(folder / _BOUND, allow_pickle=False).tolist()
    return DenseIndex(index, _Codes(codes, scale, error, length))


def _mapped(path: Path) -> Any:
    return faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC | faiss.IO_FLAG_READ_ONLY)


def _codes_of(vectors: Vectors) -> _Codes:
    quantizer = faiss.ScalarQuantizer.QT_8bit_direct_signed
    index = faiss.IndexScalarQuantizer(vectors.shape[1], quantizer, faiss.METRIC_INNER_PRODUCT)
    chunks = [vectors[start : start + _CHUNK] for start in range(0, len(vectors), _CHUNK)]
    scale = _MOST_CODE / max(float(np.abs(chunk).max()) for chunk in chunks)
    error = length = 0.0
    for chunk in chunks:
        codes = np.rint(chunk * np.float32(scale))
        meant = codes.astype(np.float64) / scale
        error = max(error, float(np.linalg.norm(chunk - meant, axis=1).max()))
        length = max(length, float(np.linalg.norm(meant, axis=1).max()))
        index.add(codes)
    return _Codes(index, scale, error, length)
