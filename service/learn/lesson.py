"""Material, read for one recipe: who belongs where, and what counts as out of domain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from service.learn.errors import CannotLearn
from service.learn.material import Material, Rows
from service.learn.recipes import Recipe


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """Examples to be told apart."""

    names: tuple[str, ...]  #: of the labels, sorted
    inside: Material
    truth: npt.NDArray[np.bool_]  #: shape (n, labels): which labels each example has
    rows: Rows  #: place of each in the material, shape (n,)
    outside: Material | None  #: what belongs to no label, where a request has one
    several: bool

    @classmethod
    def of(cls, recipe: Recipe, material: Material) -> Lesson:
        """CannotLearn when there are too few labels, or more on one example than the recipe provides for."""
        counts = np.array([len(labels) for labels in material.labels], dtype=np.int64)
        if not recipe.several and (counts > 1).any():
            raise CannotLearn(
                f"{int((counts > 1).sum())} training example(s) carry several labels, this workflow gives one",
                remedy="say labels_per_request: several in the workflow, or leave one label on each",
            )
        rows = np.arange(len(material)) if recipe.several else np.flatnonzero(counts)
        names = tuple(sorted({label for labels in material.labels for label in labels}))
        if len(names) < 2:
            raise CannotLearn(
                f"the training examples carry {len(names)} label(s), a classifier needs at least 2",
                remedy="add examples of another label, or set fewer aside for calibration",
            )
        inside = material.take(rows)
        places = {name: place for place, name in enumerate(names)}
        truth = np.zeros((len(rows), len(names)), dtype=np.bool_)
        for row, labels in enumerate(inside.labels):
            truth[row, [places[label] for label in labels]] = True
        beyond = np.setdiff1d(np.arange(len(material)), rows)
        outside = material.take(beyond) if len(beyond) else None
        return cls(names, inside, truth, rows, outside, recipe.several)

    @property
    def strata(self) -> npt.NDArray[np.int64]:
        """What each example is dealt to folds by: its rarest label; one more than there are for none. Shape (n,)."""
        counts = self.truth.sum(axis=0)
        rarity = np.where(self.truth, counts, np.iinfo(np.int64).max)
        rarest: npt.NDArray[np.int64] = rarity.argmin(axis=1)
        rarest[~self.truth.any(axis=1)] = len(self.names)
        return rarest

    @property
    def fewest(self) -> int:
        """Examples of the label that has the fewest."""
        return int(self.truth.sum(axis=0).min())
