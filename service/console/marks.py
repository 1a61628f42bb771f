"""Cut a text at the borders of spans, so that a page can mark what hit. Spans may overlap, touch or be absent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text and what marks it."""

    text: str
    marks: tuple[int, ...] = ()  #: numbers of the spans that cover it, rising
    ends: tuple[int, ...] = ()  #: numbers of the spans whose last piece this is


@dataclass(frozen=True, slots=True)
class Marked:
    """A span to mark: code points, end exclusive, with the number it is shown by."""

    start: int
    end: int
    number: int


def cut(text: str, spans: Iterable[Marked]) -> tuple[Piece, ...]:
    """Pieces that joined give `text`. A span is clipped to the text; an empty one marks nothing."""
    kept = [span for span in (_clip(s, len(text)) for s in spans) if span.start < span.end]
    borders = sorted({0, len(text), *(s.start for s in kept), *(s.end for s in kept)})
    return tuple(
        Piece(
            text[start:end],
            tuple(sorted({s.number for s in kept if s.start <= start and end <= s.end})),
            tuple(sorted({s.number for s in kept if s.end == end})),
        )
        for start, end in pairwise(borders)
    )


def highlight(text: str, spans: Iterable[Sequence[int]]) -> tuple[Piece, ...]:
    """The same for plain highlights, which have no number of their own (all are 0)."""
    return cut(text, (Marked(start, end, 0) for start, end in spans))


def _clip(span: Marked, length: int) -> Marked:
    return Marked(max(0, span.start), min(span.end, length), span.number)
