"""Is a request like anything the head was taught? Its logits say so, before they become probabilities.

Energy = logsumexp of the unscaled logits (Liu et al., 2020, with the sign turned so that high means familiar); where a
request may have several labels, the energies of all labels added up (Wang et al., 2021). The largest logit does about
as well (Hendrycks et al., 2022). Either separates better than the largest probability, and neither needs out-of-domain
examples.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Energies: TypeAlias = npt.NDArray[np.float64]
Logits: TypeAlias = npt.NDArray[np.floating]


class Score(StrEnum):
    """What is high when a request is like the training examples."""

    ENERGY = "energy"
    JOINT_ENERGY = "joint_energy"
    MAX_LOGIT = "max_logit"
    SIMILARITY = "similarity"  #: to the nearest examples; not read from logits


def energy(logits: Logits) -> Energies:
    """Logsumexp of each row, shape (n,)."""
    scores = logits.astype(np.float64)
    peak = scores.max(axis=1)
    total: Energies = peak + np.log(np.exp(scores - peak[:, None]).sum(axis=1))
    return total


def joint_energy(logits: Logits) -> Energies:
    """Sum of each label's log(1 + exp(logit)) over a row, shape (n,)."""
    total: Energies = np.logaddexp(0, logits.astype(np.float64)).sum(axis=1)
    return total


def familiarity(logits: Logits, score: Score) -> Energies:
    """The score of each row, shape (n,); the same figure as `Judgement.energy`."""
    match score:
        case Score.ENERGY:
            return energy(logits)
        case Score.JOINT_ENERGY:
            return joint_energy(logits)
        case Score.MAX_LOGIT:
            largest: Energies = logits.max(axis=1).astype(np.float64)
            return largest
        case Score.SIMILARITY:
            raise ValueError("the similarity to examples is not read from logits")


@dataclass(frozen=True, slots=True)
class Domain:
    """What counts as in domain: a score of at least the threshold."""

    score: Score
    threshold: float

    def __post_init__(self) -> None:
        if not np.isfinite(self.threshold):
            raise ValueError("the threshold of what is in domain has to be finite")

    def familiarity(self, logits: Logits) -> float:
        """The score of one request; `logits` have shape (labels,)."""
        return float(familiarity(logits[None], self.score)[0])


@dataclass(frozen=True, slots=True)
class DomainFit:
    """A domain and how it does on examples held out."""

    domain: Domain
    kept: float  #: share of in-domain examples kept
    caught: float | None  #: share of out-of-domain examples caught; None without any
    auroc: float | None  #: None without out-of-domain examples


def fit_domain(
    inside: Mapping[Score, Energies],
    outside: Mapping[Score, Energies] | None,
    *,
    keep: float,
    keep_at_least: float,
) -> DomainFit:
    """The domain from scores of examples that the head was not fitted on; each array has shape (n,).

    In-domain examples alone cannot tell one score from another: then it is the first. With out-of-domain examples it
    is the one that separates best.
    """

    def fitted(score: Score) -> DomainFit:
        known, foreign = inside[score], None if outside is None else outside[score]
        threshold = fit_threshold(known, foreign, keep=keep, keep_at_least=keep_at_least)
        return DomainFit(
            domain=Domain(score, threshold),
            kept=float(np.mean(known >= threshold)),
            caught=None if foreign is None else float(np.mean(foreign < threshold)),
            auroc=None if foreign is None else auroc(known, foreign),
        )

    fits = [fitted(score) for score in inside]
    return fits[0] if outside is None else max(fits, key=lambda fit: fit.auroc or 0.0)


def fit_threshold(
    inside: Energies, outside: Energies | None = None, *, keep: float = 0.97, keep_at_least: float = 0.95
) -> float:
    """The score from which on a request counts as in domain.

    `inside` are scores of in-domain examples the head was not trained on: in-sample scores are higher, and a
    threshold from them would turn away real requests. With these alone the share `keep` of them is kept. With
    `outside`, scores of examples that belong to no label, the threshold of best balanced accuracy is taken that
    still keeps the share `keep_at_least`.
    """
    if not inside.size:
        raise ValueError("the threshold needs in-domain examples")
    if outside is None or not outside.size:
        return _keeping(inside, keep)
    candidates = np.unique(inside[inside <= _keeping(inside, keep_at_least)])
    kept = 1 - np.searchsorted(np.sort(inside), candidates, side="left") / inside.size
    caught = np.searchsorted(np.sort(outside), candidates, side="left") / outside.size
    return float(candidates[np.argmax(kept + caught)])


def _keeping(inside: Energies, share: float) -> float:
    """The highest in-domain score that at least `share` of them reach."""
    turned_away = int((1 - share) * inside.size + 1e-9)
    return float(np.sort(inside)[turned_away])


def auroc(inside: Energies, outside: Energies) -> float:
    """Chance that a request from inside has the higher score than one from outside; ties count half."""
    order = np.sort(outside)
    below = np.searchsorted(order, inside, side="left") + np.searchsorted(order, inside, side="right")
    return float(below.mean() / (2 * outside.size))
