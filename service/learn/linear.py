"""The usual head: a linear model of the request's vector, joined with its words, attributes and votes.

Needs numpy alone. What is in domain is explained in `openset`, how logits become probabilities in `several`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from service.domain.types import Judgement
from service.learn.blocks import Block
from service.learn.judge import Need, Seen, Telling
from service.learn.openset import Domain
from service.learn.several import Calibration, OneLabel

Logits: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class LinearHead:
    """Logits = what each block says + bias."""

    labels: tuple[str, ...]  #: sorted, so that equal probabilities are ordered by label id
    blocks: tuple[Block, ...]  #: at least one
    bias: npt.NDArray[np.float32]  #: shape (labels,)
    calibration: Calibration
    domain: Domain
    encoder: str  #: digest of the encoder whose vectors it was trained on

    def __post_init__(self) -> None:
        wide = check_labels(self.labels)
        if not self.blocks:
            raise ValueError("a linear head needs a block to judge by")
        shapes = [block.weights.shape for block in self.blocks]
        if self.bias.shape != (wide,) or any(len(shape) != 2 or shape[1] != wide for shape in shapes):
            raise ValueError(f"weights of shape {shapes} and {self.bias.shape} do not fit {wide} labels")

    @property
    def needs(self) -> frozenset[Need]:
        """What besides vector and text has to be known."""
        return frozenset(block.need for block in self.blocks if block.need is not None)

    def logits(self, seen: Seen) -> Logits:
        """Unscaled logits, shape (labels,). ValueError when the vector has another shape or is not finite."""
        found = self.bias.copy()
        for block in self.blocks:
            found += block.logits(seen)
        return found.astype(np.float64)

    def judge(self, seen: Seen) -> Judgement:
        """What this head thinks of one request."""
        logits = self.logits(seen)
        return self.calibration.judgement(self.labels, logits, self.domain.familiarity(logits), self.domain.threshold)

    def telling(self, seen: Seen, label: str, most: int = 8) -> tuple[Telling, ...]:
        """What spoke most for and against a label, the strongest first. ValueError for a label it does not know.

        Where a request has one label, only what sets the label apart from the average of all speaks for it.
        """
        if label not in self.labels:
            raise ValueError(f"this head knows no label {label!r}")
        place, among = self.labels.index(label), isinstance(self.calibration, OneLabel)
        shares = [share for block in self.blocks for share in block.shares(seen)]
        found = [Telling(what, float(says[place] - (says.mean() if among else 0.0))) for what, says in shares]
        found.sort(key=lambda telling: (-abs(telling.weight), telling.what))
        return tuple(telling for telling in found[:most] if telling.weight)


def check_labels(labels: tuple[str, ...]) -> int:
    """How many there are; ValueError unless they are at least two, sorted and each named once."""
    if len(labels) < 2 or list(labels) != sorted(set(labels)):
        raise ValueError("a head needs at least two labels, sorted and each named once")
    return len(labels)
