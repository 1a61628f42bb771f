"""Fit a head: choose its settings on held-out training examples, fit it on all of them, calibrate it.

Calibration cases never come here. What is reported is of examples held out from the training part.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from index.model import Vectors
from service.learn import openset
from service.learn.calibrate import expected_calibration_error, fit_temperature, log_loss, softmax
from service.learn.errors import CannotLearn
from service.learn.features import Lexicon, LexiconOptions
from service.learn.folds import assign_folds
from service.learn.head import Head
from service.learn.regression import Features, fit_softmax

Progress: TypeAlias = Callable[[str, int, int], None]  #: what is being done, done so far, total
Targets: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Setting:
    """What is chosen by held-out log loss."""

    strength: float  #: inverse of the L2 regularisation
    lexical_weight: float  #: of the lexical block against the vector


@dataclass(frozen=True, slots=True)
class TrainOptions:
    """How a head is fitted. The defaults suit 15 examples a label as well as 10,000 in all."""

    strengths: tuple[float, ...] = (5.0, 15.0, 50.0, 150.0)
    lexical_weights: tuple[float, ...] = (0.125, 0.25, 0.5, 1.0)
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


@dataclass(frozen=True, slots=True)
class TrainReport:
    """What was learned from, what was chosen, and how it does on held-out training examples."""

    examples: int
    labels: int
    terms: int
    held_out: int
    trials: tuple[Trial, ...]
    chosen: Trial
    temperature: float
    ece: float  #: after temperature
    energy_threshold: float
    kept: float  #: share of held-out in-domain examples kept
    caught: float | None  #: share of out-of-domain examples caught; None without any
    auroc: float | None  #: of the energy; None without out-of-domain examples
    fewest: int  #: examples of the label that has the fewest
    seconds: float


@dataclass(frozen=True, slots=True)
class TrainedHead:
    """A head with the report of its making."""

    head: Head
    report: TrainReport


@dataclass(frozen=True, slots=True, eq=False)
class _Fold:
    """One division of the training examples into a part to fit and a part to predict."""

    fitted: Features
    fitted_targets: Targets
    held: Features
    held_targets: Targets
    outside: Features | None


@dataclass(frozen=True, slots=True, eq=False)
class _HeldOut:
    """Predictions of one setting for examples it was not fitted on, all folds together."""

    trial: Trial
    temperature: float
    logits: npt.NDArray[np.float32]
    targets: Targets
    outside: npt.NDArray[np.float64] | None  #: energies of the out-of-domain examples


def fit_head(
    texts: Sequence[str],
    labels: Sequence[str],
    vectors: Vectors,
    *,
    encoder_digest: str,
    out_of_domain: tuple[Sequence[str], Vectors] | None = None,
    options: TrainOptions = TrainOptions(),
    progress: Progress | None = None,
) -> TrainedHead:
    """Fit a head on n texts with their labels and vectors, shape (n, dim), encoded one text at a time as in serving.

    `out_of_domain` are texts that belong to no label, with their vectors; they only move the energy threshold. The
    same input gives the same head. Raises CannotLearn when there is too little to learn from, or vectors that do not
    fit the texts.
    """
    began = time.perf_counter()
    tell = progress or _silent
    names, targets = _checked(texts, labels, vectors)
    outside = _outside(out_of_domain, vectors.shape[1])
    folds = list(_folds(texts, targets, vectors, outside, options, tell))
    best, trials = _search(folds, len(names), options, tell)
    threshold = openset.fit_threshold(
        inside := openset.energy(best.logits),
        best.outside,
        keep=options.keep,
        keep_at_least=options.keep_at_least,
    )
    tell("fitting", 0, 1)
    lexicon = Lexicon.fit(texts, options.lexicon)
    chosen = best.trial.setting
    features = Features(vectors, lexicon.transform(texts)).weighted(chosen.lexical_weight)
    linear = fit_softmax(features, targets, len(names), strength=chosen.strength, iterations=options.iterations)
    tell("fitting", 1, 1)
    head = Head(
        labels=names,
        dense=linear.dense.copy(),
        lexical=linear.lexical * np.float32(chosen.lexical_weight),
        bias=linear.bias.copy(),
        temperature=best.temperature,
        energy_threshold=threshold,
        encoder=encoder_digest,
        lexicon=lexicon,
    )
    report = TrainReport(
        examples=len(texts),
        labels=len(names),
        terms=lexicon.size,
        held_out=len(best.targets),
        trials=trials,
        chosen=best.trial,
        temperature=best.temperature,
        ece=_ece(best),
        energy_threshold=threshold,
        kept=float(np.mean(inside >= threshold)),
        caught=None if best.outside is None else float(np.mean(best.outside < threshold)),
        auroc=None if best.outside is None else openset.auroc(inside, best.outside),
        fewest=int(np.bincount(targets).min()),
        seconds=time.perf_counter() - began,
    )
    return TrainedHead(head, report)


def _checked(texts: Sequence[str], labels: Sequence[str], vectors: Vectors) -> tuple[tuple[str, ...], Targets]:
    """Label names, sorted, and each example's place among them."""
    if not len(texts) == len(labels) == len(vectors):
        raise CannotLearn(f"{len(texts)} texts, {len(labels)} labels and {len(vectors)} vectors do not belong together")
    names = tuple(sorted(set(labels)))
    if len(names) < 2:
        raise CannotLearn(
            f"the training examples carry {len(names)} label(s), a classifier needs at least 2",
            remedy="add examples of another label, or set fewer aside for calibration",
        )
    if vectors.ndim != 2 or not np.isfinite(vectors).all():
        raise CannotLearn("the vectors are not finite rows of equal length", remedy="encode the texts again")
    places = {name: place for place, name in enumerate(names)}
    return names, np.array([places[label] for label in labels], dtype=np.int64)


