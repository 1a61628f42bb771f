"""Hybrid search over a snapshot: meaning and words, over allowed documents only, each hit with its parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from index.dense import Selection, select
from index.errors import DisallowedEvidence
from index.fuse import Scores, Weights, fuse, min_max
from index.highlight import highlights
from index.latest import Latest
from index.lexical import Posting, query
from index.model import AllowedSet, DocumentKey, Evidence, Vector
from index.rank import best
from index.signals import recency
from index.snapshot import Snapshot

#: Documents in each of the two rankings that are fused.
DEPTH = 100


Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Request:
    """A request as both rankings read it."""

    vector: Vector
    passage_postings: Sequence[Posting]
    document_postings: Sequence[Posting]
    weights: Weights


@dataclass(frozen=True, slots=True)
class _Allowed:
    """An allowed set in the snapshot's rows."""

    documents: npt.NDArray[np.bool_]
    passages: Selection


@dataclass(frozen=True, slots=True)
class _Candidates:
    """The best documents of both rankings, ascending; their passages, one document after the other."""

    documents: Rows
    passages: Rows
    bounds: Sequence[int]  #: where among the passages each document's begin, and where the last one's end
    cosines: Scores  #: of the passages
    parts: dict[str, Scores]  #: of the documents, in 0..1


class HybridSearcher:
    """A `Searcher` over one snapshot. Safe to call from several threads."""

    def __init__(self, snapshot: Snapshot, *, weights: Weights | None = None, allowed_sets: int = 32) -> None:
        """`allowed_sets` is how many allowed sets are kept in the snapshot's rows, by their token."""
        self.snapshot = snapshot
        self.weights = weights or Weights()
        self._rows = {key: row for row, key in enumerate(snapshot.keys)}
        self._allowed: Latest[str, _Allowed] = Latest(allowed_sets)

    @property
    def digest(self) -> str:
        return self.snapshot.digest

    def search(
        self,
        vector: Vector,
        text: str,
        allowed: AllowedSet,
        k: int,
        *,
        weights: Weights | None = None,
        today: date | None = None,
    ) -> list[Evidence]:
        """See `Searcher.search`. `vector` is the request's, of unit length; `text` its words.

        Documents are ranked by their nearest passage and by BM25 over their whole words, and the two are fused; the
        same rule then chooses the passage within each document. `today` is needed when recency has a weight.

        Raises ValueError for a vector of another shape or one that is not finite, DisallowedEvidence (and returns
        nothing) if a hit is found outside the allowed set.
        """
        chosen = weights or self.weights
        if vector.shape != (self.snapshot.dense.dim,) or not np.isfinite(vector).all():
            raise ValueError(f"the vector has to be {self.snapshot.dense.dim} finite numbers")
        if chosen.recency > 0 and today is None:
            raise ValueError("recency has a weight, so today's date is needed")
        rows = self._in_rows(allowed)
        if k < 1 or rows.passages.count == 0:
            return []
        words = query(text)
        request = _Request(
            vector=vector,
            passage_postings=self.snapshot.passage_terms.postings(words),
            document_postings=self.snapshot.document_terms.postings(words),
            weights=chosen,
        )
        found = self._candidates(request, rows)
        parts = found.parts
        if chosen.recency > 0 and today is not None:
            parts["recency"] = self._recency(found.documents, today, chosen.half_life_days)
        fused = fuse(parts, {"dense": chosen.dense, "lexical": chosen.lexical, "recency": chosen.recency})
        places = best(np.arange(len(fused)), fused, k).rows.tolist()
        wanted = self.snapshot.document_terms.idf(request.document_postings)
        evidence = []
        for place, (row, cosine) in zip(places, self._passages(request, found, places), strict=True):
            own = {name: float(part[place]) for name, part in parts.items()}
            evidence.append(self._evidence(row, cosine, float(fused[place]), own, wanted))
        return _checked(evidence, allowed.documents)

    def _candidates(self, request: _Request, rows: _Allowed) -> _Candidates:
        """The best documents of either ranking, with their passages, and their scores in both."""
        lexical = self.snapshot.document_terms.scores(request.document_postings)
        lexical[~rows.documents] = 0.0
        holding = np.flatnonzero(lexical)
        near = self._nearest_documents(request.vector, rows)
        documents = np.union1d(near, best(holding, lexical[holding], DEPTH).rows)
        starts = self.snapshot.firsts[documents]
        counts = self.snapshot.firsts[documents + 1] - starts
        bounds = np.concatenate(([0], np.cumsum(counts)))
        passages = np.arange(bounds[-1]) + np.repeat(starts - bounds[:-1], counts)
        cosines = self.snapshot.dense.cosines(request.vector, passages)
        # Each document has a passage: without, it is never found.
        nearest = np.maximum.reduceat(cosines, bounds[:-1])
        parts = {"dense": min_max(nearest), "lexical": min_max(lexical[documents])}
        return _Candidates(documents, passages, bounds.tolist(), cosines, parts)

    def _in_rows(self, allowed: AllowedSet) -> _Allowed:
        known = self._allowed.get(allowed.token)
        if known is None:
            documents = np.zeros(len(self.snapshot.keys), dtype=bool)
            documents[[row for key in allowed.documents if (row := self._rows.get(key)) is not None]] = True
            known = _Allowed(documents, select(documents[self.snapshot.owners]))
            self._allowed.put(allowed.token, known)
        return known

    def _nearest_documents(self, vector: Vector, rows: _Allowed) -> Rows:
        """The `DEPTH` documents with the nearest passages."""
        wanted = 2 * DEPTH
        while True:
            hits = self.snapshot.dense.search(vector, wanted, rows.passages)
            # A document's first hit is its nearest passage.
            documents = list(dict.fromkeys(self.snapshot.owners[hits.rows].tolist()))
            if len(documents) >= DEPTH or len(hits.rows) < wanted:
                return np.array(documents[:DEPTH], dtype=np.int64)
            wanted *= 4  # a few long documents hold the nearest passages: look further

    def _passages(self, request: _Request, found: _Candidates, places: Sequence[int]) -> Iterator[tuple[int, float]]:
        """The best passage of each document and its cosine, chosen by the rule that ranked the documents."""
        dense_share, lexical_share = request.weights.dense, request.weights.lexical
        if dense_share + lexical_share == 0:  # ranked by signals alone, which are the document's
            dense_share = 1.0
        shares = {"dense": dense_share, "lexical": lexical_share}
        spans = [slice(found.bounds[place], found.bounds[place + 1]) for place in places]
        rows = np.concatenate([found.passages[span] for span in spans])
        cosines = np.concatenate([found.cosines[span] for span in spans])
        lexical = self.snapshot.passage_terms.scores_of(request.passage_postings, rows)
        begin = 0
        for span in spans:
            place, end = begin, begin + span.stop - span.start
            if end - begin > 1:
                inner = {"dense": min_max(cosines[begin:end]), "lexical": min_max(lexical[begin:end])}
                place += int(np.argmax(fuse(inner, shares)))
            yield int(rows[place]), float(cosines[place])
            begin = end

    def _recency(self, documents: Rows, today: date, half_life: float) -> Scores:
        dates = (self.snapshot.effective_from(row) for row in documents.tolist())
        return np.array([recency(effective, today, half_life) for effective in dates], dtype=np.float32)

    def _evidence(
        self, row: int, cosine: float, score: float, parts: Mapping[str, float], wanted: Mapping[int, float]
    ) -> Evidence:
        passage = self.snapshot.passage(row)
        return Evidence(
            key=passage.key,
            ordinal=passage.ordinal,
            title=self.snapshot.titles[int(self.snapshot.owners[row])],
            heading=passage.heading,
            passage=passage.text,
            highlights=highlights(self.snapshot.outlines[row], wanted),
            score=min(max(score, 0.0), 1.0),
            cosine=min(max(cosine, -1.0), 1.0),
            parts=parts,
        )


def _checked(evidence: list[Evidence], allowed: frozenset[DocumentKey]) -> list[Evidence]:
    """The evidence, once each piece was looked up again in the set the caller gave."""
    for found in evidence:
        if found.key not in allowed:
            reason = "the search found it though it is not in the allowed set"
            raise DisallowedEvidence(found.key, reason, "Give each allowed set a token of its own; report this.")
    return evidence
