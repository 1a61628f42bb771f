"""Weights from feedback: what people found right, against everything else that was found for the same words. Pure.

A right document has to win against all others found, with chances that grow with the scores (the conditional logit of
McFadden, 1974; the top-one loss of Cao et al., "Learning to Rank: From Pairwise Approach to Listwise Approach", ICML
2007). Weights are 0 or more, so that a part can be ignored but never be turned round. One loss of each right document
against each wrong one learned weights with a lower nDCG@10 in each of six trials.

What is shown for the learned weights was found on queries they were not learned from. They are worth taking only if
that is better than what there is, and by more than chance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from index.model import Evidence
from index.quality import Interval, Quality, assess

Weights = Mapping[str, float]
_Array = npt.NDArray[np.float64]

#: Queries whose right document was found, below which nothing is learned: a handful of weights from fewer is chance.
ENOUGH: Final = 50
FOLDS: Final = 5
_PENALTY: Final = 1e-3  # on the squares of the weights, so that queries without a doubt do not drive them up for ever
_DIGITS: Final = 3
_LEARNED, _PRESENT = "learned", "present"


@dataclass(frozen=True, slots=True)
class Labelled:
    """One query with what was found for it and what is right."""

    query: str  #: names it; the same words have the same name
    found: tuple[str, ...]  #: documents, each once
    parts: Mapping[str, npt.NDArray[np.float32]]  #: (found,), 0 to 1; not a number where a part says nothing
    right: frozenset[str]

    @property
    def teaches(self) -> bool:
        """Whether there is a right document among those found, and a wrong one to tell it from."""
        return bool(self.right & set(self.found)) and bool(set(self.found) - self.right)


@dataclass(frozen=True, slots=True)
class Learnt:
    """Weights that were learned, and what they are good for."""

    weights: Weights  #: of every part, adding up to 1
    queries: int
    missed: int  #: of these, with no right document among those found: no weights can mend that
    before: Interval  #: nDCG@10 with the present weights
    after: Interval  #: nDCG@10 with learned ones, of queries that they were not learned from
    gain: Interval  #: by pairs of the same query

    @property
    def better(self) -> bool:
        """Whether the gain is more than chance would give in 19 of 20 cases."""
        return self.gain.low > 0


@dataclass(frozen=True, slots=True)
class TooFew:
    """Nothing was learned."""

    queries: int  #: with known right documents
    teaching: int  #: of these, with one among those found
    needed: int = ENOUGH


def labelled(query: str, evidence: Sequence[Evidence], right: frozenset[str]) -> Labelled:
    """A query as it is learned from. Its evidence has to carry every part: search with every weight above 0."""
    names = sorted({name for found in evidence for name in found.parts})
    parts = {name: np.array([found.parts.get(name, np.nan) for found in evidence], dtype=np.float32) for name in names}
    return Labelled(query, tuple(name_of(found) for found in evidence), parts, right)


def name_of(found: Evidence) -> str:
    """The document of a piece of evidence, as labels name it: any version."""
    return f"{found.key.collection}/{found.key.id}"


def learn_weights(examples: Sequence[Labelled], present: Weights) -> Learnt | TooFew:
    """Weights of every part in `present`, in proportions; TooFew when fewer than `ENOUGH` queries teach anything.

    The same examples in any order give the same weights. Raises ValueError when two have the same name.
    """
    ordered = sorted(examples, key=lambda example: example.query)
    if len({example.query for example in ordered}) < len(ordered):
        raise ValueError("two examples have the same name")
    teaching = sum(example.teaches for example in ordered)
    if teaching < ENOUGH:
        return TooFew(len(ordered), teaching)
    quality = _held_out(ordered, present)
    gain = quality.gain
    assert gain is not None, "two ways are compared"
    return Learnt(
        weights=_proportions(fitted(ordered, present)),
        queries=len(ordered),
        missed=sum(not example.right & set(example.found) for example in ordered),
        before=quality.ways[_PRESENT].ndcg,
        after=quality.ways[_LEARNED].ndcg,
        gain=gain,
    )


def fitted(examples: Sequence[Labelled], start: Weights) -> dict[str, float]:
    """The weights that best put right documents before wrong ones; `start` names the parts and where to begin."""
    names = sorted(start)
    queries = [_Candidates.of(example, names) for example in examples if example.teaches]
    mean = sum(start.values()) / len(names)
    begin = np.array([start[name] / mean for name in names])
    found = minimize(_loss, begin, args=(queries,), jac=True, method="L-BFGS-B", bounds=[(0.0, None)] * len(names))
    learned = found.x if found.x.sum() > 0 else begin
    return dict(zip(names, learned.tolist(), strict=True))


def order(example: Labelled, weights: Weights) -> list[str]:
    """What was found, best first by these weights; ties in the order it is in."""
    names = sorted(weights)
    scores, _slopes = _scores(*_columns(example, names), np.array([weights[name] for name in names]))
    return [example.found[place] for place in np.argsort(-scores, kind="stable").tolist()]


def _held_out(examples: Sequence[Labelled], present: Weights) -> Quality:
    """Present weights and learned ones side by side; each query's are learned from the other folds."""
    folds = np.random.default_rng(0).permutation(len(examples)) % FOLDS
    learned: dict[str, list[str]] = {}
    for fold in range(FOLDS):
        weights = fitted([each for each, own in zip(examples, folds, strict=True) if own != fold], present)
        held = (each for each, own in zip(examples, folds, strict=True) if own == fold)
        learned.update((each.query, order(each, weights)) for each in held)
    runs = {_LEARNED: learned, _PRESENT: {each.query: order(each, present) for each in examples}}
    return assess({each.query: dict.fromkeys(each.right, 1) for each in examples}, runs)


