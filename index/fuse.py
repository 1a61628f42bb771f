"""Scores of different kinds brought to one scale, so that they can be joined. Pure.

The candidates are the best of each ranking, and each candidate is scored by both: a document that one ranking has
just missed does not fall to 0 in it. Measured, nDCG@10 with a missing score as 0 / with the true score: scifact .732 /
.740, cfpb-regulations .610 / .617, nist-800-53 .908 / .913, tts-handbook .650 / .656.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float32]


def min_max(scores: Scores) -> Scores:
    """Scores stretched to 0..1. When all are equal there is nothing to stretch: 1 for each if above 0, else 0."""
    if len(scores) == 0:
        return scores
    least, most = scores.min(), scores.max()
    if not most > least:
        return np.full_like(scores, 1.0 if most > 0 else 0.0)
    stretched: Scores = (scores - least) / (most - least)
    return stretched
