"""Whether live traffic is still like the traffic a model was made for. Nobody has to label anything for that.

Each look compares a reference (`before`) with what came lately (`now`) and says how far apart they are and how likely
that is by chance. Something has moved when it is both: far, and no chance. With many requests the least difference is
no chance, with few of them chance goes far.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index.model import Vectors
from service.learn.openset import auroc

#: A difference is told from chance at this level: small, because there are several looks a day.
LEVEL = 0.001

FAR_PSI = 0.2  # "a significant shift" in credit scoring, where the index comes from
FAR_KS = 0.1
FAR_MIX = 0.1
FAR_AUC = 0.6

_BINS = 10
_LEAST_EXPECTED = 5.0  # labels rarer than that are counted together: the test is an approximation
_SAMPLE = 1_000  # vectors of each side that the costly looks take
_FEATURES, _PERMUTATIONS = 256, 999
_SHRINKAGE = 0.1
_FEWEST = 20  # of each side, below which nothing is said
_UNLIKE = 20

Floats = npt.NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Drift:
    """What one look came to."""

    value: float  #: how far apart, in the look's own measure
    p: float  #: how likely that is by chance, 0 to 1
    moved: bool  #: far, and not by chance


def psi(before: Floats, now: Floats) -> Drift:
    """The population stability index of two samples of a number, over the reference's deciles; 0 and up.

    The index is a symmetric Kullback-Leibler divergence, so that without a shift its multiple n m / (n + m) is
    chi-square distributed (Yurdakul and Naranjo, 2020).
    """
    if min(len(before), len(now)) < _FEWEST:
        return _nothing()
    edges = np.unique(np.quantile(before.astype(np.float64), np.linspace(0, 1, _BINS + 1)[1:-1]))

    def counts(numbers: Floats) -> npt.NDArray[np.float64]:
        bins = np.searchsorted(edges, numbers, side="right")
        return np.bincount(bins, minlength=len(edges) + 1).astype(np.float64)

    return _index(counts(before), counts(now))


def _index(before: npt.NDArray[np.float64], now: npt.NDArray[np.float64]) -> Drift:
    from scipy.special import chdtrc

    shares = [(each + 0.5) / (each.sum() + 0.5 * len(each)) for each in (before, now)]
    value = float(((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum())
    scale = before.sum() * now.sum() / (before.sum() + now.sum())
    p = float(chdtrc(max(1, len(before) - 1), scale * value))
    return Drift(value, p, value >= FAR_PSI and p <= LEVEL)


def kolmogorov_smirnov(before: Floats, now: Floats) -> Drift:
    """The largest gap between two distribution functions, 0 to 1, with its asymptotic p-value (Smirnov, 1948)."""
    from scipy.special import kolmogorov

    if min(len(before), len(now)) < _FEWEST:
        return _nothing()
    both = np.concatenate((before, now))
    heights = [np.searchsorted(np.sort(each), both, side="right") / len(each) for each in (before, now)]
    value = float(np.abs(heights[0] - heights[1]).max())
    p = float(kolmogorov(np.sqrt(len(before) * len(now) / (len(before) + len(now))) * value))
    return Drift(value, p, value >= FAR_KS and p <= LEVEL)


@dataclass(frozen=True, slots=True)
class Mix:
    """How the labels' shares changed."""

    drift: Drift  #: value: the share of requests that went to another label, 0 to 1 (total variation)
    most: tuple[tuple[str, float, float], ...]  #: label, share before, share now; the largest changes first


def label_mix(before: Mapping[str, int], now: Mapping[str, int], most: int = 5) -> Mix:
    """The labels' counts compared by Pearson's chi-square test of homogeneity; rare labels count together."""
    from scipy.special import chdtrc

    names = sorted(before.keys() | now.keys())
    counts = np.array([[each.get(name, 0) for name in names] for each in (before, now)], dtype=np.float64)
    if not names or counts.sum(axis=1).min() < _FEWEST:
        return Mix(_nothing(), ())
    shares = counts / counts.sum(axis=1, keepdims=True)
    changed = np.argsort(-np.abs(shares[1] - shares[0]), kind="stable")[:most]
    told = tuple((names[c], float(shares[0, c]), float(shares[1, c])) for c in changed if shares[0, c] != shares[1, c])
    expected = counts.sum(axis=0) * counts.sum(axis=1, keepdims=True) / counts.sum()
    common = expected.min(axis=0) >= _LEAST_EXPECTED
    table = np.column_stack((counts[:, common], counts[:, ~common].sum(axis=1)))
    table = table[:, table.sum(axis=0) > 0]
    even = table.sum(axis=0) * table.sum(axis=1, keepdims=True) / table.sum()
    p = float(chdtrc(table.shape[1] - 1, ((table - even) ** 2 / even).sum())) if table.shape[1] > 1 else 1.0
    value = float(np.abs(shares[1] - shares[0]).sum() / 2)
    return Mix(Drift(value, p, value >= FAR_MIX and p <= LEVEL), told)