def _proportions(weights: Weights) -> dict[str, float]:
    total = sum(weights.values())
    return {name: round(weight / total, _DIGITS) for name, weight in weights.items()}


@dataclass(frozen=True, slots=True)
class _Candidates:
    """What was found for one query, in numbers."""

    parts: _Array  #: (candidates, parts); 0 where a part says nothing
    says: _Array  #: 1 where it does
    right: npt.NDArray[np.int64]

    @staticmethod
    def of(example: Labelled, names: Sequence[str]) -> _Candidates:
        right = [place for place, name in enumerate(example.found) if name in example.right]
        return _Candidates(*_columns(example, names), np.array(right, dtype=np.int64))


def _columns(example: Labelled, names: Sequence[str]) -> tuple[_Array, _Array]:
    silent = np.full(len(example.found), np.nan)
    held = np.stack([example.parts.get(name, silent) for name in names], axis=1).astype(np.float64)
    return np.nan_to_num(held), (~np.isnan(held)).astype(np.float64)


def _scores(parts: _Array, says: _Array, weights: _Array) -> tuple[_Array, _Array]:
    """The candidates' scores times the sum of all weights, which keeps their order, and how each weight moves them."""
    total, counting = weights.sum(), says @ weights
    counting = np.where(counting > 0, counting, 1.0)[:, None]
    sums = (parts @ weights)[:, None]
    slopes: _Array = (parts * total + sums) / counting - sums * total * says / counting**2
    return (sums * total / counting)[:, 0], slopes


def _loss(weights: _Array, queries: Sequence[_Candidates]) -> tuple[float, _Array]:
    """The mean of what each query says against the weights, and its slope."""
    loss, slope = _PENALTY * float(weights @ weights), 2 * _PENALTY * weights
    for query in queries:
        scores, slopes = _scores(query.parts, query.says, weights)
        chances = np.exp(scores - scores.max())
        all_of_them = chances.sum()
        loss += float(np.log(all_of_them) + scores.max() - scores[query.right].mean()) / len(queries)
        slope = slope + (chances / all_of_them @ slopes - slopes[query.right].mean(axis=0)) / len(queries)
    return loss, slope
