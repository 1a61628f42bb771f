"""Marking stretches of a text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from service.console.marks import Marked, Piece, cut, highlight

_spans = st.lists(st.builds(Marked, st.integers(-5, 40), st.integers(-5, 40), st.integers(1, 4)), max_size=6)


@given(st.text(max_size=30), _spans)
def test_no_character_is_lost_or_doubled(text: str, spans: list[Marked]) -> None:
    """Whatever the spans are, the pieces joined are the text."""
    assert "".join(piece.text for piece in cut(text, spans)) == text


@given(st.text(min_size=1, max_size=30), _spans)
def test_each_character_is_marked_by_exactly_the_spans_that_cover_it(text: str, spans: list[Marked]) -> None:
    """Cutting says of each character what asking each span would say."""
    marks = [piece.marks for piece in cut(text, spans) for _ in piece.text]
    expected = [tuple(sorted({s.number for s in spans if s.start <= at < s.end})) for at in range(len(text))]
    assert marks == expected


def test_overlapping_spans_are_cut_at_each_border_and_numbered_where_they_end() -> None:
    """Two rules that hit overlapping words are both told, each once."""
    pieces = cut("abcdef", [Marked(0, 4, 1), Marked(2, 6, 2)])
    assert pieces == (Piece("ab", (1,), ()), Piece("cd", (1, 2), (1,)), Piece("ef", (2,), (2,)))


def test_spans_count_code_points() -> None:
    """An emoji is one character, as the rules count it."""
    assert [piece.text for piece in highlight("a😀b", [[1, 2]])] == ["a", "😀", "b"]


def test_a_text_without_spans_is_one_piece() -> None:
    """Nothing to mark leaves the text whole; an empty text has no pieces."""
    assert cut("plain", []) == (Piece("plain"),)
    assert cut("", []) == ()
