"""BM25: postings in arrays that are mapped from files, one pass over them a query.

Score of a text = sum over the query's terms of idf(t) · tf·(k1+1) / (tf + k1·(1 - b + b·length/mean length)) with
idf(t) = ln(1 + (n - df + ½)/(df + ½)): Robertson & Zaragoza, "The Probabilistic Relevance Framework" (2009), with the
idf of Lucene, which is never negative. What does not depend on the query is worked out when the index is built.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.analyse import terms
from index.columns import StringColumn, open_array, save_array
from index.latest import Latest

K1 = 1.2
B = 0.75

_KNOWN = 1 << 14  # terms; people ask in few words, and a term takes about 200 bytes here

Scores = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]
Query = Mapping[str, int]  #: index terms and how often each occurs, ascending


def query(text: str) -> Query:
    """The terms of a request. Ascending, so that sums of floats come out the same however the words were ordered."""
    return dict(sorted(Counter(terms(text)).items()))


@dataclass(frozen=True, slots=True)
class Posting:
    """One term of a query: the texts that hold it, ascending, and what it adds to the score of each."""

    number: int  #: of the term, its place in the vocabulary
    rows: npt.NDArray[np.int32]
    impacts: Scores


@dataclass(frozen=True, slots=True)
class LexicalIndex:
    """Postings of each term: the texts that hold it, and what it adds to their scores.

    `starts` has one more entry than the vocabulary; term t's postings are `rows[starts[t]:starts[t + 1]]`, ascending.
    """

    texts: int
    vocabulary: StringColumn  #: ascending
    starts: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int32]
    impacts: npt.NDArray[np.float32]
    known: Latest[str, int] = field(default_factory=lambda: Latest(_KNOWN))  #: places of the terms asked for latest

    def postings(self, words: Query) -> list[Posting]:
        """The postings of those terms of a query that occur."""
        found = []
        for term, times in words.items():
            place = self._place(term)
            if place >= 0:
                span = slice(int(self.starts[place]), int(self.starts[place + 1]))
                impacts = self.impacts[span] if times == 1 else self.impacts[span] * np.float32(times)
                found.append(Posting(place, self.rows[span], impacts))
        return found

    def _place(self, term: str) -> int:
        """The place of a term in the vocabulary, or -1."""
        place = self.known.get(term)
        if place is None:
            found = self.vocabulary.find(term)
            place = -1 if found is None else found
            self.known.put(term, place)
        return place

    def scores(self, postings: Sequence[Posting]) -> Scores:
        """The score of every text, 0 where no term of the query occurs: shape (texts,)."""
        scores = np.zeros(self.texts, dtype=np.float32)
        for posting in postings:
            scores[posting.rows] += posting.impacts
        return scores

    def scores_of(self, postings: Sequence[Posting], texts: Rows) -> Scores:
        """The scores of a few texts, without looking at the others: shape (len(texts),)."""
        scores = np.zeros(len(texts), dtype=np.float32)
        wanted = texts.astype(np.int32)  # of the postings' type, or all of them would be converted to find a few
        for posting in postings:
            places = np.searchsorted(posting.rows, wanted)
            held = (posting.rows.take(places, mode="clip") == wanted).nonzero()[0]
            scores[held] += posting.impacts[places[held]]
        return scores

    def idf(self, postings: Sequence[Posting]) -> dict[int, float]:
        """How telling each term of a query is, by the term's number."""
        return {posting.number: float(_idf(self.texts, len(posting.rows))) for posting in postings}


def write_lexical(folder: Path, name: str, texts: Sequence[str]) -> dict[str, int]:
    """Index `texts`, one a row, into files of `folder` that begin with `name`; returns the number of each term."""
    counts = [Counter(terms(text)) for text in texts]
    vocabulary = sorted(set().union(*counts))
    number = {term: place for place, term in enumerate(vocabulary)}
    held = np.array([number[term] for count in counts for term in count], dtype=np.int64)
    times = np.array([times for count in counts for times in count.values()], dtype=np.float64)
    rows = np.repeat(np.arange(len(counts)), [len(count) for count in counts])
    order = np.lexsort((rows, held))
    held, times, rows = held[order], times[order], rows[order]
    frequency = np.bincount(held, minlength=len(vocabulary))
    lengths = np.array([count.total() for count in counts], dtype=np.float64)
    norm = K1 * (1.0 - B + B * lengths / max(lengths.mean(), 1.0)) if counts else lengths
    impacts = _idf(len(counts), frequency)[held] * times * (K1 + 1.0) / (times + norm[rows])
    StringColumn.write(folder, f"{name}.vocabulary", vocabulary)
    save_array(folder / f"{name}.starts.npy", np.concatenate(([0], np.cumsum(frequency))).astype(np.int64))
    save_array(folder / f"{name}.rows.npy", rows.astype(np.int32))
    save_array(folder / f"{name}.impacts.npy", impacts.astype(np.float32))
    return number


def open_lexical(folder: Path, name: str, texts: int) -> LexicalIndex:
    """Map the postings that `write_lexical` wrote; raises ValueError when they do not fit `texts` rows."""
    index = LexicalIndex(
        texts=texts,
        vocabulary=StringColumn.open(folder, f"{name}.vocabulary"),
        starts=open_array(folder / f"{name}.starts.npy"),
        rows=open_array(folder / f"{name}.rows.npy"),
        impacts=open_array(folder / f"{name}.impacts.npy"),
    )
    postings = len(index.rows)
    fits = len(index.starts) == len(index.vocabulary) + 1 and len(index.impacts) == postings == int(index.starts[-1])
    if not fits or (postings and int(index.rows.max()) >= texts):
        raise ValueError(f"the postings of {name} do not fit {texts} texts")
    return index


def _idf(texts: int, frequency: Any) -> Any:
    return np.log1p((texts - frequency + 0.5) / (frequency + 0.5))
