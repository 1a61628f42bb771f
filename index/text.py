"""Markdown as blocks of plain text, each code point knowing its place in the source.

Only as much of Markdown as tells headings, paragraphs, items, rows and code apart; whatever is not recognised is text.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from index.markup import Plain, blank_hidden, strip_inline

_LINE = re.compile(r"[^\n]+\n?|\n")
_QUOTE = re.compile(r"(?: {0,3}> ?)+")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+|$)")
_ATX_CLOSE = re.compile(r"(?:^|[ \t]+)#+[ \t]*$")
_HTML_HEADING = re.compile(r"[ \t]*<h([1-6])(?:\s[^<>]*)?>", re.IGNORECASE)
_UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_RULE = re.compile(r" {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_BULLET = re.compile(r"[ \t]*[-*+][ \t]+(?:\[[ xX]\][ \t]+)?")
_NUMBER = re.compile(r"[ \t]*\d{1,9}[.)][ \t]+")
_ROW = re.compile(r"[ \t]*\|")
_ROW_RULE = re.compile(r"[ \t]*\|[ \t:|-]*-[ \t:|-]*$")
_DEFINITION = re.compile(r"^ {0,3}\[([^\[\]\n]{1,200})\]:[ \t]+\S+", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, or a paragraph, list item, table row or line of code, as plain text."""

    level: int  #: 1 to 6 for a heading, 0 for anything else
    text: str
    origin: array[int]  #: for each code point of `text`, its place in the source

    def place(self, start: int, end: int) -> tuple[int, int]:
        """The code points of the source that `text[start:end]` came from."""
        return self.origin[start], self.origin[end - 1] + 1


class _Kind(Enum):
    BLANK = auto()  # ends a paragraph, is nothing itself: empty lines, rules, definitions
    TEXT = auto()  # begins a paragraph or goes on with it
    ITEM = auto()  # begins a new paragraph of its own
    ROW = auto()  # is a block by itself
    CODE = auto()  # is a block by itself, and its characters mean themselves
    HEADING = auto()
    UNDERLINE = auto()  # makes a heading of a paragraph of one line above it


@dataclass(frozen=True, slots=True)
class _Line:
    kind: _Kind
    start: int
    end: int
    level: int = 0


def strip_markup(source: str) -> str:
    """The plain text of a Markdown document, one line a block."""
    return "\n".join(block.text for block in blocks(source))


def blocks(source: str) -> Iterator[Block]:
    """The blocks of a Markdown document in order; empty ones are left out. Takes time in proportion to its length."""
    shown = blank_hidden(source)
    labels = frozenset(match[1].lower() for match in _DEFINITION.finditer(shown))
    for line in _joined(_lines(shown)):
        if line.kind is _Kind.CODE:
            plain = Plain(shown[line.start : line.end].strip(), array("q"))
            shift = line.start + shown[line.start : line.end].find(plain.text)
            plain = Plain(plain.text, array("q", range(shift, shift + len(plain.text))))
        else:
            plain = strip_inline(shown, line.start, line.end, labels)
        if plain.text:
            yield Block(line.level, plain.text, plain.origin)


def _joined(lines: Iterator[_Line]) -> Iterator[_Line]:
    """Lines of one paragraph joined; paragraphs underlined made headings; blank lines gone."""
    open_start = open_end = -1
    single = False  # the open paragraph is one plain line, which an underline makes a heading
    for line in lines:
        if line.kind is _Kind.TEXT and open_start >= 0:
            open_end, single = line.end, False
            continue
        if open_start >= 0:
            level = line.level if line.kind is _Kind.UNDERLINE and single else 0
            yield _Line(_Kind.HEADING if level else _Kind.TEXT, open_start, open_end, level)
            open_start = -1
        if line.kind in (_Kind.TEXT, _Kind.ITEM):
            open_start, open_end, single = line.start, line.end, line.kind is _Kind.TEXT
        elif line.kind in (_Kind.ROW, _Kind.CODE, _Kind.HEADING):
            yield line
    if open_start >= 0:
        yield _Line(_Kind.TEXT, open_start, open_end)


def _lines(source: str) -> Iterator[_Line]:
    fence = ""
    for match in _LINE.finditer(source):
        start, end = match.start(), match.start() + len(match[0].rstrip("\r\n"))
        fenced = _FENCE.match(source, start, end)
        if fence:
            if fenced and fenced[1].startswith(fence):
                fence = ""
            else:
                yield _Line(_Kind.CODE, start, end)
        elif fenced:
            fence = fenced[1]
            yield _Line(_Kind.BLANK, start, end)
        else:
            yield _line(source, start, end)


def _line(source: str, start: int, end: int) -> _Line:
    if quote := _QUOTE.match(source, start, end):
        start = quote.end()
    if not source[start:end].strip():
        return _Line(_Kind.BLANK, start, end)
    if underline := _UNDERLINE.match(source, start, end):
        return _Line(_Kind.UNDERLINE, start, end, 1 if underline[1][0] == "=" else 2)
    if _RULE.match(source, start, end) or _DEFINITION.match(source, start, end) or _ROW_RULE.match(source, start, end):
        return _Line(_Kind.BLANK, start, end)
    if atx := _ATX.match(source, start, end):
        close = _ATX_CLOSE.search(source, atx.end(), end)
        return _Line(_Kind.HEADING, atx.end(), close.start() if close else end, len(atx[1]))
    if heading := _HTML_HEADING.match(source, start, end):
        return _Line(_Kind.HEADING, start, end, int(heading[1]))
    if row := _ROW.match(source, start, end):
        return _Line(_Kind.ROW, row.end(), row.end() + len(source[row.end() : end].rstrip().removesuffix("|")))
    if bullet := _BULLET.match(source, start, end):
        return _Line(_Kind.ITEM, bullet.end(), end)
    if _NUMBER.match(source, start, end):
        return _Line(_Kind.ITEM, start, end)  # the number stays: other places may refer to it
    return _Line(_Kind.TEXT, start, end)
