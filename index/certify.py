"""How close compiled vectors are to the original's. Pure."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from index.manifest import EncoderCertificate
from index.model import Vectors


def certify(compiled: Vectors, original: Vectors) -> EncoderCertificate:
    """Compare two encodings of the same probe texts, row by row. Both have shape (probes, dim), rows of unit length."""
    if compiled.shape != original.shape or len(compiled) < 3:
        raise ValueError("at least three probes are needed, encoded by both")
    cosines = np.sum(compiled * original, axis=1)
    ours, theirs = _others(compiled), _others(original)
    ranks = [_spearman(left, right) for left, right in zip(ours, theirs, strict=True)]
    return EncoderCertificate(
        probes=len(compiled),
        mean_cosine=float(cosines.mean()),
        min_cosine=float(cosines.min()),
        rank_agreement=float(np.mean(ranks)),
        top1_agreement=float(np.mean(ours.argmax(axis=1) == theirs.argmax(axis=1))),
    )


def _others(vectors: Vectors) -> npt.NDArray[np.float32]:
    """Each probe's cosines to all the other ones: shape (probes, probes - 1)."""
    cosines = vectors @ vectors.T
    apart = ~np.eye(len(vectors), dtype=bool)
    return cosines[apart].reshape(len(vectors), -1)


def _spearman(left: npt.NDArray[np.float32], right: npt.NDArray[np.float32]) -> float:
    ranks = [values.argsort(kind="stable").argsort(kind="stable").astype(np.float64) for values in (left, right)]
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])
