"""RegML, in which the CFPB publishes its regulations: one document for each section, appendix and interpretation.

A paragraph's own title becomes a heading with its marker, so that a passage says where it stands; paragraphs without
one keep their markers. A citation is what a section refers to by its label; the terms it uses are not, since every
section uses them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from index.formats.compose import Page, words
from index.formats.model import CannotRead, Reading, Unreadable
from index.formats.xml_tree import Node
from index.model import FieldValue

NAMESPACE: Final = "eregs"

_LABEL: Final = re.compile(r"\d{1,5}(?:-[A-Za-z0-9]+)*")
_NOT_LABEL: Final = re.compile(r"[^A-Za-z0-9]+")
_INTERPRETATION: Final = "Interp"
_PARAGRAPHS: Final = ("paragraph", "interpParagraph")
_NAMED: Final = re.compile("\u00a7\u00a7?[ \u00a0]?(\\d{1,5})\\.(\\d{1,4})\\b")  #: as in § 1005.6(b)
_TRAILING_STOP: Final = re.compile(r"\.$")


@dataclass(frozen=True, slots=True)
class _Unit:
    """An element that becomes a document."""

    node: Node
    label: str
    title: str
    kind: str


@dataclass(slots=True)
class _Writing:
    """One document under way."""

    page: Page = field(default_factory=Page)
    targets: list[str] = field(default_factory=list)
    pictures: int = 0


def read_regml(root: Node) -> list[Reading | Unreadable]:
    """All documents of a regulation file, in its order. CannotRead: it has none."""
    name = _name(root)
    units = list(_units(root, name))
    labels = frozenset(unit.label for unit in units)
    effective = _day(_said(root, "preamble", "effectiveDate"))
    left_out = _left_out(root)
    found: list[Reading | Unreadable] = []
    for unit in units:
        explained = unit.label.removesuffix(f"-{_INTERPRETATION}")
        writing = _Writing(targets=[explained])
        for child in unit.node:
            _write(writing, child, 2)
        if writing.page.empty:
            if writing.pictures:  # else it is [Reserved], a number kept free
                found.append(Unreadable(unit.label, f"{unit.title} has {writing.pictures} picture(s) and no text"))
            continue
        text = writing.page.text()
        named = [f"{part}-{section}" for part, section in _NAMED.findall(text)]
        notes = [f"{writing.pictures} picture(s) without a description"] if writing.pictures else []
        found.append(
            Reading(
                text=text,
                title=unit.title,
                id=unit.label,
                citations=_cited(writing.targets + named, labels, unit.label),
                effective_from=effective,
                fields=_fields(root, unit.kind),
                notes=(*notes, *([] if found else left_out)),
            )
        )
    if not any(isinstance(entry, Reading) for entry in found):
        raise CannotRead("it is RegML without a section that has text")
    return found


def _units(root: Node, name: str) -> Iterator[_Unit]:
    for part in root.descendants("section", "appendix", "interpretations"):
        if part.name == "section" and "label" in part.attributes:
            yield _unit(part, name, "section", "subject")
        elif part.name == "interpretations":
            for section in part.all("interpSection"):
                yield _unit(section, f"{name} Official Interpretation", "interpretation", "title")
        elif part.name == "appendix":
            sections = list(part.all("appendixSection"))
            if not sections:
                yield _unit(part, name, "appendix", "appendixTitle")
            for section in sections:
                yield _unit(
                    section, f"{name} Appendix {part.attributes.get('appendixLetter', '')}", "appendix", "subject"
                )


def _unit(node: Node, name: str, kind: str, titled: str) -> _Unit:
    label = _label(node.attributes.get("label", ""))
    if not _LABEL.fullmatch(label):
        raise CannotRead(f"a {node.name} has the label {label[:40]!r}; one begins with the number of the part")
    subject = _TRAILING_STOP.sub("", words(_said(node, titled)))
    return _Unit(node, label, f"{name.strip()} {subject}".strip(), kind)


def _label(given: str) -> str:
    """As an id: `1005-A-30(a)` is 1005-A-30-a."""
    return _NOT_LABEL.sub("-", given).strip("-")


def _write(writing: _Writing, node: Node, level: int) -> None:
    if node.name in _PARAGRAPHS:
        _write_paragraph(writing, node, level)
    elif node.name == "content":
        _write_content(writing, node)
    elif node.name not in ("subject", "title", "appendixTitle", "tableOfContents", "reserved", "thumbUrl"):
        for child in node:
            _write(writing, child, level)


def _write_paragraph(writing: _Writing, node: Node, level: int) -> None:
    marker = words(node.attributes.get("marker", ""))
    marker = "" if marker == _INTERPRETATION else marker  # a heading of the commentary has no number of its own
    title = words(_said(node, "title"))
    if title:
        writing.page.heading(level, f"{marker} {_TRAILING_STOP.sub('', title)}")
        marker = ""
    for child in node:
        if child.name == "content":
            _write_content(writing, child, marker)
            marker = ""
        else:
            _write(writing, child, level + bool(title))


def _write_content(writing: _Writing, node: Node, marker: str = "") -> None:
    said: list[str] = [marker, " "]

    def flush() -> None:
        writing.page.paragraph("".join(said))
        said.clear()

    _write_inline(writing, node, said, flush)
    flush()


def _write_inline(writing: _Writing, node: Node, said: list[str], flush: Callable[[], None]) -> None:
    for child in node.children:
        if isinstance(child, str):
            said.append(child)
        elif child.name == "table":
            flush()
            writing.page.table([[cell.text() for cell in row] for row in _rows(child)])
        elif child.name == "graphic":
            described = words(_said(child, "altText"))
            writing.pictures += not described
            said.append(described)
        else:
            if child.name == "ref" and child.attributes.get("reftype") == "internal":
                writing.targets.append(child.attributes.get("target", ""))
            _write_inline(writing, child, said, flush)
            if child.name == "dash":
                said.append(" ____ ")  # a place to fill in


def _rows(table: Node) -> Iterator[list[Node]]:
    for row in table.descendants("columnHeaderRow", "row"):
        yield list(row.all("column", "cell"))


def _cited(targets: list[str], labels: frozenset[str], own: str) -> tuple[str, ...]:
    """Documents that hold the labels referred to, each once, in order; a label of another part is its section."""
    found = dict.fromkeys(_holder(_label(target), labels, own) for target in targets)
    return tuple(holder for holder in found if holder and holder != own)


def _holder(target: str, labels: frozenset[str], own: str) -> str:
    steps = target.split("-")
    section = "-".join(steps[:2])
    if _INTERPRETATION in steps:
        return f"{section}-{_INTERPRETATION}"
    for end in range(len(steps), 1, -1):
        if "-".join(steps[:end]) in labels:
            return "-".join(steps[:end])
    return section if len(steps) > 1 and steps[0] != own.partition("-")[0] and _LABEL.fullmatch(section) else ""


def _name(root: Node) -> str:
    letter = words(_said(root, "preamble", "regLetter"))
    return f"Regulation {letter}" if letter else ""


def _fields(root: Node, kind: str) -> dict[str, FieldValue]:
    part = root.first("part")
    given = {
        "kind": kind,
        "part": part.attributes.get("label", "") if part else "",
        "agency": words(_said(root, "preamble", "agency")),
        "notice": words(_said(root, "preamble", "documentNumber")),
    }
    return {name: (value,) for name, value in given.items() if value}


def _left_out(root: Node) -> list[str]:
    sections = sum(1 for analysis in root.all("analysis") for _ in analysis.descendants("analysisSection"))
    if not sections:
        return []
    return [f"left out: the agency's analysis of {sections} section(s), which is no part of the rule"]


def _said(node: Node, *path: str) -> str:
    found = node.first(*path)
    return found.text() if found else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
