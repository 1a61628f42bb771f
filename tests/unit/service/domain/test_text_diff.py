"""Two texts side by side: nothing is lost, and what is marked is what changed."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.text_diff import compare_texts


def joined(pieces):
    return "".join(text for text, _ in pieces)


def marked(pieces):
    return [text for text, changed in pieces if changed]


_lines = st.lists(st.sampled_from(["", "We refund fees.", "We refund no fees.", "# Fees", "within 5 days", "a b c d"]))


@given(_lines, _lines)
def test_each_side_joined_is_its_text(older, newer):
    """Whatever changed, both texts can be read off the comparison, and the same lines are the same."""
    lines = compare_texts("\n".join(older), "\n".join(newer))
    assert [joined(line.older) for line in lines if line.older is not None] == "\n".join(older).splitlines()
    assert [joined(line.newer) for line in lines if line.newer is not None] == "\n".join(newer).splitlines()
    for line in lines:
        assert (line.kind == "same") == (line.older == line.newer)
        assert (line.kind == "added") == (line.older is None)
        assert (line.kind == "removed") == (line.newer is None)


def test_in_a_changed_line_the_words_that_differ_are_marked():
    """And no more than they."""
    (line,) = compare_texts("We refund fees within 5 days.", "We refund card fees within 10 days.")
    assert line.kind == "changed"
    assert marked(line.older) == ["5"]
    assert [text.strip() for text in marked(line.newer)] == ["card", "10"]


def test_a_line_finds_the_line_it_became():
    """Not the one that happens to stand in its place."""
    older = "Fees are refunded within five working days.\nCall us."
    newer = "Write to the branch first.\nFees are refunded within ten working days.\nCall us."
    assert [line.kind for line in compare_texts(older, newer)] == ["added", "changed", "same"]


def test_the_same_words_have_no_marks():
    """Also where they are none."""
    assert [line.kind for line in compare_texts("a\n\nb", "a\n\nb")] == ["same"] * 3
    assert compare_texts("", "") == []


@pytest.mark.parametrize(
    "older, newer",
    [
        ("\n".join(f"line {n} of it" for n in range(20_000)), "\n".join(f"line {n} of them" for n in range(20_000))),
        ("word " * 100_000, "word " * 99_999),
        ("\n".join("same" for _ in range(20_000)), "\n".join("same" for _ in range(19_000))),
        ("\n".join(f"{n % 7} x" for n in range(5_000)), "\n".join(f"{n % 5} x" for n in range(5_000))),
    ],
)
def test_long_texts_are_compared_in_seconds(older, newer):
    """Nobody's document holds up the service."""
    begun = time.process_time()
    lines = compare_texts(older, newer)
    assert time.process_time() - begun < 10
    assert "\n".join(joined(line.newer) for line in lines if line.newer is not None) == newer
