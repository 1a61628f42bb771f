"""Markdown written so that `index.text` reads the same words back out of it.

What another format holds is text that means itself: a `*` in a contract is a star. Each block is read back as it is
written; only where that gives other words is anything escaped, so that most text stays as it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from index.formats.model import MOST_TEXT, CannotRead
from index.text import blocks

_RISKY: Final = re.compile(r"[\\`*_\[\]<&~#]|^[>|=+-]|^\d{1,9}[.)]$")
_SPECIAL: Final = re.compile(r"[\\`*_\[\]~|#]")
_ENTITY: Final = re.compile(r"&(?=[#A-Za-z])")
_OPENING: Final = re.compile(r"^(?=[>=+-])")  #: what would make the line another kind of block
_HIDING: Final = re.compile(r"<(?:!--|script|style)")  #: hides what follows, in other blocks too
_UNSEEN: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\ufeff\ufffe\uffff\ud800-\udfff]")
_UNSAFE: Final = re.compile(r"[\s\x00-\x1f()<>\[\]\"'\\`*_~]")
_LONGEST_LINK: Final = 400  #: characters of a link's text
_LONGEST_URL: Final = 1_500


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a line, and where it links to."""

    text: str
    url: str = ""


def words(text: str) -> str:
    """Without hidden characters, in one line, single spaces."""
    return " ".join(_UNSEEN.sub("", text).split())


class Page:
    """A document being written, block by block. CannotRead: it grows too long."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._last = ""  # the kind of the block before: items and rows stand close to their like
        self.headings: list[tuple[int, str]] = []

    def heading(self, level: int, runs: Iterable[Run] | str) -> None:
        line = _plain(runs)
        if line:
            level = min(max(level, 1), 6)
            self.headings.append((level, line))
            self._add("heading", _safe("#" * level + " ", [Run(line)]))

    def paragraph(self, runs: Iterable[Run] | str) -> None:
        self._add("paragraph", _safe("", _tidied(runs)))

    def item(self, runs: Iterable[Run] | str, depth: int = 0, marker: str = "-") -> None:
        """A list item; `marker` is `-` or a number such as `3.`, `depth` counts from 0."""
        line = _safe(f"{marker} ", _tidied(runs), drops=marker == "-")
        self._add("item", "    " * min(depth, 8) + line if line else "")

    def code(self, text: str) -> None:
        """Lines whose characters mean themselves."""
        lines = [_UNSEEN.sub("", line).rstrip() for line in text.expandtabs(4).splitlines()]
        fence = max((len(run) for run in re.findall("`{3,}", text)), default=2) + 1
        if any(lines):
            self._add("code", "\n".join(["`" * fence, *lines, "`" * fence]))

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        """Rows of cells, the first one a header; rows without a word are left out."""
        width = max((len(row) for row in rows), default=0)
        full = [[words(cell) for cell in row] + [""] * (width - len(row)) for row in rows]
        full = [row for row in full if any(row)]
        for place, row in enumerate(full):
            self._add("row", _row(row))
            if place == 0:
                self._add("row", "|" + " --- |" * width)

    def text(self) -> str:
        return "".join(self._pieces).strip("\n") + "\n" if self._pieces else ""

    @property
    def empty(self) -> bool:
        return not self._pieces

    def _add(self, kind: str, block: str) -> None:
        if not block:
            return
        close = kind == self._last and kind in ("item", "row")
        self._pieces.append(("\n" if close else "\n\n") + block)
        self._last = kind
        self._length += len(block) + 2
        if self._length > MOST_TEXT:
            raise CannotRead(f"it has more than {MOST_TEXT:,} characters of text; split it into several documents")


def _tidied(runs: Iterable[Run] | str) -> list[Run]:
    """Runs with neighbours to the same place joined, spaces single, none at the ends."""
    joined: list[Run] = []
    for run in [Run(runs)] if isinstance(runs, str) else runs:
        text = re.sub(r"\s+", " ", _UNSEEN.sub("", run.text))
        if (joined and joined[-1].text.endswith(" ")) or not joined:
            text = text.lstrip(" ")
        if not text:
            continue
        if joined and joined[-1].url == run.url:
            joined[-1] = Run(joined[-1].text + text, run.url)
        else:
            joined.append(Run(text, run.url))
    if joined:
        joined[-1] = Run(joined[-1].text.rstrip(), joined[-1].url)
    return [run for run in joined if run.text]


def _plain(runs: Iterable[Run] | str) -> str:
    return words("".join(run.text for run in _tidied(runs)))


def _safe(prefix: str, runs: list[Run], *, drops: bool = False) -> str:
    """One line of Markdown that reads as the runs' words; what is needed for that is tried from little to much."""
    meant = _plain(runs)
    if not meant:
        return ""
    number = prefix.strip() if prefix and prefix[0] != "#" and not drops else ""
    expected = f"{number} {meant}" if number else meant
    if not _RISKY.search(meant) and not any(run.url for run in runs):
        return prefix + meant
    for line in _attempts(runs, meant):
        if [block.text for block in blocks(prefix + line)] == [expected] and not _HIDING.search(line):
            return prefix + line
    return prefix + _escaped(meant)


def _attempts(runs: list[Run], meant: str) -> Iterator[str]:
    yield "".join(_linked(run, run.text) for run in runs)
    yield "".join(_linked(run, _escaped(run.text)) for run in runs)
    yield meant


def _linked(run: Run, text: str) -> str:
    if not run.url or len(run.url) > _LONGEST_URL or len(text) > _LONGEST_LINK or not run.text.strip():
        return text
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{before}[{text.strip()}]({_UNSAFE.sub(_percent, run.url)}){after}"


def _percent(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode())


def _escaped(text: str) -> str:
    text = _SPECIAL.sub(r"\\\g<0>", _ENTITY.sub("&amp;", text).replace("<", "&lt;"))
    return _OPENING.sub(r"\\", text)


def _row(cells: list[str]) -> str:
    """One row of a table; a cell's own bars are escaped, and everything else that would not read as itself."""
    line = "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
    expected = words(" | ".join(cells))
    if not _HIDING.search(line) and [block.text for block in blocks(line)] == [expected]:
        return line
    return "| " + " | ".join(map(_escaped, cells)) + " |"
