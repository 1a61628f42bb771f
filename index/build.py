"""Documents into a snapshot or a delta: prepare, encode what is new, put together."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from index.model import Document, Vectors
from index.prepare import PassageEncoder, Prepared, prepare
from index.segment import segment_of
from index.signals.graph import Graph, graph_key, graph_vectors
from index.snapshot import write_snapshot

Progress = Callable[[str, int, int], None]  #: stage (`chunk`, `encode`, `write`), done, total


@dataclass(frozen=True, slots=True)
class Built:
    """A snapshot just written, and what had to be computed for it, for the caller to keep."""

    folder: Path
    digest: str
    documents: int
    passages: int
    computed: Mapping[str, bytes]  #: by `vector_key` and `graph_key`; little-endian float32


def vector_key(encoder_digest: str, text: str) -> str:
    """Names the vector of a text under an encoder: SHA-256 in hexadecimal."""
    return hashlib.sha256(f"{encoder_digest}\0{text}".encode()).hexdigest()


def build_snapshot(
    documents: Sequence[Document],
    encoder: PassageEncoder,
    root: Path,
    *,
    sequence: int,
    known: Mapping[str, bytes] | None = None,
    progress: Progress = lambda _stage, _done, _total: None,
) -> Built:
    """Write a snapshot of `documents` into `root` and return where it is.

    What is found in `known` (by `vector_key`, `graph_key`) is not computed again. The same documents, encoder and
    sequence give the same folder. Raises ValueError when two documents share a key or something known has the wrong
    length.
    """
    kept = {} if known is None else known
    prepared = prepare_all(documents, encoder, progress=progress)
    vectors, computed = encode_all(prepared, encoder, kept, progress)
    graph = _graph(prepared, kept, computed)
    progress("write", 0, 1)
    folder = write_snapshot(
        root, segment_of(prepared, vectors, graph), sequence=sequence, encoder_digest=encoder.digest
    )
    progress("write", 1, 1)
    return Built(folder, folder.name, len(prepared), len(vectors), computed)


def prepare_all(
    documents: Sequence[Document],
    encoder: PassageEncoder,
    make: Callable[[Document, PassageEncoder], Prepared] = prepare,
    progress: Progress = lambda _stage, _done, _total: None,
) -> list[Prepared]:
    """The documents prepared, ascending by key. Raises ValueError when two share a key."""
    ordered = sorted(documents, key=lambda document: document.key)
    for before, after in pairwise(ordered):
        if before.key == after.key:
            raise ValueError(f"two documents are called {after.key}")
    prepared = []
    for done, document in enumerate(ordered):
        progress("chunk", done, len(ordered))
        prepared.append(make(document, encoder))
    progress("chunk", len(ordered), len(ordered))
    return prepared


def encode_all(
    prepared: Sequence[Prepared],
    encoder: PassageEncoder,
    known: Mapping[str, bytes],
    progress: Progress = lambda _stage, _done, _total: None,
) -> tuple[Vectors, dict[str, bytes]]:
    """The vectors of all passages, one a row, and those of them that were not known, by `vector_key`."""
    texts = [text for each in prepared for text in each.encoded]
    keys = [vector_key(encoder.digest, text) for text in texts]
    new: dict[str, str] = {}
    found: dict[str, bytes] = {}
    for key, text in zip(keys, texts, strict=True):
        if key not in found and key not in new:
            stored = known.get(key)
            if stored is None:
                new[key] = text
            else:
                found[key] = _sized(key, stored, encoder.dim)
    fresh = encoder.encode_many(list(new.values()), lambda done, total: progress("encode", done, total))
    computed = {key: vector.astype("<f4").tobytes() for key, vector in zip(new, fresh, strict=True)}
    found.update(computed)
    vectors = np.empty((len(keys), encoder.dim), dtype=np.float32)
    for row, key in enumerate(keys):
        vectors[row] = np.frombuffer(found[key], dtype="<f4")
    return vectors, computed


def _graph(prepared: Sequence[Prepared], known: Mapping[str, bytes], computed: dict[str, bytes]) -> Graph:
    """Who cites whom, as vectors; what had to be worked out is put into `computed`."""
    citations = [(each.document.key, each.document.citations) for each in prepared]
    if not any(cited for _, cited in citations):
        return np.zeros((len(citations), 0), dtype=np.float32)
    key = graph_key(citations)
    stored = known.get(key)
    if stored is None:
        stored = computed[key] = graph_vectors(citations).astype("<f4").tobytes()
    if len(stored) % (4 * len(citations)):
        raise ValueError(
            f"the known graph {key} has {len(stored)} bytes, which {len(citations)} documents cannot share"
        )
    return np.frombuffer(stored, dtype="<f4").reshape(len(citations), -1).astype(np.float32)


def _sized(key: str, stored: bytes, dim: int) -> bytes:
    if len(stored) != 4 * dim:
        raise ValueError(f"the known vector {key} has {len(stored)} bytes, not {4 * dim}")
    return stored
