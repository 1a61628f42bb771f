"""Figures of judged requests, and the bars that show how far learning is."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from rich.progress import Progress

from bench.learn_judged import Flags, Floats, Judged, Lesson, Tell, judged
from bench.learn_promise import certified
from bench.learn_sets import LabelledSet
from index.encoder import EncoderPool
from service.learn.calibrate import expected_calibration_error
from service.learn.curves import coverage_at
from service.learn.openset import auroc
from service.learn.recipes import Recipe

_KEEP = 0.95
_ERROR = 0.05
_CALIBRATION = 1_500
_SPLITS = 50  # that a certificate is averaged over


class Bars:
    """One bar for each thing that is done."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def of(self, name: str) -> Tell:
        """What tells the progress of one thing. Its bar is gone once that is done."""
        tasks: dict[str, Any] = {}

        def tell(what: str, done: int, total: int) -> None:
            if what not in tasks:
                for old in tasks.values():
                    self._progress.update(old, visible=False)
                tasks[what] = self._progress.add_task(f"{name}: {what}", total=total)
            self._progress.update(tasks[what], completed=done, total=total, visible=done < total)

        return tell


class Opened(NamedTuple):
    """Requests of no label told from others by their energy."""

    auroc: float
    caught: float  #: share of those of no label, where 95 % of the test requests are kept
    caught_beside: float  #: the same where 95 % of the validation requests are kept
    kept_beside: float  #: test requests that are kept there


class Curve(NamedTuple):
    """How much can be decided at 5 % error after learning from so many labels."""

    labels: int
    accuracy: float
    oracle: float  #: share decided, by the threshold that the judged requests themselves show
    granted: float  #: share decided by the certificate, the mean over splits


def open_set(test: Judged, valid: Judged, outside: Judged) -> Opened:
    own, beside = (float(np.quantile(part.energy, 1 - _KEEP)) for part in (test, valid))
    return Opened(
        auroc=auroc(test.energy, outside.energy),
        caught=float((outside.energy < own).mean()),
        caught_beside=float((outside.energy < beside).mean()),
        kept_beside=float((test.energy >= beside).mean()),
    )


def curve(labelled: LabelledSet, labels: int, encoder: EncoderPool, bars: Bars) -> Curve:
    """Labels drawn at random, as a queue would bring them."""
    drawn = Lesson(labelled.train.sample(labels, seed=labels), Recipe(), labelled.names, [])
    found = judged(drawn, [labelled.test], encoder, bars.of(f"{labels} labels")).parts[0]
    return Curve(labels, found.accuracy, coverage_at(*said(found), _ERROR), _granted(found))


def lesson(labelled: LabelledSet) -> Lesson:
    """The default head, all examples."""
    return Lesson(labelled.train, Recipe(), labelled.names, [])


def said(found: Judged) -> tuple[Floats, Flags]:
    """Confidences, and whether they were right."""
    return found.confidence, found.correct


def ece(found: Judged) -> float:
    return expected_calibration_error(*said(found))


def rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _granted(found: Judged) -> float:
    rng = np.random.default_rng(0)
    calibration = min(_CALIBRATION, len(found.correct) // 2)
    shares = []
    for _ in range(_SPLITS):
        order = rng.permutation(len(found.correct))
        threshold = certified(found, order[:calibration], _ERROR)
        shares.append(0.0 if threshold is None else float((found.confidence[order[calibration:]] >= threshold).mean()))
    return float(np.mean(shares))
