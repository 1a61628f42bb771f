"""The guard against poisoned labels: do the labels that came in since look wrong more often than those before?

New examples are judged by a head that saw none of them, old ones by heads that did not see the one in question; so
also labels that were all flipped in one direction are seen. Nothing is left out and nobody is accused: the candidate
says it, and whoever promotes it has to say that they know.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from service.domain.band import Share
from service.learn.noise import doubtful, doubtful_several, poisoned
from service.usecases.examples import Example
from service.usecases.fit_model import Ground, fitted, seen
from service.usecases.house import House
from service.usecases.progress import Progress, silent

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Doubts:
    """How many labels look wrong, before and since."""

    found: bool = False  #: more among the new ones than chance explains
    old: tuple[int, int] = (0, 0)  #: doubtful, of so many
    new: tuple[int, int] = (0, 0)

    @property
    def words(self) -> str:
        """What is to be known before the model is promoted; empty when nothing is."""
        if not self.found:
            return ""
        (old, of_old), (new, of_new) = self.old, self.new
        return (
            f"{new} of {of_new} labels that came in since the last model look wrong, where {old} of {of_old} did before"
        )

    def to_json(self) -> dict[str, Any]:
        return {"found": self.found, "old": list(self.old), "new": list(self.new)}


def doubts_of(
    house: House, ground: Ground, examples: Sequence[Example], new: Collection[int], progress: Progress = silent
) -> Doubts:
    """Compare the examples at the places `new` with all others. Nothing is said where there are none of one kind."""
    old = [example for place, example in enumerate(examples) if place not in new and example.labels]
    since = [examples[place] for place in sorted(new) if examples[place].labels]
    if not old or not since:
        return Doubts()
    made = fitted(house, ground, old, progress, all_held=True)
    columns = {label: column for column, label in enumerate(made.held.labels)}
    since = [example for example in since if columns.keys() >= set(example.labels)]
    if not since:
        return Doubts()
    head = made.opened()
    judged = [head.judge(each).scores for each in seen(house, ground, since, progress)]
    rows = [{scored.label: scored.probability for scored in scores} for scores in judged]
    chances = np.vstack([np.asarray(made.held.probabilities, dtype=np.float64), _matrix(rows, columns)])
    labelled = [old[place].labels for place in made.held.places] + [example.labels for example in since]
    wrong = _doubtful(chances, labelled, columns, several=ground.workflow.several)
    before = Share(sum(place < len(made.held.places) for place in wrong), len(made.held.places))
    after = Share(len(wrong) - before.hits, len(since))
    found = poisoned(before, after)
    return Doubts(found.found, (before.hits, before.of), (after.hits, after.of))


def _matrix(rows: Sequence[Mapping[str, float]], columns: Mapping[str, int]) -> Floats:
    """Shape (rows, labels); what a head does not show has next to no probability."""
    found = np.zeros((len(rows), len(columns)))
    for place, row in enumerate(rows):
        for label, probability in row.items():
            found[place, columns[label]] = probability
    return found


def _doubtful(
    chances: Floats, labelled: Sequence[tuple[str, ...]], columns: Mapping[str, int], *, several: bool
) -> set[int]:
    """Places of the examples with a label that looks wrong."""
    if not several:
        given = np.array([columns[labels[0]] for labels in labelled], dtype=np.int64)
        return {int(doubt.place) for doubt in doubtful(chances, given)}
    has = np.zeros(chances.shape, dtype=np.bool_)
    for place, labels in enumerate(labelled):
        has[place, [columns[label] for label in labels]] = True
    return {int(doubt.place) for doubt in doubtful_several(chances, has)}
