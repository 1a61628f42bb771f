"""The test data that benchmarks read: documents, labelled messages, and where they lie."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from index.model import Document, DocumentKey

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_DATA = ROOT.parent / "shared" / "data"


class Message(NamedTuple):
    """A labelled request text."""

    text: str
    label: str


def read_messages(file: Path) -> list[Message]:
    """BANKING77: a gzipped CSV with the columns `text` and `category`."""
    with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
        return [Message(row["text"], row["category"]) for row in csv.DictReader(lines)]


def read_documents(file: Path) -> list[dict[str, Any]]:
    """A BEIR corpus: gzipped JSON lines with `_id`, `title` and `text`."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def write_lines(file: Path, values: Iterable[Mapping[str, Any]]) -> None:
    """One JSON object a line."""
    with file.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(value, ensure_ascii=False) + "\n" for value in values)


class RetrievalSet(NamedTuple):
    """Documents, queries and which documents are right, in the BEIR layout."""

    name: str
    documents: list[Document]
    queries: dict[str, str]  #: id -> words; of the judged queries only
    judgements: dict[str, dict[str, int]]


RETRIEVAL_SETS = ("scifact", "cfpb-regulations", "nist-800-53", "tts-handbook")


def read_retrieval(data: Path, name: str, qrels: str = "qrels.tsv") -> RetrievalSet:
    """A retrieval set with the judgements of one of its files."""
    folder = data / name
    judgements: dict[str, dict[str, int]] = {}
    with (folder / qrels).open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            judgements.setdefault(row["query-id"], {})[row["corpus-id"]] = int(row["score"])
    file = next(folder.glob("queries.jsonl*"))
    with (gzip.open if file.suffix == ".gz" else open)(file, "rt", encoding="utf-8") as lines:
        queries = {entry["_id"]: entry["text"] for entry in map(json.loads, lines) if entry["_id"] in judgements}
    documents = [
        Document(DocumentKey(name, entry["_id"], 1), entry.get("title", ""), entry["text"])
        for entry in read_documents(folder / "corpus.jsonl.gz")
    ]
    return RetrievalSet(name, documents, queries, judgements)
