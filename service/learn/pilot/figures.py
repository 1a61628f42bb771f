"""How a way of deciding does on requests it never saw: figures for its owner, all from the same held-out requests.

What counts most stands first: the share that may be decided without a person at an error that is promised. AURC is the
mean error over all shares decided (Geifman, Uziel and El-Yaniv, 2019); ECE as in `calibrate`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from service.domain.types import Certificate
from service.learn.calibrate import ReliabilityBin, expected_calibration_error, reliability
from service.learn.curves import aurc, coverage_at, risk_coverage
from service.learn.guarantee import certify
from service.learn.intervals import wilson
from service.learn.pilot.ways import Answers

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

_CONFUSED = 20  # pairs that are told, the most frequent first
_DRAWS = 200  # bootstrap samples of the held-out requests
_POINTS = 200  # of a risk-coverage curve, which is drawn
_LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure, and where it would lie for 95 of 100 such samples of requests."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Automation:
    """What may be decided without a person when at most `alpha` of it may be wrong."""

    alpha: float
    certified: float  #: share of the held-out requests, were they the calibration cases; 0 when refused
    threshold: float | None
    accepted: int
    errors: int
    why: str  #: of a refusal; empty: granted
    more: int | None  #: further reviewed cases that would do, should things go on so; None: that alone will not help
    possible: float  #: share at the threshold that looking at the answers would choose: no promise can be made of it


@dataclass(frozen=True, slots=True)
class LabelFigures:
    """One label."""

    label: str
    requests: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class Confusion:
    """Requests of one label that were taken for another."""

    label: str
    taken_for: str
    requests: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that is said of one way's answers."""

    requests: int
    answered: float  #: share for which it names a label at all
    accuracy: Interval  #: share with the right label; a request without an answer counts as wrong
    macro_f1: float
    ece: float  #: of what it answered
    aurc: float
    automation: tuple[Automation, ...]  #: one for each alpha
    labels: tuple[LabelFigures, ...]  #: worst F1 first
    confusions: tuple[Confusion, ...]
    reliability: tuple[ReliabilityBin, ...]
    coverage: tuple[float, ...]  #: of the risk-coverage curve, rising
    risk: tuple[float, ...]  #: error among that share of the requests, the most confident first

    def at(self, alpha: float) -> Automation:
        """What may be decided at one of the alphas asked for."""
        return next(each for each in self.automation if each.alpha == alpha)


def correct(labels: Sequence[str], answers: Answers) -> Flags:
    """Which answers are right, shape (n,)."""
    return np.array([label == chosen for label, chosen in zip(labels, answers.chosen, strict=True)], dtype=np.bool_)


def assess(labels: Sequence[str], answers: Answers, alphas: Sequence[float], delta: float) -> Figures:
    """The figures of `answers`, of which `labels` are the right ones."""
    right, confidence = correct(labels, answers), answers.confidence
    said = np.array([chosen is not None for chosen in answers.chosen], dtype=np.bool_)
    by_label = _by_label(labels, answers.chosen)
    curve = risk_coverage(confidence, right)
    shown = np.unique(np.linspace(0, len(curve.coverage) - 1, _POINTS).astype(np.int64))
    low, high = wilson(int(right.sum()), len(right), _LEVEL)
    return Figures(
        requests=len(labels),
        answered=float(said.mean()),
        accuracy=Interval(float(right.mean()), low, high),
        macro_f1=float(np.mean([each.f1 for each in by_label])),
        ece=expected_calibration_error(confidence[said], right[said]) if said.any() else 0.0,
        aurc=aurc(confidence, right),
        automation=tuple(_automation(confidence, right, alpha, delta) for alpha in alphas),
        labels=tuple(sorted(by_label, key=lambda each: (each.f1, each.label))),
        confusions=_confusions(labels, answers.chosen),
        reliability=reliability(confidence[said], right[said], bins=10),
        coverage=tuple(float(each) for each in np.asarray(curve.coverage)[shown]),
        risk=tuple(float(each) for each in np.asarray(curve.risk)[shown]),
    )


def _automation(confidence: Floats, right: Flags, alpha: float, delta: float) -> Automation:
    found = certify(confidence, right, alpha, delta)
    granted = found if isinstance(found, Certificate) else None
    return Automation(
        alpha=alpha,
        certified=granted.coverage if granted else 0.0,
        threshold=granted.threshold if granted else None,
        accepted=found.accepted,
        errors=granted.errors if granted else 0,
        why="" if isinstance(found, Certificate) else found.why,
        more=None if isinstance(found, Certificate) else found.more,
        possible=possible(confidence, right, alpha),
    )


def possible(confidence: Floats, right: Flags, alpha: float) -> float:
    """The largest share with an error of at most alpha; what was not answered is never in it."""
    answered = confidence > 0
    if not answered.any():
        return 0.0
    return float(coverage_at(confidence[answered], right[answered], alpha) * answered.mean())


def gain(one: tuple[Floats, Flags], other: tuple[Floats, Flags], alpha: float, seed: int = 0) -> Interval:
    """How much more `one` could decide than `other` on the same requests, each (confidence, correct).

    By the thresholds that looking at the answers would choose, bootstrap by requests. Certificates are not compared so:
    whether one is granted hangs on few errors among the surest, and that luck would drown what is to be told apart.
    """
    n = len(one[0])
    rows = [np.arange(n), *np.random.default_rng(seed).integers(0, n, (_DRAWS, n))]
    first, *drawn = [
        possible(one[0][row], one[1][row], alpha) - possible(other[0][row], other[1][row], alpha) for row in rows
    ]
    low, high = np.quantile(drawn, ((1 - _LEVEL) / 2, (1 + _LEVEL) / 2))
    return Interval(first, float(low), float(high))


def _by_label(labels: Sequence[str], chosen: Sequence[str | None]) -> list[LabelFigures]:
    """Of every label that occurs among the right ones: one that is only ever guessed has no recall."""
    wanted, said = Counter(labels), Counter(chosen)
    hit = Counter(label for label, answer in zip(labels, chosen, strict=True) if label == answer)
    found = []
    for label, count in wanted.items():
        precision = hit[label] / said[label] if said[label] else 0.0
        recall = hit[label] / count
        f1 = 2 * precision * recall / (precision + recall) if hit[label] else 0.0
        found.append(LabelFigures(label, count, precision, recall, f1))
    return found


def _confusions(labels: Sequence[str], chosen: Sequence[str | None]) -> tuple[Confusion, ...]:
    pairs = Counter(
        (label, answer) for label, answer in zip(labels, chosen, strict=True) if answer is not None and answer != label
    )
    ordered = sorted(pairs.items(), key=lambda entry: (-entry[1], entry[0]))[:_CONFUSED]
    return tuple(Confusion(label, answer, count) for (label, answer), count in ordered)
