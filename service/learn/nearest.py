"""A head that asks the most similar examples for their labels. It learns nothing but how to weigh them.

Every judgement can be traced to examples that people labelled, and a new example counts at once; it costs a product
with every example's vector.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from index.model import Vector, Vectors
from service.domain.types import Judgement
from service.learn.judge import Need, Seen, Telling
from service.learn.linear import check_labels
from service.learn.openset import Domain
from service.learn.several import Calibration

Floats: TypeAlias = npt.NDArray[np.float64]
Flags: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Neighbourhood:
    """Labelled examples, and how the nearest of them are weighed."""

    vectors: Vectors  #: shape (n, dim), unit length
    truth: Flags  #: shape (n, labels): which labels each has
    nearest: int  #: how many are asked, at least 1
    sharpness: float  #: an example counts exp(sharpness * cosine)

    def __post_init__(self) -> None:
        if self.vectors.ndim != 2 or not len(self.vectors) or self.truth.shape[:1] != self.vectors.shape[:1]:
            raise ValueError("the examples and their labels do not fit each other")
        if not (self.nearest >= 1 and self.sharpness > 0 and np.isfinite(self.sharpness)):
            raise ValueError("at least one example has to be asked, and the nearer ones more than others")

    def ask(self, vector: Vector) -> tuple[Floats, float, float]:
        """What each label gets of the weight of the nearest examples, all of that weight, and their mean cosine."""
        if vector.shape != self.vectors.shape[1:]:
            raise ValueError(f"this head judges vectors of shape {self.vectors.shape[1:]}, not {vector.shape}")
        cosines = (self.vectors @ vector).astype(np.float64)
        if not np.isfinite(cosines).all():
            raise ValueError("the vector is not finite, so nothing can be said of this request")
        count = min(self.nearest, cosines.size)
        places = np.sort(np.argpartition(-cosines, count - 1)[:count])
        weights = np.exp(self.sharpness * cosines[places])
        return weights @ self.truth[places], float(weights.sum()), float(cosines[places].mean())


def as_logits(votes: Floats, total: Floats | float, *, several: bool) -> Floats:
    """Votes as logits: against no vote at all where one label wins, against the others' where many may."""
    found: Floats = np.log1p(votes)
    return found - np.log1p(np.maximum(total - votes, 0)) if several else found


@dataclass(frozen=True, slots=True, eq=False)
class NearestHead:
    """The labels of the nearest examples, calibrated."""

    labels: tuple[str, ...]  #: sorted
    examples: Neighbourhood
    several: bool  #: a request may have several labels
    calibration: Calibration
    domain: Domain  #: of the mean cosine to the nearest examples
    encoder: str

    def __post_init__(self) -> None:
        if self.examples.truth.shape[1:] != (check_labels(self.labels),):
            raise ValueError(f"the examples' labels of shape {self.examples.truth.shape} do not fit the head's")

    @property
    def needs(self) -> frozenset[Need]:
        return frozenset()

    def judge(self, seen: Seen) -> Judgement:
        """What this head thinks of one request."""
        votes, total, cosine = self.examples.ask(seen.vector)
        logits = as_logits(votes, total, several=self.several)
        return self.calibration.judgement(self.labels, logits, cosine, self.domain.threshold)

    def telling(self, seen: Seen, label: str, most: int = 8) -> tuple[Telling, ...]:
        """How far the nearest examples speak for the label; the examples themselves are shown elsewhere."""
        if label not in self.labels:
            raise ValueError(f"this head knows no label {label!r}")
        votes, total, _ = self.examples.ask(seen.vector)
        logits = as_logits(votes, total, several=self.several)
        weight = float(logits[self.labels.index(label)] - (0.0 if self.several else logits.mean()))
        return (Telling("meaning", weight),) if weight and most else ()
