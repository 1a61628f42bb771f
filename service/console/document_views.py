"""The lists of documents, and where each document's pages are. Pure: values in, values out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from service.console import words
from service.console.words import Phrase, phrase

ADDRESS = "/console/documents"


def document_address(collection: str, document_id: str, version: int | None = None, page: str = "") -> str:
    """The page of a document, or one of its `page`s."""
    path = "/".join([ADDRESS, quote(collection, safe=""), quote(document_id, safe=""), *([page] if page else [])])
    return f"{path}?version={version}" if version else path


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """One version of a document in a list."""

    collection: str
    id: str
    version: int
    title: str
    status: Phrase
    standing: Phrase | None  #: of an approved one that is not simply in force
    owner: str
    effective: str
    audience: str
    approved_by: str
    review_by: str  #: empty when no day is set
    overdue: bool
    address: str


def document_rows(documents: Iterable[Mapping[str, Any]]) -> tuple[DocumentRow, ...]:
    return tuple(map(document_row, documents))


def document_row(document: Mapping[str, Any]) -> DocumentRow:
    standing = document["standing"]
    return DocumentRow(
        collection=document["collection"],
        id=document["id"],
        version=document["version"],
        title=document["title"],
        status=phrase(words.DOCUMENT_STATUSES, document["status"]),
        standing=phrase(words.STANDINGS, standing) if standing and standing != "in_force" else None,
        owner=document["owner"] or words.NOTHING,
        effective=_effective(document["effective_from"], document["effective_until"]),
        audience=", ".join(document["audience"]) or "everyone",
        approved_by=document["approved_by"] or words.NOTHING,
        review_by=document["review_by"] or "",
        overdue=document["overdue"],
        address=document_address(document["collection"], document["id"], document["version"]),
    )


def _effective(begin: str | None, end: str | None) -> str:
    since, until = (text[:10] if text else "" for text in (begin, end))
    if since and until:
        return f"{since} to {until}"
    return f"since {since}" if since else f"until {until}" if until else "always"


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of the list, as the address has them."""

    text: str = ""
    collection: str = ""
    status: str = ""
    owner: str = ""
    due: str = ""  #: days from now, of `words.DUE`
    as_of: str = ""

    def following(self, after: str) -> str:
        """The query of the next page: the same filters, further on."""
        filters = {name: getattr(self, name) for name in self.__slots__}
        return "?" + urlencode({**{name: value for name, value in filters.items() if value}, "after": after})


def collections(known: Iterable[Sequence[str]], chosen: str = "") -> list[str]:
    """The collections that workflows search, by name, and the one asked for."""
    return sorted({name for names in known for name in names} | ({chosen} if chosen else set()))
