"""Choose a head's settings by how its predictions do on training examples that were held out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from index.model import Vectors
from service.learn import openset
from service.learn.calibrate import fit_temperature, log_loss
from service.learn.errors import CannotLearn
from service.learn.features import Lexicon, LexiconOptions
from service.learn.folds import assign_folds
from service.learn.regression import Features, fit_softmax

Progress: TypeAlias = Callable[[str, int, int], None]  #: what is being done, done so far, total
Targets: TypeAlias = npt.NDArray[np.int64]
Outside: TypeAlias = tuple[Sequence[str], Vectors]  #: texts that belong to no label, and their vectors


@dataclass(frozen=True, slots=True)
class Setting:
    """What is chosen by held-out log loss."""

    strength: float  #: inverse of the L2 regularisation
    lexical_weight: float  #: of the lexical block against the vector


@dataclass(frozen=True, slots=True)
class TrainOptions:
    """How a head is fitted. The defaults suit 15 examples a label as well as 10,000 in all."""

    strengths: tuple[float, ...] = (5.0, 15.0, 50.0, 150.0)
    lexical_weights: tuple[float, ...] = (0.125, 0.25, 0.5, 1.0, 2.0)
    first: Setting = Setting(15.0, 0.5)  #: where the search for the best setting begins
    most_settings: int = 6  #: settings tried at most
    folds: int = 5
    held_out: int = 1000  #: predictions wanted; further folds are left out once there are as many
    iterations: int = 30  #: the same for trials and for the head, or the temperature would not fit it
    keep: float = 0.97  #: share of in-domain requests kept when there are no out-of-domain examples
    keep_at_least: float = 0.95  #: share kept all the same when there are
    lexicon: LexiconOptions = field(default_factory=LexiconOptions)
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Trial:
    """How one setting did on the held-out examples."""

    setting: Setting
    log_loss: float  #: nats, after temperature
    accuracy: float


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """One division of the training examples into a part to fit and a part to predict."""

    fitted: Features
    fitted_targets: Targets
    held: Features
    held_targets: Targets
    outside: Features | None


@dataclass(frozen=True, slots=True, eq=False)
class HeldOut:
    """Predictions of one setting for examples it was not fitted on, all folds together."""

    trial: Trial
    temperature: float
    logits: npt.NDArray[np.float32]
    targets: Targets
    outside: npt.NDArray[np.float64] | None  #: energies of the out-of-domain examples


def make_folds(
    texts: Sequence[str],
    targets: Targets,
    vectors: Vectors,
    outside: Outside | None,
    options: TrainOptions,
    tell: Progress,
) -> Iterator[Fold]:
    """Folds until enough predictions are held out; each with a lexicon of its own, as unseen texts would meet it."""
    assigned = assign_folds(texts, targets, options.folds, options.seed)
    needed = min(options.folds, -(-options.held_out * options.folds // len(texts)))
    for number in range(needed):
        tell("preparing", number, needed)
        held = assigned == number
        if not held.any() or held.all():
            continue
        lexicon = Lexicon.fit((text for text, out in zip(texts, held, strict=True) if not out), options.lexicon)
        lexical = lexicon.transform(texts)
        yield Fold(
            fitted=Features(vectors[~held], lexical[~held]),
            fitted_targets=targets[~held],
            held=Features(vectors[held], lexical[held]),
            held_targets=targets[held],
            outside=None if outside is None else Features(outside[1], lexicon.transform(outside[0])),
        )
    tell("preparing", needed, needed)


def search(
    folds: Sequence[Fold], labels: int, options: TrainOptions, tell: Progress
) -> tuple[HeldOut, tuple[Trial, ...]]:
    """Walk from the first setting to better neighbours until there is none or enough were tried."""
    if not folds:
        raise CannotLearn("there are too few different texts to hold any out", remedy="add examples")
    tried: dict[Setting, Trial] = {}

    def attempt(setting: Setting) -> HeldOut:
        tell("choosing settings", len(tried), options.most_settings)
        found = _hold_out(folds, labels, setting, options.iterations)
        tried[setting] = found.trial
        return found

    best = attempt(options.first)
    improved = True
    while improved:
        improved = False
        for setting in _neighbours(best.trial.setting, options):
            if setting in tried or len(tried) >= options.most_settings:
                continue
            found = attempt(setting)
            if found.trial.log_loss < best.trial.log_loss:
                best, improved = found, True
                break
    tell("choosing settings", options.most_settings, options.most_settings)
    return best, tuple(tried.values())


def _neighbours(setting: Setting, options: TrainOptions) -> Iterator[Setting]:
    """Settings one step away: lexical weight first, because it matters most."""
    for weight in _beside(setting.lexical_weight, options.lexical_weights):
        yield replace(setting, lexical_weight=weight)
    for strength in _beside(setting.strength, options.strengths):
        yield replace(setting, strength=strength)


def _beside(value: float, steps: Sequence[float]) -> Iterator[float]:
    larger = [step for step in sorted(steps) if step > value]
    smaller = [step for step in sorted(steps) if step < value]
    yield from smaller[-1:]
    yield from larger[:1]


def _hold_out(folds: Sequence[Fold], labels: int, setting: Setting, iterations: int) -> HeldOut:
    """Predict every fold's held-out part by a model of the rest."""
    logits, outside = [], []
    for fold in folds:
        linear = fit_softmax(
            fold.fitted.weighted(setting.lexical_weight),
            fold.fitted_targets,
            labels,
            strength=setting.strength,
            iterations=iterations,
        )
        logits.append(linear.logits(fold.held.weighted(setting.lexical_weight)))
        if fold.outside is not None:
            outside.append(openset.energy(linear.logits(fold.outside.weighted(setting.lexical_weight))))
    scores, targets = np.concatenate(logits), np.concatenate([fold.held_targets for fold in folds])
    temperature = fit_temperature(scores, targets)
    trial = Trial(
        setting=setting,
        log_loss=log_loss(scores, targets, temperature),
        accuracy=float(np.mean(scores.argmax(axis=1) == targets)),
    )
    return HeldOut(trial, temperature, scores, targets, np.concatenate(outside) if outside else None)
