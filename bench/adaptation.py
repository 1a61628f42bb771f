"""What domain adaptation gains: an adapter learned from SciFact's training claims, judged by its test claims.

    python -m bench.adaptation [--data DIR]

The served encoder, the fused search with its default weights. Nothing is chosen on the test claims: how the adapter is
fitted was chosen by folds of the training claims, how long by a part of them that was held out. Two of three test
claims ask about an abstract that some training claim asks about too; those that do not are shown apart.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from bench.data import DEFAULT_DATA, RetrievalSet, read_retrieval
from bench.encoders import served
from bench.screen import say
from bench.vectors import VectorCache
from index.build import encode_all, prepare_all
from index.encoder import EncoderPool
from index.model import DocumentKey, Ranking, Vectors
from index.tuning.adapter import TunedAdapter, tune_adapter
from index.tuning.compare import Comparison, Side, compare
from index.tuning.ground import Ground, Question, ground_of

_SET = "scifact"


@dataclass(frozen=True, slots=True, eq=False)
class Adapted:
    """How the test claims are found before and after."""

    tuned: TunedAdapter
    test: Comparison
    new: Comparison  #: claims about abstracts that no training claim asks about
    seconds: float  #: of fitting and judging, encoding left out


def adapted_scifact(data: Path) -> float:
    """nDCG@10 of the fused search on SciFact's test claims after adaptation on its training claims, 0 to 1."""
    found = adapt(data)
    for table in tables(found):
        say.print(table)
    return found.test.fused.after.ndcg.mean


def adapt(data: Path) -> Adapted:
    """Encode what is not in the cache yet, tune on the training claims, search with the test claims."""
    learned, test = (read_retrieval(data, _SET, qrels) for qrels in ("qrels_train.tsv", "qrels.tsv"))
    encoder = served()
    columns = (TextColumn("{task.description:<28}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=say, transient=True) as bars:
        tasks: dict[str, Any] = {}

        def tell(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        ground = _ground(learned, encoder, tell)
        train, asked = _questions(learned), _questions(test)
        texts = [question.text for question in (*train, *asked)]
        vectors = encoder.encode_many(texts, lambda done, total: tell("claims", done, total))
        begun = time.perf_counter()
        tuned = tune_adapter(ground, train, vectors[: len(train)], encoder.digest, progress=tell)
        return _judged(ground, tuned, train, asked, vectors[len(train) :], begun)


def _ground(data: RetrievalSet, encoder: EncoderPool, tell: Callable[[str, int, int], None]) -> Ground:
    known = VectorCache(encoder.digest, encoder.dim)
    prepared = prepare_all(data.documents, encoder, progress=tell)
    vectors, computed = encode_all(prepared, encoder, known, tell)
    known.add(computed)
    return ground_of(prepared, vectors, Ranking())


def _questions(data: RetrievalSet) -> list[Question]:
    return [
        Question.of(text, [DocumentKey(_SET, name, 1) for name, grade in data.judgements[query].items() if grade > 0])
        for query, text in data.queries.items()
    ]


def _judged(
    ground: Ground,
    tuned: TunedAdapter,
    train: Sequence[Question],
    asked: Sequence[Question],
    vectors: Vectors,
    begun: float,
) -> Adapted:
    before, after = Side(ground, vectors), Side(ground, tuned.adapter.apply_all(vectors))
    known = frozenset().union(*(question.right for question in train))
    new = np.array([place for place, question in enumerate(asked) if not question.right & known], dtype=np.int64)
    return Adapted(
        tuned=tuned,
        test=compare(before, after, asked),
        new=compare(before, after, asked, new),
        seconds=time.perf_counter() - begun,
    )


def tables(found: Adapted) -> list[Table]:
    """Before and after, for the training claims by turns and for the test claims."""
    return [
        _table("training claims, each judged by an adapter that never saw it", found.tuned.judged, found.tuned.new),
        _table("test claims", found.test, found.new),
    ]


def _table(title: str, whole: Comparison, new: Comparison | None) -> Table:
    table = Table(title=title)
    for heading in ("claims", "search", "nDCG@10 before", "after", "gain (95 %)", "recall@10 before", "after"):
        table.add_column(heading, justify="left" if heading in {"claims", "search"} else "right")
    for name, each in (("all", whole), ("about new abstracts", new)):
        for way, change in each.ways.items() if each else ():
            gain = change.gain
            table.add_row(
                f"{name}, {each.questions if each else 0}",
                way,
                f"{change.before.ndcg.mean:.4f}",
                f"{change.after.ndcg.mean:.4f}",
                f"{gain.mean:+.3f} ({gain.low:+.3f} to {gain.high:+.3f})",
                f"{change.before.recall.mean:.3f}",
                f"{change.after.recall.mean:.3f}",
            )
    return table


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    asked = parser.parse_args(arguments)
    found = adapt(asked.data)
    for table in tables(found):
        say.print(table)
    say.print(f"adapter fitted in {found.tuned.steps} steps; fitting and judging took {found.seconds:.0f} s")
    fused, dense, new = found.test.fused, found.test.ways["dense"], found.new.fused
    print(
        json.dumps(
            {
                "adapted_scifact": round(fused.after.ndcg.mean, 4),
                "unadapted_scifact": round(fused.before.ndcg.mean, 4),
                "adapted_dense": round(dense.after.ndcg.mean, 4),
                "unadapted_dense": round(dense.before.ndcg.mean, 4),
                "adapted_new_abstracts": round(new.after.ndcg.mean, 4),
                "unadapted_new_abstracts": round(new.before.ndcg.mean, 4),
            }
        )
    )


if __name__ == "__main__":
    main()
