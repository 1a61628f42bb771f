"""What a linear head adds up: each block turns one side of a request into logits, and says what in it did so."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from service.learn.attributes import AttributeSchema
from service.learn.features import Lexicon
from service.learn.judge import Need, Seen

Floats: TypeAlias = npt.NDArray[np.float32]
Share: TypeAlias = tuple[str, Floats]  #: something of the request, and what it adds to the logits, shape (labels,)


class Block(Protocol):
    """One side of a request. The weight of a block against the others, chosen in training, is in its weights."""

    need: ClassVar[Need | None]  #: what has to be known besides vector and text

    @property
    def weights(self) -> Floats:
        """Shape (columns, labels)."""

    def logits(self, seen: Seen) -> Floats:
        """What it adds to the logits, shape (labels,)."""

    def shares(self, seen: Seen) -> Iterator[Share]:
        """The same, taken apart by what of the request it comes from."""


@dataclass(frozen=True, slots=True, eq=False)
class VectorBlock:
    """What the text means: its vector."""

    need: ClassVar[Need | None] = None
    weights: Floats  #: shape (dim, labels)

    def logits(self, seen: Seen) -> Floats:
        if seen.vector.shape != self.weights.shape[:1]:
            raise ValueError(f"this head judges vectors of shape {self.weights.shape[:1]}, not {seen.vector.shape}")
        found: Floats = seen.vector @ self.weights
        if not np.isfinite(found).all():
            raise ValueError("the vector is not finite, so nothing can be said of this request")
        return found

    def shares(self, seen: Seen) -> Iterator[Share]:
        yield "meaning", self.logits(seen)


@dataclass(frozen=True, slots=True, eq=False)
class LexicalBlock:
    """The text's words, word pairs and letters."""

    need: ClassVar[Need | None] = None
    lexicon: Lexicon
    weights: Floats  #: shape (lexicon.size, labels)

    def __post_init__(self) -> None:
        if self.weights.shape[0] != self.lexicon.size:
            raise ValueError(f"lexical weights of shape {self.weights.shape} do not fit the lexicon")

    def logits(self, seen: Seen) -> Floats:
        columns, values = self.lexicon.transform_one(seen.text)
        found: Floats = values @ self.weights[columns]
        return found

    def shares(self, seen: Seen) -> Iterator[Share]:
        for word, terms in self.lexicon.by_word(seen.text).items():
            columns, values = np.array(list(terms), np.int64), np.array(list(terms.values()), np.float32)
            yield word, values @ self.weights[columns]


@dataclass(frozen=True, slots=True, eq=False)
class AttributeBlock:
    """The request's typed attributes."""

    need: ClassVar[Need | None] = Need.ATTRIBUTES
    schema: AttributeSchema
    weights: Floats  #: shape (schema.width, labels)

    def __post_init__(self) -> None:
        if self.weights.shape[0] != self.schema.width:
            raise ValueError(f"attribute weights of shape {self.weights.shape} do not fit what was learned of them")

    def logits(self, seen: Seen) -> Floats:
        found: Floats = self.schema.transform_one(seen.attributes) @ self.weights
        return found

    def shares(self, seen: Seen) -> Iterator[Share]:
        values, start = self.schema.transform_one(seen.attributes), 0
        for column in self.schema.columns:
            end = start + column.width
            given = seen.attributes.get(column.name)
            said = f"{column.name}={given}" if given is not None else f"{column.name} missing"
            yield said, values[start:end] @ self.weights[start:end]
            start = end


@dataclass(frozen=True, slots=True, eq=False)
class VotesBlock:
    """How far the documents that were found name each label."""

    need: ClassVar[Need | None] = Need.VOTES
    names: tuple[str, ...]  #: of the labels
    weights: Floats  #: shape (labels, labels): from a label's votes to its own logit and those of others

    def logits(self, seen: Seen) -> Floats:
        found: Floats = votes_row(seen.votes, self.names) @ self.weights
        return found

    def shares(self, seen: Seen) -> Iterator[Share]:
        yield "documents", self.logits(seen)


def votes_row(votes: Mapping[str, float], names: Sequence[str]) -> Floats:
    """The votes for each label in turn, 0 to 1, shape (labels,); what is no share of anything counts as none."""
    given = (votes.get(name, 0.0) for name in names)
    return np.array([min(max(vote, 0.0), 1.0) if math.isfinite(vote) else 0.0 for vote in given], dtype=np.float32)
