"""The sentences of a long text, and which of them say most."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.central import centrality, pieces


@given(st.text(alphabet="ab .!?\n", max_size=3_000))
def test_pieces_are_in_order_and_leave_no_word_out(text):
    """They never overlap, are never empty, and what lies between them is only space."""
    found = pieces(text)
    rest = list(text)
    last = 0
    for start, end in found:
        assert last <= start < end <= len(text)
        rest[start:end] = " " * (end - start)
        last = end
    assert not "".join(rest).strip()


def test_a_text_without_full_stops_is_cut_between_words():
    """Not everybody writes them."""
    text = "my card was declined and " * 60
    found = pieces(text)
    assert 4 <= len(found) <= 10
    assert all(text[start:end].strip().split()[0] in ("my", "card", "was", "declined", "and") for start, end in found)


def test_a_long_text_has_no_more_than_a_hundred_pieces():
    """However short its sentences are: each is read by the encoder."""
    assert len(pieces("No. " * 20_000)) <= 110


def test_the_most_alike_is_the_most_central():
    """What has nothing to do with the others is the least."""
    vectors = np.array([[1, 0], [0.8, 0.6], [0.6, 0.8], [-1, 0]], dtype=np.float32)
    central = centrality(vectors)
    assert int(central.argmax()) == 1
    assert int(central.argmin()) == 3
    assert centrality(vectors[:1]).tolist() == [0.0]
