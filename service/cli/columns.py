"""Tables as plain lines, which `grep` reads as well as people do. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def columns(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    """Rows under headings, each column as wide as it needs to be."""
    lines = [tuple(map(str, headings)), *(tuple(" ".join(_cell(cell).split()) for cell in row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        yield "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()


def _cell(cell: object) -> str:
    return "" if cell is None else str(cell)
