"""Lines of print into paragraphs, items, table rows and headings. A heuristic: words are never lost by it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Final

from index.formats.pdf_lines import SOFT_HYPHEN, Line
from index.formats.plain_file import BULLET

_MARKER: Final = re.compile(r"(?:\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)]|\d{1,3}(?:\.\d{1,3}){1,4}\.?)(?:\s|$)")
_ENDS: Final = re.compile(r"[.!?:;][\"'\u201d\u2019)\]]*$")
_WORD: Final = re.compile(r"\w+(?:-\w+)*")
_ADDRESS: Final = re.compile(r"[@/]|\w\.\w")  #: its hyphens are its own
_WORD_END: Final = re.compile(r"(\w+)-$")
_WORD_START: Final = re.compile(r"(?=[^\W\dA-Z])\w+")
_PREFIXES: Final = frozenset("anti cross multi non quasi self semi".split())  #: hardly ever a mere syllable
_WIDER: Final = 1.35  #: of the usual distance between lines: a new paragraph begins
_NARROW: Final = 0.85  #: of the column: a line that ends a paragraph
_ALIGNED: Final = 6.0  #: points


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines that belong together."""

    lines: tuple[Line, ...]
    text: str
    bullet: bool = False
    rows: tuple[tuple[str, ...], ...] = ()  #: of a table

    @property
    def size(self) -> float:
        return round(median(line.size for line in self.lines) * 2) / 2

    @property
    def bold(self) -> bool:
        return all(line.bold for line in self.lines)


def paragraphs(lines: Sequence[Line]) -> Iterator[Paragraph]:
    """The lines of a document, put together in the order they come in."""
    known = _vocabulary(lines)
    leading = _leading(lines)
    widths = _widths(lines)
    start = 0
    while start < len(lines):
        rows = _table(lines, start)
        if len(rows) > 1:
            used = sum(len(row) for row in rows)
            yield Paragraph(tuple(lines[start : start + used]), "", rows=_cells(rows))
            start += used
            continue
        stop = start + 1
        while stop < len(lines) and _goes_on(lines, start, stop, leading, widths):
            stop += 1
        part = tuple(lines[start:stop])
        text = _joined([line.text for line in part], known)
        bullet = BULLET.match(f"{text} ")
        yield Paragraph(part, text[bullet.end() :] if bullet else text, bool(bullet))
        start = stop


def _goes_on(lines: Sequence[Line], start: int, place: int, leading: float, widths: dict[int, float]) -> bool:
    """Whether the line at `place` goes on with the paragraph that began at `start`."""
    first, last, line = lines[start], lines[place - 1], lines[place]
    if abs(line.size - last.size) > 0.08 * last.size or line.bold != last.bold:
        return False
    if last.text.endswith(SOFT_HYPHEN):
        return True
    if _MARKER.match(line.text) or BULLET.match(f"{line.text} "):
        return False
    down = last.base - line.base
    if line.page != last.page or down < -0.5 * line.size:  # another page or column
        return not _ENDS.search(last.text) and line.text[:1].islower()
    if down > _WIDER * leading * line.size:
        return False
    if (len(line.cells) > 1 and len(last.cells) > 1) or _set_apart(last, line):
        return False
    ended = bool(_ENDS.search(last.text))
    marked = bool(_MARKER.match(first.text) or BULLET.match(f"{first.text} "))
    indented = line.left > last.left + 0.8 * line.size and not marked
    short = last.right - last.left < _NARROW * widths[last.page] and last.right < _NARROW * (
        last.left + widths[last.page]
    )
    return not (ended and (indented or short))


def _set_apart(last: Line, line: Line) -> bool:
    """Whether one is centred and the other not, or they stand in different places altogether."""
    centres = abs(last.left + last.right - line.left - line.right) / 2
    return abs(last.left - line.left) > 4 * line.size and centres > line.size


