"""How close compiled vectors are to the original's. Pure."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from index.manifest import EncoderCertificate
from index.model import Vectors

_NEAREST = 5  #: others of a probe, whose changes are counted


class Encoded(NamedTuple):
    """The probe texts and the labels as one encoder sees them; rows of unit length."""

    probes: Vectors  #: shape (probes, dim)
    labels: Vectors  #: shape (labels, dim)


def certify(compiled: Encoded, original: Encoded, worst_batch_cosine: float) -> EncoderCertificate:
    """Compare two encodings of the same probe texts and labels, row by row."""
    if [part.shape for part in compiled] != [part.shape for part in original] or len(compiled.probes) < 3:
        raise ValueError("at least three probes are needed, encoded by both")
    cosines = np.sum(compiled.probes * original.probes, axis=1)
    ours, theirs = _others(compiled.probes), _others(original.probes)
    ranks = [_spearman(left, right) for left, right in zip(ours, theirs, strict=True)]
    decided, expected = (encoded.probes @ encoded.labels.T for encoded in (compiled, original))
    return EncoderCertificate(
        probes=len(compiled.probes),
        mean_cosine=float(cosines.mean()),
        min_cosine=float(cosines.min()),
        rank_agreement=float(np.mean(ranks)),
        top1_agreement=float(np.mean(ours.argmax(axis=1) == theirs.argmax(axis=1))),
        rank_changes=_newcomers(ours, theirs),
        decision_flips=float(np.mean(decided.argmax(axis=1) != expected.argmax(axis=1))),
        worst_batch_cosine=worst_batch_cosine,
    )


def _others(vectors: Vectors) -> npt.NDArray[np.float32]:
    """Each probe's cosines to all the other ones: shape (probes, probes - 1)."""
    cosines = vectors @ vectors.T
    apart = ~np.eye(len(vectors), dtype=bool)
    return cosines[apart].reshape(len(vectors), -1)


def _newcomers(ours: npt.NDArray[np.float32], theirs: npt.NDArray[np.float32]) -> float:
    """The share of each probe's nearest others that the original has not among as many."""
    most = min(_NEAREST, ours.shape[1])
    near, expected = (np.argsort(-values, axis=1, kind="stable")[:, :most] for values in (ours, theirs))
    return float(np.mean([~np.isin(found, wanted) for found, wanted in zip(near, expected, strict=True)]))


def _spearman(left: npt.NDArray[np.float32], right: npt.NDArray[np.float32]) -> float:
    ranks = [values.argsort(kind="stable").argsort(kind="stable").astype(np.float64) for values in (left, right)]
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])
