"""The little of Markdown that documents are written in, as blocks a template can show without trusting the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

_PATTERNS = {
    "heading": re.compile(r"#{1,6}\s+(.+)"),
    "bullets": re.compile(r"[-*+]\s+(.+)"),
    "numbers": re.compile(r"\d{1,3}[.)]\s+(.+)"),
    "quote": re.compile(r">\s?(.*)"),
    "table": re.compile(r"(\|.*)"),
}
_GATHERED = ("bullets", "numbers", "table")  # each line is an item of its own
_RULE = re.compile(r"\|?(?:\s*:?-+:?\s*\|)*\s*:?-+:?\s*\|?")
_CELL = re.compile(r"(?<!\\)\|")
_FENCE = re.compile(r"(```+|~~~+)")


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, a paragraph, a quotation, a list, a table, or code as it is written."""

    kind: str  #: `heading`, `paragraph`, `quote`, `bullets`, `numbers`, `table` or `code`
    lines: tuple[str, ...]  #: items of a list, rows of a table, lines of code, else one line
    start: int = field(default=0, compare=False)  #: its place in the text, in code points
    end: int = field(default=0, compare=False)

    @property
    def head(self) -> tuple[str, ...]:
        """The cells above a table's rule; empty when it has none."""
        return _cells(self.lines[0]) if len(self.lines) > 1 and _RULE.fullmatch(self.lines[1]) else ()

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """The cells of a table below its rule."""
        return tuple(_cells(line) for line in (self.lines[2:] if self.head else self.lines))


def blocks(markdown: str) -> tuple[Block, ...]:
    """Blocks in order. Whatever is nothing else is a paragraph; no word is left out."""
    found: list[Block] = []
    continues = False  # whether a plain line belongs to the block before it
    fence = ""  # what ends the code we are in
    for raw, start in _lines(markdown):
        line, end = raw.strip(), start + len(raw)
        opened = _FENCE.match(line)
        if fence:
            last = found[-1]
            if line.startswith(fence):
                fence = ""
                found[-1] = replace(last, end=end)
            else:
                found[-1] = replace(last, lines=(*last.lines, raw.rstrip()), end=end)
        elif opened:
            fence, continues = opened[1], False
            found.append(Block("code", (), start, end))
        elif line:
            _add(found, Block(*_read(line), start, end), continues=continues)
            continues = found[-1].kind not in ("heading", "table")
        else:
            continues = False
    return tuple(found)


def _lines(text: str) -> Iterator[tuple[str, int]]:
    """Each line with the place where it begins."""
    start = 0
    for line in text.splitlines(keepends=True):
        yield line, start
        start += len(line)


def _add(found: list[Block], block: Block, *, continues: bool) -> None:
    """As an item of the list or table before it, as more of the paragraph before it, or by itself."""
    last = found[-1] if found else None
    if last and block.kind in _GATHERED and last.kind == block.kind:
        found[-1] = replace(last, lines=(*last.lines, *block.lines), end=block.end)
    elif last and continues and (block.kind == "paragraph" or block.kind == last.kind == "quote"):
        joined = f"{last.lines[-1]} {block.lines[0]}".strip()
        found[-1] = replace(last, lines=(*last.lines[:-1], joined), end=block.end)
    else:
        found.append(block)


def _read(line: str) -> tuple[str, tuple[str, ...]]:
    for kind, pattern in _PATTERNS.items():
        match = pattern.fullmatch(line)
        if match:
            return kind, (match.group(1),)
    return "paragraph", (line,)


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip().replace("\\|", "|") for cell in _CELL.split(line.strip().strip("|")))
