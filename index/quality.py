"""How good a search is, on queries whose right documents are known. Pure.

nDCG with linear gains as trec_eval counts it (Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR
techniques", ACM TOIS 20(4), 2002), recall, and the reciprocal rank of the first right document; each with a percentile
bootstrap interval over the queries (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

#: Query -> document -> grade, 0 or more. A document that is not named has grade 0.
Judgements = Mapping[str, Mapping[str, int]]
#: Query -> documents found, best first.
Run = Mapping[str, Sequence[str]]

DEPTH = 10  #: places that nDCG, recall and reciprocal rank look at
_DRAWS = 2_000
_LEVEL = 0.95
_WORST = 20


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over queries, and where it would lie in 95 of 100 samples of as many queries."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Scored:
    """One way of searching, over all judged queries: each measure 0 to 1."""

    ndcg: Interval
    recall: Interval
    reciprocal_rank: Interval
    by_query: Mapping[str, float]  #: nDCG


@dataclass(frozen=True, slots=True)
class Worst:
    """A query that went badly, and what stood where."""

    query: str
    ndcg: float
    wanted: str  #: the best of the documents it should have found
    places: Mapping[str, int | None]  #: way of searching -> place of `wanted`, 1-based; None: not found
    first: str | None  #: what was found first instead


@dataclass(frozen=True, slots=True)
class Quality:
    """Ways of searching side by side, on the same queries."""

    queries: int  #: with at least one right document
    unjudged: int  #: left out, because nothing is known of them
    ways: Mapping[str, Scored]
    #: best way but the first, and how much better the first one is, by pairs of the same query
    rival: str | None
    gain: Interval | None
    worst: tuple[Worst, ...]  #: of the first way, worst first


def ndcg(found: Sequence[str], grades: Mapping[str, int], depth: int = DEPTH) -> float:
    """Normalised discounted cumulated gain of the first `depth` places, 0 to 1."""
    best = sorted((grade for grade in grades.values() if grade > 0), reverse=True)[:depth]
    most = sum(grade / np.log2(place + 2) for place, grade in enumerate(best))
    gained = sum(max(grades.get(name, 0), 0) / np.log2(place + 2) for place, name in enumerate(found[:depth]))
    return float(gained / most) if most else 0.0


def recall(found: Sequence[str], grades: Mapping[str, int], depth: int = DEPTH) -> float:
    """Share of the right documents that are among the first `depth`, 0 to 1."""
    right = {name for name, grade in grades.items() if grade > 0}
    return len(right.intersection(found[:depth])) / len(right) if right else 0.0


def reciprocal_rank(found: Sequence[str], grades: Mapping[str, int], depth: int = DEPTH) -> float:
    """1 over the place of the first right document; 0 when none is among the first `depth`."""
    return next((1 / place for place, name in enumerate(found[:depth], 1) if grades.get(name, 0) > 0), 0.0)


def assess(judgements: Judgements, runs: Mapping[str, Run], *, seed: int = 0) -> Quality:
    """Hold the ways of searching in `runs` against what is known; the first one is the one that is asked about.

    A query that a run does not name found nothing there. Queries without a right document are left out and counted.
    Raises ValueError when there is no way of searching, or no query to judge one by.
    """
    if not runs:
        raise ValueError("there is no way of searching to assess")
    named = set().union(*(set(run) for run in runs.values()), judgements)
    judged = sorted(query for query in judgements if any(grade > 0 for grade in judgements[query].values()))
    if not judged:
        raise ValueError("no query has a right document to be judged by")
    draws = np.random.default_rng(seed).integers(0, len(judged), (_DRAWS, len(judged)))
    ways = {name: _scored(judgements, run, judged, draws) for name, run in runs.items()}
    first, *others = ways
    rival = max(others, key=lambda name: ways[name].ndcg.mean, default=None)
    gain = None
    if rival is not None:
        pairs = np.array([ways[first].by_query[query] - ways[rival].by_query[query] for query in judged])
        gain = _interval(pairs, draws)
    worst = sorted(judged, key=lambda query: (ways[first].by_query[query], query))[:_WORST]
    return Quality(
        queries=len(judged),
        unjudged=len(named) - len(judged),
        ways=ways,
        rival=rival,
        gain=gain,
        worst=tuple(_worst(query, judgements[query], runs, first, ways) for query in worst),
    )


def _scored(judgements: Judgements, run: Run, judged: Sequence[str], draws: npt.NDArray[np.int64]) -> Scored:
    pairs = [(run.get(query, ()), judgements[query]) for query in judged]
    gains = np.array([ndcg(*pair) for pair in pairs])
    return Scored(
        ndcg=_interval(gains, draws),
        recall=_interval(np.array([recall(*pair) for pair in pairs]), draws),
        reciprocal_rank=_interval(np.array([reciprocal_rank(*pair) for pair in pairs]), draws),
        by_query=dict(zip(judged, gains.tolist(), strict=True)),
    )


def _interval(values: npt.NDArray[np.float64], draws: npt.NDArray[np.int64]) -> Interval:
    tail = (1 - _LEVEL) / 2
    low, high = np.quantile(values[draws].mean(axis=1), (tail, 1 - tail))
    return Interval(float(values.mean()), float(low), float(high))


def _worst(
    query: str, grades: Mapping[str, int], runs: Mapping[str, Run], first: str, ways: Mapping[str, Scored]
) -> Worst:
    wanted = min(grades, key=lambda name: (-grades[name], name))
    found = runs[first].get(query, ())
    return Worst(
        query=query,
        ndcg=ways[first].by_query[query],
        wanted=wanted,
        places={name: _place(run.get(query, ()), wanted) for name, run in runs.items()},
        first=found[0] if found else None,
    )


def _place(found: Sequence[str], wanted: str) -> int | None:
    return found.index(wanted) + 1 if wanted in found else None
