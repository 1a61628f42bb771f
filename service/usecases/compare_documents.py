"""Lay two versions of a document side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.domain.access import Principal
from service.domain.text_diff import Line, Pieces, compare_texts
from service.usecases.document_step import no_such
from service.usecases.house import House
from service.usecases.read_document import Standings, shown_to, summary, visible_rows

#: What a version says of itself beside its words.
FIELDS = (
    "title",
    "owner",
    "audience",
    "jurisdiction",
    "citations",
    "fields",
    "effective_from",
    "effective_until",
    "review_by",
)


def compare(
    house: House, principal: Principal, collection: str, document_id: str, older: int, newer: int
) -> dict[str, Any]:
    """Fields that differ, and all lines of both texts with the words that differ marked.

    NotFound names the version that does not exist, or that this principal may not see.
    """
    with house.store.read() as connection:
        rows = {row.version: row for row in visible_rows(connection, principal, collection, document_id)}
        standings = Standings(connection, rows.values(), house.clock())
    for version in (older, newer):
        if version not in rows:
            raise no_such(collection, document_id, version, rows)
    before, after = (shown_to(principal, summary(rows[version], standings)) for version in (older, newer))
    return {
        "collection": collection,
        "id": document_id,
        "older": before,
        "newer": after,
        "changed": _fields(before, after),
        "lines": [_line(line) for line in compare_texts(rows[older].text, rows[newer].text)],
    }


def _fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"field": name, "older": before[name], "newer": after[name]} for name in FIELDS if before[name] != after[name]
    ]


def _line(line: Line) -> dict[str, Any]:
    return {"kind": line.kind, "older": _pieces(line.older), "newer": _pieces(line.newer)}


def _pieces(pieces: Pieces | None) -> list[list[Any]] | None:
    return None if pieces is None else [[text, marked] for text, marked in pieces]
