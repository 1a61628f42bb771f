"""What signals and learned weights are good for, on public documents with judged queries.

    python -m bench.signals [--data DIR]

Three questions, each with weights learned by `index.signals.learn` and judged on queries they were not learned from:
whether a request that names its regulation is answered sooner (also where one in five names the wrong one, and against
a filter), whether citations help to find the one right control, and whether they help to find those that bear on it.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table

from bench.cache import CACHE
from bench.data import DEFAULT_DATA, RetrievalSet, read_documents, read_retrieval
from bench.encoders import served
from bench.screen import say
from bench.vectors import VectorCache
from index.build import build_snapshot
from index.encoder import EncoderPool
from index.model import (
    DENSE,
    LEXICAL,
    AllowedSet,
    Document,
    DocumentKey,
    FieldValue,
    Query,
    Ranking,
    Signal,
    SignalKind,
)
from index.search import DEPTH, HybridSearcher
from index.signals.learn import Labelled, Learnt, labelled, learn_weights
from index.snapshot import open_snapshot

_TODAY = date(2026, 1, 1)  # nothing here depends on it
_FOLDS = 5
_CONTROL = re.compile(r"[A-Z]{2}-\d+(?:\(\d+\))?")
_REGULATION = Signal("regulation", SignalKind.CATEGORY, field="regulation", attribute="regulation")
_LINKS = Signal("links", SignalKind.GRAPH)


@dataclass(frozen=True, slots=True)
class Asked:
    """One query as it is put: what it may find, what it says beside its words, and what is right."""

    query: str
    right: Collection[str]
    without: str = ""  #: a document that is not asked for
    attributes: Mapping[str, FieldValue] | None = None


class Bench:
    """An encoder, and the vectors it has made before."""

    def __init__(self, encoder: EncoderPool) -> None:
        self._encoder = encoder
        self._known = VectorCache(encoder.digest, encoder.dim)

    def examples(self, data: RetrievalSet, signal: Signal, asked: Sequence[Asked]) -> Iterator[Labelled]:
        """Search for each with every part counted."""
        built = build_snapshot(data.documents, self._encoder, CACHE / "snapshots", sequence=1, known=self._known)
        self._known.add({key: held for key, held in built.computed.items() if len(held) == 4 * self._encoder.dim})
        snapshot = open_snapshot(built.folder, encoder_digest=self._encoder.digest)
        searcher = HybridSearcher(snapshot, ranking=Ranking(signals={data.name: (signal,)}))
        everything, even = frozenset(snapshot.keys), {DENSE: 1.0, LEXICAL: 1.0, signal.name: 1.0}
        for each in asked:
            text = data.queries[each.query]
            query = Query(text, self._encoder.encode(text), _TODAY, each.attributes or {}, even)
            allowed = AllowedSet(everything - {DocumentKey(data.name, each.without, 1)}, each.without)
            right = frozenset(f"{data.name}/{name}" for name in each.right)
            yield labelled(each.query, searcher.search(query, allowed, 2 * DEPTH), right)


def regulations(bench: Bench, folder: Path, wrong: float) -> tuple[list[Labelled], list[Labelled]]:
    """Comments that say which regulation they are about, of which a share says a wrong one; and as a filter would."""
    data = read_retrieval(folder, "cfpb-regulations")
    held = {each["_id"]: each["metadata"]["reg"] for each in read_documents(folder / data.name / "corpus.jsonl.gz")}
    named = {each["_id"]: each["metadata"]["reg"] for each in _lines(folder / data.name / "queries.jsonl.gz")}
    documents = [replace(each, fields={"regulation": (held[each.key.id],)}) for each in data.documents]
    draw, every = np.random.default_rng(0), sorted(set(held.values()))
    asked = []
    for query, grades in data.judgements.items():
        others = [name for name in every if name != named[query]]
        said = str(draw.choice(others)) if draw.random() < wrong else named[query]
        asked.append(Asked(query, grades, attributes={"regulation": (said,)}))
    found = list(bench.examples(data._replace(documents=documents), _REGULATION, asked))
    return found, [_filtered(each) for each in found]


def _filtered(example: Labelled) -> Labelled:
    """As though only documents of the regulation named had been allowed."""
    kept = np.flatnonzero(example.parts[_REGULATION.name] > 0)
    parts = {name: part[kept] for name, part in example.parts.items()}
    return Labelled(example.query, tuple(example.found[place] for place in kept.tolist()), parts, example.right)


def controls(bench: Bench, folder: Path) -> list[Labelled]:
    """Discussions and the one control each is about; controls cite those that the catalogue calls related."""
    data, related = _catalogue(folder)
    documents = [replace(each, citations=tuple(sorted(related.get(each.key.id, ())))) for each in data.documents]
    asked = [Asked(query, grades) for query, grades in data.judgements.items()]
    return list(bench.examples(data._replace(documents=documents), _LINKS, asked))


def related_controls(bench: Bench, folder: Path) -> list[Labelled]:
    """Discussions and the controls related to the one they are about, with that one's own citations left out."""
    data, related = _catalogue(folder)
    both = {name: set(cited) for name, cited in related.items()}
    for name, cited in related.items():
        for other in cited:
            both.setdefault(other, set()).add(name)
    own = {query: next(iter(grades)) for query, grades in data.judgements.items()}
    queries = sorted(query for query in own if both.get(own[query]))
    folds = np.random.default_rng(0).permutation(len(queries)) % _FOLDS
    found: list[Labelled] = []
    for fold in range(_FOLDS):
        asked = [
            Asked(query, both[own[query]], without=own[query])
            for query, place in zip(queries, folds, strict=True)
            if place == fold
        ]
        hidden = {each.without for each in asked}
        documents = [_without(each, related, hidden) for each in data.documents]
        found += bench.examples(data._replace(documents=documents), _LINKS, asked)
    return found


