from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.windows import agreement, code_point_spans, pool, token_ranges


@given(tokens=st.integers(0, 5000), room=st.integers(2, 300), data=st.data())
def test_ranges_cover_every_token_and_overlap(tokens: int, room: int, data: st.DataObject) -> None:
    """Every token lies in a window, none is longer than the room, and neighbours share what was asked for."""
    overlap = data.draw(st.integers(0, room - 1))
    ranges = token_ranges(tokens, room, overlap)
    assert ranges[0][0] == 0
    assert ranges[-1][1] == tokens
    assert all(end - start <= room for start, end in ranges)
    assert all(before[1] - after[0] >= overlap for before, after in itertools.pairwise(ranges))
    assert all(before[0] < after[0] for before, after in itertools.pairwise(ranges))


@given(tokens=st.integers(301, 5000))
def test_every_window_of_a_long_text_is_full(tokens: int) -> None:
    """No window is a short leftover whose vector would count for less or disagree for no reason."""
    assert {end - start for start, end in token_ranges(tokens, 300, 40)} == {300}


def test_an_overlap_as_large_as_the_room_is_refused() -> None:
    """Windows that could not move forward are refused."""
    with pytest.raises(ValueError, match="overlap"):
        token_ranges(10, 4, 4)


@given(
    lengths=st.lists(st.tuples(st.integers(0, 3), st.integers(1, 5)), min_size=1, max_size=60), tail=st.integers(0, 4)
)
def test_spans_leave_out_no_code_point(lengths: list[tuple[int, int]], tail: int) -> None:
    """Whatever lies between the tokens, the spans together reach from the first code point to the last."""
    offsets, place = [], 0
    for gap, size in lengths:
        offsets.append((place + gap, place + gap + size))
        place += gap + size
    length = place + tail
    spans = code_point_spans(token_ranges(len(offsets), 7, 0), offsets, length)
    covered: set[int] = set()
    for start, end in spans:
        covered.update(range(start, end))
    assert covered == set(range(length))


def test_pooling_weighs_by_tokens_and_has_unit_length() -> None:
    """A window of three times the tokens counts three times."""
    vectors = np.eye(2, dtype=np.float32)
    pooled = pool(vectors, [3, 1])
    np.testing.assert_allclose(pooled, np.array([3, 1]) / np.sqrt(10), rtol=1e-6)


def test_windows_that_cancel_out_fall_back_on_the_first() -> None:
    """A mean that points nowhere never becomes a vector of noise."""
    vectors = np.array([[1, 0], [-1, 0]], dtype=np.float32)
    np.testing.assert_array_equal(pool(vectors, [1, 1]), vectors[0])


def test_agreement_is_the_worst_pair() -> None:
    """One window that disagrees with another is seen, however many agree."""
    vectors = np.array([[1, 0], [1, 0], [0.6, 0.8], [0, 1]], dtype=np.float32)
    assert agreement(vectors) == pytest.approx(0.0)
    assert agreement(vectors[:1]) == 1.0
