"""In which order texts are learned from. Pure."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from service.learn.tune.lesson import Rows, Values

_SORTED_TOGETHER = 8  # batches whose texts are sorted by length among themselves


def like_length(lengths: Rows, size: int, rng: np.random.Generator) -> list[Rows]:
    """Places in batches of about `size`, each place once, short texts with short ones so that little is padded.

    Only neighbours of a random order are sorted, so that every batch still holds all kinds of texts.
    """
    order = rng.permutation(len(lengths))
    batches: list[Rows] = []
    for start in range(0, len(order), size * _SORTED_TOGETHER):
        part = order[start : start + size * _SORTED_TOGETHER]
        part = part[np.argsort(lengths[part], kind="stable")]
        batches += np.array_split(part, max(1, round(len(part) / size)))
    return [batches[place] for place in rng.permutation(len(batches))]


def by_label(targets: Values, size: int, each: int, near: Rows, rng: np.random.Generator) -> Iterator[Rows]:
    """Batches without end, of `size` texts or fewer: some labels, and of each up to `each` texts that have it.

    Half of the labels are drawn in turn, the others are those nearest to them, because what is easily mistaken has the
    most to learn from being held against each other. `near`, shape (labels, labels): of each label all others, the
    nearest first. A text may stand for several of its labels, but comes once.
    """
    members = [np.flatnonzero(targets[:, label]) for label in range(targets.shape[1])]
    taught = [label for label, places in enumerate(members) if len(places)]
    wanted = max(2, min(len(taught), size // each))
    turn: list[int] = []
    while True:
        chosen: dict[int, None] = {}
        while len(chosen) < wanted:
            turn = turn or [taught[place] for place in rng.permutation(len(taught))]
            label = turn.pop()
            if label in chosen:
                continue
            chosen[label] = None
            neighbour = next(
                (int(other) for other in near[label] if int(other) not in chosen and len(members[other])), None
            )
            if neighbour is not None and len(chosen) < wanted:
                chosen[neighbour] = None
        places = [rng.choice(members[label], min(each, len(members[label])), replace=False) for label in chosen]
        yield np.unique(np.concatenate(places))
