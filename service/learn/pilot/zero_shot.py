"""A pre-trained encoder without a single example: the label whose words lie nearest to the request's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from index.model import Vectors
from service.learn.calibrate import softmax
from service.learn.errors import CannotLearn
from service.learn.pilot.ways import Answers, Asked, Kind, Known, Progress, Taught

#: Cosines are divided by it: the usual temperature of contrastive training. Nothing is calibrated without examples.
_TEMPERATURE = 0.05


@dataclass(frozen=True, slots=True)
class ZeroShot:
    """Compare with the labels' definitions."""

    encoder: str
    encoder_name: str
    kind: Kind = Kind.FROZEN
    learns: bool = False

    @property
    def name(self) -> str:
        return f"zero-shot, {self.encoder_name}"

    def teach(self, known: Known, tell: Progress) -> Taught:
        """Only what labels mean is looked at, never an example. CannotLearn when nothing says it."""
        tell("reading definitions", 0, 1)
        labels = sorted(known.definitions)
        if not labels:
            raise CannotLearn("no label has a definition", remedy="add `definitions` to pilot.yaml")
        rows = np.stack([known.definitions[label].vector for label in labels]).astype(np.float32)
        return Comparing(tuple(labels), rows)


@dataclass(frozen=True, slots=True, eq=False)
class Comparing:
    """Labels with the vectors of their definitions."""

    labels: tuple[str, ...]
    vectors: Vectors
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return int(self.vectors.nbytes)

    def answer(self, asked: Asked) -> Answers:
        if asked.vectors is None:
            raise ValueError("this way compares vectors, and none were given")
        chances = softmax(asked.vectors @ self.vectors.T, _TEMPERATURE)
        best = chances.argmax(axis=1)
        return Answers(tuple(self.labels[place] for place in best), chances[np.arange(len(best)), best])