def mmd(before: Vectors, now: Vectors, seed: int = 0) -> Drift:
    """The maximum mean discrepancy of two samples of vectors, squared (Gretton et al., 2012).

    With random Fourier features of a Gaussian kernel (Rahimi and Recht, 2007) whose width is the median distance; the
    p-value is of a permutation test. Of large samples a random thousand is taken.
    """
    random = np.random.default_rng(seed)
    first, second = _sample(before, _SAMPLE, random), _sample(now, _SAMPLE, random)
    if min(len(first), len(second)) < _FEWEST:
        return _nothing()
    both = np.concatenate((first, second)).astype(np.float64)
    pairs = random.integers(0, len(both), (2, _SAMPLE))
    width = float(np.median(np.linalg.norm(both[pairs[0]] - both[pairs[1]], axis=1))) or 1.0
    directions = random.standard_normal((both.shape[1], _FEATURES)) / width
    features = np.sqrt(2 / _FEATURES) * np.cos(both @ directions + random.uniform(0, 2 * np.pi, _FEATURES))
    # Each row weighs the cases so that its product with the features is a difference of two means.
    weights = np.full(len(both), -1 / len(second))
    weights[: len(first)] = 1 / len(first)
    shuffled = np.array([weights, *(random.permutation(weights) for _ in range(_PERMUTATIONS))])
    squared = ((shuffled @ features) ** 2).sum(axis=1)
    value = float(squared[0])
    p = (1 + int(np.count_nonzero(squared[1:] >= value))) / (1 + _PERMUTATIONS)
    return Drift(value, p, p <= LEVEL)


@dataclass(frozen=True, slots=True)
class Apart:
    """Whether a classifier can tell the two samples apart."""

    drift: Drift  #: value: area under the ROC curve, 0.5 not at all, 1 always
    unlike: tuple[int, ...]  #: places of what came lately that is least like before, the least first


def two_sample(before: Vectors, now: Vectors, seed: int = 0) -> Apart:
    """A linear discriminant is fitted to tell the two apart and tried on vectors it did not see.

    A classifier two-sample test (Lopez-Paz and Oquab, 2017). Each half is scored by what the other half taught; the
    p-value is that of the rank-sum test (Mann and Whitney, 1947), doubled for being two.
    """
    random = np.random.default_rng(seed)
    if min(len(before), len(now)) < 2 * _FEWEST:
        return Apart(_nothing(0.5), ())
    halves = [random.permutation(len(each)) % 2 == 0 for each in (before, now)]
    scores = np.zeros(len(now))
    areas, chances = [], []
    for side in (False, True):
        direction = _discriminant(before[halves[0] == side], now[halves[1] == side])
        held_before, held_now = before[halves[0] != side] @ direction, now[halves[1] != side] @ direction
        scores[halves[1] != side] = held_now - held_before.mean()
        areas.append(auroc(held_now, held_before))
        chances.append(_rank_sum_p(areas[-1], len(held_before), len(held_now)))
    value, p = float(np.mean(areas)), min(1.0, 2 * min(chances))
    unlike = np.argsort(-scores, kind="stable")[:_UNLIKE]
    return Apart(Drift(value, p, value >= FAR_AUC and p <= LEVEL), tuple(int(place) for place in unlike))


def _discriminant(before: Vectors, now: Vectors) -> npt.NDArray[np.float64]:
    """Fisher's direction with a covariance that is shrunk towards a sphere."""
    first, second = before.astype(np.float64), now.astype(np.float64)
    centred = np.concatenate((first - first.mean(axis=0), second - second.mean(axis=0)))
    spread = centred.T @ centred / len(centred)
    dim = len(spread)
    spread = (1 - _SHRINKAGE) * spread + _SHRINKAGE * (np.trace(spread) / dim + 1e-12) * np.eye(dim)
    return np.linalg.solve(spread, second.mean(axis=0) - first.mean(axis=0))


def _rank_sum_p(area: float, first: int, second: int) -> float:
    """One-sided: the classifier does better than guessing."""
    from scipy.special import ndtr

    return float(ndtr(-(area - 0.5) / np.sqrt((first + second + 1) / (12 * first * second))))


def _sample(vectors: Vectors, count: int, random: np.random.Generator) -> Vectors:
    if len(vectors) <= count:
        return vectors
    return vectors[np.sort(random.choice(len(vectors), count, replace=False))]


def _nothing(value: float = 0.0) -> Drift:
    """Too few to say anything."""
    return Drift(value, 1.0, moved=False)
