"""What a head looks at, as matrices to be fitted on.

Everything that is learned about how to look (which terms there are, how an attribute ranges) is learned from the
fitted examples alone, so that examples held out are met as unseen requests will be.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from service.learn.attributes import AttributeSchema
from service.learn.blocks import votes_row
from service.learn.features import Lexicon, LexiconOptions
from service.learn.material import Material, Rows
from service.learn.recipes import Recipe
from service.learn.regression import Features

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Floats: TypeAlias = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Setting:
    """What is chosen by held-out log loss. A head uses those of its kind."""

    strength: float = 15.0  #: inverse of the L2 regularisation
    lexical_weight: float = 0.5  #: of the lexical block against the vector
    attribute_weight: float = 0.5
    votes_weight: float = 1.0
    definition_weight: float = 1.0  #: what a label's definition counts as an example; 0: it is none
    neighbours: int = 10  #: similar examples that are asked
    sharpness: float = 20.0  #: how much more the more similar ones count


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """Features of n requests, block by block; a block that is not looked at has no columns."""

    vectors: Floats  #: shape (n, dim)
    lexical: csr_matrix | None  #: shape (n, terms)
    attributes: Floats
    votes: Floats  #: shape (n, labels)

    def __len__(self) -> int:
        return len(self.vectors)

    def take(self, rows: Rows | npt.NDArray[np.bool_]) -> Design:
        lexical = None if self.lexical is None else self.lexical[rows]
        return Design(self.vectors[rows], lexical, self.attributes[rows], self.votes[rows])

    def above(self, other: Design) -> Design:
        """These requests and then the others."""
        from scipy.sparse import vstack

        lexical = None
        if self.lexical is not None:
            lexical = vstack([self.lexical, other.lexical], format="csr")
        return Design(
            np.concatenate([self.vectors, other.vectors]),
            lexical,
            np.concatenate([self.attributes, other.attributes]),
            np.concatenate([self.votes, other.votes]),
        )

    def weighted(self, setting: Setting) -> Features:
        """The blocks joined, each with its weight."""
        dense = [
            self.vectors,
            self.attributes * np.float32(setting.attribute_weight),
            self.votes * np.float32(setting.votes_weight),
        ]
        sparse = None if self.lexical is None else self.lexical * np.float32(setting.lexical_weight)
        return Features(np.ascontiguousarray(np.concatenate(dense, axis=1)), sparse)


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """How a head looks at requests."""

    names: tuple[str, ...]  #: of the labels, sorted
    vectors: bool
    lexicon: Lexicon | None
    schema: AttributeSchema | None
    votes: bool

    @classmethod
    def fit(cls, recipe: Recipe, names: tuple[str, ...], material: Material, options: LexiconOptions) -> Outlook:
        """Learned from the examples to be fitted on, and from the definitions."""
        lexicon = None
        if recipe.words:
            defined = [definition.text for definition in material.definitions.values()] if recipe.definitions else []
            lexicon = Lexicon.fit([*material.texts, *defined], options)
        schema = AttributeSchema.fit(material.attributes or ()) if recipe.attributes else None
        return cls(names, recipe.vectors, lexicon, schema, recipe.votes)

    def design(self, material: Material) -> Design:
        """The features of these examples."""
        n = len(material)
        return Design(
            vectors=material.vectors if self.vectors else np.empty((n, 0), np.float32),
            lexical=None if self.lexicon is None or not self.lexicon.size else self.lexicon.transform(material.texts),
            attributes=self._attributes(material),
            votes=self._votes(material),
        )

    def definitions(self, material: Material) -> tuple[Design, npt.NDArray[np.bool_]] | None:
        """The definitions of the labels, as examples of which neither attributes nor votes are known."""
        known = [(place, name) for place, name in enumerate(self.names) if name in material.definitions]
        if not known:
            return None
        given = [material.definitions[name] for _, name in known]
        truth = np.zeros((len(known), len(self.names)), dtype=np.bool_)
        truth[np.arange(len(known)), [place for place, _ in known]] = True
        texts, vectors = [one.text for one in given], np.array([one.vector for one in given], dtype=np.float32)
        plain = Material(texts, [(name,) for _, name in known], vectors)
        design = self.design(plain)
        return Design(design.vectors, design.lexical, np.zeros_like(design.attributes), design.votes), truth

    def _attributes(self, material: Material) -> Floats:
        if self.schema is None:
            return np.empty((len(material), 0), np.float32)
        return self.schema.transform(material.attributes or [{}] * len(material))

    def _votes(self, material: Material) -> Floats:
        if not self.votes:
            return np.empty((len(material), 0), np.float32)
        rows = material.votes or [{}] * len(material)
        return np.array([votes_row(row, self.names) for row in rows], np.float32).reshape(len(rows), len(self.names))
