"""Web pages, as exported or saved: their own words, without what surrounds them on every page of a site.

The parser is the standard library's; it makes events, not a tree, so nesting costs nothing. Where the page marks its
main part, only that is taken; navigation, footers, forms and what a browser does not show are left out and named.
"""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from typing import Final

from index.formats.compose import words
from index.formats.decode import decode
from index.formats.html_blocks import Block, Blocks
from index.formats.model import CannotRead, Reading

_SILENT: Final = frozenset("script style template svg math object iframe audio video canvas noscript head".split())
#: Beside the page's own words: names for the report.
_BESIDE: Final = {
    "nav": "navigation",
    "footer": "page footer",
    "aside": "sidebar",
    "form": "form",
    "select": "form",
    "button": "form",
    "dialog": "dialog",
    "menu": "navigation",
}
_HIDDEN: Final = "hidden text"
_MAIN: Final = frozenset(["main", "article"])
_VOID: Final = frozenset(
    "area base br col embed hr img input link meta param source track wbr basefont frame isindex keygen".split()
)
_CONDITION: Final = re.compile(r"<!\[(?!CDATA\[)[^>]{0,200}>")  #: as in pages that Word saved
_MOST_OPEN: Final = 100_000
_ENOUGH: Final = 0.2  #: share of the page's words that a marked main part has to hold, to be believed


def read_html(data: bytes) -> Reading:
    """The page's main text. CannotRead: there is none."""
    text = decode(data, declares=True)
    page = _parsed(text, beside=True)
    if not any(block.words for block in page.blocks.done):
        page = _parsed(text, beside=False)  # an unclosed <nav> swallows everything: then rather with it than nothing
    taken = _main_part(page.blocks.done)
    if not taken:
        raise CannotRead("it has no text; a page that a script fills has to be saved after it was shown")
    written = Blocks.written(taken)
    first = [heading for level, heading in written.headings if level == 1]
    title = first[0] if len(first) == 1 else page.title or (written.headings[0][1] if written.headings else "")
    return Reading(written.text(), title, notes=tuple(page.notes(len(taken) < len(page.blocks.done))))


def _main_part(blocks: list[Block]) -> list[Block]:
    marked = [block for block in blocks if block.main]
    inside, all_of_them = (sum(len(block.words) for block in part) for part in (marked, blocks))
    return marked if inside > _ENOUGH * all_of_them else [block for block in blocks if block.words]


def _parsed(text: str, *, beside: bool) -> _Events:
    events = _Events(beside=beside)
    try:
        events.feed(_CONDITION.sub("", text))
        events.close()
    except AssertionError as error:  # the standard library's parser at a `<![` that it does not know
        raise CannotRead(f"it is not HTML: {error}") from error
    events.blocks.close()
    return events


class _Events(HTMLParser):
    """Start tags, end tags and text, told to `Blocks`."""

    def __init__(self, *, beside: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks = Blocks()
        self.title = ""
        self.left_out: dict[str, int] = {}
        self._pictures = 0
        self._beside = _BESIDE if beside else {}
        self._open: list[tuple[str, bool]] = []  # element, and whether nothing in it counts
        self._count: Counter[str] = Counter()
        self._silenced = 0
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "title" and not self.title:
            self._in_title = True
        if tag in _VOID:
            self._void(tag, attributes)
            return
        if tag == "body" and self._count["head"]:
            self.handle_endtag("head")
        silent = self._is_silent(tag, attributes)
        self._open.append((tag, silent))
        self._count[tag] += 1
        self._silenced += silent
        if len(self._open) > _MOST_OPEN:
            raise CannotRead(f"it opens more than {_MOST_OPEN:,} elements without closing one")
        if not self._silenced:
            self.blocks.opened(tag, attributes.get("href", ""))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)  # HTML knows no <div/>: it opens an element

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False
        if not self._count[tag]:
            return
        while self._open:
            name, silent = self._open.pop()
            self._count[name] -= 1
            if not self._silenced:
                self.blocks.closed(name)
            self._silenced -= silent
            if name == tag:
                break

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title = words(self.title + data)[:300]
        elif not self._silenced:
            self.blocks.said(data, main=any(self._count[name] for name in _MAIN))

    def notes(self, cut: bool) -> list[str]:
        """What was left out, for the report."""
        found = [f"left out: {', '.join(self.left_out)}"] if self.left_out else []
        if cut:
            found.append("taken: what the page marks as its main part")
        if self._pictures:
            found.append(f"{self._pictures} picture(s) without a description")
        return found

    def _void(self, tag: str, attributes: dict[str, str]) -> None:
        if self._silenced:
            return
        if tag in ("br", "hr"):
            self.blocks.broken(rule=tag == "hr")
        elif tag == "img":
            description = words(attributes.get("alt", ""))
            self._pictures += not description
            self.blocks.said(description, main=any(self._count[name] for name in _MAIN))

    def _is_silent(self, tag: str, attributes: dict[str, str]) -> bool:
        if tag in _SILENT:
            return True
        style = attributes.get("style", "").replace(" ", "").lower()
        hidden = "hidden" in attributes or "display:none" in style or "visibility:hidden" in style
        reason = _HIDDEN if hidden else self._beside.get(tag, "")
        if reason and not self._silenced:
            self.left_out[reason] = self.left_out.get(reason, 0) + 1
        return bool(reason)
