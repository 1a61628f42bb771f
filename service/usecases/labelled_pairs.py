"""Requests with the documents that were right for them: marked by reviewers, or from the owner's own file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from rules.model import AttributeValue
from rules.normalize import refuse
from rules.schema import AttributeSchema
from service.errors import BadRequest
from service.store import feedback
from service.store.engine import Connection, Row
from service.usecases.read_as import read_text
from service.usecases.row_file import FileRow, json_rows

_MOST = 20_000  # reviews looked at, newest first
_SHAPE = 'one JSON object a line: {"text": "…", "documents": ["id", …], "attributes": {…}}; attributes may be left out'


@dataclass(frozen=True, slots=True)
class Pair:
    """A request and what was right for it."""

    text: str  #: clean
    attributes: Mapping[str, AttributeValue]
    groups: frozenset[str]  #: the caller's
    day: date  #: from which its documents' age counts
    right: frozenset[str]  #: `collection/id`, or `id` in any collection

    @property
    def name(self) -> str:
        """The same for the same request, and without its words: SHA-256 in hexadecimal."""
        said = repr((self.text, sorted((name, repr(value)) for name, value in self.attributes.items())))
        return hashlib.sha256(said.encode()).hexdigest()


def from_reviews(connection: Connection, workflow: str, schema: AttributeSchema) -> list[Pair]:
    """What reviewers marked as the passages that justified their decision. Requests that were erased are left out."""
    rows = feedback.marked(connection, workflow, _MOST)
    return [pair for row in rows if row.passages and (pair := _reviewed(row, schema)) is not None]


def from_file(path: Path, schema: AttributeSchema, now: datetime) -> list[Pair]:
    """The pairs of a JSON lines file; BadRequest names the line and what is wrong there."""
    return [_written(path, row, schema, now) for row in json_rows(path)]


def merged(pairs: Iterable[Pair]) -> list[Pair]:
    """Each request once, with all that was right for it; the first one's caller and day count."""
    found: dict[str, Pair] = {}
    for pair in pairs:
        known = found.setdefault(pair.name, pair)
        found[pair.name] = replace(known, right=known.right | pair.right)
    return list(found.values())


def _reviewed(row: Row[Any], schema: AttributeSchema) -> Pair | None:
    try:
        request = json.loads(row.request or b"{}")
        text, attributes = request["text"], request["attributes"]
    except (ValueError, KeyError, TypeError):
        return None
    return Pair(
        text=read_text(text),
        attributes=schema.coerce(attributes) if isinstance(attributes, dict) else {},
        groups=frozenset(row.groups),
        day=row.created_at.date(),
        right=frozenset(passage.rpartition("@")[0] for passage in row.passages),
    )


def _written(path: Path, row: FileRow, schema: AttributeSchema, now: datetime) -> Pair:
    why = row.wrong or next(_wrong(row.fields, schema), "")
    if why:
        raise BadRequest(f"{path}, line {row.line}: {why}", remedy=_SHAPE)
    attributes = row.fields.get("attributes") or {}
    return Pair(
        text=read_text(row.fields["text"]),
        attributes=schema.coerce(attributes) if attributes else {},
        groups=frozenset(),
        day=now.date(),
        right=frozenset(_names(row.fields)),
    )


def _names(fields: Mapping[str, Any]) -> list[str]:
    names = fields.get("documents", fields.get("document"))
    named = [names] if isinstance(names, str) else names
    if not isinstance(named, list) or not all(isinstance(name, str) and name for name in named):
        return []
    return named


def _wrong(fields: Mapping[str, Any], schema: AttributeSchema) -> Iterator[str]:
    text, attributes = fields.get("text"), fields.get("attributes") or {}
    if not isinstance(text, str) or not text.strip():
        yield "it lacks a `text`"
    elif why := refuse(text):
        yield f"its text {why}"
    if not _names(fields):
        yield "it lacks `documents`, the ids of those that are right"
    if not isinstance(attributes, Mapping):
        yield "its `attributes` are no object"
    else:
        yield from (f"attribute {each.field} {each.message}" for each in schema.check(attributes) if each.field)
