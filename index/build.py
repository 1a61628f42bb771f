"""Documents into a snapshot: chunk, encode what is new, write."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Protocol

import numpy as np

from index.chunk import chunk, passage_text
from index.model import Document, Vectors
from index.snapshot import write_snapshot

Progress = Callable[[str, int, int], None]  #: stage (`chunk`, `encode`, `write`), done, total


class PassageEncoder(Protocol):
    """What building needs of an encoder; `Encoder` and `EncoderPool` are ones."""

    @property
    def digest(self) -> str: ...
    @property
    def dim(self) -> int: ...
    @property
    def room(self) -> int: ...
    def count_tokens(self, text: str) -> int: ...
    def encode_many(self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None) -> Vectors: ...


@dataclass(frozen=True, slots=True)
class Built:
    """A snapshot just written, and the vectors that had to be computed for it, for the caller to keep."""

    folder: Path
    digest: str
    documents: int
    passages: int
    computed: Mapping[str, bytes]  #: by `vector_key`; little-endian float32


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

    Vectors found in `known` (by `vector_key`) are not computed again. The same documents, encoder and sequence give
    the same folder. Raises ValueError when two documents share a key or a known vector has the wrong length.
    """
    ordered = sorted(documents, key=lambda document: document.key)
    for before, after in pairwise(ordered):
        if before.key == after.key:
            raise ValueError(f"two documents are called {after.key}")
    passages = []
    for done, document in enumerate(ordered):
        progress("chunk", done, len(ordered))
        passages.append(chunk(document, encoder.count_tokens, encoder.room))
    progress("chunk", len(ordered), len(ordered))
    encoded = [
        passage_text(document.title, passage)
        for document, group in zip(ordered, passages, strict=True)
        for passage in group
    ]
    vectors, computed = _vectors(encoded, encoder, {} if known is None else known, progress)
    progress("write", 0, 1)
    folder = write_snapshot(root, ordered, passages, vectors, encoded, sequence=sequence, encoder_digest=encoder.digest)
    progress("write", 1, 1)
    return Built(folder, folder.name, len(ordered), len(encoded), computed)


def _vectors(
    texts: Sequence[str], encoder: PassageEncoder, known: Mapping[str, bytes], progress: Progress
) -> tuple[Vectors, dict[str, bytes]]:
    keys = [vector_key(encoder.digest, text) for text in texts]
    found: dict[str, bytes] = {}
    new: dict[str, str] = {}
    for key, text in zip(keys, texts, strict=True):
        if key in found or key in new:
            continue
        stored = known.get(key)
        if stored is None:
            new[key] = text
        elif len(stored) != 4 * encoder.dim:
            raise ValueError(f"the known vector {key} has {len(stored)} bytes, not {4 * encoder.dim}")
        else:
            found[key] = stored
    fresh = encoder.encode_many(list(new.values()), lambda done, total: progress("encode", done, total))
    computed = {key: vector.astype("<f4").tobytes() for key, vector in zip(new, fresh, strict=True)}
    found.update(computed)
    vectors = np.frombuffer(b"".join(found[key] for key in keys), dtype="<f4")
    return vectors.reshape(len(keys), encoder.dim).astype(np.float32), computed