def _table(lines: Sequence[Line], start: int) -> list[list[Line]]:
    """Rows of a table that begins here: each the lines it is made of. Fewer than two: there is none."""
    rows: list[list[Line]] = []
    columns: list[float] = []
    for line in lines[start:]:
        last = rows[-1][-1] if rows else line
        if line.page != last.page or (rows and not 0 <= last.base - line.base < 4 * line.size):
            break
        lefts = [left for left, _ in line.cells]
        fits = sum(_near(left, columns) for left in lefts)
        if len(lefts) > 1 and (not rows or fits > 1 or (fits and len(lefts) == len(columns))):
            rows.append([line])
            columns += [left for left in lefts if not _near(left, columns)]
        elif (
            rows and len(lefts) == fits and not _near(lefts[0], columns[:1]) and last.base - line.base < 1.5 * line.size
        ):
            rows[-1].append(line)  # a cell that needs a second line
        else:
            break
    return rows


def _cells(rows: list[list[Line]]) -> tuple[tuple[str, ...], ...]:
    """Rows of equal length, each text in the column it begins in."""
    columns: list[float] = []
    for left in sorted(left for row in rows for line in row for left, _ in line.cells):
        if not columns or left - columns[-1] > 2 * _ALIGNED:
            columns.append(left)
    table = []
    for row in rows:
        cells = [""] * len(columns)
        for line in row:
            for left, text in line.cells:
                place = min(range(len(columns)), key=lambda column: abs(columns[column] - left))
                cells[place] = f"{cells[place]} {text}".strip()
        table.append(tuple(cells))
    return tuple(table)


def _near(left: float, columns: Sequence[float]) -> bool:
    return any(abs(left - column) <= _ALIGNED for column in columns)


def _joined(texts: Sequence[str], known: Counter[str]) -> str:
    """The lines as one; a word cut at a line's end is whole again where the document shows that it is one word."""
    text = ""
    for line in texts:
        cut = text.endswith(SOFT_HYPHEN)
        text = text.removesuffix(SOFT_HYPHEN) + "-" if cut else text
        first, second = _WORD_END.search(text), _WORD_START.match(line)
        if first and second:
            address = _ADDRESS.search(text.split()[-1] + line.split()[0])
            text = text + line if address or _is_compound(first[1], second[0], known) else text[:-1] + line
        else:
            text = f"{text}{line}" if cut else f"{text} {line}"
    return text.strip().removesuffix(SOFT_HYPHEN)


def _is_compound(first: str, second: str, known: Counter[str]) -> bool:
    """Whether a word with a hyphen at the line's end has it elsewhere too. The document's other words say so."""
    first, second = first.casefold(), second.casefold()
    joined, hyphened = known[first + second], known[f"{first}-{second}"]
    if joined or hyphened:
        return hyphened > joined
    return bool(known[second]) and (bool(known[first]) or first in _PREFIXES)


def _vocabulary(lines: Sequence[Line]) -> Counter[str]:
    """Words that stand whole within lines, with and without hyphens; the halves of a cut word are none."""
    known: Counter[str] = Counter()
    cut = False
    for line in lines:
        words = _WORD.findall(line.text.casefold())
        known.update(words[cut : len(words) - line.text.endswith(("-", SOFT_HYPHEN))])
        cut = line.text.endswith(("-", SOFT_HYPHEN))
    return known


def _leading(lines: Sequence[Line]) -> float:
    """The usual distance between lines, in font sizes."""
    steps = [
        (last.base - line.base) / line.size
        for last, line in pairwise(lines)
        if last.page == line.page and line.size > 0 and 0.5 < (last.base - line.base) / line.size < 2.5
    ]
    common = Counter(round(step, 1) for step in steps).most_common(1)
    return common[0][0] if common else 1.2


def _widths(lines: Sequence[Line]) -> dict[int, float]:
    """How wide the text of each page runs: the width that its widest tenth of lines reaches."""
    by_page: defaultdict[int, list[float]] = defaultdict(list)
    for line in lines:
        by_page[line.page].append(line.right - line.left)
    return {page: sorted(widths)[-1 - len(widths) // 10] for page, widths in by_page.items()}
