"""Labels that are probably wrong, and whether what people taught lately is worse than what they taught before.

Confident learning (Northcutt, Jiang and Chuang, 2021): an example is counted under another label when a model that
never saw it is as sure of that label as it usually is of examples that carry it. Thresholds of one's own for each label
make it indifferent to labels that are rare or hard.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from service.domain.band import Share

#: A rise of doubtful labels is told from chance at this level.
POISON_LEVEL = 0.01

Floats = npt.NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Doubt:
    """One label that is probably wrong."""

    place: int  #: of the example
    looks_like: int  #: column of the label it looks like
    probability: float  #: of that label, 0 to 1
    given_probability: float  #: of the label it carries, 0 to 1


def doubtful(probabilities: Floats, given: npt.NDArray[np.integer]) -> tuple[Doubt, ...]:
    """Examples that look like another label than the one they were given, the clearest first.

    `probabilities` has shape (n, labels), each row predicted by a model that was not fitted on that example; `given`,
    shape (n,), holds the columns of the labels that people gave. ValueError when these do not fit together.
    """
    if probabilities.ndim != 2 or given.shape != probabilities.shape[:1]:
        raise ValueError(f"{len(given)} labels do not fit probabilities of shape {probabilities.shape}")
    usual = np.full(probabilities.shape[1], np.inf)  # of a label that nobody gave, nobody knows how sure is usual
    for column in np.unique(given):
        usual[column] = probabilities[given == column, column].mean()
    sure = np.where(probabilities >= usual, probabilities, -1.0)
    looks_like = sure.argmax(axis=1)
    rows = np.arange(len(given))
    of_given = probabilities[rows, given]
    # Sure of another label, and surer than of the one given: an example that is sure of both is left alone.
    places = np.flatnonzero((sure[rows, looks_like] > 0) & (looks_like != given))
    places = places[probabilities[places, looks_like[places]] > of_given[places]]
    gap = probabilities[places, looks_like[places]] - of_given[places]
    return tuple(
        Doubt(int(p), int(looks_like[p]), float(probabilities[p, looks_like[p]]), float(of_given[p]))
        for p in places[np.argsort(-gap, kind="stable")]
    )


@dataclass(frozen=True, slots=True)
class DoubtfulLabel:
    """One label of an example with several: probably too many, or probably missing."""

    place: int
    label: int  #: column
    carried: bool  #: it carries the label and looks as if it should not; else the other way round
    probability: float  #: of the label, 0 to 1


def doubtful_several(probabilities: Floats, given: npt.NDArray[np.bool_]) -> tuple[DoubtfulLabel, ...]:
    """As `doubtful`, each label asked apart, where an example may carry several; the clearest first.

    Both arrays have shape (n, labels).
    """
    if probabilities.shape != given.shape:
        raise ValueError(f"labels of shape {given.shape} do not fit probabilities of shape {probabilities.shape}")
    found: list[tuple[Doubt, int, bool]] = []
    for column in range(given.shape[1]):
        chance, carried = probabilities[:, column], given[:, column]
        doubts = doubtful(np.column_stack((1 - chance, chance)), carried.astype(np.int64))
        found.extend((doubt, column, bool(carried[doubt.place])) for doubt in doubts)
    found.sort(key=lambda each: each[0].given_probability - each[0].probability)
    return tuple(
        DoubtfulLabel(doubt.place, column, carried, float(probabilities[doubt.place, column]))
        for doubt, column, carried in found
    )


@dataclass(frozen=True, slots=True)
class Poison:
    """Whether new examples are worse labelled than old ones."""

    found: bool
    p: float  #: how likely such a rise is by chance, 0 to 1
    old: Share  #: doubtful labels among the old examples
    new: Share
    rise: float  #: share of the new examples by which they are worse than the old ones, 0 to 1

    def __str__(self) -> str:
        return (
            f"{self.new.hits} of {self.new.of} new labels look wrong ({self.new.share:.1%}), "
            f"of the old ones {self.old.hits} of {self.old.of} ({self.old.share:.1%})"
        )


def poisoned(old: Share, new: Share, level: float = POISON_LEVEL) -> Poison:
    """Whether more of the new labels are doubtful than of the old ones: Fisher's exact test, one-sided.

    The new examples have to be judged by a model fitted on old ones alone, else labels that are all flipped the same
    way teach it to agree with them; the old ones by models that did not see them.
    """
    from scipy.stats import hypergeom

    everything, doubts = old.of + new.of, old.hits + new.hits
    p = float(hypergeom.sf(new.hits - 1, everything, doubts, new.of)) if old.of and new.of else 1.0
    rise = max(0.0, new.share - old.share)
    return Poison(rise > 0 and p <= level, p, old, new, rise)
