"""Whether the guarantee holds: certified on 1,500 judged requests drawn at random, checked on the others, many times.

The others scatter about the error that they were drawn from, and they lean the other way: what luck kept out of the
calibration cases is among them. So a promise that is kept looks broken now and then. In a made-up world where 5.0 % of
the promises are broken 9 % look so against the other half, 11 % against as many fresh requests, 5.5 % against ten times
as many. Therefore it is counted in a second way too: calibration cases drawn with replacement, as from traffic that is
made of these requests and no others, and the error that of all of them, which is then the true one. Drawn without, the
calibration cases would be half of that traffic, and hardly any promise would look broken. Tested at the level that a
first certificate is tested at.

Beside it what is usual: the lowest threshold whose error on the calibration cases is at most alpha.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from bench.learn_judged import Judged
from service.domain.types import Certificate
from service.learn.guarantee import THRESHOLDS, certify, spent

Places: TypeAlias = npt.NDArray[np.int64]
Draw: TypeAlias = tuple[Places, Places]  #: calibration cases, and what is checked
Choose: TypeAlias = Callable[[Judged, Places, float], float | None]  #: cases, alpha -> threshold; None: refused

ALPHAS = (0.01, 0.02, 0.05)
DELTA = 0.10
CALIBRATION = 1_500
SPLITS = 200


class Kept(NamedTuple):
    """How a way to choose thresholds keeps its promise. Shares of the splits, and of what is accepted on average."""

    violations: float  #: more than alpha of what was accepted of the others was wrong
    truly: float  #: the same where the true error is known
    coverage: float  #: accepted; nought where it was refused
    refused: float


class Promise(NamedTuple):
    """One alpha."""

    alpha: float
    certified: Kept
    naive: Kept


def promises(found: Judged, *, splits: int = SPLITS, calibration: int = CALIBRATION) -> list[Promise]:
    """At each alpha, with `calibration` cases drawn anew for each split."""
    rng = np.random.default_rng(0)
    every = np.arange(len(found.correct))
    parted = [(order[:calibration], order[calibration:]) for order in (rng.permutation(every) for _ in range(splits))]
    drawn = [(rng.choice(every, calibration), every) for _ in range(splits)]
    return [
        Promise(alpha, *(_kept(found, choose, alpha, parted, drawn) for choose in (certified, naive)))
        for alpha in ALPHAS
    ]


def certified(found: Judged, cases: Places, alpha: float) -> float | None:
    """The threshold of the certificate; None: refused."""
    granted = certify(found.confidence[cases], found.correct[cases], alpha, spent(DELTA, 1))
    return granted.threshold if isinstance(granted, Certificate) else None


def naive(found: Judged, cases: Places, alpha: float) -> float | None:
    """The lowest of the same thresholds whose error on the cases is at most alpha."""
    confidence, wrong = found.confidence[cases], ~found.correct[cases]
    for threshold in reversed(THRESHOLDS):
        accepted = confidence >= threshold
        if accepted.any() and wrong[accepted].mean() <= alpha:
            return threshold
    return None


def _kept(found: Judged, choose: Choose, alpha: float, parted: Sequence[Draw], drawn: Sequence[Draw]) -> Kept:
    tried = [_tried(found, choose(found, cases, alpha), others) for cases, others in parted]
    truly = [_tried(found, choose(found, cases, alpha), others) for cases, others in drawn]
    return Kept(
        violations=float(np.mean([error > alpha for _, error in tried])),
        truly=float(np.mean([error > alpha for _, error in truly])),
        coverage=float(np.mean([covered for covered, _ in tried])),
        refused=float(np.mean([not covered for covered, _ in tried])),
    )


def _tried(found: Judged, threshold: float | None, others: Places) -> tuple[float, float]:
    """Share that is accepted, and share of it that is wrong."""
    if threshold is None:
        return 0.0, 0.0
    accepted = found.confidence[others] >= threshold
    return float(accepted.mean()), float((~found.correct[others][accepted]).mean()) if accepted.any() else 0.0
