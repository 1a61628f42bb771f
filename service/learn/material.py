"""What a head learns from: requests with their labels, and what else is known of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from index.model import Vector, Vectors
from rules.model import AttributeValue
from service.learn.errors import CannotLearn

Rows: TypeAlias = npt.NDArray[np.int64]  #: places of examples
Attributes: TypeAlias = Mapping[str, AttributeValue]
Votes: TypeAlias = Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Definition:
    """What a label means, in words, and their vector by the encoder of the examples."""

    text: str
    vector: Vector


def definition_text(title: str, definition: str = "", includes: Sequence[str] = ()) -> str:
    """The words that define a label, as one text to be encoded."""
    return ". ".join(part.strip().rstrip(".") for part in (title, definition, *includes) if part.strip())


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Examples, each with its labels. Raises CannotLearn where the parts do not fit together.

    An example without labels belongs to none of them. Where a request has one label, such examples only show what is
    out of domain; where it may have several, they teach each label what it is not.
    """

    texts: Sequence[str]  #: clean
    labels: Sequence[tuple[str, ...]]
    vectors: Vectors  #: shape (n, dim), each text encoded by itself, as in serving
    attributes: Sequence[Attributes] | None = None
    votes: Sequence[Votes] | None = None  #: label -> 0 to 1
    definitions: Mapping[str, Definition] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n = len(self.texts)
        if not n == len(self.labels) == len(self.vectors):
            raise CannotLearn(
                f"{n} texts, {len(self.labels)} labels and {len(self.vectors)} vectors do not belong together"
            )
        for name, rows in (("attributes", self.attributes), ("votes", self.votes)):
            if rows is not None and len(rows) != n:
                raise CannotLearn(f"{n} texts and {len(rows)} rows of {name} do not belong together")
        if self.vectors.ndim != 2 or not np.isfinite(self.vectors).all():
            raise CannotLearn("the vectors are not finite rows of equal length", remedy="encode the texts again")
        for label, definition in self.definitions.items():
            if definition.vector.shape != self.vectors.shape[1:] or not np.isfinite(definition.vector).all():
                raise CannotLearn(
                    f"the definition of {label} has a vector that does not fit those of the examples",
                    remedy="encode it with the same encoder",
                )

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, rows: Rows) -> Material:
        """The examples at these places."""
        return Material(
            texts=[self.texts[row] for row in rows],
            labels=[self.labels[row] for row in rows],
            vectors=self.vectors[rows],
            attributes=None if self.attributes is None else [self.attributes[row] for row in rows],
            votes=None if self.votes is None else [self.votes[row] for row in rows],
            definitions=self.definitions,
        )

    def with_outside(self, texts: Sequence[str], vectors: Vectors) -> Material:
        """With further examples that belong to no label, of which nothing else is known."""
        if vectors.shape != (len(texts), self.vectors.shape[1]):
            raise CannotLearn(f"{len(texts)} out-of-domain texts do not fit vectors of shape {vectors.shape}")
        return Material(
            texts=[*self.texts, *texts],
            labels=[*self.labels, *(() for _ in texts)],
            vectors=np.concatenate([self.vectors, vectors]),
            attributes=None if self.attributes is None else [*self.attributes, *({} for _ in texts)],
            votes=None if self.votes is None else [*self.votes, *({} for _ in texts)],
            definitions=self.definitions,
        )
