"""PDF: text by its print. Headings are told by the outline where there is one, else by size and weight.

A scan has no text and is refused by that name. Tables come out as rows where their columns line up; a table whose
cells run over several lines becomes paragraphs. Form fields' values and annotations are not read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from index.formats.compose import Page, words
from index.formats.model import CannotRead, Reading
from index.formats.pdf_furniture import without_furniture
from index.formats.pdf_layout import Paragraph, paragraphs
from index.formats.pdf_lines import Bookmark, Print, read_print

_LARGER: Final = 1.12  #: than the text: a heading
_LONGEST_HEADING: Final = 200
_LONGEST_BOLD: Final = 100
_UNKNOWN: Final = re.compile("[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f]")  #: glyphs that the file names no character for
_MOST_UNKNOWN: Final = 0.3
_DOUBTFUL: Final = 0.01
_PUNCTUATION: Final = re.compile(r"\W+")
_NUMBER: Final = re.compile(r"^(?:[ivxlc\d]+\.?)+\s+", re.IGNORECASE)


def read_pdf(data: bytes) -> Reading:
    """CannotRead: damaged, locked, a scan, or fonts that name no characters."""
    found = read_print(data)
    if not found.lines:
        raise CannotRead(f"none of its {found.pages} page(s) has text: it is a scan; run OCR over it first")
    unknown = _unknown(found)
    if unknown > _MOST_UNKNOWN:
        raise CannotRead(f"{unknown:.0%} of its characters are unknown: its fonts do not say which letters they show")
    lines, notes = without_furniture(found.lines, found.pages)
    blocks = list(paragraphs(lines))
    levels = _levels(blocks, found.bookmarks)
    page = Page()
    for block, level in zip(blocks, levels, strict=True):
        _write(page, block, level)
    if page.empty:
        raise CannotRead("it has nothing but page headers and footers; run OCR over it first")
    return Reading(page.text(), _title(blocks, levels, found), notes=tuple(notes + _doubts(found, unknown)))


def _write(page: Page, block: Paragraph, level: int) -> None:
    if block.rows:
        page.table(block.rows)
    elif level:
        page.heading(level, block.text)
    elif block.bullet:
        page.item(block.text)
    else:
        page.paragraph(block.text)


def _levels(blocks: Sequence[Paragraph], bookmarks: Sequence[Bookmark]) -> list[int]:
    """1 to 6 for each heading, 0 for all other blocks."""
    size, bold = _body(blocks)
    marked = {(mark.page, _key(mark.title)): mark.level for mark in bookmarks}
    by_outline = [marked.get((block.lines[0].page, _key(block.text)), 0) for block in blocks]
    looks = [_looks(block, size, bold) for block in blocks]
    ranked = sorted({look for look in looks if look}, reverse=True)
    learnt: dict[tuple[float, bool], int] = {}
    for look, level in zip(looks, by_outline, strict=True):
        if look and level:
            learnt[look] = min(learnt.get(look, level), level)
    levels = []
    for block, look, level in zip(blocks, looks, by_outline, strict=True):
        told = level if len(block.text) <= _LONGEST_HEADING else 0
        guessed = learnt.get(look, ranked.index(look) + 1) if look else 0
        levels.append(min(told or guessed, 6))
    return levels


def _looks(block: Paragraph, size: float, all_bold: bool) -> tuple[float, bool] | None:
    """How a heading is set: its size, and whether it is bold; None for what is none."""
    text = block.text
    if block.rows or block.bullet or not any(map(str.isalpha, text)):
        return None
    bold = block.bold and not all_bold
    if block.size >= _LARGER * size and len(text) <= _LONGEST_HEADING:
        return block.size, bold
    whole = len(block.lines) == 1 and len(text) <= _LONGEST_BOLD and text[-1] not in ".;,:"
    return (block.size, True) if bold and whole and block.size >= 0.95 * size else None


def _body(blocks: Sequence[Paragraph]) -> tuple[float, bool]:
    """Size of most of the text, and whether most of it is bold."""
    sizes: Counter[float] = Counter()
    weights: Counter[bool] = Counter()
    for block in blocks:
        for line in block.lines:
            sizes[block.size] += len(line.text)
            weights[line.bold] += len(line.text)
    return sizes.most_common(1)[0][0], weights.most_common(1)[0][0]


def _title(blocks: Sequence[Paragraph], levels: Sequence[int], found: Print) -> str:
    """The largest heading of the first page, else the properties' title if the first pages show it, else the first."""
    headings = [block for block, level in zip(blocks, levels, strict=True) if level]
    first = [block for block in headings if block.lines[0].page == headings[0].lines[0].page < 2]
    if first:
        return max(first, key=lambda block: block.size).text
    shown = _key(" ".join(line.text for line in found.lines if line.page < 2))
    if found.title and _key(found.title) in shown:
        return words(found.title)
    return headings[0].text if headings else ""


def _key(text: str) -> str:
    """A title as it is compared: no number before it, no punctuation, no case."""
    return _PUNCTUATION.sub("", _NUMBER.sub("", text.strip())).casefold()


def _unknown(found: Print) -> float:
    signs = "".join(line.text for line in found.lines)
    bullets = sum(line.text[:1] in "\uf0b7\uf0a7" for line in found.lines)
    return (len(_UNKNOWN.findall(signs)) - bullets) / max(len(signs), 1)


def _doubts(found: Print, unknown: float) -> list[str]:
    notes = []
    if found.blank:
        shown = ", ".join(map(str, found.blank[:10])) + (", …" if len(found.blank) > 10 else "")
        notes.append(f"page(s) without text: {shown}")
    if found.tilted:
        notes.append(f"left out: {found.tilted} character(s) that do not stand upright, as a watermark's")
    if unknown > _DOUBTFUL:
        notes.append(f"{unknown:.0%} of its characters are unknown; compare it with the original")
    return notes
