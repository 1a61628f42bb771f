"""What a PDF prints on each of its pages beside the text: running headers and footers, page numbers, contents."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Final

from index.formats.pdf_lines import Line

_EDGE: Final = 0.14  #: share of a page's height within which headers and footers lie
_OUTERMOST: Final = 3  #: lines from each edge that can be such
_SHARE: Final = 0.25  #: of the pages that have to show the same
_NUMBER: Final = re.compile(r"\d+")
_PAGE_NUMBER: Final = re.compile(
    r"[-\u2013\u2014|\s]*(?:page\s*)?(?:\d{1,4}|[ivxl]{1,7})(?:\s*(?:of|/)\s*\d{1,4})?[-\u2013\u2014|\s]*",
    re.IGNORECASE,
)
_LEADER: Final = re.compile(r"(?:\.\s?){4,}\s*(?:\d{1,4}|[ivxl]{1,7})$|\u2026{2,}\s*\d{1,4}$")


def without_furniture(lines: Sequence[Line], pages: int) -> tuple[list[Line], list[str]]:
    """The lines that are the document's own, and what was left out, for the report."""
    at_edge = _at_edge(lines)
    repeated = _repeated(at_edge, pages) | _numbered(at_edge, pages)
    contents = {id(line) for line in lines if _LEADER.search(line.text)}
    kept = [line for line in lines if id(line) not in repeated | contents]
    notes = []
    if repeated:
        shown = list(dict.fromkeys(_NUMBER.sub("#", line.text)[:40] for line in lines if id(line) in repeated))
        more = f" and {len(shown) - 3} more" if len(shown) > 3 else ""
        notes.append("left out: page headers and footers (" + "; ".join(shown[:3]) + more + ")")
    if contents:
        notes.append(f"left out: {len(contents)} line(s) of a table of contents")
    return kept, notes


def _at_edge(lines: Sequence[Line]) -> list[Line]:
    """The outermost lines of each page, as far as they lie near its edge."""
    by_page: defaultdict[int, list[Line]] = defaultdict(list)
    for line in lines:
        by_page[line.page].append(line)
    found: list[Line] = []
    for page in by_page.values():
        ordered = sorted(page, key=lambda line: -line.base)
        top = [line for line in ordered[:_OUTERMOST] if line.base > line.height * (1 - _EDGE)]
        bottom = [line for line in ordered[-_OUTERMOST:] if line.base < line.height * _EDGE]
        found += top + [line for line in bottom if line not in top]
    return found


def _repeated(at_edge: Sequence[Line], pages: int) -> set[int]:
    """Lines that say the same, numbers aside, at the same height of several pages."""
    pages_with: defaultdict[tuple[str, int], set[int]] = defaultdict(set)
    for line in at_edge:
        pages_with[_same(line)].add(line.page)
    return {
        id(line)
        for line in at_edge
        if _often(len(pages_with[_same(line)]), pages) or (pages == 1 and _is_counted_page(line.text))
    }


def _numbered(at_edge: Sequence[Line], pages: int) -> set[int]:
    """Lines that begin or end with the page's number, whatever else they say: the chapter's title, as often."""
    offsets = Counter((offset, line.base > line.height / 2) for line in at_edge for offset in _offsets(line))
    return {
        id(line)
        for line in at_edge
        if any(_often(offsets[offset, line.base > line.height / 2], pages) for offset in _offsets(line))
    }


def _offsets(line: Line) -> set[int]:
    words = line.text.split()
    ends = {words[0], words[-1]} if words else set()
    return {int(word) - line.page for word in ends if word.isascii() and word.isdigit() and len(word) < 5}


def _same(line: Line) -> tuple[str, int]:
    return _NUMBER.sub("#", line.text).casefold(), round(line.base / 4)


def _often(count: int, pages: int) -> bool:
    return count >= max(3, _SHARE * pages) or count == pages > 1


def _is_counted_page(text: str) -> bool:
    return bool(_PAGE_NUMBER.fullmatch(text)) and "page" in text.lower()
