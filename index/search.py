"""Hybrid search: meaning and words, over allowed documents only, each hit with its parts.

What is searched is a snapshot, with documents that came after it and without those that are gone since. The answers are
those that a snapshot of the same documents would give, to the last bit of every score; only the graph signal may
differ, since documents that came later have their place among the citations by their neighbours.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property

import numpy as np

from index import seal
from index.candidates import Candidates
from index.columns import Rows, counted
from index.dense import Selection, select
from index.errors import DisallowedEvidence
from index.fuse import Scores, min_max
from index.highlight import highlights
from index.latest import Latest
from index.lexical import Asked, Bm25, Lexicon, words_of
from index.model import DENSE, LEXICAL, AllowedSet, DocumentKey, Evidence, Passage, Query, Ranking, Vector
from index.outline import Sentence
from index.rank import best
from index.segment import Segment, content_digest
from index.signals.graph import Graph, fold_in
from index.signals.parts import fuse_parts, weights_of
from index.snapshot import Snapshot
from index.view import Mask, view_of

#: Documents in each of the two rankings that are fused.
DEPTH = 100

#: What the mean of a document's passages counts for in its meaning; the rest is its nearest passage.
_WHOLE = 0.3

_ALLOWED_SETS = 32  # kept as masks, by their token
_SHOWN = 1024  # passages kept as they are shown: the same few are found again and again; 4 MB

_FORM = "signoff-search-1"  # changes when the same content would be ranked otherwise
_RANKING = Ranking()
_BM25 = Bm25()


@dataclass(frozen=True, slots=True)
class _Allowed:
    """An allowed set, as both rankings read it."""

    documents: Mask  #: by number
    whole: bool  #: every document that is not gone
    passages: tuple[Selection, ...]  #: of each segment
    few: Rows | None  #: the documents with passages, ascending, where all of them have a place in either ranking


@dataclass(frozen=True, slots=True)
class _Shown:
    """A passage, and what is the same of it whatever was asked."""

    origin: int  #: the segment it is in
    title: str  #: of its document
    held: Passage
    sentences: Sequence[Sentence]


@dataclass(frozen=True, slots=True)
class _Request:
    """A request, as both rankings read it."""

    vector: Vector
    asked: Sequence[Asked]
    dense: float  #: weights, of which at least one is above 0
    lexical: float


class HybridSearcher:
    """A `Searcher` over a snapshot, a delta beside it, and without what is gone. Safe to call from several threads.

    Quick to make: what it works out from all documents, it works out at the first search.
    """

    def __init__(
        self,
        base: Snapshot,
        delta: Segment | None = None,
        gone: frozenset[DocumentKey] = frozenset(),
        *,
        ranking: Ranking = _RANKING,
        bm25: Bm25 = _BM25,
        allowed_sets: int = _ALLOWED_SETS,
    ) -> None:
        """`allowed_sets` is how many allowed sets are kept as masks, by their token.

        Raises ValueError when the delta holds a document that the snapshot holds too or that is gone.
        """
        self.base, self.delta, self.gone = base, delta, gone
        self.ranking = ranking
        self._bm25 = bm25
        self._view = view_of(base.segment, delta, gone)
        self._allowed: Latest[str, _Allowed] = Latest(allowed_sets)
        self._shown: Latest[int, _Shown] = Latest(_SHOWN)

    @cached_property
    def digest(self) -> str:
        """Names the content searched and how it is ranked; the same digest gives the same answers."""
        said = {
            "form": _FORM,
            "base": self.base.digest,
            "delta": "" if self.delta is None else content_digest(self.delta),
            "gone": [[key.collection, key.id, key.version] for key in sorted(self.gone)],
            "ranking": asdict(self.ranking),
            "bm25": asdict(self._bm25),
        }
        return hashlib.sha256(seal.canonical(said)).hexdigest()

    def holds(self, key: DocumentKey) -> bool:
        """Whether a document is among those searched."""
        return key not in self.gone and any(key in segment.keys for segment in self._view.segments)

    def search(self, query: Query, allowed: AllowedSet, k: int) -> list[Evidence]:
        """See `Searcher.search`.

        The candidates are the documents with the nearest passages and those with the best BM25 over all their words.
        Each gets both scores, its meaning being that of its nearest passage and of all its passages, and the signals
        that its collection declares. Meaning and words then choose the passage in each document.

        Raises ValueError for a vector of another shape or one that is not finite and for weights that mean nothing,
        DisallowedEvidence (and returns nothing) if a hit is found outside the allowed set.
        """
        if query.vector.shape != (self._view.dim,) or not np.isfinite(query.vector).all():
            raise ValueError(f"the vector has to be {self._view.dim} finite numbers")
        weights = weights_of(self.ranking, query)
        rows = self._masked(allowed)
        if k < 1 or not any(selection.count for selection in rows.passages):
            return []
        asked = self._lexicon.ask(words_of(query.text))
        request = _Request(query.vector, asked, *_text_weights(weights))
        found, parts = self._candidates(request, rows)
        fused = fuse_parts(found, parts, self.ranking, query)
        places = best(np.arange(len(found)), fused.scores, k).rows.tolist()
        evidence = []
        wanted = self._wanted(asked)
        for place, (passage, cosine) in zip(places, self._passages(request, found, places), strict=True):
            own, shares = fused.explain(place)
            evidence.append(self._evidence(passage, cosine, float(fused.scores[place]), own, shares, wanted))
        return _checked(evidence, allowed.documents, self.gone)

    @cached_property
    def _lexicon(self) -> Lexicon:
        return Lexicon(self._view, self._bm25)

    @cached_property
    def _graphs(self) -> tuple[Graph, ...]:
        """The segments' vectors among the citations; the delta's are folded in."""
        base, graph = self.base.segment, self.base.segment.graph
        if self.delta is None or len(self._view.segments) == 1:
            return (graph,)

        def vector_of(collection: str, id_: str) -> Graph | None:
            row = base.keys.place(DocumentKey(collection, id_, 0))
            known = row < len(base.keys) and (base.keys.collection(row), base.keys.id(row)) == (collection, id_)
            return graph[row] if known else None

        citations = [(key, self.delta.citations(row)) for row, key in enumerate(self.delta.keys)]
        return graph, fold_in(citations, vector_of, graph.shape[1])

    def _masked(self, allowed: AllowedSet) -> _Allowed:
        known = self._allowed.get(allowed.token)
        if known is None:
            view = self._view
            documents = view.mask(allowed.documents)
            passages = documents[view.owners]
            ranges = zip(view.offsets[:-1], view.offsets[1:], strict=True)
            selections = tuple(select(passages[first:end]) for first, end in ranges)
            holding = np.unique(view.owners[passages])
            few = holding if len(holding) <= DEPTH else None
            known = _Allowed(documents, bool((documents == view.alive).all()), selections, few)
            self._allowed.put(allowed.token, known)
        return known

    def _candidates(self, request: _Request, rows: _Allowed) -> tuple[Candidates, dict[str, Scores]]:
        """The best documents of either ranking, with their passages, and their scores in both, in 0..1."""
        lexical = self._lexicon.scores(request.asked)
        if not rows.whole:
            lexical *= rows.documents
        holding = np.flatnonzero(lexical > 0)
        near = self._nearest_documents(request.vector, rows) if rows.few is None else rows.few
        numbers, _ = counted(np.concatenate([near, best(holding, lexical[holding], DEPTH).rows]))
        passages, bounds = self._view.passages_of(numbers)
        cosines = self._cosines(request.vector, passages)
        found = Candidates(self._view, lambda: self._graphs, numbers, passages, bounds, cosines)
        # Each document has a passage: without, it is never found.
        nearest = np.maximum.reduceat(cosines, bounds[:-1])
        mean = np.add.reduceat(cosines, bounds[:-1]) / np.diff(bounds)
        meaning = ((1 - _WHOLE) * nearest + _WHOLE * mean).astype(np.float32)
        return found, {DENSE: min_max(meaning), LEXICAL: min_max(lexical[numbers])}

    def _nearest_documents(self, vector: Vector, rows: _Allowed) -> Rows:
        """The `DEPTH` documents with the nearest passages."""
        wanted = 2 * DEPTH
        while True:
            owners, scores = self._nearest_owners(vector, rows, wanted)
            # A document's first hit is its nearest passage.
            documents = list(dict.fromkeys(owners[:wanted].tolist()))
            if len(documents) >= DEPTH or len(scores) < wanted:
                return np.array(documents[:DEPTH], dtype=np.int64)
            wanted *= 4  # a few long documents hold the nearest passages: look further

    def _nearest_owners(self, vector: Vector, rows: _Allowed, wanted: int) -> tuple[Rows, Scores]:
        """The documents of the nearest passages and their cosines, best first, then by number; `wanted` a segment."""
        owners, scores = [], []
        for place, segment in enumerate(self._view.segments):
            hits = segment.dense.search(vector, wanted, rows.passages[place])
            owners.append(self._view.owners[hits.rows + self._view.offsets[place]])
            scores.append(hits.scores)
        if len(owners) == 1:
            return owners[0], scores[0]
        all_owners, all_scores = np.concatenate(owners), np.concatenate(scores)
        order = np.lexsort((all_owners, -all_scores))
        return all_owners[order], all_scores[order]

    def _cosines(self, vector: Vector, passages: Rows) -> Scores:
        """Cosines of some passages, by their numbers in the view."""
        if len(self._view.segments) == 1:
            return self._view.segments[0].dense.cosines(vector, passages)
        cosines = np.empty(len(passages), dtype=np.float32)
        for place, segment in enumerate(self._view.segments):
            first, end = self._view.offsets[place : place + 2]
            here = (passages >= first) & (passages < end)
            cosines[here] = segment.dense.cosines(vector, passages[here] - first)
        return cosines

    def _passages(self, request: _Request, found: Candidates, places: Sequence[int]) -> Iterator[tuple[int, float]]:
        """The best passage of each document and its cosine, chosen by meaning and words."""
        spans = [(int(found.bounds[place]), int(found.bounds[place + 1])) for place in places]
        several = [np.arange(begin, end) for begin, end in spans if end - begin > 1]
        rows = np.concatenate([*several, np.empty(0, dtype=np.int64)])
        lexical = self._lexicon.passage_scores(request.asked, found.passages[rows])
        done = 0
        for begin, end in spans:
            place, count = begin, end - begin
            if count > 1:
                meaning, words = min_max(found.cosines[begin:end]), min_max(lexical[done : done + count])
                place += int(np.argmax(request.dense * meaning + request.lexical * words))
                done += count
            yield int(found.passages[place]), float(found.cosines[place])

    def _wanted(self, asked: Sequence[Asked]) -> list[dict[int, float]]:
        """The numbers of the request's terms in each segment, and how telling each is."""
        segments = range(len(self._view.segments))
        return [{term.numbers[each]: term.idf for term, _ in asked if term.numbers[each] >= 0} for each in segments]

    def _evidence(
        self,
        passage: int,
        cosine: float,
        score: float,
        parts: Mapping[str, float],
        shares: Mapping[str, float],
        wanted: Sequence[Mapping[int, float]],
    ) -> Evidence:
        shown = self._show(passage)
        held = shown.held
        return Evidence(
            key=held.key,
            ordinal=held.ordinal,
            title=shown.title,
            heading=held.heading,
            passage=held.text,
            highlights=highlights(shown.sentences, wanted[shown.origin]),
            score=min(max(score, 0.0), 1.0),
            cosine=min(max(cosine, -1.0), 1.0),
            parts=parts,
            shares=shares,
            start=held.start,
            end=held.end,
        )

    def _show(self, passage: int) -> _Shown:
        shown = self._shown.get(passage)
        if shown is None:
            origin = int(passage >= self._view.offsets[1])
            segment, row = self._view.segments[origin], passage - self._view.offsets[origin]
            title = segment.documents.titles[int(segment.owners[row])]
            shown = _Shown(origin, title, segment.passage(row), segment.words.outlines[row])
            self._shown.put(passage, shown)
        return shown


def _text_weights(weights: Mapping[str, float]) -> tuple[float, float]:
    """What meaning and words count in the choice of a passage; ranked by signals alone, which are the document's: 1."""
    dense, lexical = weights[DENSE], weights[LEXICAL]
    return (dense, lexical) if dense + lexical > 0 else (1.0, 0.0)


def _checked(evidence: list[Evidence], allowed: frozenset[DocumentKey], gone: frozenset[DocumentKey]) -> list[Evidence]:
    """The evidence, once each piece was looked up again in the set the caller gave, and among the gone."""
    for found in evidence:
        if found.key not in allowed or found.key in gone:
            reason = "the search found it though it is " + ("gone" if found.key in gone else "not in the allowed set")
            raise DisallowedEvidence(found.key, reason, "Give each allowed set a token of its own; report this.")
    return evidence
