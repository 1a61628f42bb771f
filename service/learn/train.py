"""Fit a head: choose its settings on held-out training examples, fit it on all of them, calibrate it.

Calibration cases never come here. What is reported is of examples held out from the training part.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.model import Vectors
from service.learn import openset
from service.learn.calibrate import expected_calibration_error, softmax
from service.learn.errors import CannotLearn
from service.learn.features import Lexicon
from service.learn.head import Head
from service.learn.regression import Features, fit_softmax
from service.learn.search import HeldOut, Outside, Progress, Targets, TrainOptions, Trial, make_folds, search

_DEFAULTS = TrainOptions()


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


def fit_head(
    texts: Sequence[str],
    labels: Sequence[str],
    vectors: Vectors,
    *,
    encoder_digest: str,
    out_of_domain: Outside | None = None,
    options: TrainOptions = _DEFAULTS,
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
    folds = list(make_folds(texts, targets, vectors, outside, options, tell))
    best, trials = search(folds, len(names), options, tell)
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


def _outside(examples: Outside | None, dim: int) -> Outside | None:
    if examples is None or not len(examples[0]):
        return None
    texts, vectors = examples
    if vectors.shape != (len(texts), dim) or not np.isfinite(vectors).all():
        raise CannotLearn(f"{len(texts)} out-of-domain texts do not fit vectors of shape {vectors.shape}")
    return examples


def _ece(found: HeldOut) -> float:
    chances = softmax(found.logits, found.temperature)
    return expected_calibration_error(chances.max(axis=1), chances.argmax(axis=1) == found.targets)


def _silent(what: str, done: int, total: int) -> None:
    """Tell nobody."""
