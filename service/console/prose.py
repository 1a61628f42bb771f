"""The little of Markdown that documents are written in, as blocks a template can show without trusting the text."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PATTERNS = {
    "heading": re.compile(r"#{1,6}\s+(.+)"),
    "bullets": re.compile(r"[-*+]\s+(.+)"),
    "numbers": re.compile(r"\d{1,3}[.)]\s+(.+)"),
}
_LISTS = ("bullets", "numbers")


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, a paragraph or a list."""

    kind: str  #: `heading`, `paragraph`, `bullets` or `numbers`
    lines: tuple[str, ...]  #: items of a list, else one line


def blocks(markdown: str) -> tuple[Block, ...]:
    """Blocks in order. Whatever is neither a heading nor a list is a paragraph; no word is left out."""
    found: list[Block] = []
    continues = False  # whether a plain line belongs to the block before it
    for line in map(str.strip, markdown.splitlines()):
        if not line:
            continues = False
            continue
        kind, text = _read(line)
        last = found[-1] if found else None
        if last and kind in _LISTS and last.kind == kind:
            found[-1] = Block(kind, (*last.lines, text))
        elif last and kind == "paragraph" and continues:
            found[-1] = Block(last.kind, (*last.lines[:-1], f"{last.lines[-1]} {text}"))
        else:
            found.append(Block(kind, (text,)))
        continues = kind != "heading"
    return tuple(found)


def _read(line: str) -> tuple[str, str]:
    for kind, pattern in _PATTERNS.items():
        match = pattern.fullmatch(line)
        if match:
            return kind, match.group(1)
    return "paragraph", line
