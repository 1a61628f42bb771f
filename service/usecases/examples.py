"""Labelled requests: what the classifier learns from, and the part that is kept for calibration only."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from rules.model import Attribute
from rules.normalize import normalize
from service.errors import CannotStart
from service.usecases.columns import typed

FILE = "examples.jsonl"
CALIBRATION = "calibration"
TRAIN = "train"


@dataclass(frozen=True, slots=True)
class Example:
    """One request with the label people gave it; None: it belongs to no label."""

    text: str
    label: str | None
    part: str = TRAIN  #: `train` or `calibration`; a calibration case is never trained on
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a user's CSV file."""

    line: int  #: 1-based line the row begins at
    text: str
    label: str
    outcome: str = ""
    documents: tuple[str, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that could not be used, and why."""

    line: int
    why: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.why}"


def read_csv(path: Path, attributes: Sequence[Attribute] = ()) -> tuple[list[Row], list[BadRow]]:
    """The rows of a CSV file (also gzipped) with a header `text,label[,outcome,documents]`.

    A further column named like one of `attributes` is that attribute. `category` is accepted for `label`. Rows
    that cannot be used are reported by line and left out.
    """
    with _opened(path) as file:
        reader = csv.reader(file)
        names = [name.strip().lower().removeprefix("\ufeff") for name in next(reader, [])]
        names = ["label" if name == "category" and "label" not in names else name for name in names]
        missing = [name for name in ("text", "label") if name not in names]
        if missing:
            found = ", ".join(names) or "nothing"
            return [], [BadRow(1, f"the header lacks {' and '.join(missing)}; found {found}")]
        rows: list[Row] = []
        bad: list[BadRow] = []
        for line, fields in _numbered(reader):
            if not fields:
                continue
            entry = _row(line, dict(zip(names, fields, strict=False)), attributes)
            (rows if isinstance(entry, Row) else bad).append(entry)  # type: ignore[arg-type]
    return rows, bad


def _numbered(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line each begins at: a quoted field may run over several lines."""
    line = reader.line_num + 1  # type: ignore[attr-defined]
    for fields in reader:
        yield line, fields
        line = reader.line_num + 1  # type: ignore[attr-defined]


def _row(line: int, entry: dict[str, str], attributes: Sequence[Attribute]) -> Row | BadRow:
    text, label = entry.get("text", "").strip(), entry.get("label", "").strip()
    if not normalize(text).clean.strip():
        return BadRow(line, "no text")
    if not label:
        return BadRow(line, "no label")
    outcome = entry.get("outcome", "").strip().lower()
    if outcome not in ("", "allow", "block", "review"):
        return BadRow(line, f"outcome {outcome!r} is none of allow, block, review")
    documents = tuple(name for part in entry.get("documents", "").split(";") if (name := part.strip()))
    try:
        return Row(line, text, label, outcome, documents, typed(attributes, entry))
    except ValueError as error:
        return BadRow(line, str(error))


def read_examples(path: Path) -> list[Example]:
    """A workflow's own examples; CannotStart naming the line that is wrong."""
    found = []
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                entry = json.loads(line)
                found.append(
                    Example(entry["text"], entry["label"], entry.get("part", TRAIN), entry.get("attributes", {}))
                )
            except (ValueError, KeyError, TypeError) as error:
                raise CannotStart(
                    f"{path}:{number}: no example in it: {error}", remedy='write {"text": …, "label": …} a line'
                ) from error
    return found


def write_examples(path: Path, examples: Iterable[Example]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for example in examples:
            entry: dict[str, Any] = {"text": example.text, "label": example.label, "part": example.part}
            if example.attributes:
                entry["attributes"] = dict(example.attributes)
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")


def _opened(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8", newline="")
    return path.open(encoding="utf-8", newline="")
