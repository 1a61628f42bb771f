"""Choose a head's setting by how its predictions do on training examples that were held out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from service.learn.calibrate import binary_log_loss, fit_binary_temperature, fit_temperature, log_loss, sigmoid
from service.learn.design import Design, Outlook, Setting
from service.learn.errors import CannotLearn
from service.learn.features import LexiconOptions
from service.learn.folds import assign_folds
from service.learn.learners import Axes, Flags, Learner, Taught
from service.learn.lesson import Lesson
from service.learn.material import Rows
from service.learn.openset import Energies, Score
from service.learn.recipes import Kind, Recipe
from service.learn.several import EVEN

Progress: TypeAlias = Callable[[str, int, int], None]  #: what is being done, done so far, total
Scores: TypeAlias = dict[Score, Energies]


@dataclass(frozen=True, slots=True)
class TrainOptions:
    """How a head is fitted. The defaults suit 5 examples a label as well as 10,000 in all."""

    strengths: tuple[float, ...] = (5.0, 15.0, 50.0, 150.0)
    lexical_weights: tuple[float, ...] = (0.125, 0.25, 0.5, 1.0, 2.0)
    attribute_weights: tuple[float, ...] = (0.125, 0.25, 0.5, 1.0, 2.0)
    votes_weights: tuple[float, ...] = (0.25, 0.5, 1.0, 2.0, 4.0)
    definition_weights: tuple[float, ...] = (0.0, 1.0, 2.0)
    neighbours: tuple[int, ...] = (1, 3, 5, 10, 20, 40)
    sharpnesses: tuple[float, ...] = (5.0, 10.0, 20.0, 40.0)
    first: Setting = field(default_factory=Setting)  #: where the search for the best setting begins
    most_settings: int = 6  #: settings tried at most; three more for each thing to choose beyond two
    defined: float = 50.0  #: examples a label, on average, from which on definitions are not tried: they say no more
    folds: int = 5
    held_out: int = 1000  #: predictions wanted; further folds are left out once there are as many
    iterations: int = 30  #: of the regression; more hardly move held-out predictions
    keep: float = 0.97  #: share of in-domain requests kept when there are no out-of-domain examples
    keep_at_least: float = 0.95  #: share kept all the same when there are
    lexicon: LexiconOptions = field(default_factory=LexiconOptions)
    seed: int = 0

    def axes(self, recipe: Recipe) -> Axes:
        """What is to be chosen for a recipe, that which matters most first."""
        axes: dict[str, Sequence[float]] = {}
        if recipe.kind is Kind.JOINED:
            axes["lexical_weight"] = self.lexical_weights
        if recipe.kind is Kind.NEAREST:
            axes |= {"neighbours": self.neighbours, "sharpness": self.sharpnesses}
        elif recipe.kind is not Kind.PROTOTYPES:
            axes["strength"] = self.strengths
        if recipe.attributes:
            axes["attribute_weight"] = self.attribute_weights
        if recipe.votes:
            axes["votes_weight"] = self.votes_weights
        if recipe.definitions:
            axes["definition_weight"] = self.definition_weights
        return axes


@dataclass(frozen=True, slots=True)
class Trial:
    """How one setting did on the held-out examples."""

    setting: Setting
    log_loss: float  #: nats, after temperature
    accuracy: float  #: with several labels: share of examples with exactly the right ones


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """One division of the training examples into a part to fit and a part to predict."""

    taught: Taught
    held: Design
    truth: Flags  #: of the held-out examples
    rows: Rows  #: their places in the material
    outside: Design | None


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """What models said of examples they were not fitted on, all folds together."""

    trial: Trial
    temperature: float
    logits: npt.NDArray[np.floating]  #: shape (n, labels)
    truth: Flags  #: shape (n, labels)
    rows: Rows  #: places in the material, shape (n,)
    inside: Scores
    outside: Scores | None


def make_folds(
    lesson: Lesson, recipe: Recipe, options: TrainOptions, held: Rows | None, tell: Progress
) -> Iterator[Fold]:
    """Folds until enough predictions are held out; or the one that holds out these places of the material."""
    divisions = list(_divisions(lesson, options, held))
    for number, out in enumerate(divisions):
        tell("preparing", number, len(divisions))
        fitted = lesson.inside.take(np.flatnonzero(~out))
        outlook = Outlook.fit(recipe, lesson.names, fitted, options.lexicon)
        yield Fold(
            taught=taught(outlook, recipe, lesson, ~out),
            held=outlook.design(lesson.inside.take(np.flatnonzero(out))),
            truth=lesson.truth[out],
            rows=lesson.rows[out],
            outside=None if lesson.outside is None else outlook.design(lesson.outside),
        )
    tell("preparing", len(divisions), len(divisions))


def taught(outlook: Outlook, recipe: Recipe, lesson: Lesson, part: Flags) -> Taught:
    """The examples of one part, and the definitions if they count, as a model is to see them."""
    hints = outlook.definitions(lesson.inside) if recipe.definitions else None
    design = outlook.design(lesson.inside.take(np.flatnonzero(part)))
    return Taught(design, lesson.truth[part], lesson.several, hints)


def _divisions(lesson: Lesson, options: TrainOptions, held: Rows | None) -> Iterator[Flags]:
    """Which examples are held out, each time."""
    n = len(lesson.inside)
    if held is not None:
        out = np.isin(lesson.rows, held)
        if out.any() and not out.all():
            yield out
        return
    assigned = assign_folds(lesson.inside.texts, lesson.strata, options.folds, options.seed)
    for number in range(min(options.folds, -(-options.held_out * options.folds // n))):
        out = assigned == number
        if out.any() and not out.all():
            yield out


def search(
    folds: Sequence[Fold], learner: Learner, options: TrainOptions, tell: Progress
) -> tuple[Predictions, tuple[Trial, ...]]:
    """Walk from the first setting to better neighbours until there is none or enough were tried."""
    if not folds:
        raise CannotLearn("there are too few different texts to hold any out", remedy="add examples")
    tried: dict[Setting, Trial] = {}
    first = options.first if "definition_weight" in learner.axes else replace(options.first, definition_weight=0.0)
    most = options.most_settings + 3 * max(0, len(learner.axes) - 2) if learner.axes else 1

    def attempt(setting: Setting) -> Predictions:
        tell("choosing settings", len(tried), most)
        found = _predict(folds, learner, setting)
        tried[setting] = found.trial
        return found

    best = attempt(first)
    improved = True
    while improved:
        improved = False
        for setting in _neighbours(best.trial.setting, learner.axes):
            if setting in tried or len(tried) >= most:
                continue
            found = attempt(setting)
            if found.trial.log_loss < best.trial.log_loss:
                best, improved = found, True
                break
    tell("choosing settings", most, most)
    return best, tuple(tried.values())


def _neighbours(setting: Setting, axes: Axes) -> Iterator[Setting]:
    """Settings one step away, along each axis in turn."""
    for name, steps in axes.items():
        for value in _beside(getattr(setting, name), steps):
            yield replace(setting, **{name: value})  # type: ignore[arg-type]


def _beside(value: float, steps: Sequence[float]) -> Iterator[float]:
    larger = [step for step in sorted(steps) if step > value]
    smaller = [step for step in sorted(steps) if step < value]
    yield from smaller[-1:]
    yield from larger[:1]


def _predict(folds: Sequence[Fold], learner: Learner, setting: Setting) -> Predictions:
    """Predict every fold's held-out part by a model of the rest."""
    said, foreign = [], []
    for fold in folds:
        model = learner.fit(fold.taught, setting)
        said.append(model.said(fold.held))
        if fold.outside is not None:
            foreign.append(model.said(fold.outside).scores)
    logits, truth = np.concatenate([one.logits for one in said]), np.concatenate([fold.truth for fold in folds])
    several = folds[0].taught.several
    if several:
        temperature = fit_binary_temperature(logits, truth)
        loss = binary_log_loss(logits, truth, temperature)
        right = ((sigmoid(logits / temperature) >= EVEN) == truth).all(axis=1)
    else:
        targets = truth.argmax(axis=1)
        temperature = fit_temperature(logits, targets)
        loss = log_loss(logits, targets, temperature)
        right = logits.argmax(axis=1) == targets
    return Predictions(
        trial=Trial(setting, loss, float(np.mean(right))),
        temperature=temperature,
        logits=logits,
        truth=truth,
        rows=np.concatenate([fold.rows for fold in folds]),
        inside=_joined([one.scores for one in said]),
        outside=_joined(foreign) if foreign else None,
    )


def _joined(parts: Sequence[Mapping[Score, Energies]]) -> Scores:
    return {way: np.concatenate([part[way] for part in parts]) for way in parts[0]}
