"""Reads what a pilot is made on: the owner's file of labelled requests, and a rule pack if one is named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from rules.model import Pack
from rules.normalize import refuse
from rules.reading.reader import pack_files, read_pack
from service.errors import BadRequest, InvalidRequest
from service.learn.pilot.division import Labelled
from service.learn.pilot.owner import COLUMNS, Owner
from service.usecases.columns import typed
from service.usecases.read_as import read_text
from service.usecases.row_file import FileRow, csv_rows, json_rows

_OUTCOMES = ("", "allow", "block", "review")
_JSON = (".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz")


@dataclass(frozen=True, slots=True)
class Read:
    """The rows of a file."""

    examples: tuple[Labelled, ...]
    bad: tuple[str, ...]  #: rows left out, each with its line and the reason
    unused: tuple[str, ...]  #: columns that nothing was made of


def read_labelled(path: Path, owner: Owner) -> Read:
    """A CSV file with a header, or JSON lines, also gzipped; `category` is accepted for `label`.

    Rows that cannot be used are told and left out. BadRequest for a file or header that cannot be read, InvalidRequest
    when fewer than two labels are left.
    """
    examples: list[Labelled] = []
    bad: list[str] = []
    names: dict[str, None] = {}
    for row in _rows(path, owner):
        names.update(dict.fromkeys(row.fields))
        try:
            examples.append(_labelled(row, owner))
        except ValueError as error:
            bad.append(f"line {row.line}: {error}")
    if len({example.label for example in examples}) < 2:
        why = f"{path.name} has no two labels with a request each, so there is nothing to decide"
        raise InvalidRequest(why, remedy="; ".join(bad[:5]) or "give labelled rows")
    used = {*(owner.column(meaning) for meaning in COLUMNS), *(each.name for each in owner.attributes), "category"}
    return Read(tuple(examples), tuple(bad), tuple(name for name in names if name not in used))


def read_rules(rules: str, home: Path) -> Pack:
    """A pack by its folder, or by its name in the home folder; RuleErrors when it does not load."""
    folders = (Path(rules), home / "packs" / rules)
    folder = next((each for each in folders if (each / "pack.yaml").is_file()), None)
    if folder is None:
        raise BadRequest(
            f"there is no rule pack {rules}", remedy="name a folder with a pack.yaml, or a pack of the home"
        )
    return read_pack(pack_files(folder))


def _rows(path: Path, owner: Owner) -> Iterator[FileRow]:
    if path.name.endswith(_JSON):
        for row in json_rows(path):
            yield FileRow(
                row.line, {str(name).lower(): _as_text(value) for name, value in row.fields.items()}, row.wrong
            )
    else:
        aliases = {} if "label" in owner.columns else {"category": "label"}
        needed = owner.column("text"), owner.column("label")
        yield from csv_rows(path, needed, aliases, otherwise="say under `columns` in pilot.yaml what they are called")


def _as_text(value: Any) -> str:
    """A JSON value as a CSV file would hold it."""
    if isinstance(value, list):
        return ";".join(map(str, value))
    return "" if value is None else str(value)


def _labelled(row: FileRow, owner: Owner) -> Labelled:
    if row.wrong:
        raise ValueError(row.wrong)
    said: Mapping[str, str] = {meaning: row.fields.get(owner.column(meaning), "").strip() for meaning in COLUMNS}
    for meaning in ("text", "label"):
        if why := refuse(said[meaning]):
            raise ValueError(f"{meaning} {why}")
    text = read_text(said["text"]).strip()
    if not text:
        raise ValueError("no text")
    if not said["label"]:
        raise ValueError("no label")
    outcome = said["outcome"].lower()
    if outcome not in _OUTCOMES:
        raise ValueError(f"outcome {outcome!r} is none of allow, block, review")
    return Labelled(
        line=row.line,
        text=text,
        label=said["label"],
        attributes=typed(owner.attributes, row.fields),
        outcome=outcome,
        day=_day(said["date"]),
        owner=said["owner"],
    )


def _day(text: str) -> date | None:
    """The day of a date or time as ISO 8601 writes it; ValueError for anything else."""
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise ValueError(f"date {text[:30]!r} is not written as 2026-01-31") from None