def _outside(examples: tuple[Sequence[str], Vectors] | None, dim: int) -> tuple[Sequence[str], Vectors] | None:
    if examples is None or not len(examples[0]):
        return None
    texts, vectors = examples
    if vectors.shape != (len(texts), dim) or not np.isfinite(vectors).all():
        raise CannotLearn(f"{len(texts)} out-of-domain texts do not fit vectors of shape {vectors.shape}")
    return examples


def _folds(
    texts: Sequence[str],
    targets: Targets,
    vectors: Vectors,
    outside: tuple[Sequence[str], Vectors] | None,
    options: TrainOptions,
    tell: Progress,
) -> Iterator[_Fold]:
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
        yield _Fold(
            fitted=Features(vectors[~held], lexical[~held]),
            fitted_targets=targets[~held],
            held=Features(vectors[held], lexical[held]),
            held_targets=targets[held],
            outside=None if outside is None else Features(outside[1], lexicon.transform(outside[0])),
        )
    tell("preparing", needed, needed)


def _search(
    folds: Sequence[_Fold], labels: int, options: TrainOptions, tell: Progress
) -> tuple[_HeldOut, tuple[Trial, ...]]:
    """Walk from the first setting to better neighbours until there is none or enough were tried."""
    if not folds:
        raise CannotLearn("there are too few different texts to hold any out", remedy="add examples")
    tried: dict[Setting, Trial] = {}

    def attempt(setting: Setting) -> _HeldOut:
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


def _hold_out(folds: Sequence[_Fold], labels: int, setting: Setting, iterations: int) -> _HeldOut:
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
    return _HeldOut(trial, temperature, scores, targets, np.concatenate(outside) if outside else None)


def _ece(found: _HeldOut) -> float:
    chances = softmax(found.logits, found.temperature)
    return expected_calibration_error(chances.max(axis=1), chances.argmax(axis=1) == found.targets)


def _silent(what: str, done: int, total: int) -> None:
    """Tell nobody."""
