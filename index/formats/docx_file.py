"""Word documents (Office Open XML, ISO/IEC 29500), read by what their styles and numbering say.

Kept: headings, paragraphs, lists with the numbers Word shows, tables, links, footnotes after the paragraph that
refers to them, insertions under review. Left out and named: deletions under review, hidden text, the table of
contents, comments. Headers and footers of pages lie in parts of their own that are not opened.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from index.formats.compose import Page, Run, words
from index.formats.docx_package import Package, open_package
from index.formats.docx_styles import is_on, value_of
from index.formats.model import CannotRead, Reading
from index.formats.xml_tree import Node

_LINK: Final = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id",
    "{http://purl.oclc.org/ooxml/officeDocument/relationships}id",
)
_ALTERNATIVES: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
#: Elements that only hold others.
_HOLDERS: Final = frozenset(
    "sdt sdtContent smartTag fldSimple ins moveTo customXml bdo dir hyperlink body tbl tr tc txbxContent".split()
)
_DELETED: Final = frozenset(["del", "moveFrom"])
_SIGNS: Final = {"tab": " ", "br": " ", "cr": " ", "noBreakHyphen": "-", "ptab": " "}
_CONTENTS: Final = "table of contents"
_LONGEST_BOLD: Final = 100


@dataclass(slots=True)
class _Paragraph:
    runs: list[Run] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  #: ids of the footnotes referred to
    boxes: list[Node] = field(default_factory=list)  #: text boxes anchored in it
    bold: int = 0  #: characters in bold
    code: list[bool] = field(default_factory=list)  #: fields under way: up to their separator they are code, not text

    @property
    def text(self) -> str:
        return words("".join(run.text for run in self.runs))


def read_docx(data: bytes) -> Reading:
    """The document's body. CannotRead: it is no Word document, or has no text."""
    package = open_package(data)
    writing = _Writing(package)
    writing.write_all(package.body)
    page = writing.page
    if page.empty:
        raise CannotRead("it has no text; pictures of pages have to go through OCR first")
    title = writing.title or (page.headings[0][1] if page.headings else "") or package.title
    return Reading(page.text(), title, notes=writing.left_out())


