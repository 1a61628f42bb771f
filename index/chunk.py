"""A document cut into passages that fit the encoder's window, along its own structure: headings, blocks, sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from index.model import Document, Passage
from index.sentences import sentences
from index.text import Block, blocks

Count = Callable[[str], int]  #: text to its number of tokens, special tokens not counted

#: However long title and headings are, at least this much of the window is the passage's own text.
_LEAST_BODY = 64

_JOIN = " \u203a "  # a single angle quote, as on a trail of bread crumbs


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence, or a piece of one that alone is longer than the window."""

    text: str
    start: int
    end: int
    tokens: int
    opens: bool  #: it begins a block, and so a line


def lead(title: str, heading: str) -> str:
    """What stands before a passage's text when it is encoded or its words are counted."""
    return _JOIN.join(part for part in (title, heading) if part)


def passage_text(title: str, passage: Passage) -> str:
    """The text of a passage as the encoder reads it: title and headings on the first line."""
    return "\n".join(part for part in (lead(title, passage.heading), passage.text) if part)


def chunk(document: Document, count: Count, room: int, *, overlap: int = 0) -> list[Passage]:
    """Passages of `document`, each of at most `room` tokens together with its title and headings.

    Cuts lie between sentences; `overlap` sentences are repeated at the start of the next passage of a section. A
    document with a title and no text becomes one passage without text, so that it can still be found by its title.
    """
    passages: list[Passage] = []
    for heading, section in _sections(document):
        body = max(room - count(lead(document.title, heading)), _LEAST_BODY)
        units = [unit for block in section for unit in _units(block, count, body)]
        for group in _groups(units, body, overlap):
            text = "".join(_gap(place, unit) + unit.text for place, unit in enumerate(group))
            passages.append(Passage(document.key, len(passages), heading, text, group[0].start, group[-1].end))
    if not passages and document.title.strip():
        passages.append(Passage(document.key, 0, "", "", 0, 0))
    return passages


def _gap(place: int, unit: _Unit) -> str:
    if place == 0:
        return ""
    return "\n" if unit.opens else " "


def _sections(document: Document) -> Iterator[tuple[str, list[Block]]]:
    """Blocks under one path of headings; a first heading that repeats the title is left out of the path."""
    path: dict[int, str] = {}
    section: list[Block] = []
    title = document.title.strip().casefold()
    for block in blocks(document.text):
        if block.level == 0:
            section.append(block)
            continue
        if section:
            yield _path(path, title), section
            section = []
        path = {level: text for level, text in path.items() if level < block.level} | {block.level: block.text}
    if section:
        yield _path(path, title), section


def _path(path: dict[int, str], title: str) -> str:
    return _JOIN.join(text for _, text in sorted(path.items()) if text.casefold() != title)


def _units(block: Block, count: Count, body: int) -> Iterator[_Unit]:
    opens = True
    for start, end in sentences(block.text):
        tokens = count(block.text[start:end])
        pieces = [(start, end, tokens)] if tokens <= body else _pieces(block.text, start, end, count, body)
        for left, right, size in pieces:
            yield _Unit(block.text[left:right], *block.place(left, right), size, opens)
            opens = False


def _pieces(text: str, start: int, end: int, count: Count, body: int) -> list[tuple[int, int, int]]:
    """A sentence longer than the window, cut between words. A single word longer than that stays whole."""
    pieces: list[tuple[int, int, int]] = []
    left, size, place = start, 0, start
    while place < end:
        stop = text.find(" ", place, end)
        stop = end if stop < 0 else stop
        tokens = count(text[place:stop])
        if size and size + tokens > body:
            pieces.append((left, place - 1, size))
            left, size = place, 0
        size += tokens
        place = stop + 1
    pieces.append((left, end, size))
    return pieces


def _groups(units: list[_Unit], body: int, overlap: int) -> Iterator[list[_Unit]]:
    """Runs of units of at most `body` tokens and of about the same length, so that none is a mere leftover."""
    remaining = sum(unit.tokens for unit in units)
    group: list[_Unit] = []
    size = 0
    share = _share(remaining, body)
    for unit in units:
        if group and (size + unit.tokens > body or size + unit.tokens / 2 > share):
            yield group
            remaining -= size
            share = _share(remaining, body)
            group = group[-overlap:] if overlap else []
            size = sum(kept.tokens for kept in group)
            if size + unit.tokens > body:
                group, size = [], 0
        group.append(unit)
        size += unit.tokens
    if group:
        yield group


def _share(remaining: int, body: int) -> float:
    """The length of each group when what remains is shared out evenly over as few groups as can hold it."""
    return remaining / -(-remaining // body) if remaining > 0 else float(body)
