"""An encoder that needs no model, and sets of documents drawn at random for it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from hypothesis import strategies as st

from index.build import build_snapshot
from index.delta import make_delta
from index.model import Document, DocumentKey, Vector, Vectors
from index.segment import content_digest
from index.snapshot import Snapshot, open_snapshot

DIM = 16


class HashingEncoder:
    """Word vectors drawn from each word's hash: a real, if simple, encoder."""

    digest = "e" * 64
    dim = DIM

    def __init__(self, room: int = 60) -> None:
        self.room = room
        self.encoded: list[str] = []
        self.counted: list[str] = []

    def count_tokens(self, text: str) -> int:
        self.counted.append(text)
        return len(text.split())

    def encode(self, text: str) -> Vector:
        total = np.sum([_vector_of(word) for word in text.lower().split()] or [_vector_of("")], axis=0)
        unit: Vector = (total / np.linalg.norm(total)).astype(np.float32)
        return unit

    def encode_many(self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None) -> Vectors:
        self.encoded += texts
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row] = self.encode(text)
            if progress is not None:
                progress(row + 1, len(texts))
        return vectors


@lru_cache(maxsize=1 << 10)
def _vector_of(word: str) -> Vector:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big")
    return np.random.default_rng(seed).normal(size=DIM).astype(np.float32)


def snapshot_of(documents: Sequence[Document], root: Path, encoder: HashingEncoder) -> Snapshot:
    """The documents built into a snapshot under `root`, and opened."""
    made = build_snapshot(documents, encoder, root, sequence=1)
    return open_snapshot(made.folder, encoder_digest=encoder.digest)


def in_memory(documents: Sequence[Document], encoder: HashingEncoder) -> Snapshot:
    """What `snapshot_of` would open, without its files."""
    segment = make_delta(documents, encoder).segment
    return Snapshot(Path("memory"), content_digest(segment), 1, encoder.digest, segment)


WORDS = tuple("card cards fee refund the euro bank not 12 loan rate wire abroad stolen café".split())
_SENTENCES = st.lists(st.sampled_from(WORDS), max_size=9).map(lambda words: " ".join(words) + ".")
_SECTIONS = st.tuples(st.sampled_from(["", "# Fees\n\n", "## Stolen card\n\n"]), _SENTENCES).map("".join)
KEYS = st.builds(DocumentKey, st.sampled_from("ab"), st.sampled_from(["1", "10", "2", "é"]), st.integers(1, 3))
DOCUMENTS = st.builds(
    Document,
    KEYS,
    st.lists(st.sampled_from(WORDS), max_size=3).map(" ".join),
    st.lists(_SECTIONS, max_size=4).map("\n\n".join),
)
#: Documents with keys of their own.
COLLECTIONS = st.lists(DOCUMENTS, max_size=14, unique_by=lambda document: document.key)
QUESTIONS = st.lists(st.sampled_from([*WORDS, "elsewhere"]), max_size=5).map(" ".join)
