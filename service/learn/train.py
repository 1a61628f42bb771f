"""Fit a head: choose its settings on held-out training examples, fit it on all of them, calibrate it.

Calibration cases never come here. What is reported is of examples held out from the training part.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from index.model import Vectors
from service.learn.calibrate import expected_calibration_error
from service.learn.design import Outlook
from service.learn.errors import CannotLearn
from service.learn.judge import Head
from service.learn.learners import Axes, Learner, Nearest, Prototypes, Regression
from service.learn.lesson import Lesson
from service.learn.material import Material, Rows
from service.learn.openset import DomainFit, fit_domain
from service.learn.recipes import Kind, Recipe
from service.learn.search import Predictions, Progress, TrainOptions, Trial, make_folds, search, taught
from service.learn.several import EVEN, OneLabel, SeveralLabels

_DEFAULTS = TrainOptions()


@dataclass(frozen=True, slots=True)
class TrainReport:
    """What was learned from, what was chosen, and how it does on held-out training examples."""

    recipe: Recipe
    examples: int
    outside: int  #: examples that belong to no label
    labels: int
    terms: int
    attributes: int  #: features made of them
    held_out: int
    trials: tuple[Trial, ...]
    chosen: Trial
    temperature: float
    ece: float  #: after calibration; with several labels, of the whole set
    macro_f1: float
    score: str  #: what is in domain is told by
    energy_threshold: float
    kept: float  #: share of held-out in-domain examples kept
    caught: float | None  #: share of out-of-domain examples caught; None without any
    auroc: float | None  #: of the score; None without out-of-domain examples
    fewest: int  #: examples of the label that has the fewest
    seconds: float

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True, eq=False)
class HeldOut:
    """Calibrated predictions for training examples, each by a model that did not see it."""

    labels: tuple[str, ...]  #: sorted
    rows: Rows  #: place of each in the material, shape (n,)
    probabilities: npt.NDArray[np.float64]  #: shape (n, labels)
    truth: npt.NDArray[np.bool_]  #: shape (n, labels)
    chosen: npt.NDArray[np.bool_]  #: the labels that were given, shape (n, labels)
    confidence: npt.NDArray[np.float64]  #: of the label, or of the whole set of labels; shape (n,)

    @property
    def correct(self) -> npt.NDArray[np.bool_]:
        """Exactly the right labels, shape (n,)."""
        right: npt.NDArray[np.bool_] = (self.chosen == self.truth).all(axis=1)
        return right

    @property
    def targets(self) -> npt.NDArray[np.int64]:
        """Where a request has one label: its column, shape (n,)."""
        targets: npt.NDArray[np.int64] = self.truth.argmax(axis=1)
        return targets


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """A head with the report of its making."""

    head: Head
    report: TrainReport
    held: HeldOut


def fit(
    recipe: Recipe,
    material: Material,
    *,
    encoder: str,
    outside: tuple[Sequence[str], Vectors] | None = None,
    options: TrainOptions = _DEFAULTS,
    held: Rows | None = None,
    progress: Progress | None = None,
) -> Trained:
    """Fit a head on examples whose vectors are of the encoder with this digest, each text encoded by itself.

    `outside` are texts that belong to no label, with their vectors; examples of the material without labels count as
    such too where a request has one label. They only move the threshold of what is in domain.
    `held` are places of the material that everything is chosen on, instead of folds: for an encoder that was tuned on
    all other examples. The same input gives the same head. Raises CannotLearn when there is too little to learn from.
    """
    began = time.perf_counter()
    tell = progress or _silent
    if outside is not None and len(outside[0]):
        material = material.with_outside(*outside)
    lesson = Lesson.of(recipe, material)
    asked, recipe = recipe, _with_definitions_that_count(recipe, lesson, options)
    learner = _learner(recipe, options.axes(recipe), options.iterations)
    folds = list(make_folds(lesson, recipe, options, held, tell))
    best, trials = search(folds, learner, options, tell)
    calibration = _calibration(best, recipe)
    domain = fit_domain(best.inside, best.outside, keep=options.keep, keep_at_least=options.keep_at_least)
    tell("fitting", 0, 1)
    outlook = Outlook.fit(recipe, lesson.names, lesson.inside, options.lexicon)
    if not outlook.vectors and (outlook.lexicon is None or not outlook.lexicon.size):
        raise CannotLearn("no word occurs in two examples, so words tell nothing", remedy="add examples")
    everything = taught(outlook, recipe, lesson, np.ones(len(lesson.inside), dtype=np.bool_))
    model = learner.fit(everything, best.trial.setting)
    head = model.head(outlook, calibration, domain.domain, encoder)
    tell("fitting", 1, 1)
    predicted = _held_out(lesson, best, calibration)
    report = _report(asked, lesson, outlook, best, trials, domain, predicted, time.perf_counter() - began)
    return Trained(head, report, predicted)


def _with_definitions_that_count(recipe: Recipe, lesson: Lesson, options: TrainOptions) -> Recipe:
    """The recipe, without definitions where there are none or so many examples that they say no more."""
    few = len(lesson.inside) < options.defined * len(lesson.names)
    known = not lesson.inside.definitions.keys().isdisjoint(lesson.names)
    return replace(recipe, definitions=recipe.definitions and few and known)


def _learner(recipe: Recipe, axes: Axes, iterations: int) -> Learner:
    match recipe.kind:
        case Kind.NEAREST:
            return Nearest(axes)
        case Kind.PROTOTYPES:
            return Prototypes(axes)
        case _:
            return Regression(axes, iterations)


def _calibration(found: Predictions, recipe: Recipe) -> OneLabel | SeveralLabels:
    if recipe.several:
        return SeveralLabels.fit(found.logits, found.truth, found.temperature)
    return OneLabel(found.temperature)


def _held_out(lesson: Lesson, found: Predictions, calibration: OneLabel | SeveralLabels) -> HeldOut:
    chances = calibration.probabilities(found.logits)
    if isinstance(calibration, SeveralLabels):
        chosen, confidence = chances >= EVEN, calibration.confidences(found.logits)
    else:
        chosen = np.arange(chances.shape[1]) == chances.argmax(axis=1)[:, None]
        confidence = chances.max(axis=1)
    return HeldOut(lesson.names, found.rows, chances, found.truth, chosen, confidence)


def _report(
    recipe: Recipe,
    lesson: Lesson,
    outlook: Outlook,
    best: Predictions,
    trials: tuple[Trial, ...],
    domain: DomainFit,
    held: HeldOut,
    seconds: float,
) -> TrainReport:
    return TrainReport(
        recipe=recipe,
        examples=len(lesson.inside),
        outside=0 if lesson.outside is None else len(lesson.outside),
        labels=len(lesson.names),
        terms=outlook.lexicon.size if outlook.lexicon else 0,
        attributes=outlook.schema.width if outlook.schema else 0,
        held_out=len(held.rows),
        trials=trials,
        chosen=best.trial,
        temperature=best.temperature,
        ece=expected_calibration_error(held.confidence, held.correct),
        macro_f1=_macro_f1(held),
        score=domain.domain.score,
        energy_threshold=domain.domain.threshold,
        kept=domain.kept,
        caught=domain.caught,
        auroc=domain.auroc,
        fewest=lesson.fewest,
        seconds=seconds,
    )


def _macro_f1(held: HeldOut) -> float:
    """Mean over the labels that occur among the held-out examples of the F1 of each."""
    right = (held.chosen & held.truth).sum(axis=0)
    there, said = held.truth.sum(axis=0), held.chosen.sum(axis=0)
    return float(np.mean((2 * right / np.maximum(there + said, 1))[there > 0]))


def _silent(what: str, done: int, total: int) -> None:
    """Tell nobody."""
