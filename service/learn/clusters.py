"""Groups of texts that are about the same matter, with the words that tell each from everything else."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index.model import Vectors

_MOST = 3_000  # texts grouped at once: the distances of all pairs have to fit into memory
_WORD = re.compile(r"[^\W\d_]{3,}")
_USUAL = 0.5  # similarity of two texts about one matter, where no label shows how alike its texts are
_NEARER = 0.75  # to texts of one label than to texts of different labels


@dataclass(frozen=True, slots=True)
class Cluster:
    """Some texts that are alike."""

    places: tuple[int, ...]  #: the most central first
    similarity: float  #: mean cosine to their common centre, 0 to 1


def alike(vectors: Vectors, labels: Sequence[str]) -> float:
    """From which similarity on two texts are taken to be about one matter, as examples with labels show it, 0 to 1.

    Three quarters of the way from how alike texts of different labels are to how alike texts of one label are: nearer
    to the first, matters run together; at the second, half of them fall apart (found on BANKING77).
    `vectors` of unit length, shape (n, dim). Half where no label has two texts.
    """
    sums, counts, within = [], [], []
    for label in sorted(set(labels)):
        own = vectors[[place for place, each in enumerate(labels) if each == label]].astype(np.float64)
        sums.append(own.sum(axis=0))
        counts.append(len(own))
        if len(own) > 1:  # every pair both ways, without each text with itself
            within.append((float(sums[-1] @ sums[-1]) - len(own)) / (len(own) * (len(own) - 1)))
    if not within:
        return _USUAL
    whole, squares = np.sum(sums, axis=0), sum(count**2 for count in counts)
    pairs = sum(counts) ** 2 - squares
    between = (float(whole @ whole) - sum(float(each @ each) for each in sums)) / pairs if pairs else 0.0
    return float(np.clip(between + _NEARER * (np.median(within) - between), 0.05, 0.95))


def clusters(vectors: Vectors, similarity: float, fewest: int) -> tuple[Cluster, ...]:
    """Groups of `fewest` texts or more whose pairs are on average as alike as `similarity`, the largest first.

    Average linkage on cosine distance (Sokal and Michener, 1958). Texts like no others are in none. `vectors` of unit
    length, shape (n, dim); of more than 3,000 the first are looked at.
    """
    from scipy.cluster.hierarchy import fcluster, linkage

    near = vectors[:_MOST].astype(np.float64)
    if len(near) < max(2, fewest):
        return ()
    of = fcluster(linkage(near, "average", metric="cosine"), 1 - similarity, "distance")
    found = [_cluster(near, np.flatnonzero(of == number)) for number in np.unique(of)]
    kept = [cluster for cluster in found if len(cluster.places) >= fewest]
    return tuple(sorted(kept, key=lambda cluster: (-len(cluster.places), cluster.places)))


def _cluster(near: npt.NDArray[np.float64], members: npt.NDArray[np.int64]) -> Cluster:
    centre = near[members].mean(axis=0)
    length = float(np.linalg.norm(centre))
    closeness = near[members] @ (centre / length if length else centre)
    order = np.argsort(-closeness, kind="stable")
    return Cluster(tuple(int(place) for place in members[order]), float(closeness.mean()))


def telling_words(inside: Sequence[str], outside: Sequence[str], most: int = 6) -> tuple[str, ...]:
    """The words that are far more common in these texts than in others, the strongest first.

    By the z-score of the log odds with a small prior (Monroe, Colaresi and Quinn, 2008), each word counted once a text.
    """
    here, there = _texts_with(inside), _texts_with(outside)
    scores = {}
    for word, count in here.items():
        if count < 2:
            continue
        mine, other = count + 0.5, there[word] + 0.5
        odds = np.log(mine / (len(inside) + 1 - mine)) - np.log(other / (len(outside) + 1 - other))
        scores[word] = float(odds / np.sqrt(1 / mine + 1 / other))
    best = sorted((word for word in scores if scores[word] > 0), key=lambda word: (-scores[word], word))
    return tuple(best[:most])


def _texts_with(texts: Sequence[str]) -> Counter[str]:
    return Counter(word for text in texts for word in set(_WORD.findall(text.casefold())))
