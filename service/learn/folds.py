"""Held-out parts of the training examples, for choosing settings and for honest confidences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from service.learn.split import same_text


def assign_folds(
    texts: Sequence[str], targets: npt.NDArray[np.integer], folds: int, seed: int
) -> npt.NDArray[np.int64]:
    """A fold below `folds` for each example, shape (n,).

    Each label is dealt evenly over the folds, so that few-shot labels are never missing from the rest; examples with
    the same words go to the same fold.
    """
    groups: dict[str, list[int]] = {}
    for place, text in enumerate(texts):
        groups.setdefault(same_text(text), []).append(place)
    members = list(groups.values())
    shuffled = np.random.default_rng(seed).permutation(len(members))
    by_label = sorted((members[group] for group in shuffled), key=lambda group: int(targets[group[0]]))
    fold = np.empty(len(texts), dtype=np.int64)
    for turn, group in enumerate(by_label):
        fold[group] = turn % folds
    return fold
