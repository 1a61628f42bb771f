"""How much a classifier may decide alone, against how often it is wrong then; and what a promise would cost a day.

Everything takes confidences and whether the answer was right, both of shape (n,), of cases it was not trained on.
Cases of equal confidence are never told apart: a threshold takes all of them or none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from service.domain.types import Certificate
from service.learn.guarantee import certify, check_cases

Floats = npt.NDArray[np.floating]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """The risk-coverage curve, from the strictest threshold to the loosest; each of shape (distinct confidences,)."""

    threshold: npt.NDArray[np.float64]
    coverage: npt.NDArray[np.float64]  #: share that is accepted at the threshold, 0 to 1
    risk: npt.NDArray[np.float64]  #: share of the accepted that is wrong, 0 to 1


def risk_coverage(confidence: Floats, correct: Flags) -> Curve:
    """Risk and coverage at every confidence that occurs (El-Yaniv and Wiener, 2010)."""
    check_cases(confidence, correct)
    values, counts, wrong = _grouped(confidence, correct)
    accepted = np.cumsum(counts)
    return Curve(values, accepted / max(1, len(confidence)), np.cumsum(wrong) / np.maximum(accepted, 1))


def aurc(confidence: Floats, correct: Flags) -> float:
    """The area under the risk-coverage curve, 0 to 1: the mean risk over coverages 1/n, 2/n, ... 1.

    Geifman et al., 2019. Within equal confidences it is the mean over every order they could stand in.
    """
    check_cases(confidence, correct)
    if not len(confidence):
        return 0.0
    _, counts, wrong = _grouped(confidence, correct)
    before = np.repeat(np.cumsum(wrong) - wrong, counts)
    within = np.arange(1, len(confidence) + 1) - np.repeat(np.cumsum(counts) - counts, counts)
    expected = before + np.repeat(wrong / counts, counts) * within
    return float(np.mean(expected / np.arange(1, len(confidence) + 1)))


def excess_aurc(confidence: Floats, correct: Flags) -> float:
    """AURC above that of the best ranking with the same errors, which has every wrong answer at the end."""
    cases, errors = len(confidence), int(np.count_nonzero(~correct))
    taken = np.arange(1, cases + 1)
    best = float(np.mean(np.maximum(0, taken - (cases - errors)) / taken)) if cases else 0.0
    return aurc(confidence, correct) - best


def coverage_at(confidence: Floats, correct: Flags, error: float) -> float:
    """The largest coverage with at most that share wrong: what an oracle's threshold, set on these very cases, takes.

    No promise goes with it; it is what a certificate is compared with.
    """
    curve = risk_coverage(confidence, correct)
    return float(curve.coverage[curve.risk <= error].max(initial=0.0))


@dataclass(frozen=True, slots=True)
class Simulated:
    """What a workflow would look like under one alpha."""

    alpha: float
    threshold: float | None  #: None: nothing would be decided automatically
    automation: float  #: share decided automatically, 0 to 1
    errors_per_day: float  #: automatic decisions that are wrong, as the cases have it
    reviews_per_day: float  #: requests that people would get
    certified: bool
    why: str  #: why there would be no certificate


def simulate(
    confidence: Floats,
    correct: Flags,
    alphas: Iterable[float],
    delta: float,
    per_day: float,
    *,
    level: float | None = None,
) -> tuple[Simulated, ...]:
    """For each alpha what the certificate would grant, and what that means for so many requests a day.

    The confidences are those of the whole route: 0 where another gate holds a case back. It is for looking at, not for
    choosing by: whoever takes the alpha that looks best on these cases has looked at them once more.
    """
    rows = []
    for alpha in alphas:
        found = certify(confidence, correct, alpha, delta, level=level)
        if isinstance(found, Certificate):
            wrong = found.errors / found.cases
            rows.append(
                Simulated(
                    alpha, found.threshold, found.coverage, wrong * per_day, (1 - found.coverage) * per_day, True, ""
                )
            )
        else:
            rows.append(Simulated(alpha, None, 0.0, 0.0, per_day, False, found.why))
    return tuple(rows)


def _grouped(
    confidence: Floats, correct: Flags
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The distinct confidences, highest first, with how many cases have each and how many of these are wrong."""
    values, place = np.unique(confidence.astype(np.float64), return_inverse=True)
    counts = np.bincount(place, minlength=len(values))
    wrong = np.bincount(place[~correct], minlength=len(values))
    return values[::-1], counts[::-1], wrong[::-1]
