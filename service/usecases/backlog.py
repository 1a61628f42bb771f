"""A backlog: requests without labels, as somebody hands them in. What cannot be used is told with its line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rules.normalize import normalize, refuse
from rules.schema import AttributeSchema
from service.usecases.columns import typed
from service.usecases.examples import BadRow
from service.usecases.row_file import FileRow, csv_rows, json_rows, text_lines

_CSV, _JSON = (".csv",), (".jsonl", ".ndjson")
_PACKED = ".gz"


@dataclass(frozen=True, slots=True)
class Unlabelled:
    """One request that nobody has labelled."""

    text: str
    attributes: Mapping[str, Any] = field(default_factory=dict)


def read_backlog(path: Path, schema: AttributeSchema, longest: int) -> tuple[list[Unlabelled], list[BadRow]]:
    """The requests of a file, and its rows that cannot be used; gzipped files too.

    `.csv` has a header with `text`, further columns named like an attribute are that attribute; `.jsonl` has an object
    `{"text": …, "attributes": {…}}` a line; of any other file each line is a request. BadRequest when the file cannot
    be read at all. `longest` are characters of a text.
    """
    kind = Path(path.name.removesuffix(_PACKED)).suffix.lower()
    rows: Iterable[FileRow]
    if kind in _CSV:
        rows = _of_csv(path, schema)
    elif kind in _JSON:
        rows = json_rows(path)
    else:
        rows = (FileRow(line, {"text": text}) for line, text in enumerate(text_lines(path), 1) if text.strip())
    return sorted_out(rows, schema, longest)


def sorted_out(rows: Iterable[FileRow], schema: AttributeSchema, longest: int) -> tuple[list[Unlabelled], list[BadRow]]:
    """Rows with `text` and perhaps `attributes`: those that can be asked about, and why the others cannot."""
    good: list[Unlabelled] = []
    bad: list[BadRow] = []
    for row in rows:
        why = row.wrong or next(_wrong(row.fields, schema, longest), "")
        if why:
            bad.append(BadRow(row.line, why))
        else:
            good.append(Unlabelled(row.fields["text"].strip(), dict(row.fields.get("attributes") or {})))
    return good, bad


def _of_csv(path: Path, schema: AttributeSchema) -> Iterator[FileRow]:
    for row in csv_rows(path, ("text",), {}):
        if row.wrong:
            yield row
            continue
        try:
            attributes = typed(schema.attributes, row.fields)
        except ValueError as error:
            yield FileRow(row.line, {}, str(error))
        else:
            yield FileRow(row.line, {"text": row.fields.get("text", ""), "attributes": attributes})


def _wrong(fields: Mapping[str, Any], schema: AttributeSchema, longest: int) -> Iterator[str]:
    text, attributes = fields.get("text"), fields.get("attributes") or {}
    if not isinstance(text, str) or not normalize(text).clean.strip():
        yield "no text"
    elif why := refuse(text):
        yield f"its text {why}"
    elif len(text) > longest:
        yield f"its text is longer than {longest:,} characters"
    if not isinstance(attributes, Mapping):
        yield "its attributes are no object"
    else:
        yield from (f"attribute {each.field} {each.message}" for each in schema.check(attributes) if each.field)
