"""The test data that benchmarks read: documents, labelled messages, and where they lie."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

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
