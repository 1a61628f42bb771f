"""Passage vectors kept under `.bench/` by encoder and text, so that no text is encoded twice over all benchmarks."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from bench.cache import CACHE


class VectorCache(Mapping[str, bytes]):
    """The vectors of one encoder by `index.build.vector_key`, as `build_snapshot(known=...)` reads them."""

    def __init__(self, encoder_digest: str, dim: int) -> None:
        self._folder = CACHE / f"vectors-{encoder_digest[:16]}"
        self._dim = dim
        self._known: dict[str, bytes] = {}
        for file in sorted(self._folder.glob("*.npz")):
            self._known |= _read(file)

    def __getitem__(self, key: str) -> bytes:
        return self._known[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def add(self, computed: Mapping[str, bytes]) -> None:
        """Keep the vectors that were computed, as a file of their own that appears whole."""
        whole = 4 * self._dim  # beside vectors a build may compute a graph's, which are of another size
        new = {key: data for key, data in computed.items() if key not in self._known and len(data) == whole}
        if not new:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        vectors = np.frombuffer(b"".join(new.values()), "<f4").reshape(len(new), self._dim)
        draft = self._folder / f".{os.getpid()}-{next(iter(new))[:12]}.npz"
        np.savez(draft, keys=np.array(list(new)), vectors=vectors)
        draft.replace(draft.with_name(draft.name.removeprefix(".")))
        self._known |= new


def _read(file: Path) -> dict[str, bytes]:
    with np.load(file) as kept:
        return {str(key): row.tobytes() for key, row in zip(kept["keys"], kept["vectors"], strict=True)}
