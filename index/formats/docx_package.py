"""The parts of a Word document that its text needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from index.formats.archive import Archive
from index.formats.compose import words
from index.formats.docx_styles import Numbering, Styles
from index.formats.model import CannotRead
from index.formats.xml_tree import Node, parse_xml

_WORD: Final = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
)
_RELATED: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_CORE: Final = "http://purl.org/dc/elements/1.1/"
_DOCUMENT: Final = "word/document.xml"


@dataclass(frozen=True, slots=True)
class Package:
    """Names of elements and attributes of Word's own namespace come bare."""

    body: Node
    styles: Styles
    numbering: Numbering
    links: Mapping[str, str]  #: relation to address
    footnotes: Mapping[str, Node]  #: `footnote2`, `endnote1`
    title: str  #: as the document's properties have it
    has_comments: bool


def open_package(data: bytes) -> Package:
    """CannotRead: it is no Word document, damaged, or locked."""
    archive = Archive(data)
    if _DOCUMENT not in archive:
        raise CannotRead("it is an archive, but no Word document; its name may have the wrong ending")
    body = parse_xml(archive.read(_DOCUMENT), *_WORD).first("body")
    if body is None:
        raise CannotRead("it is a Word document without a body; it may be damaged")
    return Package(
        body,
        Styles(_part(archive, "word/styles.xml")),
        Numbering(_part(archive, "word/numbering.xml")),
        dict(_links(archive)),
        {**_notes(archive, "footnote"), **_notes(archive, "endnote")},
        _core_title(archive),
        _has_comments(archive),
    )


def _part(archive: Archive, name: str) -> Node | None:
    data = archive.read(name)
    return parse_xml(data, *_WORD) if data else None


def _notes(archive: Archive, name: str) -> dict[str, Node]:
    root = _part(archive, f"word/{name}s.xml")
    if root is None:
        return {}
    return {f"{name}{note.attributes.get('id', '')}": note for note in root.all(name) if "type" not in note.attributes}


def _links(archive: Archive) -> Iterator[tuple[str, str]]:
    data = archive.read("word/_rels/document.xml.rels")
    for relation in parse_xml(data, _RELATED).all("Relationship") if data else ():
        target = relation.attributes.get("Target", "")
        if relation.attributes.get("TargetMode") == "External" and target.startswith(
            ("http://", "https://", "mailto:")
        ):
            yield relation.attributes.get("Id", ""), target


def _has_comments(archive: Archive) -> bool:
    root = _part(archive, "word/comments.xml")
    return root is not None and any(root.all("comment"))


def _core_title(archive: Archive) -> str:
    data = archive.read("docProps/core.xml")
    title = next(parse_xml(data, _CORE).all("title"), None) if data else None
    return words(title.text()) if title is not None else ""
