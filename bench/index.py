"""The dense index and the snapshot around it: exact at every share of allowed passages, quick, small, quick to open.

    python -m bench.index [--data DIR] [--quick]

Vectors are drawn in clusters; what is right is computed one by one in double precision. Everything is timed on one
thread. The encoder's figures come from `bench.encoder_speed`.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
from rich.table import Table

from bench import encoder_speed
from bench.cache import CACHE
from bench.data import DEFAULT_DATA, ROOT
from bench.encoders import served
from bench.index_peers import Peer, compare
from bench.index_vectors import DIM, Filter, K, draw, filters, recall, truth
from bench.screen import say
from index.build import build_snapshot
from index.dense import DenseIndex, open_dense, select
from index.model import Document, DocumentKey, Vectors
from index.snapshot import open_snapshot

_SIZES = (10_000, 100_000, 500_000)
_QUICK_SIZES = (10_000, 100_000)
_PEER_SIZE = 100_000
_LARGE = 1_000_000
_PASSAGES = 100_000
_ROUNDS = 3  # over all queries; the median of all is reported


@dataclass(frozen=True, slots=True)
class Measured:
    """One filter on one size."""

    filter: Filter
    recall: float
    p50_ms: float


def measure(size: int, folder: Path) -> tuple[list[Measured], Vectors, Vectors]:
    """Every filter on an index of `size` vectors, written and opened as a snapshot's is."""
    vectors, queries = draw(size)
    index = _opened(vectors, folder)
    return [_measured(index, vectors, queries, each) for each in filters(vectors, queries)], vectors, queries


def _opened(vectors: Vectors, folder: Path) -> DenseIndex:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    DenseIndex.of(vectors).write(folder)
    return open_dense(folder)


def _measured(index: DenseIndex, vectors: Vectors, queries: Vectors, each: Filter) -> Measured:
    selection, least = select(each.allowed), truth(vectors, queries, each.allowed)
    recalls, times = [], []
    for _ in range(_ROUNDS):
        for query, low in zip(queries, least, strict=True):
            begun = time.perf_counter()
            hits = index.search(query, K, selection)
            times.append(1000 * (time.perf_counter() - begun))
            recalls.append(recall(hits.rows, vectors, query, each.allowed, low))
    return Measured(each, float(np.mean(recalls)), median(times))


class _Drawn:
    """An encoder whose vectors are drawn, so that building and opening are timed without encoding."""

    def __init__(self) -> None:
        real = served(sessions=1)
        self.digest, self.dim, self.room = real.digest, DIM, real.room
        self.count_tokens = real.count_tokens

    def encode_many(self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None) -> Vectors:  # noqa: ARG002
        return draw(len(texts))[0]


