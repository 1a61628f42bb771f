"""How well the right document is found, with the default served encoder and one setting for all sets.

    python -m bench.retrieval [--data DIR] [--quick]

Four sets of public documents with judged queries, in the BEIR layout. Dense and BM25 are the same search with the other
part's weight at nought. Nothing is chosen on a set's test queries; adaptation learns from SciFact's training queries.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import fmean

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from bench.cache import digest, is_made, made
from bench.data import DEFAULT_DATA, RETRIEVAL_SETS, ROOT, RetrievalSet, read_retrieval
from bench.encoders import served
from bench.screen import say
from bench.vectors import VectorCache
from index.build import build_snapshot
from index.encoder import EncoderPool
from index.model import DENSE, LEXICAL, AllowedSet, Query, Vector
from index.quality import Quality, Run, assess
from index.search import HybridSearcher
from index.snapshot import open_snapshot

_FUSED = "fused"
#: Way of searching -> weights instead of the ranking's own.
WAYS: Mapping[str, Mapping[str, float]] = {
    _FUSED: {},
    DENSE: {DENSE: 1.0, LEXICAL: 0.0},
    LEXICAL: {DENSE: 0.0, LEXICAL: 1.0},
}
_K = 10
_TODAY = date(2026, 1, 1)  # nothing here depends on it
_QUICK_QUERIES = 100  # a set


@dataclass(frozen=True, slots=True)
class Opened:
    """A set with its documents indexed and its queries encoded."""

    data: RetrievalSet
    searcher: HybridSearcher
    everything: AllowedSet
    vectors: Mapping[str, Vector]  #: query -> its vector


def open_set(data: RetrievalSet, encoder: EncoderPool, folder: Path, most: int | None, progress: Progress) -> Opened:
    """A set whose snapshot lies in `folder`, with its queries encoded: all of them, or `most` spread evenly."""
    snapshot = open_snapshot(folder, encoder_digest=encoder.digest)
    every = list(data.queries)[:: max(1, len(data.queries) // most)] if most else list(data.queries)
    chosen = data._replace(
        queries={query: data.queries[query] for query in every},
        judgements={query: data.judgements[query] for query in every},
    )
    task = progress.add_task(f"{data.name}: queries", total=len(every))
    vectors = {}
    for query, text in chosen.queries.items():
        vectors[query] = encoder.encode(text)
        progress.advance(task)
    progress.remove_task(task)
    keys = frozenset(document.key for document in data.documents)
    return Opened(chosen, HybridSearcher(snapshot), AllowedSet(keys, data.name), vectors)


def snapshot_name(data: Path, name: str, encoder: EncoderPool) -> str:
    """Names the snapshot of a set under `.bench/` by all that it is made of."""
    return f"retrieval-{name}-{digest([ROOT / 'index', encoder.digest, data / name / 'corpus.jsonl.gz'])}"


def build(data: RetrievalSet, encoder: EncoderPool, folder: Path, progress: Progress) -> None:
    """Index the documents of a set; passages are encoded once ever, whatever else changes."""
    task = progress.add_task(data.name, total=None)
    known = VectorCache(encoder.digest, encoder.dim)
    built = build_snapshot(
        data.documents,
        encoder,
        folder,
        sequence=1,
        known=known,
        progress=lambda stage, done, total: progress.update(
            task, description=f"{data.name}: {stage}", completed=done, total=total
        ),
    )
    known.add(built.computed)
    progress.remove_task(task)


def run(opened: Opened, weights: Mapping[str, float]) -> Run:
    """What each query finds: ids of documents, best first."""
    return {
        query: [
            found.key.id
            for found in opened.searcher.search(
                Query(text, opened.vectors[query], _TODAY, weights=weights), opened.everything, _K
            )
        ]
        for query, text in opened.data.queries.items()
    }


def quality(opened: Opened) -> Quality:
    """Fused, dense and lexical side by side."""
    return assess(opened.data.judgements, {way: run(opened, weights) for way, weights in WAYS.items()})


def _table(found: Mapping[str, Quality]) -> Table:
    table = Table(title="nDCG@10, with the 95 % bootstrap interval of the fused search")
    for heading in ("set", "queries", *WAYS, "interval", "fused against the better part", "recall@10", "MRR@10"):
        table.add_column(heading, justify="left" if heading == "set" else "right")
    for name, each in found.items():
        fused, gain = each.ways[_FUSED], each.gain
        table.add_row(
            name,
            str(each.queries),
            *(f"{each.ways[way].ndcg.mean:.4f}" for way in WAYS),
            f"{fused.ndcg.low:.3f} to {fused.ndcg.high:.3f}",
            f"{gain.mean:+.3f} ({gain.low:+.3f} to {gain.high:+.3f})" if gain else "",
            f"{fused.recall.mean:.3f}",
            f"{fused.reciprocal_rank.mean:.3f}",
        )
    return table


def _adapted(data: Path, *, quick: bool) -> float | None:
    if quick:
        say.print("adapted_scifact is null: adaptation trains for minutes and runs only without --quick")
        return None
    from bench.adaptation import adapted_scifact

    return adapted_scifact(data)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parser.add_argument(
        "--quick", action="store_true", help="within 50 s: a sample of the queries, of sets that are indexed already"
    )
    asked = parser.parse_args(arguments)
    encoder = served()
    found: dict[str, Quality] = {}
    columns = (TextColumn("{task.description:<28}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=say, transient=True) as progress:
        for name in RETRIEVAL_SETS:
            kept = snapshot_name(asked.data, name, encoder)
            if asked.quick and not is_made(kept):
                say.print(f"{name} is null: it is not indexed yet; a run without --quick does that once")
                continue
            data = read_retrieval(asked.data, name)
            folder = made(kept, lambda folder, data=data: build(data, encoder, folder, progress))  # type: ignore[misc]
            whole = next(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
            found[name] = quality(open_set(data, encoder, whole, _QUICK_QUERIES if asked.quick else None, progress))
    say.print(_table(found))
    fused = {name: each.ways[_FUSED].ndcg.mean for name, each in found.items()}
    print(
        json.dumps(
            {
                "ndcg10": _of_all(fused),
                "dense": _of_all({name: each.ways[DENSE].ndcg.mean for name, each in found.items()}),
                "bm25": _of_all({name: each.ways[LEXICAL].ndcg.mean for name, each in found.items()}),
                "mean_ndcg10": round(fmean(fused.values()), 4) if len(fused) == len(RETRIEVAL_SETS) else None,
                "adapted_scifact": _adapted(asked.data, quick=asked.quick),
            }
        )
    )


def _of_all(values: Mapping[str, float]) -> dict[str, float | None]:
    return {name: round(values[name], 4) if name in values else None for name in RETRIEVAL_SETS}


if __name__ == "__main__":
    main()
