"""Events of a marked-up page gathered into blocks: headings, paragraphs, items, tables, code."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from index.formats.compose import Page, Run, words

_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}
_LISTS: Final = frozenset(["ul", "ol", "menu", "dir"])
#: What ends a paragraph when it begins or ends.
_BREAKING: Final = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form header hgroup hr html legend li main menu nav ol optgroup option p pre search section summary table "
    "tbody td tfoot th thead tr ul".split()
) | frozenset(_HEADINGS)

What = Literal["heading", "paragraph", "item", "code", "table"]


@dataclass(slots=True)
class Block:
    """One block as it will be written."""

    what: What
    runs: list[Run] = field(default_factory=list)
    level: int = 0  #: of a heading, or the depth of an item
    marker: str = "-"
    rows: list[list[str]] = field(default_factory=list)
    main: bool = False  #: within what the page marks as its main part

    @property
    def words(self) -> str:
        return words("".join(run.text for run in self.runs) + " ".join(cell for row in self.rows for cell in row))


@dataclass(slots=True)
class _Table:
    """A table being read. One that holds headings, lists or further tables only lays out the page."""

    rows: list[list[list[Block]]] = field(default_factory=list)
    layout: bool = False

    @property
    def cells(self) -> list[list[Block]]:
        return [cell for row in self.rows for cell in row]


class Blocks:
    """The blocks of a page. `opened`, `said` and `closed` come in the page's order; what is never closed is no harm."""

    def __init__(self) -> None:
        self.done: list[Block] = []
        self._tables: list[_Table] = []
        self._lists: list[int] = []  # -1: bullets; else the number of the last item
        self._block = Block("paragraph")
        self._next = Block("paragraph")  # what the next words will be
        self._url = ""
        self._code = 0

    def opened(self, tag: str, href: str) -> None:
        if tag in _BREAKING:
            self._flush()
        if tag in _HEADINGS:
            self._next = Block("heading", level=_HEADINGS[tag])
        elif tag in _LISTS:
            self._lists.append(0 if tag == "ol" else -1)
        elif tag in ("li", "dd"):
            self._next = self._item(tag)
        elif tag == "pre":
            self._code += 1
            self._next = Block("code")
        elif tag in ("table", "tr", "td", "th"):
            self._open_table(tag)
        elif tag == "a":
            self._url = href.strip() if _is_address(href.strip()) else ""

    def said(self, text: str, *, main: bool) -> None:
        if not self._block.runs:
            if not self._code and not text.strip():
                return
            self._block, self._next = self._next, Block("paragraph")
            self._block.main = main
        self._block.runs.append(Run(text, self._url))

    def closed(self, tag: str) -> None:
        if tag in _BREAKING:
            self._flush()
        if tag in _LISTS and self._lists:
            self._lists.pop()
        elif tag == "pre":
            self._code = max(self._code - 1, 0)
        elif tag == "table" and self._tables:
            self._end_table()
        elif tag == "a":
            self._url = ""

    def broken(self, *, rule: bool) -> None:
        """A line break: within code a line end, in a heading or a cell a space, else the paragraph's end."""
        if self._block.what == "code" and self._block.runs:
            self._block.runs.append(Run("\n"))
        elif not rule and (self._block.what == "heading" or self._tables):
            self._block.runs.append(Run(" "))
        else:
            self._flush()

    def close(self) -> None:
        """The end of the page; what is still open ends here."""
        self._flush()
        while self._tables:
            self._end_table()

    @staticmethod
    def written(blocks: list[Block]) -> Page:
        page = Page()
        for block in blocks:
            if block.what == "heading":
                page.heading(block.level, block.runs)
            elif block.what == "item":
                page.item(block.runs, block.level, block.marker)
            elif block.what == "code":
                page.code("".join(run.text for run in block.runs))
            elif block.what == "table":
                page.table(block.rows)
            else:
                page.paragraph(block.runs)
        return page

    def _item(self, tag: str) -> Block:
        if tag == "dd":  # what is said of the term above it
            return Block("item", level=len(self._lists))
        marker = "-"
        if self._lists and self._lists[-1] >= 0:
            self._lists[-1] += 1
            marker = f"{self._lists[-1]}."
        return Block("item", level=max(len(self._lists) - 1, 0), marker=marker)

    def _open_table(self, tag: str) -> None:
        if tag == "table":
            if self._tables:
                self._tables[-1].layout = True
            self._tables.append(_Table())
        elif self._tables:
            rows = self._tables[-1].rows
            if tag == "tr" or not rows:
                rows.append([])
            if tag != "tr":
                rows[-1].append([])

    def _flush(self) -> None:
        block, self._block = self._block, Block("paragraph")
        if block.words or (block.what == "code" and block.runs):
            self._put(block)

    def _put(self, block: Block) -> None:
        for table in reversed(self._tables):
            if table.rows and table.rows[-1]:
                table.layout = table.layout or block.what in ("heading", "table", "code")
                table.rows[-1][-1].append(block)
                return
            # A caption, or words between the rows: they stand before the table.
        self.done.append(block)

    def _end_table(self) -> None:
        table = self._tables.pop()
        if table.layout or max(map(len, table.rows), default=0) < 2:
            for cell in table.cells:
                for block in cell:
                    self._put(block)
            return
        rows = [[" ".join(block.words for block in cell) for cell in row] for row in table.rows]
        if any(any(row) for row in rows):
            main = any(block.main for cell in table.cells for block in cell)
            self._put(Block("table", rows=rows, main=main))


def _is_address(url: str) -> bool:
    """Somewhere a reader can go; a script or the bytes of a picture are not."""
    scheme = url.partition(":")[0].lower() if ":" in url.partition("/")[0] else ""
    return bool(url) and not url.startswith("#") and scheme in ("", "http", "https", "mailto")
