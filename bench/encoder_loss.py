"""What the served encoder loses in retrieval against the same model in float32: dense search alone, four public sets.

A document is as near to a query as its nearest passage. Vectors stay under `.bench/`: a text is encoded once ever.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bench.data import RETRIEVAL_SETS, RetrievalSet, read_retrieval
from bench.vectors import VectorCache
from index.build import vector_key
from index.chunk import chunk, passage_text
from index.encoder import EncoderPool
from index.model import Vectors
from index.quality import ndcg

_DEPTH = 10
_PART = 512  # texts encoded before their vectors are kept

Progress = Callable[[str, int, int], None]


class Loss(NamedTuple):
    """nDCG@10 of one set."""

    exact: float  #: by float32 vectors
    served: float


class Texts(NamedTuple):
    """What has to be encoded of a set."""

    passages: list[str]
    owners: list[str]  #: the document of each passage
    queries: dict[str, str]


def losses(
    data: Path, served: EncoderPool, exact: EncoderPool, progress: Progress, *, most: int | None = None
) -> dict[str, Loss | None]:
    """By set; None for one of which more than `most` texts are not encoded yet."""
    caches = [(encoder, VectorCache(encoder.digest, encoder.dim)) for encoder in (exact, served)]
    found: dict[str, Loss | None] = {}
    for name in RETRIEVAL_SETS:
        judged = read_retrieval(data, name)
        texts = texts_of(judged, served)
        every = [*texts.passages, *texts.queries.values()]
        if most is not None and sum(_missing(encoder, cache, every) for encoder, cache in caches) > most:
            found[name] = None
            continue
        found[name] = Loss(
            *(
                mean_ndcg(judged, texts, _vectors(encoder, cache, texts.passages, queries, name, progress))
                for encoder, cache in caches
                for queries in [list(texts.queries.values())]
            )
        )
    return found


def texts_of(judged: RetrievalSet, encoder: EncoderPool) -> Texts:
    """The passages as a snapshot would hold them."""
    passages, owners = [], []
    for document in judged.documents:
        for passage in chunk(document, encoder.count_tokens, encoder.room):
            passages.append(passage_text(document.title, passage))
            owners.append(document.key.id)
    return Texts(passages, owners, judged.queries)


def mean_ndcg(judged: RetrievalSet, texts: Texts, vectors: tuple[Vectors, Vectors]) -> float:
    """The mean over the judged queries; `vectors` of passages and of queries, in their order."""
    passages, queries = vectors
    names, places = np.unique(texts.owners, return_inverse=True)
    scores = []
    for query, row in zip(texts.queries, queries @ passages.T, strict=True):
        best = np.full(len(names), -1.0, np.float32)
        np.maximum.at(best, places, row)
        found = [str(name) for name in names[np.argsort(-best, kind="stable")[:_DEPTH]]]
        scores.append(ndcg(found, judged.judgements[query], _DEPTH))
    return float(np.mean(scores))


def mean_loss(found: Mapping[str, Loss | None]) -> float | None:
    """Over all sets; None when one could not be measured."""
    known = [each.exact - each.served for each in found.values() if each is not None]
    return float(np.mean(known)) if len(known) == len(found) else None


def _missing(encoder: EncoderPool, cache: VectorCache, texts: Sequence[str]) -> int:
    return len({key for key in (vector_key(encoder.digest, text) for text in texts) if key not in cache})


def _vectors(
    encoder: EncoderPool, cache: VectorCache, passages: Sequence[str], queries: Sequence[str], name: str, tell: Progress
) -> tuple[Vectors, Vectors]:
    """Of passages and queries, what is missing encoded and kept part by part: an interrupted run goes on from there."""
    every = {vector_key(encoder.digest, text): text for text in [*passages, *queries]}
    todo = [(key, text) for key, text in every.items() if key not in cache]
    for start in range(0, len(todo), _PART):
        part = todo[start : start + _PART]
        vectors = encoder.encode_many([text for _, text in part])
        cache.add({key: row.astype("<f4").tobytes() for (key, _), row in zip(part, vectors, strict=True)})
        tell(f"{name}, {encoder.digest[:8]}", start + len(part), len(todo))
    first, second = (
        np.frombuffer(b"".join(cache[vector_key(encoder.digest, text)] for text in texts), "<f4")
        for texts in (passages, queries)
    )
    return first.reshape(len(passages), -1), second.reshape(len(queries), -1)
