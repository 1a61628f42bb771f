"""Who cites whom as a vector a document, so that documents that keep the same company lie near each other. Pure.

As DeepWalk and Node2Vec place words that occur together, but without sampled walks: what random walks of a few steps
would count on average is worked out from powers of the transition matrix, weighed as positive pointwise mutual
information, and brought to a few dimensions by a truncated singular value decomposition (Qiu et al., "Network Embedding
as Matrix Factorization: Unifying DeepWalk, LINE, PTE, and node2vec", WSDM 2018, equation 5 with one negative sample).

A row is as long as the part of a document's company that the dimensions hold, 0 to 1. Rows stretched to length 1 would
make noise of documents in a corner of the graph that no dimension describes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from index.model import DocumentKey

Graph = npt.NDArray[np.float32]  #: shape (documents, dimensions)
Spectrum = npt.NDArray[np.float64]
Citations = Sequence[tuple[DocumentKey, Sequence[str]]]

DIM: Final = 32
_STEPS: Final = 2  #: of a walk, both ways
#: A step taken less often than this is left out: what leads to a thousand documents joins none of them, and what is
#: kept of each row stays small however many documents cite the same one.
_RARE: Final = 1e-3
_ROWS: Final = 2_048  #: of a matrix that are worked out at once
_DENSE: Final = 256  #: up to so many documents the whole spectrum is quicker than a part of it
_SPARE: Final = 16  #: directions looked for beyond those that are kept
_PASSES: Final = 2  #: over the matrix, to tell its directions apart
_FORM: Final = f"signoff-graph-1 {_STEPS} {_RARE} {_DENSE} {_SPARE} {_PASSES}"


def graph_vectors(citations: Citations, dim: int = DIM) -> Graph:
    """One vector a document; without columns where nothing cites anything.

    `citations[i]` are a document and the ids that it cites within its collection; others mean nothing here. Versions
    of a document are one node. A document that neither cites nor is cited has a row of zeros.
    """
    nodes, neighbours = _graph(citations)
    joined = np.flatnonzero(np.diff(neighbours.indptr))
    if not len(joined):
        return np.zeros((len(citations), 0), dtype=np.float32)
    vectors = np.zeros((neighbours.shape[0], min(dim, len(joined))))
    vectors[joined] = _reduced(_company(neighbours[joined][:, joined]), vectors.shape[1])
    return vectors[nodes].astype(np.float32)


def graph_key(citations: Citations, dim: int = DIM) -> str:
    """Names what `graph_vectors` makes of these citations: SHA-256 in hexadecimal.

    The last bits of a decomposition differ between machines; whoever needs the same bytes everywhere keeps them.
    """
    digest = hashlib.sha256(f"{_FORM} {dim}".encode())
    for key, cited in citations:
        digest.update(repr((key.collection, key.id, key.version, sorted(set(cited)))).encode())
    return digest.hexdigest()


def fold_in(citations: Citations, vector_of: Callable[[str, str], npt.NDArray[np.float32] | None], dim: int) -> Graph:
    """Vectors of documents that came after the graph was worked out: the mean of those they cite, and of their own.

    `vector_of(collection, id)` is the vector a document has in the graph, an earlier version's too; None without one.
    """
    vectors = np.zeros((len(citations), dim), dtype=np.float32)
    for row, (key, cited) in enumerate(citations):
        near = [found for each in sorted({key.id, *cited}) if (found := vector_of(key.collection, each)) is not None]
        if near:
            vectors[row] = np.mean(near, axis=0)
    return vectors


def _graph(citations: Citations) -> tuple[npt.NDArray[np.int64], sparse.csr_array]:
    """The node of each document, and which nodes cite or are cited by which: symmetric, zeros and ones."""
    numbers: dict[tuple[str, str], int] = {}
    nodes = np.array([numbers.setdefault((key.collection, key.id), len(numbers)) for key, _ in citations], np.int64)
    pairs = {
        (node, numbers[key.collection, each])
        for node, (key, cited) in zip(nodes.tolist(), citations, strict=True)
        for each in cited
        if (key.collection, each) in numbers and each != key.id
    }
    ends = np.array(sorted(pairs | {(end, start) for start, end in pairs}), dtype=np.int64).reshape(-1, 2)
    shape = (len(numbers), len(numbers))
    return nodes, sparse.csr_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=shape)


def _company(neighbours: sparse.csr_array) -> sparse.csr_array:
    """Positive pointwise mutual information of two nodes standing within a few steps of each other on a walk."""
    degrees = np.asarray(neighbours.sum(axis=1)).ravel()
    step = _pruned(sparse.diags_array(1.0 / degrees).tocsr() @ neighbours)
    reached, sums = step, step
    for _ in range(_STEPS - 1):
        reached = sparse.vstack(
            [_pruned(reached[start : start + _ROWS] @ step) for start in range(0, reached.shape[0], _ROWS)]
        ).tocsr()
        sums = sums + reached
    ratio = (sums @ sparse.diags_array(1.0 / degrees).tocsr()).tocsr() * (degrees.sum() / _STEPS)
    ratio = (ratio + ratio.T).tocsr() / 2  # symmetric but for the steps left out
    ratio.data = np.log(np.maximum(ratio.data, 1.0))
    ratio.eliminate_zeros()
    return ratio


def _pruned(steps: sparse.csr_array) -> sparse.csr_array:
    steps.data[steps.data < _RARE] = 0.0
    steps.eliminate_zeros()
    return steps


def _reduced(company: sparse.csr_array, dim: int) -> Spectrum:
    """The rows of a symmetric matrix in its first `dim` directions, against the length of each whole row."""
    lengths = np.sqrt(np.asarray((company * company).sum(axis=1)).ravel())
    values, directions = _directions(company, dim)
    vectors: Spectrum = directions * values / np.where(lengths > 0, lengths, 1.0)[:, None]
    return vectors


def _directions(matrix: sparse.csr_array, dim: int) -> tuple[Spectrum, Spectrum]:
    """The eigenvalues of the greatest magnitude and their directions, which are the singular ones of such a matrix.

    Of a large matrix by random projection (Halko, Martinsson and Tropp, "Finding structure with randomness", SIAM
    Review 53(2), 2011, algorithms 4.4 and 5.3), always with the same draw.
    """
    if matrix.shape[0] <= max(_DENSE, dim + _SPARE):
        return _greatest(*np.linalg.eigh(matrix.toarray()), dim)
    basis = np.random.default_rng(0).standard_normal((matrix.shape[0], dim + _SPARE))
    for _ in range(_PASSES + 1):
        basis, _triangle = np.linalg.qr(matrix @ basis)
    values, directions = _greatest(*np.linalg.eigh(basis.T @ (matrix @ basis)), dim)
    return values, basis @ directions


def _greatest(values: Spectrum, directions: Spectrum, dim: int) -> tuple[Spectrum, Spectrum]:
    chosen = np.argsort(-np.abs(values), kind="stable")[:dim]
    return values[chosen], directions[:, chosen]
