"""What the pages of documents show. Pure: values in, values out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from service.console import words
from service.console.prose import Block, blocks
from service.console.words import Phrase, phrase


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """One version of a document in a list."""

    collection: str
    id: str
    version: int
    title: str
    status: Phrase
    owner: str
    effective: str
    audience: str
    approved_by: str
    address: str


def document_rows(documents: Iterable[Mapping[str, Any]]) -> tuple[DocumentRow, ...]:
    return tuple(map(_document_row, documents))


def _document_row(document: Mapping[str, Any]) -> DocumentRow:
    return DocumentRow(
        collection=document["collection"],
        id=document["id"],
        version=document["version"],
        title=document["title"],
        status=phrase(words.DOCUMENT_STATUSES, document["status"]),
        owner=document.get("owner") or words.NOTHING,
        effective=_effective(document.get("effective_from"), document.get("effective_until")),
        audience=", ".join(document.get("audience") or ()) or "everyone",
        approved_by=document.get("approved_by") or words.NOTHING,
        address=f"/console/documents/{document['collection']}/{document['id']}?version={document['version']}",
    )


def _effective(begin: str | None, end: str | None) -> str:
    since, until = (text[:10] if text else "" for text in (begin, end))
    if since and until:
        return f"{since} to {until}"
    return f"since {since}" if since else f"until {until}" if until else "always"


@dataclass(frozen=True, slots=True)
class DocumentView:
    """One version of a document with its text and its sister versions."""

    row: DocumentRow
    body: tuple[Block, ...]
    jurisdiction: str
    citations: tuple[str, ...]
    versions: tuple[DocumentRow, ...]


def document_view(document: Mapping[str, Any], versions: Iterable[Mapping[str, Any]]) -> DocumentView:
    return DocumentView(
        row=_document_row(document),
        body=blocks(document["text"]),
        jurisdiction=", ".join(document.get("jurisdiction") or ()) or "any",
        citations=tuple(document.get("citations") or ()),
        versions=document_rows(versions),
    )
