"""The lines of a PDF with their places and sizes, as PDFium gives them. The only file that imports pypdfium2.

PDFium is not safe to use from several threads, so it is used in a process of its own (`index.formats.apart`). A
font's size alone says little (many writers set 1 and scale), so the text matrix is taken into account.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import Final

import pypdfium2 as pdfium
from pypdfium2 import raw

from index.formats.model import MOST_TEXT, CannotRead

MOST_PAGES: Final = 5_000

#: At the end of a line: the word goes on in the next one.
SOFT_HYPHEN: Final = "\u00ad"

_MOST_BOOKMARKS: Final = 20_000
_LINE_HYPHENS: Final = frozenset([0x02, 0xFFFE])  #: PDFium's signs for a hyphen that it takes for one at a line's end
_LONGEST_NAME: Final = 200
_TILTED: Final = 0.2
_BOLD: Final = re.compile(rb"bold|black|heavy|demi|cmbx|cmssbx", re.IGNORECASE)  #: in a font's name; TeX's too
_FORCED_BOLD: Final = 1 << 18  #: among a font's flags (ISO 32000-1, table 123)
_CELL_GAP: Final = 1.6  #: in font sizes: more than between any two words


@dataclass(frozen=True, slots=True)
class Line:
    """One line of print. Lengths are in points, from the page's lower left corner."""

    page: int  #: from 0
    left: float
    right: float
    base: float
    size: float
    bold: bool
    cells: tuple[tuple[float, str], ...]  #: stretches with wide gaps between them: left edge and text
    height: float  #: of the page

    @property
    def text(self) -> str:
        return " ".join(text for _, text in self.cells)


@dataclass(frozen=True, slots=True)
class Bookmark:
    """An entry of the document's outline."""

    page: int
    level: int  #: from 1
    title: str


@dataclass(frozen=True, slots=True)
class Print:
    """A PDF's text as it lies on its pages, in the order the file draws it."""

    lines: tuple[Line, ...]
    bookmarks: tuple[Bookmark, ...]
    pages: int
    blank: tuple[int, ...]  #: pages without text, from 1
    tilted: int  #: characters that stand on edge or slanted, as watermarks do; left out
    title: str  #: as the document's properties have it


@dataclass(frozen=True, slots=True)
class _Letter:
    sign: str
    left: float
    right: float
    base: float
    size: float
    place: int  #: among the page's signs


def read_print(data: bytes) -> Print:
    """CannotRead: damaged, locked, or larger than any document."""
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise CannotRead("it has a password; save it without one") from error
        raise CannotRead(f"it is cut off or damaged, or no PDF ({error})") from error
    if len(document) > MOST_PAGES:
        raise CannotRead(f"it has {len(document):,} pages, more than {MOST_PAGES:,}; split it")
    lines: list[Line] = []
    blank: list[int] = []
    tilted = length = 0
    for number in range(len(document)):
        page_lines, slanted = _page(document, number)
        tilted += slanted
        lines += page_lines
        length += sum(len(line.text) for line in page_lines)
        if not page_lines:
            blank.append(number + 1)
        if length > MOST_TEXT:
            raise CannotRead(f"it has more than {MOST_TEXT:,} characters of text; split it into several documents")
    title = document.get_metadata_value("Title").strip()
    return Print(tuple(lines), tuple(_bookmarks(document)), len(document), tuple(blank), tilted, title)


def _page(document: pdfium.PdfDocument, number: int) -> tuple[list[Line], int]:
    try:
        page = document[number]
        text = page.get_textpage()
    except pdfium.PdfiumError as error:
        raise CannotRead(f"page {number + 1} is damaged ({error})") from error
    height = page.get_height()
    lines: list[Line] = []
    letters: list[_Letter] = []
    tilted = 0
    for letter in _letters(text):
        if letter is None:
            tilted += 1
            continue
        if letter.sign == "\n" or (letters and letters[-1].sign == SOFT_HYPHEN and letter.base != letters[-1].base):
            lines += _line(text, letters, number, height)
            letters = []
        if letter.sign != "\n":
            letters.append(letter)
    lines += _line(text, letters, number, height)
    text.close()
    page.close()
    return lines, tilted


def _letters(text: pdfium.PdfTextPage) -> Iterator[_Letter | None]:
    """The signs of a page in order; None for one that does not stand upright."""
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    across, up = ctypes.c_double(), ctypes.c_double()
    matrix = raw.FS_MATRIX()
    last = _Letter(" ", 0.0, 0.0, 0.0, 0.0, 0)
    for place in range(text.count_chars()):
        code = raw.FPDFText_GetUnicode(text, place)
        if code in (0x0A, 0x0D):
            if code == 0x0A:
                yield _Letter("\n", 0.0, 0.0, 0.0, 0.0, place)
            continue
        if raw.FPDFText_IsGenerated(text, place) == 1:
            yield _Letter(" ", last.right, last.right, last.base, last.size, place)
            continue
        if code == 0 or code > 0x10FFFF or 0xD800 <= code < 0xE000:
            continue
        raw.FPDFText_GetCharBox(text, place, left, right, bottom, top)
        raw.FPDFText_GetCharOrigin(text, place, across, up)
        raw.FPDFText_GetMatrix(text, place, matrix)
        if abs(matrix.b) > _TILTED * abs(matrix.a):
            yield None
            continue
        size = raw.FPDFText_GetFontSize(text, place) * math.hypot(matrix.c, matrix.d)
        sign = SOFT_HYPHEN if code in _LINE_HYPHENS else chr(code)
        last = _Letter(sign, left.value, right.value, round(up.value, 2), size, place)
        yield last


def _line(text: pdfium.PdfTextPage, letters: list[_Letter], page: int, height: float) -> list[Line]:
    """The letters as one line; none when they print nothing."""
    inked = [letter for letter in letters if not letter.sign.isspace()]
    if not inked:
        return []
    size = median(letter.size for letter in inked)
    cells: list[tuple[float, list[str]]] = []
    edge = -math.inf
    for letter in letters:
        if not letter.sign.isspace():
            if letter.left - edge > _CELL_GAP * max(size, 1.0):
                cells.append((letter.left, []))
            edge = letter.right
        if cells:
            cells[-1][1].append(letter.sign)
    written = tuple((left, " ".join("".join(signs).split())) for left, signs in cells)
    bold = _is_bold(text, inked[0].place) and _is_bold(text, inked[-1].place)
    left, right = min(letter.left for letter in inked), max(letter.right for letter in inked)
    base = median(letter.base for letter in inked)
    return [Line(page, left, right, base, size, bold, written, height)]


def _is_bold(text: pdfium.PdfTextPage, place: int) -> bool:
    """By the name of the font: what PDFium calls its weight is a guess from the width of its stems."""
    name = ctypes.create_string_buffer(_LONGEST_NAME)
    flags = ctypes.c_int()
    raw.FPDFText_GetFontInfo(text, place, name, _LONGEST_NAME, flags)
    return bool(_BOLD.search(name.value)) or bool(flags.value & _FORCED_BOLD)


def _bookmarks(document: pdfium.PdfDocument) -> Iterator[Bookmark]:
    for count, entry in enumerate(document.get_toc(max_depth=8)):
        target = entry.get_dest()
        page = target.get_index() if target else None
        if page is not None:
            yield Bookmark(page, entry.level + 1, " ".join(entry.get_title().split()))
        if count >= _MOST_BOOKMARKS:
            return
