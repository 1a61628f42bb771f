"""What an encoder is tuned on: texts with their labels, and those of them that only watch. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from index.model import Vectors
from service.learn.errors import CannotLearn
from service.learn.folds import assign_folds
from service.learn.tune.options import TuneOptions

Rows: TypeAlias = npt.NDArray[np.int64]
Values: TypeAlias = npt.NDArray[np.float32]

_TINY = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """The examples in the order given, then the definitions of labels as further examples."""

    texts: Sequence[str]
    labels: tuple[str, ...]  #: sorted
    targets: Values  #: shape (texts, labels): 1 for each label of a text
    several: bool  #: a text may have several labels, or none; else one without labels teaches nothing
    learn: Rows
    held: Rows  #: of the examples: these are never learned from

    @property
    def firsts(self) -> Rows:
        """The column of each text's first label."""
        columns: Rows = self.targets.argmax(axis=1)
        return columns


@dataclass(frozen=True, slots=True, eq=False)
class Means:
    """Where the examples of each label lie, and what lies between them and the others."""

    vectors: Vectors  #: unit length, shape (labels, dim); nought for a label that none has
    between: Values  #: cosine to the mean half-way from texts that have the label to texts that do not, shape (labels,)

    @classmethod
    def of(cls, vectors: Vectors, targets: Values) -> Means:
        """Of texts with their targets, row by row."""
        means = targets.T @ vectors
        means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), _TINY)
        cosines = vectors @ means.T
        having, others = ((cosines * part).sum(0) / np.maximum(part.sum(0), 1) for part in (targets, 1 - targets))
        return cls(means, (having + others) / 2)


def lesson_of(
    texts: Sequence[str],
    labels: Sequence[tuple[str, ...]],
    options: TuneOptions,
    definitions: Mapping[str, str] | None = None,
) -> Lesson:
    """Deal examples into learning and watching, evenly over labels; the same words stay together.

    `definitions` are words that say what a label means; they are learned from as one example each. Raises CannotLearn
    when the examples have fewer than two labels.
    """
    if len(texts) != len(labels):
        raise CannotLearn(f"{len(texts)} texts and {len(labels)} sets of labels do not belong together")
    names = tuple(sorted({name for each in labels for name in each}))
    if len(names) < 2:
        raise CannotLearn(f"the examples carry {len(names)} label(s), tuning needs at least 2", remedy="add examples")
    said = [(text, (name,)) for name, text in (definitions or {}).items() if name in names and text.strip()]
    columns = {name: column for column, name in enumerate(names)}
    targets = np.zeros((len(texts) + len(said), len(names)), dtype=np.float32)
    for row, each in enumerate([*labels, *(name for _, name in said)]):
        targets[row, [columns[name] for name in each]] = 1
    several = any(len(each) > 1 for each in labels)
    held = _held(texts, targets[: len(texts)], options)
    taught = np.arange(len(targets)) if several else np.flatnonzero(targets.any(axis=1))
    return Lesson(
        texts=[*texts, *(text for text, _ in said)],
        labels=names,
        targets=targets,
        several=several,
        learn=np.setdiff1d(taught, held),
        held=np.intersect1d(taught, held),
    )


def _held(texts: Sequence[str], targets: Values, options: TuneOptions) -> Rows:
    share = options.share_held_out(len(texts), targets.shape[1])
    if not share:
        return np.empty(0, dtype=np.int64)
    folds = max(2, round(1 / share))
    return np.flatnonzero(assign_folds(texts, targets.argmax(axis=1), folds, options.seed) == 0)
