"""What questions are asked of while tuning: documents indexed in memory, and the questions whose answers are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.adapt import Adapter
from index.columns import Rows
from index.lexical import Bm25, Lexicon, words_of
from index.model import DENSE, LEXICAL, AllowedSet, DocumentKey, Query, Ranking, Vector, Vectors
from index.prepare import Prepared
from index.quality import Judgements, Run
from index.search import HybridSearcher
from index.segment import Segment, segment_of
from index.snapshot import Snapshot
from index.view import view_of

#: Documents looked at for each question when it is judged.
DEPTH = 10

_NAME = "tuning"
_DAY = date(2000, 1, 1)  # no signal has a weight here, so nothing depends on it
#: Ways of searching that are judged -> whether words count beside the vectors.
WAYS: Mapping[str, bool] = {"dense": False, "fused": True}


@dataclass(frozen=True, slots=True)
class Question:
    """A text that people may ask, and what answers it."""

    text: str
    right: frozenset[DocumentKey]
    #: Ordinals of the passages that answer, where that is known; of other documents every passage may be the one.
    passages: Mapping[DocumentKey, frozenset[int]]

    @staticmethod
    def of(text: str, right: Sequence[DocumentKey]) -> Question:
        """A question of which only the documents are known."""
        return Question(text, frozenset(right), {})


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Documents that can be searched, with the vectors of their passages, one a row, document after document."""

    segment: Segment
    texts: Sequence[str]  #: of the passages, as the encoder reads them
    vectors: Vectors
    rows: Mapping[str, int]  #: of the documents, by `name`
    searcher: HybridSearcher
    allowed: AllowedSet
    lexicon: Lexicon

    def words(self, text: str) -> npt.NDArray[np.float32]:
        """BM25 of every document, as a share of the highest: shape (documents,), 0 to 1."""
        scores = self.lexicon.scores(self.lexicon.ask(words_of(text)))
        most = float(scores.max(initial=0.0))
        return scores / np.float32(most) if most > 0 else scores

    def passages(self, question: Question) -> Rows:
        """The rows of the passages that answer a question; documents that are not here are passed over."""
        found: list[int] = []
        for key in question.right:
            row = self.segment.keys.row(key)
            if row is None:
                continue
            first, end = int(self.segment.firsts[row]), int(self.segment.firsts[row + 1])
            known = question.passages.get(key)
            found += range(first, end) if known is None else [first + place for place in known if first + place < end]
        return np.array(sorted(found), dtype=np.int64)

    def find(self, text: str, vector: Vector, *, fused: bool) -> list[str]:
        """Names of the best documents, as `name` gives them."""
        weights = {} if fused else {DENSE: 1.0, LEXICAL: 0.0}
        asked = Query(text, vector, _DAY, weights=weights)
        return [name(found.key) for found in self.searcher.search(asked, self.allowed, DEPTH)]


def ground_of(prepared: Sequence[Prepared], vectors: Vectors, ranking: Ranking) -> Ground:
    """Index documents, ascending by key, in memory. Of the ranking only meaning and words count; signals stay out."""
    segment = segment_of(prepared, vectors)
    base = Snapshot(Path(_NAME), _NAME, 0, "", segment)
    keys = frozenset(each.document.key for each in prepared)
    view = view_of(segment, None, frozenset())
    plain = Ranking({part: ranking.weights.get(part, 0.0) for part in (DENSE, LEXICAL)})
    searcher = HybridSearcher(base, ranking=plain)
    return Ground(
        segment=segment,
        texts=[text for each in prepared for text in each.encoded],
        vectors=vectors,
        rows={name(each.document.key): row for row, each in enumerate(prepared)},
        searcher=searcher,
        allowed=AllowedSet(keys, _NAME),
        lexicon=Lexicon(view, Bm25()),
    )


def name(key: DocumentKey) -> str:
    """How a document is called in runs and judgements."""
    return f"{key.collection}/{key.id}@{key.version}"


def judgements(questions: Sequence[Question]) -> Judgements:
    """What is right for each question; a question is called by its place."""
    return {str(place): {name(key): 1 for key in question.right} for place, question in enumerate(questions)}


def run(ground: Ground, questions: Sequence[Question], vectors: Vectors, *, fused: bool) -> Run:
    """What each question finds, with these vectors: shape (len(questions), dim)."""
    return {
        str(place): ground.find(question.text, vector, fused=fused)
        for place, (question, vector) in enumerate(zip(questions, vectors, strict=True))
    }


def adapted(adapter: Adapter | None, vectors: Vectors) -> Vectors:
    """The questions' vectors as a release with this adapter would search with them."""
    return vectors if adapter is None else adapter.apply_all(vectors)
