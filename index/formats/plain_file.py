"""Markdown and plain text.

Markdown stays as it was written. Plain text becomes Markdown that reads as the same words: paragraphs end at blank
lines, bullets become items, and a line of its own in capitals, numbered like a heading or underlined, a heading.
"""

from __future__ import annotations

import re
from typing import Final

from index.formats.compose import Page, words
from index.formats.decode import decode
from index.formats.model import MOST_TEXT, CannotRead, Reading
from index.text import blocks

BULLET: Final = re.compile(r"[ \t]*[-*+\u2022\u2023\u2043\u25aa\u25cf\u25e6\u25cb\u25a0\u2013\uf0b7\uf0a7][ \t]+(?=\S)")
_NUMBERED: Final = re.compile(r"[ \t]*(\d{1,3}[.)]|\(?[a-z]{1,4}\)|\(\d{1,3}\))[ \t]+(?=\S)")
_UNDERLINE: Final = re.compile(r"[ \t]*([=\-~_*])\1{2,}[ \t]*$")
_SECTION: Final = re.compile(r"(\d{1,3}(?:\.\d{1,3}){0,4})\.?[ \t]+(?=[A-Z])")
_LONGEST_HEADING: Final = 100


def read_markdown(data: bytes) -> Reading:
    """As it is; the title is the first heading."""
    text = checked(decode(data))
    return Reading(text.strip("\n") + "\n", title_of(text))


def read_text(data: bytes) -> Reading:
    """Paragraphs, items and headings of plain text."""
    page = Page()
    for lines in _paragraphs(decode(data)):
        _write(page, lines)
    return Reading(page.text(), title_in(page))


def checked(text: str) -> str:
    """Markdown that somebody wrote. CannotRead: it is too long."""
    if len(text) > MOST_TEXT:
        raise CannotRead(f"it has more than {MOST_TEXT:,} characters of text; split it into several documents")
    return text.replace("\0", "")


def title_of(markdown: str) -> str:
    """The first heading, if there is one."""
    return next((block.text for block in blocks(markdown) if block.level), "")


def title_in(page: Page) -> str:
    """The first heading of a page that was written."""
    return page.headings[0][1] if page.headings else ""


def _paragraphs(text: str) -> list[list[str]]:
    """Runs of lines between blank ones."""
    found: list[list[str]] = [[]]
    for line in text.split("\n"):
        if line.strip():
            found[-1].append(line)
        elif found[-1]:
            found.append([])
    return [lines for lines in found if lines]


def _write(page: Page, lines: list[str]) -> None:
    if len(lines) > 1 and _UNDERLINE.fullmatch(lines[1]) and len(lines[0]) <= _LONGEST_HEADING:
        page.heading(1 if lines[1].strip().startswith("=") else 2, lines[0])
        lines = lines[2:]
    elif len(lines) == 1 and (level := heading_level(words(lines[0]))):
        page.heading(level, lines[0])
        return
    open_lines: list[str] = []
    for line in (line for line in lines if not _UNDERLINE.fullmatch(line)):
        if BULLET.match(line) or _NUMBERED.match(line):
            _close(page, open_lines)
            open_lines = [line]
        else:
            open_lines.append(line)
    _close(page, open_lines)


def _close(page: Page, lines: list[str]) -> None:
    if not lines:
        return
    joined = "\n".join(lines)
    if bullet := BULLET.match(joined):
        page.item(joined[bullet.end() :], depth=_indent(lines[0]) // 2)
    else:
        page.paragraph(joined)


def _indent(line: str) -> int:
    return len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip())


def heading_level(line: str) -> int:
    """Of a line that stands alone: 2 in capitals, deeper when numbered `1.2 Like this`; 0 when it is no heading."""
    if not 0 < len(line) <= _LONGEST_HEADING or line[-1] in ".;,:":
        return 0
    if section := _SECTION.match(line):
        return min(section[1].count(".") + 2, 6)
    letters = [character for character in line if character.isalpha()]
    return 2 if len(letters) >= 4 and all(map(str.isupper, letters)) else 0
