"""The classifier as it serves: a linear head on the request's vector joined with its lexical features.

Needs numpy alone. `energy` and what is in domain are explained in `openset`, the temperature in `calibrate`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index.model import Vector, Vectors
from service.domain.types import Judgement, Scored
from service.learn.features import Lexicon

#: Labels shown with a judgement, best first. The rest matter to nobody and would be stored with every decision.
SHOWN = 10


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """Logits = vector @ dense + lexical features @ lexical + bias.

    The weight of the lexical block against the vector, chosen in training, is already in `lexical`.
    """

    labels: tuple[str, ...]  #: sorted, so that equal probabilities are ordered by label id
    dense: npt.NDArray[np.float32]  #: shape (dim, labels)
    lexical: npt.NDArray[np.float32]  #: shape (lexicon.size, labels)
    bias: npt.NDArray[np.float32]  #: shape (labels,)
    temperature: float  #: logits are divided by it before the softmax; above 0
    energy_threshold: float  #: in domain at this energy or above
    encoder: str  #: digest of the encoder whose vectors it was trained on
    lexicon: Lexicon

    def __post_init__(self) -> None:
        wide = len(self.labels)
        if wide < 2 or list(self.labels) != sorted(set(self.labels)):
            raise ValueError("a head needs at least two labels, sorted and each named once")
        if self.dense.ndim != 2 or self.dense.shape[1] != wide or self.bias.shape != (wide,):
            raise ValueError(f"weights of shape {self.dense.shape} and {self.bias.shape} do not fit {wide} labels")
        if self.lexical.shape != (self.lexicon.size, wide):
            raise ValueError(f"lexical weights of shape {self.lexical.shape} do not fit the lexicon")
        if not (self.temperature > 0 and np.isfinite(self.temperature) and np.isfinite(self.energy_threshold)):
            raise ValueError("temperature and energy threshold have to be finite, the temperature above 0")

    @property
    def dim(self) -> int:
        """Dimensions of the vectors it judges."""
        return int(self.dense.shape[0])

    def logits(self, vector: Vector, text: str) -> npt.NDArray[np.float64]:
        """Unscaled logits, shape (labels,). ValueError when the vector has another shape or is not finite."""
        if vector.shape != (self.dim,):
            raise ValueError(f"this head judges vectors of shape ({self.dim},), not {vector.shape}")
        columns, values = self.lexicon.transform_one(text)
        logits = (vector @ self.dense + values @ self.lexical[columns] + self.bias).astype(np.float64)
        if not np.isfinite(logits).all():
            raise ValueError("the vector is not finite, so nothing can be said of this request")
        return logits

    def judge(self, vector: Vector, text: str) -> Judgement:
        """What this head thinks of one request: `vector` of its text by the head's own encoder, and the text."""
        logits = self.logits(vector, text)
        peak = float(logits.max())
        energy = peak + float(np.log(np.exp(logits - peak).sum()))
        odds = np.exp((logits - peak) / self.temperature)
        probabilities = odds / odds.sum()
        order = np.argsort(-probabilities, kind="stable")[:SHOWN]
        scores = tuple(Scored(self.labels[place], float(probabilities[place])) for place in order)
        return Judgement(
            scores=scores,
            confidence=scores[0].probability,
            margin=scores[0].probability - scores[1].probability,
            energy=energy,
            in_domain=energy >= self.energy_threshold,
        )

    def judge_many(self, vectors: Vectors | Iterable[Vector], texts: Sequence[str]) -> tuple[Judgement, ...]:
        """`judge` of each pair. One at a time on purpose: a batched product rounds otherwise than serving does."""
        return tuple(self.judge(vector, text) for vector, text in zip(vectors, texts, strict=True))