def documents(count: int) -> list[Document]:
    """One passage each, of five sentences, of words as rare as words are."""
    chance = np.random.default_rng(5)
    syllables = [consonant + vowel for consonant in "bcdfgklmnprstvw" for vowel in "aeiou"]
    words = np.array([f"{first}{second}{third}" for first in syllables for second in syllables for third in "nrst"])
    chance.shuffle(words)
    share = 1 / np.arange(1, len(words) + 1)
    picked = words[chance.choice(len(words), (count, 5, 12), p=share / share.sum())]
    return [
        Document(
            DocumentKey("drawn", f"d{place:06d}", 1),
            " ".join(said[0, :5]),
            " ".join(f"{' '.join(sentence).capitalize()}." for sentence in said),
        )
        for place, said in enumerate(picked)
    ]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Seconds for a snapshot without encoding."""

    passages: int
    chunk_s: float  #: to cut the documents and read their words
    build_s: float  #: for everything after that: vectors, codes, postings, outlines, written and sealed
    first_open_s: float
    open_s: float  #: once it was found whole


def snapshot(count: int, root: Path) -> Snapshot:
    """Build and open a snapshot of `count` passages."""
    shutil.rmtree(root, ignore_errors=True)
    encoder = _Drawn()
    texts = documents(count)
    drawing = time.perf_counter()
    draw(count)
    begun = time.perf_counter()
    cut = begun

    def tell(stage: str, done: int, total: int) -> None:
        nonlocal cut
        if stage == "chunk" and done == total:
            cut = time.perf_counter()

    built = build_snapshot(texts, encoder, root, sequence=1, progress=tell)
    ended = time.perf_counter()
    time.sleep(2.5)  # what was written just now is read again at the first opening, and noted at the next

    def opened() -> float:
        start = time.perf_counter()
        open_snapshot(built.folder, encoder_digest=encoder.digest)
        return time.perf_counter() - start

    first = opened()
    again = median(opened() for _ in range(5))
    shutil.rmtree(root, ignore_errors=True)
    return Snapshot(built.passages, cut - begun, ended - cut - (begun - drawing), first, again)


def large(folder: Path) -> tuple[float, float, float, float]:
    """10^6 vectors: recall@10, p50 in ms, MiB of anonymous memory and codes, MiB of the mapped vectors."""
    vectors, queries = draw(_LARGE)
    everything = np.ones(_LARGE, dtype=bool)
    least = truth(vectors, queries, everything)
    _opened(vectors, folder)
    codes = sum(path.stat().st_size for path in folder.glob("codes*")) / 2**20
    mapped = (folder / "dense.faiss").stat().st_size / 2**20
    np.save(folder / "queries.npy", queries)
    # A process of its own that has only opened the index: what it needs is not mixed with what drawing needed.
    command = [sys.executable, "-m", "bench.index_alone", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    answer = json.loads(done.stdout)
    rows = answer["rows"]
    recalls = [
        recall(np.array(row), vectors, query, everything, low)
        for row, query, low in zip(rows, queries, least, strict=True)
    ]
    shutil.rmtree(folder, ignore_errors=True)
    return float(np.mean(recalls)), answer["p50_ms"], answer["anonymous_mib"] + codes, mapped


def _table(size: int, measured: Sequence[Measured]) -> Table:
    table = Table(title=f"{size:,} vectors of {DIM}, {K} nearest, one thread")
    for heading in ("allowed", "recall@10", "p50 ms"):
        table.add_column(heading, justify="left" if heading == "allowed" else "right")
    for each in measured:
        table.add_row(each.filter.name, f"{each.recall:.4f}", f"{each.p50_ms:.3f}")
    return table


def _peers_table(ours: Sequence[Measured], peers: Sequence[Peer]) -> Table:
    table = Table(title=f"{_PEER_SIZE:,} vectors, recall@10 / p50 ms, one thread each")
    table.add_column("allowed")
    for name in ("signoff", *(peer.name for peer in peers)):
        table.add_column(name, justify="right")
    for place, each in enumerate(ours):
        cells = [_cell(peer.recalls[place], peer.p50_ms[place]) for peer in peers]
        table.add_row(each.filter.name, _cell(each.recall, each.p50_ms), *cells)
    return table


def _cell(found: float | None, milliseconds: float | None) -> str:
    return "-" if found is None or milliseconds is None else f"{found:.3f} / {milliseconds:.2f}"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--quick", action="store_true", help="within 50 s: up to 10^5 vectors, no peers")
    asked = parser.parse_args(arguments)
    folder = CACHE / "index"
    least, p50 = 1.0, dict.fromkeys(map(str, _SIZES))
    peers: list[Peer] = []
    for size in _QUICK_SIZES if asked.quick else _SIZES:
        measured, vectors, queries = measure(size, folder)
        say.print(_table(size, measured))
        least = min(least, *(each.recall for each in measured))
        p50[str(size)] = round(measured[0].p50_ms, 3)
        if size == _PEER_SIZE and not asked.quick:
            peers = compare(vectors, queries, [each.filter for each in measured])
            say.print(_peers_table(measured, peers))
    passages = _PASSAGES // 10 if asked.quick else _PASSAGES
    made = snapshot(passages, folder)
    say.print(
        f"snapshot of {made.passages:,} passages without encoding: documents cut in {made.chunk_s:.1f} s, "
        f"index built in {made.build_s:.1f} s, "
        f"opened in {made.first_open_s:.3f} s the first time and {made.open_s:.3f} s from then on"
    )
    if asked.quick:
        say.print("null below: 500000 and 10^6 vectors, and a snapshot of 10^5 passages, take longer than a quick run")
    millions = None if asked.quick else large(folder)
    if millions:
        found, milliseconds, memory, mapped = millions
        say.print(
            f"10^6 vectors: recall@10 {found:.4f}, p50 {milliseconds:.1f} ms, "
            f"anonymous memory and codes {memory:.0f} MiB (the mapped vectors: {mapped:.0f} MiB)"
        )
    encoder = encoder_speed.measure(asked.data, quick=asked.quick, progress=lambda *_: None)
    for table in encoder_speed.tables(encoder):
        say.print(table)
    print(
        json.dumps(
            {
                "filtered_recall_min": least,
                "p50_ms": p50,
                "recall10_1e6": round(millions[0], 4) if millions else None,
                "p50_ms_1e6": round(millions[1], 2) if millions else None,
                "rss_mb_1e6": round(millions[2], 1) if millions else None,
                "open_1e5_s": None if asked.quick else round(made.open_s, 4),
                "first_open_1e5_s": None if asked.quick else round(made.first_open_s, 4),
                "chunk_1e5_s": None if asked.quick else round(made.chunk_s, 2),
                "build_1e5_s": None if asked.quick else round(made.build_s, 2),
                **encoder.keys(),
            }
        )
    )


if __name__ == "__main__":
    main()