def _without(document: Document, related: Mapping[str, set[str]], hidden: Collection[str]) -> Document:
    cited = () if document.key.id in hidden else sorted(related.get(document.key.id, set()) - set(hidden))
    return replace(document, citations=tuple(cited))


def _catalogue(folder: Path) -> tuple[RetrievalSet, dict[str, set[str]]]:
    data = read_retrieval(folder, "nist-800-53")
    known = {each.key.id for each in data.documents}
    with gzip.open(next((folder / data.name).glob("*catalog_load.csv.gz")), "rt", encoding="utf-8", newline="") as rows:
        cited = {row["identifier"]: set(_CONTROL.findall(row["related"])) & known for row in csv.DictReader(rows)}
    return data, cited


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _learn(examples: Sequence[Labelled], part: str) -> Learnt:
    learnt = learn_weights(examples, {DENSE: 1.0, LEXICAL: 1.0, part: 0.0})
    if not isinstance(learnt, Learnt):
        raise SystemExit(f"only {learnt.teaching} queries teach anything")
    return learnt


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    folder = parser.parse_args(arguments).data
    bench = Bench(served())
    found: dict[str, Learnt] = {}
    filters: dict[str, float] = {}
    for title, wrong in (("regulation named", 0.0), ("regulation named, one in five wrong", 0.2)):
        examples, narrowed = regulations(bench, folder, wrong)
        found[title] = _learn(examples, _REGULATION.name)
        filters[title] = _learn(narrowed, _REGULATION.name).before.mean
    found["citations: the one right control"] = _learn(controls(bench, folder), _LINKS.name)
    found["citations: related controls"] = _learn(related_controls(bench, folder), _LINKS.name)
    table = Table(title="nDCG@10 with equal weights, with learned ones on other queries, and with a filter instead")
    for heading in ("question", "queries", "equal", "learned", "gain", "taken", "weights", "filter"):
        table.add_column(heading)
    for title, each in found.items():
        table.add_row(
            title,
            str(each.queries),
            f"{each.before.mean:.4f}",
            f"{each.after.mean:.4f}",
            f"{each.gain.mean:+.4f} ({each.gain.low:+.4f} to {each.gain.high:+.4f})",
            "yes" if each.better else "no",
            ", ".join(f"{part} {weight:.2f}" for part, weight in each.weights.items()),
            f"{filters[title]:.4f}" if title in filters else "",
        )
    say.print(table)
    print(json.dumps({title: [round(each.before.mean, 4), round(each.after.mean, 4)] for title, each in found.items()}))


if __name__ == "__main__":
    main()
