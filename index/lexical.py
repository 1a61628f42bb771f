"""BM25F over a view: title and body weighed apart, worked out from whole numbers when it is asked for.

A text's terms are counted in two fields, head (title and headings) and body. A term's weight in a text is

    w(t) = head weight · times in head / (1 - b_head + b_head · length of head / mean length of heads)
         + times in body / (1 - b_body + b_body · length of body / mean length of bodies)

and the text's score the sum over the query's terms of idf(t) · w(t)·(k1 + 1) / (w(t) + k1) · q·(k3 + 1) / (q + k3),
where q is how often t stands in the query and idf(t) = ln(1 + (n - df + ½)/(df + ½)): Robertson & Zaragoza, "The
Probabilistic Relevance Framework: BM25 and Beyond" (2009), sections 3.5 and 3.6, with the idf of Lucene, which is never
negative. Numbers of texts, of texts that hold a term and lengths
are sums over the segments without what is gone; so the scores are those of an index built of the same texts at once.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from index.analyse import terms
from index.columns import Rows
from index.latest import Latest
from index.postings import Postings
from index.view import Mask, View

Scores = npt.NDArray[np.float32]
Words = Mapping[str, int]  #: index terms and how often each occurs, ascending

_KEPT = 1 << 22  # postings whose impacts are kept for the next query: 16 to 48 MB


@dataclass(frozen=True, slots=True)
class Bm25:
    """How words count. Why the defaults: `docs/adr/0007`."""

    k1: float = 1.2  #: how slowly a term that is repeated stops adding
    k3: float = 8.0  #: the same for a term repeated in the query
    head: float = 1.0  #: what a word in title or headings counts for, in words of the body
    b_head: float = 0.75  #: how far a long head lowers its words, 0 to below 1
    b_body: float = 0.75

    def __post_init__(self) -> None:
        fit = self.k1 > 0 and self.k3 > 0 and self.head >= 0 and 0 <= self.b_head < 1 and 0 <= self.b_body < 1
        if not fit or not all(math.isfinite(value) for value in (self.k1, self.k3, self.head)):
            raise ValueError("k1 and k3 have to be above 0, the head's weight 0 or more, b from 0 to below 1")


def words_of(text: str) -> Words:
    """The terms of a request. Ascending, so that sums of floats come out the same however the words were ordered."""
    return dict(sorted(Counter(terms(text)).items()))


class Term(NamedTuple):
    """A term of a query in a view."""

    numbers: tuple[int, ...]  #: in each segment's vocabulary; -1 where it does not occur
    idf: float  #: how telling it is, among documents
    passage_idf: float  #: the same among passages
    documents: Rows  #: that hold it, by their numbers in the view; in no order
    impacts: Scores  #: what it adds to the score of each of them

    @property
    def weight(self) -> int:
        """How much room it takes, in postings."""
        return 64 + len(self.documents)  # with what any entry costs


class Asked(NamedTuple):
    """A term of a query, and what it counts there: 1 for a term that stands there once."""

    term: Term
    weight: float


class Lexicon:
    """The words of a view. Safe to call from several threads."""

    def __init__(self, view: View, bm25: Bm25) -> None:
        self._view = view
        self._bm25 = bm25
        self._terms: Latest[str, Term] = Latest(_KEPT, lambda term: term.weight)
        kept: list[Mask | None] = [None] * len(view.segments)
        if not view.whole:  # only the base, which is the first, can have lost something
            kept[0] = view.alive[view.numbers[0]]
        self._kept = kept
        whole = [segment.words.documents for segment in view.segments]
        parts = [segment.words.passages for segment in view.segments]
        kept_passages = [
            None if mask is None else mask[segment.owners] for mask, segment in zip(kept, view.segments, strict=True)
        ]
        self._kept_passages = kept_passages
        self._documents = _Level(whole, kept, bm25)
        self._passages = _Level(parts, kept_passages, bm25)
        self._head_norms: Scores = view.join([self._documents.heads(each.heads) for each in whole])
        self._body_norms: Scores = view.join([self._documents.bodies(each.bodies) for each in whole])

    def ask(self, words: Words) -> list[Asked]:
        """Those terms of a query that occur."""
        asked = []
        for word, times in words.items():
            term = self._terms.get(word)
            if term is None:
                term = self._term(word)
                self._terms.put(word, term)
            if term.idf > 0:
                asked.append(Asked(term, times * (self._bm25.k3 + 1.0) / (times + self._bm25.k3)))
        return asked

    def scores(self, asked: Sequence[Asked]) -> Scores:
        """The score of every document by its number, 0 where no term of the query occurs: shape (len(view),)."""
        scores = np.zeros(len(self._view), dtype=np.float32)
        for term, weight in asked:
            impacts = term.impacts if weight == 1 else term.impacts * np.float32(weight)
            np.add.at(scores, term.documents, impacts)  # a quarter of the time that indexing twice takes
        return scores

    def passage_scores(self, asked: Sequence[Asked], passages: Rows) -> Scores:
        """The scores of a few passages, without looking at the others: shape (len(passages),)."""
        scores = np.zeros(len(passages), dtype=np.float32)
        for place, segment in enumerate(self._view.segments):
            first, end = self._view.offsets[place : place + 2]
            here = ((passages >= first) & (passages < end)).nonzero()[0]
            if len(here):
                scores[here] = self._scores_in(segment.words.passages, place, asked, passages[here] - first)
        return scores

    def _scores_in(self, postings: Postings, place: int, asked: Sequence[Asked], rows: Rows) -> Scores:
        scores = np.zeros(len(rows), dtype=np.float32)
        heads = self._passages.heads(postings.heads[rows])
        bodies = self._passages.bodies(postings.bodies[rows])
        wanted = rows.astype(np.int32)  # of the postings' type, or all of them would be converted to find a few
        for term, asking in asked:
            if term.numbers[place] < 0:
                continue
            span = postings.of_term(term.numbers[place])
            held = postings.rows[span]
            places = held.searchsorted(wanted)
            hit = (held.take(places, mode="clip") == wanted).nonzero()[0]
            if len(hit):
                found = places[hit] + span.start
                weight = postings.in_head[found] * heads[hit] + postings.in_body[found] * bodies[hit]
                scores[hit] += self._impact(weight, asking * term.passage_idf)
        return scores

    def _term(self, word: str) -> Term:
        numbers = tuple(_number(segment.words.vocabulary.find(word)) for segment in self._view.segments)
        documents, heads, bodies = [], [], []
        passages = 0
        for place, number in enumerate(numbers):
            if number < 0:
                continue
            words = self._view.segments[place].words
            span = words.documents.of_term(number)
            rows, kept = words.documents.rows[span], self._kept[place]
            chosen: Any = slice(None) if kept is None else kept[rows]
            documents.append(self._view.numbers[place][rows[chosen]])
            heads.append(words.documents.in_head[span][chosen])
            bodies.append(words.documents.in_body[span][chosen])
            passages += _count(words.passages.rows[words.passages.of_term(number)], self._kept_passages[place])
        holding = np.concatenate(documents) if documents else np.empty(0, dtype=np.int64)
        if not len(holding):
            return Term(numbers, 0.0, 0.0, holding, np.empty(0, dtype=np.float32))
        weight = np.concatenate(heads) * self._head_norms[holding] + np.concatenate(bodies) * self._body_norms[holding]
        idf = _idf(self._documents.texts, len(holding))
        passage_idf = _idf(self._passages.texts, passages)
        return Term(numbers, idf, passage_idf, holding, self._impact(weight, idf))

    def _impact(self, weight: Scores, idf: float) -> Scores:
        k1 = np.float32(self._bm25.k1)
        impact: Scores = np.float32(idf * (self._bm25.k1 + 1.0)) * weight / (weight + k1)
        return impact


class _Level:
    """Documents, or passages: how many there are and how long they are on average; what a length makes of a word."""

    def __init__(self, segments: Sequence[Postings], kept: Sequence[Mask | None], bm25: Bm25) -> None:
        self._bm25 = bm25
        pairs = list(zip(segments, kept, strict=True))
        self.texts = sum(len(part.heads) if mask is None else int(mask.sum()) for part, mask in pairs)
        texts = max(self.texts, 1)
        self._mean_head = max(sum(_sum(part.heads, mask) for part, mask in pairs) / texts, 1.0)
        self._mean_body = max(sum(_sum(part.bodies, mask) for part, mask in pairs) / texts, 1.0)

    def heads(self, lengths: npt.NDArray[np.int32]) -> Scores:
        """What one word in heads of these lengths counts."""
        b = self._bm25.b_head
        counts: Scores = (self._bm25.head / (1.0 - b + b * lengths / self._mean_head)).astype(np.float32)
        return counts

    def bodies(self, lengths: npt.NDArray[np.int32]) -> Scores:
        """What one word in bodies of these lengths counts."""
        b = self._bm25.b_body
        counts: Scores = (1.0 / (1.0 - b + b * lengths / self._mean_body)).astype(np.float32)
        return counts


def _sum(lengths: npt.NDArray[np.int32], kept: Mask | None) -> int:
    return int((lengths if kept is None else lengths[kept]).sum(dtype=np.int64))


def _count(rows: npt.NDArray[np.int32], kept: Mask | None) -> int:
    return len(rows) if kept is None else int(np.count_nonzero(kept[rows]))


def _number(place: int | None) -> int:
    return -1 if place is None else place


def _idf(texts: int, holding: int) -> float:
    return math.log1p((texts - holding + 0.5) / (holding + 0.5))
