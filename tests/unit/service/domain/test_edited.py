"""How much of a draft is left in a reply."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.edited import edited, share_changed
from service.domain.reply import Draft

WORDS = st.lists(st.sampled_from("a b c d e".split()), max_size=12).map(" ".join)


def plainly(before: str, after: str) -> float:
    """By the table that everybody knows."""
    older, newer = before.split(), after.split()
    table = [[0] * (len(newer) + 1) for _ in range(len(older) + 1)]
    for i, one in enumerate(older, start=1):
        for j, other in enumerate(newer, start=1):
            table[i][j] = table[i - 1][j - 1] + 1 if one == other else max(table[i - 1][j], table[i][j - 1])
    longest = max(len(older), len(newer))
    return 1 - table[-1][-1] / longest if longest else 0.0


@given(WORDS, WORDS)
def test_the_share_is_that_of_the_longest_common_subsequence(before, after):
    """Bit by bit it comes to the same as by the table, whatever the texts."""
    assert share_changed(before, after) == pytest.approx(plainly(before, after))


@pytest.mark.parametrize(
    "before, after, share",
    [("", "", 0.0), ("", "a", 1.0), ("a b c d", "a b c d", 0.0), ("a b c d", "a b x d", 0.25), ("Yes.", "No.", 0.5)],
)
def test_what_one_would_expect(before, after, share):
    """Signs are words too."""
    assert share_changed(before, after) == pytest.approx(share)


def test_the_longest_replies_are_compared_at_once():
    """Also one word over and over, which others compare by the square."""
    begun = time.process_time()
    share_changed("a " * 10_000, "a b " * 5_000)
    assert time.process_time() - begun < 1.0


def test_the_nearest_draft_is_the_one_that_was_edited():
    """Sent as it stands is nearest, whatever else was offered; without drafts there is nothing to be near to."""
    plain, other = Draft("We refund the fee.", (), ()), Draft("We refund it.", (), (), by_model=True)
    found = edited((other, plain), "We refund  the fee.")
    assert found is not None
    assert (found.draft, found.unedited, found.changed) == (plain, True, 0.0)
    found = edited((other, plain), "We refund it gladly.")
    assert found is not None
    assert (found.draft, found.unedited) == (other, False)
    assert edited((), "We refund it.") is None
