"""The parts of each candidate's score, and what they come to together. Pure.

score = sum of share times part, with shares that add up to 1 over the parts that say something of a document: meaning,
words, and the signals that its collection declares. Every part is 0 to 1 and none depends on the weights, so weights
may change with each query and be learned from what was found before. Signals reorder the candidates that meaning and
words have found among the allowed documents; they bring nothing in, so none can outvote a filter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt

from index.model import DENSE, LEXICAL, MOST_WEIGHT, FieldValue, Query, Ranking, Signal, SignalKind
from index.signals import kernels
from index.signals.company import company
from index.signals.graph import Graph
from index.signals.kernels import Scores


class Found(Protocol):
    """The candidates of one search, in columns of one row a document; a column is asked for only where it is needed."""

    def collections(self) -> Sequence[str]: ...
    def ids(self) -> Sequence[str]: ...
    def effective(self) -> npt.NDArray[np.int32]: ...  #: proleptic days, 0 without a date
    def fields(self) -> Sequence[Mapping[str, FieldValue]]: ...
    def graph(self) -> Graph: ...  #: as `graph_vectors` and `fold_in` make them


@dataclass(frozen=True, slots=True)
class Fused:
    """The candidates' scores with what they are made of, each of shape (candidates,) and 0 to 1."""

    parts: Mapping[str, Scores]
    shares: Mapping[str, Scores]  #: 0 where a part says nothing of a document
    scores: Scores

    def explain(self, place: int) -> tuple[dict[str, float], dict[str, float]]:
        """Parts and shares of one candidate: meaning and words, and what else has a share in its score."""
        shares = {name: float(share[place]) for name, share in self.shares.items()}
        shown = {name: share for name, share in shares.items() if share > 0 or name in (DENSE, LEXICAL)}
        return {name: float(self.parts[name][place]) for name in shown}, shown


def weights_of(ranking: Ranking, query: Query) -> dict[str, float]:
    """What each part weighs in this query: the query's own word for a part, else the ranking's, else nothing.

    Raises ValueError for a part that nobody declares, a weight that is not 0 to `MOST_WEIGHT`, or none above 0.
    """
    wrong = check_weights(query.weights, ranking)
    if wrong:
        raise ValueError("; ".join(f"{place}: {problem} ({remedy})" for place, problem, remedy in wrong))
    return _merged(ranking, query.weights)


def check_weights(weights: Mapping[str, float], ranking: Ranking) -> list[tuple[str, str, str]]:
    """What is wrong with a query's weights: part, reason and remedy each."""
    known = sorted(parts_of(ranking))
    wrong = [
        (name, f"no part of the score is called {name!r}", f"parts: {', '.join(known)}")
        for name in weights
        if name not in known
    ]
    wrong += [
        (name, f"a weight has to be a number from 0 to {MOST_WEIGHT:g}", "only the proportions of weights matter")
        for name, weight in _merged(ranking, weights).items()
        if not 0 <= weight <= MOST_WEIGHT
    ]
    if not wrong and not sum(_merged(ranking, weights).values()) > 0:
        wrong.append(("weights", "every part weighs 0", "give one of them a weight above 0"))
    return wrong


def parts_of(ranking: Ranking) -> frozenset[str]:
    """The names of everything a score may be made of."""
    return frozenset({DENSE, LEXICAL, *(signal.name for signals in ranking.signals.values() for signal in signals)})


def _merged(ranking: Ranking, own: Mapping[str, float]) -> dict[str, float]:
    return {DENSE: 0.0, LEXICAL: 0.0, **ranking.weights, **own}


def fuse_parts(found: Found, text: Mapping[str, Scores], ranking: Ranking, query: Query) -> Fused:
    """The candidates' scores. `text` holds their `dense` and `lexical` parts, each of 0 to 1.

    A signal that weighs nothing is not computed; neither is one that the request says nothing of, as a category without
    its attribute, and then the others share its weight. Raises ValueError as `weights_of` does.
    """
    asked = weights_of(ranking, query)
    most = max(asked.values())
    weights = {name: weight / most for name, weight in asked.items()}
    parts, shares = dict(text), {name: np.full(len(part), weights[name], np.float32) for name, part in text.items()}
    for name, (part, declared) in _signals(found, text, ranking, query, weights).items():
        parts[name] = part
        shares[name] = np.where(declared, np.float32(weights[name]), np.float32(0.0))
    total = _sum(shares.values())
    total[total == 0] = 1.0  # nothing that counts says anything of these: they score 0
    shares = {name: share / total for name, share in shares.items()}
    return Fused(parts, shares, _sum(shares[name] * part for name, part in parts.items()))


def _sum(columns: Iterable[Scores]) -> Scores:
    return np.asarray(sum(columns), dtype=np.float32)


class _Columns:
    """The candidates of one collection, as its signals read them."""

    def __init__(self, found: Found, rows: npt.NDArray[np.int64], text: Mapping[str, Scores]) -> None:
        self.found, self.rows = found, rows
        #: How well each answers by words and meaning in equal parts, whatever they weigh.
        self.nearness: Scores = ((text[DENSE][rows] + text[LEXICAL][rows]) / 2).astype(np.float32)

    @cached_property
    def _fields(self) -> Sequence[Mapping[str, FieldValue]]:
        return self.found.fields()

    def field(self, name: str) -> list[FieldValue | None]:
        return [self._fields[row].get(name) for row in self.rows.tolist()]

    def ids(self) -> list[str]:
        ids = self.found.ids()
        return [ids[row] for row in self.rows.tolist()]


def _signals(
    found: Found, text: Mapping[str, Scores], ranking: Ranking, query: Query, weights: Mapping[str, float]
) -> dict[str, tuple[Scores, npt.NDArray[np.bool_]]]:
    """Each signal that counts: its part, and the documents whose collection declares it."""
    count = len(text[DENSE])
    made: dict[str, tuple[Scores, npt.NDArray[np.bool_]]] = {}
    counting = {
        collection: [signal for signal in signals if weights.get(signal.name, 0.0) > 0]
        for collection, signals in ranking.signals.items()
    }
    if not count or not any(counting.values()):
        return made
    collections = np.array(found.collections())
    for collection, signals in counting.items():
        columns = _Columns(found, np.flatnonzero(collections == collection), text)
        for signal in signals if len(columns.rows) else ():
            scores = _scores(signal, columns, query)
            if scores is not None:
                empty = np.zeros(count, dtype=np.float32), np.zeros(count, dtype=bool)
                part, declared = made.setdefault(signal.name, empty)
                part[columns.rows], declared[columns.rows] = scores, True
    return made


def _scores(signal: Signal, columns: _Columns, query: Query) -> Scores | None:
    """What a signal says of each document; None when the request says nothing of it."""
    asked = query.attributes.get(signal.attribute)
    match signal.kind:
        case SignalKind.RECENCY:
            return kernels.recency(signal, columns.found.effective()[columns.rows], query.today)
        case SignalKind.NUMBER:
            return kernels.number(signal, columns.field(signal.field), asked)
        case SignalKind.CATEGORY:
            return kernels.category(columns.field(signal.field), asked)
        case SignalKind.AUTHORITY:
            return kernels.authority(signal.worth, columns.field(signal.field))
        case SignalKind.GRAPH:
            return company(columns.found.graph()[columns.rows], columns.ids(), columns.nearness)