class _Writing:
    """The document under way, block by block."""

    def __init__(self, package: Package) -> None:
        self.page = Page()
        self.title = ""
        self._styles, self._numbering = package.styles, package.numbering
        self._links = package.links
        self._footnotes = dict(package.footnotes)
        self._numbers: dict[str, int] = {}
        self._left: dict[str, None] = {"comments": None} if package.has_comments else {}
        self._bold_headings: bool | None = None

    def write_all(self, node: Node) -> None:
        if self._bold_headings is None:  # a document that uses heading styles means only those
            self._bold_headings = not any(
                self._styles.level(value_of(paragraph, "pPr", "pStyle"), paragraph.first("pPr"))
                for paragraph in node.descendants("p")
            )
        for child in node:
            if child.name == "p":
                self.write(child)
            elif child.name == "tbl":
                self._write_table(child)
            elif (
                child.name == "sdt" and value_of(child, "sdtPr", "docPartObj", "docPartGallery") == "Table of Contents"
            ):
                self._left[_CONTENTS] = None
            elif child.name in _HOLDERS:
                self.write_all(child)
            elif child.name in _DELETED:
                self._left["deletions under review"] = None

    def write(self, node: Node) -> None:
        properties = node.first("pPr")
        style = value_of(properties, "pStyle")
        name = self._styles.name(style)
        if name.startswith("toc ") and name[4:].isdigit():
            self._left[_CONTENTS] = None
            return
        paragraph = _Paragraph()
        self._gather(node, paragraph, "")
        mark = self._numbering.next(*self._styles.numbering(style, properties), style) if paragraph.text else None
        self._put(paragraph, name, self._level(paragraph, style, properties), mark)
        for note in paragraph.notes:
            self._write_note(note)
        for box in paragraph.boxes:
            self.write_all(box)

    def left_out(self) -> tuple[str, ...]:
        """For the report."""
        return (f"left out: {', '.join(self._left)}",) if self._left else ()

    def _put(self, paragraph: _Paragraph, name: str, level: int, mark: tuple[str, int] | None) -> None:
        if name == "title" and not self.title:
            self.title = paragraph.text
            self.page.heading(1, paragraph.runs)
        elif level:
            number = [Run(f"{mark[0]} ")] if mark and mark[0] != "-" else []
            self.page.heading(level + bool(self.title), number + paragraph.runs)
        elif mark is None:
            self.page.paragraph(paragraph.runs)
        elif mark[0] == "-" or mark[0].rstrip(".)").isdigit():
            self.page.item(paragraph.runs, mark[1], mark[0] if mark[0][-1:] in "-.)" else f"{mark[0]}.")
        else:
            self.page.paragraph([Run(f"{mark[0]} "), *paragraph.runs])

    def _level(self, paragraph: _Paragraph, style: str, properties: Node | None) -> int:
        if level := self._styles.level(style, properties):
            return level
        text = paragraph.text
        whole = paragraph.bold >= len("".join(text.split())) or (self._styles.bold(style) and not paragraph.bold)
        looks = whole and 0 < len(text) <= _LONGEST_BOLD and text[-1] not in ".;,:" and text[:1].isalnum()
        return 2 if self._bold_headings and looks else 0

    def _gather(self, node: Node, paragraph: _Paragraph, url: str) -> None:
        """The runs of a paragraph, with what lies within links, fields, insertions and content controls."""
        for child in node:
            if child.name == "r":
                self._gather_run(child, paragraph, url)
            elif child.name == "hyperlink":
                link = next((child.attributes[name] for name in _LINK if name in child.attributes), "")
                self._gather(child, paragraph, self._links.get(link, ""))
            elif child.name in _DELETED:
                self._left["deletions under review"] = None
            elif child.name in _HOLDERS:
                self._gather(child, paragraph, url)

    def _gather_run(self, run: Node, paragraph: _Paragraph, url: str) -> None:
        properties = run.first("rPr")
        if is_on(properties, "vanish"):
            self._left["hidden text"] = None
            return
        for child in run:
            if child.name == "fldChar":
                self._turn_field(child.attributes.get("fldCharType", ""), paragraph)
            elif any(paragraph.code):
                continue
            elif child.name == "t":
                text = child.text()
                paragraph.runs.append(Run(text, url))
                paragraph.bold += len("".join(text.split())) if is_on(properties, "b") else 0
            elif child.name in _SIGNS:
                paragraph.runs.append(Run(_SIGNS[child.name], url))
            elif child.name in ("footnoteReference", "endnoteReference"):
                self._refer(f"{child.name[:-9]}{child.attributes.get('id', '')}", paragraph)
            else:
                paragraph.boxes += _boxes(child)

    @staticmethod
    def _turn_field(step: str, paragraph: _Paragraph) -> None:
        if step == "begin":
            paragraph.code.append(True)
        elif step == "separate" and paragraph.code:
            paragraph.code[-1] = False
        elif step == "end" and paragraph.code:
            paragraph.code.pop()

    def _refer(self, note: str, paragraph: _Paragraph) -> None:
        if note in self._footnotes:
            number = self._numbers.setdefault(note, len(self._numbers) + 1)
            paragraph.runs.append(Run(f"[{number}]"))
            paragraph.notes.append(note)

    def _write_note(self, note: str) -> None:
        node = self._footnotes.pop(note, None)
        if node is None:
            return
        paragraph = _Paragraph([Run(f"[{self._numbers[note]}] ")])
        for part in node.descendants("p"):
            self._gather(part, paragraph, "")
            paragraph.runs.append(Run(" "))
        self.page.paragraph(paragraph.runs)

    def _write_table(self, table: Node) -> None:
        rows: list[list[str]] = []
        notes: list[str] = []
        for row in _within(table, "tr"):
            rows.append([])
            for cell in _within(row, "tc"):
                if _continues(cell):
                    rows[-1].append("")
                    continue
                parts = []
                for node in cell.descendants("p"):
                    paragraph = _Paragraph()
                    self._gather(node, paragraph, "")
                    parts.append(paragraph.text)
                    notes += paragraph.notes
                rows[-1].append(" ".join(filter(None, parts)))
        if max(map(len, rows), default=0) > 1:
            self.page.table(rows)
        else:  # a frame around text
            for row in _within(table, "tr"):
                for cell in _within(row, "tc"):
                    self.write_all(cell)
        for note in notes:
            self._write_note(note)


def _continues(cell: Node) -> bool:
    """Whether it belongs to the cell above."""
    merge = cell.first("tcPr", "vMerge")
    return merge is not None and merge.attributes.get("val", "continue") == "continue"


def _within(node: Node, name: str) -> Iterator[Node]:
    """Rows of a table or cells of a row, also those in content controls and insertions."""
    for child in node:
        if child.name == name:
            yield child
        elif child.name in _HOLDERS:
            yield from _within(child, name)


def _boxes(node: Node) -> Iterator[Node]:
    """Text boxes below a drawing, each once: it is there in two forms for two ages of Word."""
    if node.name == f"{_ALTERNATIVES}AlternateContent":
        for choice in node:
            if found := list(_boxes(choice)):
                yield from found
                return
        return
    if node.name == "txbxContent":
        yield node
        return
    for child in node:
        yield from _boxes(child)
