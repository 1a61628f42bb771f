"""What an import did, as its page tells it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.console import words
from service.console.document_views import document_address
from service.console.one_document_views import Link, similar_link
from service.console.words import Phrase, phrase


@dataclass(frozen=True, slots=True)
class DocumentLink:
    """A document that came in."""

    title: str
    reference: str
    address: str
    source: str
    status: Phrase
    notes: tuple[str, ...]  #: what was left out on reading, and what it says again


@dataclass(frozen=True, slots=True)
class ReportView:
    """What an import did."""

    title: str
    tone: str
    documents: tuple[tuple[DocumentLink, tuple[Link, ...]], ...]
    duplicates: tuple[tuple[Link, Link], ...]
    unreadable: tuple[tuple[str, str], ...]
    unchanged: int
    notices: tuple[str, ...]


def report_view(report: Mapping[str, Any]) -> ReportView:
    collection, wrong = report["collection"], report["unreadable"]
    added, unchanged = report["added"], report["unchanged"]
    parts = [f"{words.plural(added, 'document')} came in" if added else "Nothing came in"]
    parts += [f"{unchanged:,} {'says' if unchanged == 1 else 'say'} what is known already"] if unchanged else []
    parts += [f"{words.plural(len(wrong), 'place')} could not be read"] if wrong else []
    return ReportView(
        title=", ".join(parts) + ".",
        tone="review" if wrong or not added or report["notices"] else "allow",
        documents=tuple(_came_in(collection, each) for each in report["documents"]),
        duplicates=tuple(_twice(collection, each) for each in report["duplicates"]),
        unreadable=tuple((each["place"], each["why"]) for each in wrong),
        unchanged=unchanged,
        notices=tuple(report["notices"]),
    )


def _came_in(collection: str, each: Mapping[str, Any]) -> tuple[DocumentLink, tuple[Link, ...]]:
    link = DocumentLink(
        title=each["title"],
        reference=f"{each['id']}, version {each['version']}",
        address=document_address(collection, each["id"], each["version"]),
        source=each["source"] or "",
        status=phrase(words.DOCUMENT_STATUSES, each["status"]),
        notes=(*each["notes"], *_retired(each["retired"])),
    )
    return link, tuple(similar_link(collection, other) for other in each["similar"])


def _retired(version: int | None) -> tuple[str, ...]:
    return () if version is None else (f"It says what version {version} said, which was retired.",)


def _twice(collection: str, each: Mapping[str, Any]) -> tuple[Link, Link]:
    def link(name: str) -> Link:
        return Link(name, "", document_address(collection, name))

    return link(each["id"]), link(each["same_as"])
