"""XML: RegML as what it is, XHTML as a web page, any other kind as its text in paragraphs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from index.formats.compose import Page, words
from index.formats.html_file import read_html
from index.formats.model import CannotRead, Reading, Unreadable
from index.formats.plain_file import title_in
from index.formats.regml_file import NAMESPACE, read_regml
from index.formats.xml_tree import Node, parse_xml

_XHTML: Final = "http://www.w3.org/1999/xhtml"
_TITLES: Final = frozenset("title head heading subject subtitle caption".split())
_ITEMS: Final = frozenset("li item listitem".split())
_ROWS: Final = frozenset("row tr".split())


def read_xml(data: bytes) -> list[Reading | Unreadable]:
    """One document, or several of a regulation. CannotRead names the line."""
    root = parse_xml(data, NAMESPACE)
    if root.name == "regulation" and any(root.all("part")):
        return read_regml(root)
    if root.name in (f"{{{_XHTML}}}html", "html"):
        return [read_html(data)]
    page = Page()
    _write(page, root, 0)
    if page.empty:
        raise CannotRead("it has no text between its tags")
    kind = root.name.rpartition("}")[2]
    return [Reading(page.text(), title_in(page), notes=(f"XML of the kind <{kind}>, read as plain paragraphs",))]


def _write(page: Page, node: Node, level: int) -> None:
    """An element with text of its own is a block; one with none is looked into."""
    name = node.name.rpartition("}")[2].lower()
    children = list(node)
    if name in _ROWS and children:
        page.table([[child.text() for child in children]])
    elif any(isinstance(child, str) and child.strip() for child in node.children) or not children:
        _write_block(page, name, node.text(), level)
    else:
        deeper = level + any(child.name.rpartition("}")[2].lower() in _TITLES for child in children)
        _write_all(page, children, deeper)


def _write_all(page: Page, nodes: Iterable[Node], level: int) -> None:
    for node in nodes:
        _write(page, node, level)


def _write_block(page: Page, name: str, text: str, level: int) -> None:
    if name in _TITLES and len(words(text)) <= 300:
        page.heading(max(level, 1), text)
    elif name in _ITEMS:
        page.item(text)
    else:
        page.paragraph(text)
