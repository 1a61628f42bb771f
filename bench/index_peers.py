"""Other vector stores on the same vectors and the same filters, in an environment of their own, on one thread."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench import cache
from bench.index_vectors import Filter, recall, truth
from bench.screen import say
from index.model import Vectors

PACKAGES = ("hnswlib", "usearch", "qdrant-client", "lancedb", "pylance", "pyarrow", "chromadb", "numpy")
NAMES = ("hnswlib", "usearch", "qdrant-local", "lancedb", "chroma")
_PATIENCE = 1_200  # seconds a peer may take

_ALONE = {"OMP_NUM_THREADS": "1", "RAYON_NUM_THREADS": "1", "LANCE_CPU_THREADS": "1", "ANONYMIZED_TELEMETRY": "False"}


@dataclass(frozen=True, slots=True)
class Peer:
    """What one store did: by filter, its recall and its median milliseconds, or why it has none."""

    name: str
    build_s: float
    recalls: tuple[float | None, ...]
    p50_ms: tuple[float | None, ...]


def compare(vectors: Vectors, queries: Vectors, filters: Sequence[Filter]) -> list[Peer]:
    """Every peer that could be installed and asked; those that could not are told on the screen."""
    python = cache.made(f"index-peers-{cache.digest(PACKAGES)}", _install) / "env" / "bin" / "python"
    least = [truth(vectors, queries, each.allowed) for each in filters]
    found = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        np.save(folder / "vectors.npy", vectors)
        np.save(folder / "queries.npy", queries)
        np.save(folder / "masks.npy", np.stack([each.allowed for each in filters]))
        for peer in NAMES:
            answer = _ask(python, peer, folder)
            if answer is not None:
                found.append(_judged(peer, answer, vectors, queries, filters, least))
    return found


def _ask(python: Path, peer: str, folder: Path) -> dict[str, Any] | None:
    script = Path(__file__).with_name("index_peer.py")
    command = [
        str(python),
        str(script),
        peer,
        *(str(folder / f"{name}.npy") for name in ("vectors", "queries", "masks")),
    ]
    say.print(f"asking {peer} …")
    try:
        done = subprocess.run(
            command, env={**os.environ, **_ALONE}, capture_output=True, text=True, timeout=_PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        say.print(f"{peer} left out: no answer within {_PATIENCE} s")
        return None
    if done.returncode != 0:
        say.print(f"{peer} left out: {(done.stderr.strip().splitlines() or ['it ended without a word'])[-1]}")
        return None
    answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return answer


def _judged(
    name: str,
    answer: dict[str, Any],
    vectors: Vectors,
    queries: Vectors,
    filters: Sequence[Filter],
    least: Sequence[Sequence[float]],
) -> Peer:
    recalls: list[float | None] = []
    for each, lowest, found in zip(filters, least, answer["found"], strict=True):
        if "rows" not in found:
            say.print(f"{name}, {each.name}: {found['why']}")
            recalls.append(None)
            continue
        pairs = zip(found["rows"], queries, lowest, strict=True)
        scored = [recall(np.array(rows, dtype=int), vectors, query, each.allowed, low) for rows, query, low in pairs]
        recalls.append(float(np.mean(scored)))
    return Peer(name, answer["build_s"], tuple(recalls), tuple(found.get("p50_ms") for found in answer["found"]))


def _install(folder: Path) -> None:
    say.print("installing the peers, once …")
    subprocess.run([sys.executable, "-m", "venv", str(folder / "env")], check=True)
    pip = [str(folder / "env" / "bin" / "python"), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    for package in PACKAGES:
        if subprocess.run([*pip, "install", package], check=False).returncode:
            say.print(f"{package} could not be installed")
