"""Labelled requests: what the classifier learns from, and the part that is kept for calibration only."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rules.model import Attribute
from rules.normalize import normalize, refuse
from service.errors import CannotStart
from service.usecases.columns import typed
from service.usecases.row_file import FileRow, csv_rows, json_rows

FILE = "examples.jsonl"
CALIBRATION = "calibration"
TRAIN = "train"
FROM_FILE = "file"  #: origin of what lies in the workflow's own file


@dataclass(frozen=True, slots=True)
class Example:
    """One request with the labels people gave it; none: it belongs to no label."""

    text: str
    label: str | None  #: the first of its labels
    part: str = TRAIN  #: `train` or `calibration`; a calibration case is never trained on
    attributes: Mapping[str, Any] = field(default_factory=dict)
    labels: tuple[str, ...] = ()  #: all of them; left out: `label` alone
    origin: str = FROM_FILE  #: where it was said: the workflow's file, or the id of the example in the database
    outcome: str | None = None  #: that people decided, where it is not what the labels settle

    def __post_init__(self) -> None:
        if not self.labels and self.label is not None:
            object.__setattr__(self, "labels", (self.label,))
        if (self.labels[0] if self.labels else None) != self.label:
            raise ValueError(f"{self.label!r} is not the first of the labels {self.labels!r}")

    def relabelled(self, labels: Sequence[str]) -> Example:
        """The same request with other labels."""
        return replace(self, label=labels[0] if labels else None, labels=tuple(labels))


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
    that cannot be used are reported by line and left out; BadRequest for a file or header that cannot be read.
    """
    rows: list[Row] = []
    bad: list[BadRow] = []
    for read in csv_rows(path, ("text", "label"), {"category": "label"}):
        entry = _row(read, attributes)
        if isinstance(entry, Row):
            rows.append(entry)
        else:
            bad.append(entry)
    return rows, bad


def _row(read: FileRow, attributes: Sequence[Attribute]) -> Row | BadRow:
    line, entry = read.line, read.fields
    if read.wrong:
        return BadRow(line, read.wrong)
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
    for row in json_rows(path):
        try:
            found.append(_example(row))
        except (ValueError, KeyError) as error:
            raise CannotStart(
                f"{path}:{row.line}: no example in it: {error}", remedy='write {"text": …, "label": …} a line'
            ) from error
    return found


def _example(row: FileRow) -> Example:
    if row.wrong:
        raise ValueError(row.wrong)
    text, labels = row.fields["text"], _labels(row.fields)
    for name, value in (("text", text), *(("label", label) for label in labels)):
        if not isinstance(value, str):
            raise ValueError(f"{name} is no text")  # noqa: TRY004 - the line is at fault, not the program
        if why := refuse(value):
            raise ValueError(f"{name} {why}")
    part, attributes = row.fields.get("part", TRAIN), row.fields.get("attributes", {})
    return Example(text, labels[0] if labels else None, part, attributes, tuple(dict.fromkeys(labels)))


def _labels(fields: Mapping[str, Any]) -> list[Any]:
    """`labels`, a list, or `label`, one or null."""
    if "labels" not in fields:
        label = fields["label"]
        return [] if label is None else [label]
    named = fields["labels"]
    if not isinstance(named, list):
        raise ValueError("labels is no list")  # noqa: TRY004 - as above
    return named


def write_examples(path: Path, examples: Iterable[Example]) -> None:
    """One JSON object a line; only `\n` ends a line, whatever line ends of other alphabets a text holds."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for example in examples:
            named = {"labels": list(example.labels)} if len(example.labels) > 1 else {"label": example.label}
            entry: dict[str, Any] = {"text": example.text, **named, "part": example.part}
            if example.attributes:
                entry["attributes"] = dict(example.attributes)
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")
